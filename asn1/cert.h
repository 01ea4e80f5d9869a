/*
 * cert.h - X.509 certificates as SCEP needs them: views of what others made,
 * and the encoding of what we make (RFC 5280, 4.1).
 *
 * Clients send certificates that no strict reader takes (version "v4", serials
 * of 33 octets, dates long past): they are only the carriers of a key, so a
 * view judges nothing but the structure.
 */
#ifndef CERT_H
#define CERT_H

#include "privkey.h"
#include "pubkey.h"

/*
 * Borrows the DER that it was parsed from.  Names and SPKI are whole elements.
 */
struct cert_view {
	struct span der;
	struct span serial;  /* contents of the INTEGER, as received */
	struct span issuer;  /* Name */
	struct span subject; /* Name */
	struct span spki;
	struct span extensions; /* SEQUENCE OF Extension; empty if none */
	struct span tbs;	/* the signed part */
	int64_t not_before, not_after; /* 0 if unreadable */
};

/* cert_parse - `der` is one certificate and nothing behind it; ERR_INPUT */
int cert_parse(struct span der, struct cert_view *v, struct err *e);

/*
 * cert_extension - find an extension by its OID in a SEQUENCE OF Extension:
 * *value is the contents of extnValue.  ERR_NOT_FOUND; ERR_INPUT if malformed.
 * `critical` may be NULL.
 */
int cert_extension(struct span extensions, const char *oid, struct span *value,
    bool *critical, struct err *e);

/*
 * extension_next - take the next Extension off the front of the list: its OID,
 * the contents of extnValue, and whether it is critical.
 */
enum { EXTENSION_OID_MAX = 64 };
int extension_next(struct span *extensions, char oid[EXTENSION_OID_MAX],
    struct span *value, bool *critical, struct err *e);

/* cert_ski - the contents of the subjectKeyIdentifier; ERR_NOT_FOUND */
int cert_ski(const struct cert_view *v, struct span *ski, struct err *e);

/*
 * cert_named_by - does `id`, an IssuerAndSerialNumber or a key identifier under
 * [0] (RFC 5652, 5.3, 6.2.1), mean this certificate?
 */
bool cert_named_by(const struct cert_view *v, struct span id);

/*
 * issuer_and_serial_put - append the IssuerAndSerialNumber of a certificate
 * issuer_and_serial_get - the Name, and the contents of the INTEGER, of one and
 * nothing behind it; ERR_INPUT
 */
int issuer_and_serial_put(
    struct buf *out, const struct cert_view *cert, struct err *e);
int issuer_and_serial_get(
    struct span der, struct span *issuer, struct span *serial, struct err *e);

/* The values of a certificate that is to be made.  Everything borrows. */
struct cert_fields {
	struct span serial;  /* contents of the INTEGER: positive, minimal */
	struct span issuer;  /* Name, copied to the octet */
	struct span subject; /* Name, copied to the octet */
	struct span spki;
	int64_t not_before, not_after; /* seconds since 1970 */
	struct span extensions; /* the SEQUENCE OF Extension; may be empty */
};

/*
 * cert_tbs - append the TBSCertificate, version 3, for a signature by `key`'s
 * type with `digest`.
 * cert_sign - append the certificate over a TBSCertificate made by cert_tbs.
 */
int cert_tbs(const struct cert_fields *f, gnutls_pk_algorithm_t signer,
    const struct alg_digest *digest, struct buf *tbs, struct err *e);
int cert_sign(struct span tbs, const struct privkey *key,
    const struct alg_digest *digest, struct buf *der, struct err *e);

/* extension_put - append one Extension to the contents of such a sequence */
int extension_put(struct buf *out, const char *oid, bool critical,
    struct span value, struct err *e);

/* pem_decode - append the DER of the first PEM block named `label` in `text` */
int pem_decode(
    struct span text, const char *label, struct buf *der, struct err *e);
int pem_encode(
    struct span der, const char *label, struct buf *text, struct err *e);

/*
 * name_text - append a Name in RFC 4514 form for people, control and bidi
 * characters escaped; never fails on odd string types (they come as #hex).
 * name_parse - the DER of a Name from RFC 4514 text; ERR_INPUT says where.
 */
int name_text(struct span name, struct buf *text, struct err *e);
int name_parse(const char *text, struct buf *name, struct err *e);

#endif
