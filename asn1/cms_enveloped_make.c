/* EnvelopedData as we send it. */
#include <string.h>

#include "cbc.h"
#include "cms_enveloped.h"
#include "content_info.h"
#include "x509_signed.h"

static const uint8_t version_0[] = { DER_INTEGER, 1, 0 };

/* The KeyTransRecipientInfo that gives `cek` to the holder of `cert`. */
static int put_recipient(struct buf *out, const struct cert_view *cert,
    const struct pubkey *key, struct span cek, struct err *e)
{
	struct buf info = { 0 }, wrapped = { 0 };
	int rc = -1;

	if (buf_put(&info, (struct span){ version_0, 3 }, e) == 0 &&
	    issuer_and_serial_put(&info, cert, e) == 0 &&
	    alg_id_put(&info, ALG_OID_RSA, der_null, e) == 0 &&
	    pubkey_wrap(key, cek, &wrapped, e) == 0 &&
	    der_put(&info, DER_OCTET_STRING, buf_span(&wrapped), e) == 0)
		rc = der_put(out, DER_SEQUENCE, buf_span(&info), e);
	buf_release(&wrapped);
	buf_release(&info);
	return rc;
}

/* The cipher's AlgorithmIdentifier, its IV for a parameter. */
static int put_cipher(struct buf *out, const struct alg_cipher *cipher,
    const uint8_t *iv, struct err *e)
{
	struct buf param = { 0 };
	int rc = -1;

	if (der_put(&param, DER_OCTET_STRING,
		(struct span){ iv, cipher->block_size }, e) == 0)
		rc = alg_id_put(out, cipher->oid, buf_span(&param), e);
	buf_release(&param);
	return rc;
}

/* Append `content`, padded (RFC 5652, 6.3), and encrypt it where it is. */
static int encrypt(struct span content, const struct alg_cipher *cipher,
    const uint8_t *cek, const uint8_t *iv, struct buf *out, struct err *e)
{
	size_t pad = cipher->block_size - content.n % cipher->block_size;
	size_t before = out->n;
	uint8_t *at;

	if (buf_put(out, content, e) != 0 || buf_grow(out, pad, &at, e) != 0)
		return -1;
	memset(at, (int)pad, pad);
	return cbc_run(
	    cipher, CBC_ENCRYPT, cek, iv, out->p + before, out->n - before, e);
}

/*
 * The whole, its one RecipientInfo and its cipher given.  Lengths come first, so
 * they are added up from the inside.
 */
static int put_enveloped(struct span recipient, struct span alg,
    struct span content, const struct alg_cipher *cipher, const uint8_t *cek,
    const uint8_t *iv, struct buf *out, struct err *e)
{
	size_t padded =
	    (content.n / cipher->block_size + 1) * cipher->block_size;
	size_t eci = DATA_ELEMENT.n + alg.n + der_size(padded);
	size_t enveloped =
	    sizeof(version_0) + der_size(recipient.n) + der_size(eci);
	size_t before = out->n;

	if (content_info_start(
		out, OID_ENVELOPED_DATA, der_size(enveloped), e) == 0 &&
	    der_put_header(out, DER_SEQUENCE, enveloped, e) == 0 &&
	    buf_put(out, (struct span){ version_0, 3 }, e) == 0 &&
	    der_put(out, DER_SET, recipient, e) == 0 &&
	    der_put_header(out, DER_SEQUENCE, eci, e) == 0 &&
	    buf_put(out, DATA_ELEMENT, e) == 0 && buf_put(out, alg, e) == 0 &&
	    der_put_header(out, DER_CTX0, padded, e) == 0 &&
	    encrypt(content, cipher, cek, iv, out, e) == 0)
		return 0;
	buf_cut(out, before);
	return -1;
}

int cms_enveloped_make(struct span content, const struct cert_view *cert,
    const struct pubkey *key, const struct alg_cipher *cipher, struct buf *out,
    struct err *e)
{
	uint8_t cek[CBC_KEY_MAX], iv[CBC_BLOCK_MAX];
	struct buf recipient = { 0 }, alg = { 0 };
	int rc = -1;

	if (gnutls_rnd(GNUTLS_RND_KEY, cek, cipher->key_size) != 0 ||
	    gnutls_rnd(GNUTLS_RND_NONCE, iv, cipher->block_size) != 0)
		err_set(e, ERR_CRYPTO, "no random bytes");
	else if (put_recipient(&recipient, cert, key,
		     (struct span){ cek, cipher->key_size }, e) == 0 &&
	    put_cipher(&alg, cipher, iv, e) == 0)
		rc = put_enveloped(buf_span(&recipient), buf_span(&alg),
		    content, cipher, cek, iv, out, e);
	buf_release(&alg);
	buf_release(&recipient);
	explicit_bzero(cek, sizeof(cek));
	return rc;
}
