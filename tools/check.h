/*
 * check.h - the parts of scepca check.  Each looks at everything that it can,
 * so that one run names all that is wrong.
 */
#ifndef CHECK_H
#define CHECK_H

#include "as_owner.h"
#include "ca.h"
#include "out.h"

enum finding_level {
	FINE,
	WARNING, /* works, but not as it should, or not for long */
	PROBLEM, /* stops enrolment */
};

struct check {
	struct out *out;
	const char *home;
	struct owner owner; /* whom the home belongs to */
	int64_t now;
	unsigned problems, warnings;
	json_t *findings;
	bool has_ra;	    /* any file of an RA is there */
	bool key_elsewhere; /* the CA's, with issue = offline and an RA */
	bool takes_legacy;  /* some endpoint takes SHA-1 */
	bool takes_all;	    /* some endpoint lets the unauthorised wait */
	struct conf conf;
	bool has_conf;
	char command[4 * HOME_PATH_MAX]; /* of check_command */
};

/*
 * check_say - one finding about `what`, in words, and the remedy (NULL if there
 * is nothing to mend).
 */
void check_say(struct check *c, enum finding_level level, const char *what,
    const char *remedy, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/*
 * check_command - "BEFORE PATH AFTER" for a file of the home ("" is the home
 * itself), to be copied into a shell; good until the next call.
 */
const char *check_command(
    struct check *c, const char *before, const char *name, const char *after);

void check_libraries(struct check *c);
void check_files(struct check *c);
void check_conf(struct check *c);
void check_programs(struct check *c);
void check_ca(struct check *c);
void check_store(struct check *c);

/* Parts of check_store, for a CA whose store opens. */
void check_crl(struct check *c, struct ca *ca);
void check_audit(struct check *c, struct ca *ca);
int check_pending(struct check *c, struct ca *ca, struct err *e);
int check_renewal(struct check *c, struct ca *ca, struct err *e);
int check_guesses(struct check *c, struct ca *ca, struct err *e);

#endif
