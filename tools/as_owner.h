/*
 * as_owner.h - all of a CA home belongs to one user, and whatever touches it
 * does so as that user: a file of root in it would lock the CGI out
 * (security.md T-46).
 */
#ifndef AS_OWNER_H
#define AS_OWNER_H

#include <sys/types.h>

#include "scep_err.h"

/* A user, with the primary group of his entry in the password file. */
struct owner {
	uid_t uid;
	gid_t gid;
	char name[64]; /* or the number, if he has no name */
};

/* owner_by_name - ERR_NOT_FOUND;  owner_by_uid - `gid` if he has no entry */
int owner_by_name(const char *name, struct owner *o, struct err *e);
void owner_by_uid(uid_t uid, gid_t gid, struct owner *o);

/*
 * as_owner - if we are root, become the owner of the directory `home` for good;
 * if we are somebody else than its owner, ERR_PERM with the command that is
 * right.
 */
int as_owner(const char *home, struct err *e);

/*
 * become_owner - be `o` from now on, for good (we are root).
 * borrow_owner - be `o` until return_owner, as far as files are concerned.
 */
int become_owner(const struct owner *o, struct err *e);
int borrow_owner(const struct owner *o, struct err *e);
int return_owner(struct err *e);

#endif
