/*
 * warm.h - memory before it is needed.
 */
#ifndef WARM_H
#define WARM_H

/*
 * warm_up - bring in the pages of heap and stack that a request writes to; the
 * first call of the process.  Without effect where the kernel cannot (before
 * 5.14).
 */
void warm_up(void);

#endif
