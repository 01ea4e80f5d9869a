/*
 * operator.h - who is at work, for the audit log.
 */
#ifndef OPERATOR_H
#define OPERATOR_H

#include <stddef.h>

/*
 * operator_name - whom sudo says that it acts for, else the login name of our
 * real user, else his number.  Whoever may act as the owner of a home may call
 * himself as he likes: a name for honest people, who do not share an account.
 */
void operator_name(char *name, size_t size);

#endif
