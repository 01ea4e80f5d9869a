/*
 * audit_file.h - HOME/audit.log, into which the store's lines go.
 *
 * Opened for appending alone.  What was cut off in the middle of a line by a
 * disk that was full is completed by the next one who writes.
 */
#ifndef AUDIT_FILE_H
#define AUDIT_FILE_H

#include "home.h"
#include "store_audit.h"

struct audit_log {
	struct audit_file file; /* for the store; first */
	int fd;
	char path[HOME_PATH_MAX];
	size_t n_rest; /* of a line that is not whole, behind the last one */
	uint8_t rest[AUDIT_LINE_MAX + 1];
};

/*
 * audit_log_open - make it, mode 0600, if it is not there; bring what is in it
 * to the disk.  A symbolic link or a file that others may write is refused
 * (security.md T-45, T-46): ERR_PERM, ERR_CONF, ERR_SYS.
 */
int audit_log_open(const char *home, struct audit_log *log, struct err *e);
void audit_log_close(struct audit_log *log);

/* audit_log_check - what audit_log_open asks of an open file */
int audit_log_check(int fd, const char *path, struct err *e);

#endif
