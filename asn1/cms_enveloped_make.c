/* EnvelopedData as we send it. */
#include <string.h>

#include "cbc.h"
#include "cms_enveloped.h"
#include "content_info.h"
#include "x509_signed.h"

/* Append the KeyTransRecipientInfo that gives `cek` to the holder of `cert`. */
static int put_recipient(struct tree *enveloped, const struct cert_view *cert,
    const struct pubkey *key, struct span cek, struct err *e)
{
	struct buf rid = { 0 }, alg = { 0 }, wrapped = { 0 }, info = { 0 };
	struct tree t = { 0 };
	int rc = -1;

	if (issuer_and_serial_put(&rid, cert, e) == 0 &&
	    alg_id_put(&alg, ALG_OID_RSA, der_null, e) == 0 &&
	    pubkey_wrap(key, cek, &wrapped, e) == 0 &&
	    tree_new("SCEP.KeyTransRecipientInfo", &t, e) == 0 &&
	    tree_put_int(&t, "version", 0, e) == 0 &&
	    tree_put(&t, "rid", buf_span(&rid), e) == 0 &&
	    tree_put(&t, "keyEncryptionAlgorithm", buf_span(&alg), e) == 0 &&
	    tree_put(&t, "encryptedKey", buf_span(&wrapped), e) == 0 &&
	    tree_encode(&t, &info, e) == 0)
		rc = tree_put_list(
		    enveloped, "recipientInfos", buf_span(&info), e);
	tree_free(&t);
	buf_release(&info);
	buf_release(&wrapped);
	buf_release(&alg);
	buf_release(&rid);
	return rc;
}

/* Append `content`, padded (RFC 5652, 6.3) and encrypted. */
static int encrypt(struct span content, const struct alg_cipher *cipher,
    const uint8_t *cek, const uint8_t *iv, struct buf *out, struct err *e)
{
	size_t pad = cipher->block_size - content.n % cipher->block_size;
	uint8_t *at;

	if (buf_put(out, content, e) != 0 || buf_grow(out, pad, &at, e) != 0)
		return -1;
	memset(at, (int)pad, pad);
	return cbc_run(cipher, CBC_ENCRYPT, cek, iv, out->p, out->n, e);
}

/* The EncryptedContentInfo: type id-data, cipher with its IV, ciphertext. */
static int put_encrypted_content(struct tree *enveloped, struct span content,
    const struct alg_cipher *cipher, const uint8_t *cek, const uint8_t *iv,
    struct err *e)
{
	struct buf param = { 0 }, alg = { 0 }, field = { 0 }, eci = { 0 };
	struct buf ciphertext = { 0 };
	struct tree t = { 0 };
	int rc = -1;

	if (encrypt(content, cipher, cek, iv, &ciphertext, e) == 0 &&
	    der_put(&param, DER_OCTET_STRING,
		(struct span){ iv, cipher->block_size }, e) == 0 &&
	    alg_id_put(&alg, cipher->oid, buf_span(&param), e) == 0 &&
	    der_put(&field, DER_CTX0, buf_span(&ciphertext), e) == 0 &&
	    tree_new("SCEP.EncryptedContentInfo", &t, e) == 0 &&
	    tree_put_oid(&t, "contentType", OID_DATA, e) == 0 &&
	    tree_put(&t, "contentEncryptionAlgorithm", buf_span(&alg), e) ==
		0 &&
	    tree_put(&t, "encryptedContent", buf_span(&field), e) == 0 &&
	    tree_encode(&t, &eci, e) == 0)
		rc = tree_put(
		    enveloped, "encryptedContentInfo", buf_span(&eci), e);
	tree_free(&t);
	buf_release(&eci);
	buf_release(&field);
	buf_release(&alg);
	buf_release(&param);
	buf_release(&ciphertext);
	return rc;
}

int cms_enveloped_make(struct span content, const struct cert_view *cert,
    const struct pubkey *key, const struct alg_cipher *cipher, struct buf *out,
    struct err *e)
{
	uint8_t cek[CBC_KEY_MAX], iv[CBC_BLOCK_MAX];
	struct buf der = { 0 };
	struct tree t = { 0 };
	int rc = -1;

	if (gnutls_rnd(GNUTLS_RND_KEY, cek, cipher->key_size) != 0 ||
	    gnutls_rnd(GNUTLS_RND_NONCE, iv, cipher->block_size) != 0) {
		err_set(e, ERR_CRYPTO, "no random bytes");
		goto out;
	}
	if (tree_new("SCEP.EnvelopedData", &t, e) == 0 &&
	    tree_put_int(&t, "version", 0, e) == 0 &&
	    put_recipient(&t, cert, key, (struct span){ cek, cipher->key_size },
		e) == 0 &&
	    put_encrypted_content(&t, content, cipher, cek, iv, e) == 0 &&
	    tree_omit(&t, "unprotectedAttrs", e) == 0 &&
	    tree_encode(&t, &der, e) == 0)
		rc = content_info_put(
		    out, OID_ENVELOPED_DATA, buf_span(&der), e);
out:
	tree_free(&t);
	buf_release(&der);
	explicit_bzero(cek, sizeof(cek));
	return rc;
}
