/*
 * home_stamp.h - which files a CA home has: for a process that answers one
 * request after the other, and must not go by what was there before.
 */
#ifndef HOME_STAMP_H
#define HOME_STAMP_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

enum { HOME_STAMPED = 10 };

/* The settings, certificates, keys and secrets: of each, what stat(2) says. */
struct home_stamp {
	struct stamp_file {
		bool there;
		dev_t dev;
		ino_t ino;
		off_t size;
		struct timespec modified, changed; /* or owner, or mode */
	} file[HOME_STAMPED];
};

void home_stamp(const char *home, struct home_stamp *s);

/* home_stamp_eq - is it so likely that nothing was changed that we go by it? */
bool home_stamp_eq(const struct home_stamp *a, const struct home_stamp *b);

#endif
