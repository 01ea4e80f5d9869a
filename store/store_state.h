/*
 * store_state.h - did the last holder of the lock leave cleanly?
 *
 * One line of text in the file .state names everything that has to be as it
 * was for the shared regions to be trusted: this boot, this directory, this
 * file and these region files (not copies), this version of the library, and
 * the word "clean".  Anything else - a holder that died, a reboot, a restored
 * backup, an upgrade, __db.* removed by hand - means: recover.  The file is
 * never synced.  It need not be: what is in it matters only as long as this
 * kernel runs.
 */
#ifndef STORE_STATE_H
#define STORE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "scep_err.h"

struct store_state {
	int fd;		     /* of .state; -1: not open */
	char boot[40];	     /* this boot's id; empty if it cannot be told */
	uint64_t generation; /* which regions: new with every recovery */
};

void store_state_init(struct store_state *s);
void store_state_release(struct store_state *s);

/*
 * store_state_read - *clean: are the regions on disk those of s->generation and
 * left cleanly?  Needs the lock, as do the others.
 */
int store_state_read(
    struct store_state *s, int dir_fd, bool *clean, struct err *e);

/* store_state_mark - flip the word, and nothing else, of a good line */
int store_state_mark(struct store_state *s, bool clean, struct err *e);

/*
 * store_state_begin - a new generation of regions is about to be made: dirty.
 * store_state_note - they are made: write down which they are; still dirty.
 */
int store_state_begin(struct store_state *s, int dir_fd, struct err *e);
int store_state_note(struct store_state *s, int dir_fd, struct err *e);

#endif
