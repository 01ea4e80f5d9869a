/*
 * store.h - what a CA remembers; all processes of the CA share it.
 *
 * The functions of this folder are named for what the CA means.  Each of them
 * is one visit: it waits for the store's lock, at most STORE_LOCK_SECONDS,
 * does its work in one transaction, and lets go; when it returns 0 the work is
 * durable, whatever happens to the process or the power afterwards, and when
 * it returns -1 nothing has happened, except where its comment says otherwise.
 * Between visits an open store holds no lock, so a caller may sign and compute
 * at leisure.
 *
 * Failures of every function: ERR_BUSY (lock not had in time: try again
 * later), ERR_FULL (file system full; nothing touched), ERR_PERM (directory or
 * file not ours to write), ERR_STORE (anything else the engine says),
 * ERR_NOMEM.
 */
#ifndef STORE_H
#define STORE_H

#include "buf.h"

struct store;

enum { STORE_LOCK_SECONDS = 10 };

/*
 * store_create - make a new, empty store in the directory `dir`, which must
 * not exist yet (ERR_STORE if it does): built beside it and renamed, so that a
 * killed store_create leaves no half store.  Mode 0700.
 */
int store_create(const char *dir, struct err *e);

/*
 * store_open - `dir` as made by store_create; must be an absolute path.
 * Does not touch the disk beyond opening the directory: the first visit joins
 * the environment, and recovers it if the last holder died.  ERR_NOT_FOUND if
 * there is none.  One process may hold one open store per directory; a child
 * after fork() must not use its parent's.
 */
int store_open(const char *dir, struct store **st, struct err *e);

/*
 * store_ends_process - say that this process ends when it has closed st.  The
 * memory that the store is mapped into is then left to the end of the process:
 * to give it back before takes a twentieth of the time of a poll.
 */
void store_ends_process(struct store *st);

/* store_close - NULL is fine */
void store_close(struct store *st);

/*
 * store_check - read every record once, in chunks: decodes, cross references
 * and indexes are right.  ERR_STORE names the first record that is not.
 */
int store_check(struct store *st, struct err *e);

#endif
