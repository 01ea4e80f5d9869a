/*
 * cms_signed.h - CMS SignedData (RFC 5652, 5), as SCEP uses it.
 */
#ifndef CMS_SIGNED_H
#define CMS_SIGNED_H

#include "cert.h"

enum { CMS_CERTS_MAX = 10, CMS_ATTRS_MAX = 64 };

/* One attribute: its type and the SET OF values as a whole element. */
struct cms_attr {
	char oid[64];
	struct span values;
};

/* A SignedData with exactly one signer.  Borrows the DER it was parsed from. */
struct cms_signed {
	char content_type[64];	 /* eContentType as text … */
	struct span content_oid; /* … and the contents of its OID */
	bool has_content;
	struct span content; /* octets of eContent; may be empty */
	struct span certs[CMS_CERTS_MAX];
	size_t n_certs;
	struct cert_view signer; /* the certificate that sid names … */
	bool has_signer;	 /* … if it is among certs */
	char digest_oid[64];
	char sig_oid[64];
	struct cms_attr attrs[CMS_ATTRS_MAX];
	size_t n_attrs;
	struct span signed_attrs; /* contents of the [0], as received */
	struct span signature;
};

/*
 * cms_signed_parse - `der` is a ContentInfo with a SignedData (ber_to_der has
 * been over it).  Exactly one SignerInfo, signed attributes present, at most
 * CMS_CERTS_MAX certificates and CMS_ATTRS_MAX attributes; no version number is
 * judged.  Signature and digest are not looked at.  ERR_INPUT.
 */
int cms_signed_parse(struct span der, struct cms_signed *s, struct err *e);

/*
 * cms_attr_one - the single value of the attribute `oid`: *tag and *value are
 * identifier octet and contents.  ERR_NOT_FOUND if absent, ERR_INPUT if the
 * attribute is there twice or has not one value.
 */
int cms_attr_one(const struct cms_signed *s, const char *oid, uint8_t *tag,
    struct span *value, struct err *e);

/*
 * cms_signed_algs - the digest and the GnuTLS signature algorithm in use, for
 * a signer's key.  ERR_ALG names one that is not in the tables.
 */
int cms_signed_algs(const struct cms_signed *s, gnutls_pk_algorithm_t pk,
    const struct alg_digest **digest, gnutls_sign_algorithm_t *sig,
    struct err *e);

/*
 * cms_signed_verify - messageDigest against the content, contentType against
 * eContentType, and the signature over the signed attributes: in DER order
 * (RFC 5652, 5.4) or, for clients that do not sort, as they came.  ERR_SIG.
 */
int cms_signed_verify(
    const struct cms_signed *s, const struct pubkey *key, struct err *e);

/* What is to be signed.  Everything borrows. */
struct cms_to_sign {
	bool has_content;	  /* false: eContent is left out */
	struct span content;	  /* eContent, type id-data; may be empty */
	struct span attrs;	  /* Attributes one behind the other, without */
				  /* contentType and messageDigest */
	struct span cert;	  /* of the signer */
	const struct span *certs; /* for the certificates field, in order */
	size_t n_certs;
	const struct privkey *key;
	const struct alg_digest *digest;
};

/*
 * cms_signed_make - append a ContentInfo with a SignedData, version 1, one
 * signer by issuer and serial; signatureAlgorithm is rsaEncryption for RSA
 * keys, because strongSwan 5.9.8 takes no other.
 */
int cms_signed_make(
    const struct cms_to_sign *m, struct buf *out, struct err *e);

/*
 * cms_certs_only - append a degenerate SignedData (RFC 8894, 3.4): certificates
 * and CRLs in the order given, no content, no signer.
 * cms_certs_only_parse - the certificates of one; at most `max` of them.
 * cms_crls_only_parse - the CRLs of one, likewise.
 */
int cms_certs_only(const struct span *certs, size_t n_certs,
    const struct span *crls, size_t n_crls, struct buf *out, struct err *e);
int cms_certs_only_parse(
    struct span der, struct span *certs, size_t max, size_t *n, struct err *e);
int cms_crls_only_parse(
    struct span der, struct span *crls, size_t max, size_t *n, struct err *e);

#endif
