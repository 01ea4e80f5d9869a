/*
 * io_trap.h - the system calls by which a store changes its files: counted,
 * made to fail, cut short by a kill, or written down.
 *
 * A test that links this has open, write, fdatasync … of its own, which come
 * before those of the C library for the store and for Berkeley DB alike.
 * Nothing in the store knows.  A child inherits the traps that are set.
 */
#ifndef IO_TRAP_H
#define IO_TRAP_H

#include <stdbool.h>
#include <stdint.h>

enum io_op {
	IO_WRITE = 1,  /* write, pwrite */
	IO_SYNC = 2,   /* fsync, fdatasync */
	IO_CREATE = 4, /* open with O_CREAT of a file that is not there */
	IO_UNLINK = 8, /* unlink, unlinkat */
	IO_SIZE = 16,  /* fallocate, ftruncate */
	IO_OPEN = 32,  /* open of one that is there */
	IO_ALL = 63,
};

/* Which calls fail, or die.  All zero: none. */
struct io_trap {
	unsigned ops;	    /* OR of enum io_op */
	const char *name;   /* fnmatch() pattern of the last path component */
	unsigned skip;	    /* so many matching calls go through first … */
	unsigned times;	    /* … then so many do not; 0: all */
	unsigned per_mille; /* of those, by chance; 0: every one */
	int error;	    /* errno; 0: die by SIGKILL instead */
	bool tear;	    /* before dying, write a whole number of 4 KiB */
	bool fresh_files;   /* only files that came after io_set() */
};

void io_set(const struct io_trap *trap, uint32_t seed);
void io_clear(void);
/* io_hits - matching calls since io_set(), failed or not */
unsigned io_hits(void);

/* What the file system says of itself; 0: the truth. */
void io_pretend(uint64_t free_bytes, uint64_t free_files, uint32_t magic);

/*
 * io_skip_syncs - fsync and fdatasync are noted and not done: a kill does not
 * tell, and the machines that run tests have slow disks.
 */
void io_skip_syncs(bool skip);

/* One call, as written to the descriptor of io_trace(), data behind it. */
struct io_event {
	uint32_t op;
	uint32_t len;  /* of data */
	uint64_t at;   /* offset, or size for IO_SIZE */
	char name[24]; /* last path component; "." for the directory */
};

/*
 * io_trace - write down what changes files in `dir`; -1 to stop.  Regions and
 * .state are left out: they mean nothing after a boot.
 */
void io_trace(int fd, const char *dir);

#endif
