/*
 * home.h - the directory that is one CA, and the files in it (design.md, 3).
 */
#ifndef HOME_H
#define HOME_H

#include <sys/types.h>

#include "buf.h"

/* Names below the home. */
#define HOME_CONF "ca.conf"
#define HOME_CERTS "certs"
#define HOME_KEYS "keys"
#define HOME_STORE "store"
#define HOME_PUBLIC "public"
#define HOME_SERVICE_LOG "service.log"
#define HOME_SERVICE_LOG_OLD "service.log.1"
#define HOME_AUDIT "audit.log"
#define HOME_CA_CERT "certs/ca.pem"
#define HOME_RA_SIGN_CERT "certs/ra-sign.pem"
#define HOME_RA_ENC_CERT "certs/ra-enc.pem"
#define HOME_CA_KEY "keys/ca.pem"
#define HOME_RA_SIGN_KEY "keys/ra-sign.pem"
#define HOME_RA_ENC_KEY "keys/ra-enc.pem"
#define HOME_CHALLENGE_SECRET "keys/challenge.secret" /* 32 random bytes */
#define HOME_PUBLIC_CA "public/ca.crt"		      /* DER */
#define HOME_PUBLIC_CRL "public/ca.crl"		      /* DER */

enum { HOME_PATH_MAX = 1024, HOME_FILE_MAX = 64 * 1024 };

/*
 * home_path - "home/name" into out[HOME_PATH_MAX]; ERR_CONF if too long or
 * `home` is not absolute.
 */
int home_path(const char *home, const char *name, char *out, struct err *e);

/*
 * home_read - append the whole file; at most HOME_FILE_MAX bytes, a regular
 * file, no symbolic link.  ERR_NOT_FOUND, ERR_PERM, ERR_CONF.
 */
int home_read(
    const char *home, const char *name, struct buf *out, struct err *e);

/* home_read_large - as home_read, for a file of at most `max` bytes */
int home_read_large(const char *home, const char *name, size_t max,
    struct buf *out, struct err *e);

/*
 * home_exists - *there: is there a regular file of that name?  ERR_CONF if
 * something else has the name, such as a symbolic link (security.md T-45).
 */
int home_exists(const char *home, const char *name, bool *there, struct err *e);

/* home_read_secret - as home_read, and home_check_secret on that file first */
int home_read_secret(
    const char *home, const char *name, struct buf *out, struct err *e);

/*
 * home_create - write a new file, durably: temporary name, fsync, rename,
 * fsync of the directory.  ERR_CONF if it exists.
 * home_replace - the same over an existing one; readers see old or new.
 */
int home_create(const char *home, const char *name, mode_t mode,
    struct span bytes, struct err *e);
int home_replace(const char *home, const char *name, mode_t mode,
    struct span bytes, struct err *e);

/*
 * home_sweep - remove the temporary files of home_create and home_replace for
 * `name` that have not been touched since `before`: a process was killed on the
 * way.  Only regular files whose names are of that form; *n is how many.
 */
int home_sweep(const char *home, const char *name, int64_t before, size_t *n,
    struct err *e);

/*
 * home_check_secret - `name` belongs to the effective user and nobody else can
 * read or write it: files 0400 or 0600, directories 0700.  ERR_PERM with the
 * command that mends it (security.md T-46).
 */
int home_check_secret(const char *home, const char *name, struct err *e);

#endif
