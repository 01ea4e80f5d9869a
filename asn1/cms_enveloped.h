/*
 * cms_enveloped.h - CMS EnvelopedData (RFC 5652, 6) with RSA key transport.
 */
#ifndef CMS_ENVELOPED_H
#define CMS_ENVELOPED_H

#include "cert.h"

enum { CMS_RECIPIENTS_MAX = 10 };

struct cms_recipient {	  /* a KeyTransRecipientInfo */
	struct span rid;  /* names a certificate: see cert_named_by */
	char key_alg[64]; /* OID of keyEncryptionAlgorithm */
	struct span encrypted_key;
};

/* Borrows the DER it was parsed from, but for the joined ciphertext. */
struct cms_enveloped {
	struct cms_recipient recipients[CMS_RECIPIENTS_MAX];
	size_t n_recipients; /* key transport ones; others are passed over */
	char content_type[64];
	char cipher_oid[64];
	struct span iv; /* empty: parameters absent */
	struct span ciphertext;
	struct buf joined; /* backs ciphertext if it came in pieces */
};

/*
 * cms_enveloped_parse - `der` is a ContentInfo with an EnvelopedData, or the
 * bare EnvelopedData.  BER inside is made DER by the caller beforehand.  More
 * than CMS_RECIPIENTS_MAX recipients, originatorInfo, authenticated or
 * compressed data: ERR_INPUT.  On -1 nothing needs to be released.
 */
int cms_enveloped_parse(
    struct span der, struct cms_enveloped *v, struct err *e);
void cms_enveloped_release(struct cms_enveloped *v);

/*
 * cms_enveloped_pick - the recipient entry that names `cert`, by issuer and
 * serial or by key identifier, wherever it stands; NULL if none does.
 */
const struct cms_recipient *cms_enveloped_pick(
    const struct cms_enveloped *v, const struct cert_view *cert);

/*
 * cms_enveloped_cipher - the content cipher; ERR_ALG names one that is not in
 * the table.  cms_recipient_alg - ERR_ALG unless it is PKCS#1 v1.5 RSA.
 */
int cms_enveloped_cipher(const struct cms_enveloped *v,
    const struct alg_cipher **cipher, struct err *e);
int cms_recipient_alg(const struct cms_recipient *r, struct err *e);

/*
 * cms_enveloped_decrypt - append the content to `plain`.
 * A wrong wrapped key, a wrong key and bad padding all give bytes of no meaning
 * and the same 0: only the reader of the content may find out, and all its
 * failures are one (security.md T-01, T-02).  -1 for what the clear header
 * shows: IV or ciphertext of a length that is no CBC (ERR_INPUT), ERR_NOMEM.
 */
int cms_enveloped_decrypt(const struct cms_enveloped *v,
    const struct cms_recipient *r, const struct alg_cipher *cipher,
    const struct privkey *key, struct buf *plain, struct err *e);

/*
 * cms_enveloped_make - append a ContentInfo with an EnvelopedData, version 0,
 * for the holder of `cert`, whose issuer and serial are copied to the octet.
 * `key` is the RSA key in it.  A fresh content key and IV each time.
 */
int cms_enveloped_make(struct span content, const struct cert_view *cert,
    const struct pubkey *key, const struct alg_cipher *cipher, struct buf *out,
    struct err *e);

#endif
