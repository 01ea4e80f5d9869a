/*
 * scep_err.h - how every function here says why it could not do its work.
 *
 * A function that can fail returns 0 or -1.  On -1 it has called err_set()
 * exactly once, where the reason was known, and its outputs are untouched.
 */
#ifndef SCEP_ERR_H
#define SCEP_ERR_H

/* What went wrong, as far as a caller has to tell cases apart. */
enum err_kind {
	ERR_NONE,
	ERR_INPUT,     /* malformed or over a limit: the sender's fault */
	ERR_ALG,       /* an algorithm that is unknown or not allowed */
	ERR_SIG,       /* a signature or digest does not match */
	ERR_NOT_FOUND, /* well-formed question, nothing there */
	ERR_CONF,      /* ca.conf, a key or a certificate file is wrong */
	ERR_PERM,      /* owner or mode of a file is wrong */
	ERR_BUSY,      /* store lock not had within its deadline */
	ERR_FULL,      /* no room on the store's file system */
	ERR_STORE,     /* the store failed; nothing was recorded */
	ERR_CRYPTO,    /* GnuTLS failed where it never should */
	ERR_SYS,       /* a system call failed */
	ERR_NOMEM,
};

struct err {
	enum err_kind kind;
	char text[400]; /* for the log and the operator; never a secret */
};

/*
 * err_set - fill *e (which may be NULL) and return -1.
 * The text says what, where and, if there is a remedy, what to do.  Bytes of a
 * peer must not be put into it unescaped.
 */
int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * err_prefix - put "<what>: " in front of the text of a set error; returns -1
 */
int err_prefix(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
