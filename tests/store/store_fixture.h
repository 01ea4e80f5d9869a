/*
 * store_fixture.h - a store to test with, records to put in, and the verifier
 * that every test of faults ends with.
 *
 * Everything lies in a directory of its own below the build directory and is
 * gone afterwards.  Helpers do not return errors: what they need and cannot
 * have is the end of the test (must()).
 */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#include "store_pending.h"
#include "store_revoke.h"

#define must(cond, ...) \
	((cond) ? (void)0 : must_failed(__FILE__, __LINE__, #cond, __VA_ARGS__))
__attribute__((noreturn, format(printf, 4, 5))) void must_failed(
    const char *file, int line, const char *cond, const char *fmt, ...);

enum { FIXTURE_PATH = 1024 };

struct fixture {
	char root[FIXTURE_PATH]; /* for files of the test */
	char dir[FIXTURE_PATH];	 /* the store */
};

/* fixture_init - an empty root, and in it an empty store */
void fixture_init(struct fixture *f, const char *name);
void fixture_release(struct fixture *f);
/* fixture_path - root/name, good until the next call but three */
const char *fixture_path(const struct fixture *f, const char *name);

struct store *fixture_open(const char *dir);
void remove_tree(const char *path);
/* copy_tree - as cp -a of a flat directory; no lock is taken */
void copy_tree(const char *from, const char *to);

/*
 * A request with everything that granting it takes; all of it follows from n.
 */
struct sample {
	struct stored_challenge challenge;
	struct stored_request request;
	struct stored_cert cert;
	struct grant grant;
	struct stored_request waiting; /* the same request, pending, its CSR */
	struct pend pend;
};

void sample_init(struct sample *s, uint32_t n);
/* sample_serial - choose another serial number */
void sample_serial(struct sample *s, uint32_t serial);
void sample_release(struct sample *s);
/* The first two steps of granting one; they must work. */
void sample_add_challenge(struct store *st, const struct sample *s);
enum grant_outcome sample_grant(
    struct store *st, const struct sample *s, struct stored_cert *recorded);
enum pend_outcome sample_pend(struct store *st, const struct sample *s);
/* sample_decide - was it decided; the state afterwards */
bool sample_decide(struct store *st, const struct sample *s, bool approve,
    enum request_state *state);
/* sample_state - 0: there is no such transaction */
enum request_state sample_state(struct store *st, const struct sample *s);

/*
 * enrol - what one CGI process does: find, add the challenge of n, grant,
 * close.  Returns the serial number that it got, or 0 with *e set. enrol_ack
 * tells it to *ack at the moment at which a client would be told, and is for a
 * process that ends then.
 */
uint32_t enrol(const char *dir, uint32_t n, struct err *e);
uint32_t enrol_ack(const char *dir, uint32_t n, uint32_t *ack, struct err *e);

/* What came of sample n. */
enum trace_of { TRACE_NONE, TRACE_CHALLENGE, TRACE_GRANTED };
/* find_trace - must() if it is half done; *serial if granted */
enum trace_of find_trace(struct store *st, uint32_t n, uint32_t *serial);

/* The processes of a test tell here what was acknowledged to them. */
struct acks {
	uint32_t n; /* entries that may have been used */
	struct {
		uint32_t serial; /* 0: was not acknowledged */
	} of[];
};

struct acks *acks_new(uint32_t n); /* shared with children */
void acks_free(struct acks *a);

/*
 * verify - acknowledged present, none half done, no serial twice, store_check,
 * and the engine's own check on a copy of the file. verify_store makes no
 * copy.
 */
void verify(const struct fixture *f, const struct acks *a);
void verify_store(const struct fixture *f, const struct acks *a);

/* wait_for - the exit status; must() unless it ends within `seconds` */
int wait_for(pid_t pid, int seconds);
double now_ms(void);

#endif
