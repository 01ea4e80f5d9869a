/*
 * sceptool.h - what the subcommands of sceptool share.
 */
#ifndef SCEPTOOL_H
#define SCEPTOOL_H

#include "ca_set.h"
#include "opt.h"
#include "server_caps.h"

/* Besides those of opt.h. */
enum {
	EXIT_PENDING = 4, /* the CA has not decided yet */
	EXIT_NOT_DUE = 5, /* too early to renew: nothing was done */
};

/* The commands; each returns an exit code. */
int cmd_caps(const struct opts *o, struct out *out);
int cmd_getca(const struct opts *o, struct out *out);
int cmd_getchain(const struct opts *o, struct out *out);
int cmd_enrol(const struct opts *o, struct out *out);
int cmd_renew(const struct opts *o, struct out *out);
int cmd_poll(const struct opts *o, struct out *out);
int cmd_getcert(const struct opts *o, struct out *out);
int cmd_getcrl(const struct opts *o, struct out *out);
int cmd_decode(const struct opts *o, struct out *out);

/* sceptool_ca.c */

/*
 * fetch_caps - GetCACaps; an HTTP error means no capabilities (RFC 8894,
 * 3.5.2). `body` may be NULL.  fetch_ca - GetCACert.  ERR_SYS also for an HTTP
 * error.
 */
int fetch_caps(
    const char *url, struct server_caps *caps, struct buf *body, struct err *e);
int fetch_ca(
    const char *url, const char *operation, struct ca_set *set, struct err *e);

/* fingerprint_option - what --fingerprint says; empty if it is not given */
int fingerprint_option(
    const struct opts *o, struct buf *fingerprint, struct err *e);

struct http_reply;
/* http_status_check - ERR_SYS unless the answer is a 200 */
int http_status_check(const struct http_reply *r, struct err *e);

/* sceptool_show.c, sceptool_san.c */

extern const struct out_field cert_fields[];
extern const size_t n_cert_fields;

json_t *show_cert(struct span der);

/* show_crl - a revocation list without its entries; the same with all of them */
extern const struct out_field crl_fields[];
extern const size_t n_crl_fields;

json_t *show_crl(struct span der);
json_t *show_crl_entries(struct span der);

/* show_document - a document of any shape as indented text; borrows */
void show_document(const json_t *doc);

/* show_key - what kind of key a SubjectPublicKeyInfo holds: "RSA 2048" */
json_t *show_key(struct span spki);

/*
 * san_put - append the GeneralName that `text` means: dns:NAME, ip:ADDRESS,
 * email:ADDRESS, uri:URI or upn:USER@DOMAIN; ERR_INPUT.
 * san_show - GeneralNames, as such texts
 */
int san_put(const char *text, struct buf *names, struct err *e);
json_t *san_show(struct span general_names);

/* sceptool_file.c */

enum { FILE_SIZE_MAX = 256 * 1024 };

/*
 * file_read - append a whole file, "-" for standard input; at most `max` bytes
 */
int file_read(const char *path, size_t max, struct buf *out, struct err *e);

/* file_create - write a new file; ERR_CONF if there is one already */
int file_create(
    const char *path, unsigned mode, struct span bytes, struct err *e);

/* file_replace - write a file; readers see the old one or the new one */
int file_replace(
    const char *path, unsigned mode, struct span bytes, struct err *e);

/* pem_write - the same with mode 0644, as one PEM block */
int pem_write(
    const char *path, const char *label, struct span der, struct err *e);

#endif
