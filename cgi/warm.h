/*
 * warm.h - memory before it is needed.
 */
#ifndef WARM_H
#define WARM_H

/*
 * warm_up - bring in the pages of heap and stack that an operation with
 * cryptography writes to.  Without effect where the kernel cannot (before 5.14).
 */
void warm_up(void);

#endif
