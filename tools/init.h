/*
 * init.h - how scepca init makes a home: beside its place, whole, then renamed,
 * so that a killed init leaves no half CA.
 */
#ifndef INIT_H
#define INIT_H

#include "as_owner.h"
#include "home.h"
#include "issue.h"

/* A directory in the making.  It is locked by an open descriptor. */
struct new_dir {
	char path[HOME_PATH_MAX]; /* where it is to be */
	char temp[HOME_PATH_MAX]; /* where it is now: /parent/.NAME.init */
	char parent[HOME_PATH_MAX];
	int parent_fd, fd;
	const struct owner *owner; /* NULL: us */
};

/*
 * new_dir_make - prepare to make the directory `path`, which does not exist or is
 * empty (ERR_INPUT otherwise).  What a killed init left is removed first.  From
 * here to the end signals wait, and files are made as `owner`.
 * new_dir_place - rename it to its place, durably.
 * new_dir_remove - or remove it.  One of the two ends it.
 */
int new_dir_make(const char *path, const struct owner *owner, struct new_dir *d,
    struct err *e);
int new_dir_place(struct new_dir *d, struct err *e);
void new_dir_remove(struct new_dir *d);

/* What is asked for.  Borrows the command line. */
struct new_ca {
	const char *subject;
	const char *key, *ra_key; /* kinds, as privkey_generate takes them */
	int64_t now, lifetime;
	bool ra;
	const char *url; /* or NULL */
	bool has_static;
	struct buf static_challenge;
};

/* make_home - all that belongs into the empty directory `home` */
int make_home(const char *home, const struct new_ca *n, struct err *e);

/* conf_text - append a ca.conf with every setting and what it does */
int conf_text(const char *url, struct buf *text, struct err *e);

#endif
