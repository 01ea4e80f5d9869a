/* EnvelopedData as it comes: parsed and decrypted. */
#include "cms_enveloped.h"

#include <string.h>

#include "cbc.h"
#include "content_info.h"
#include "x509_signed.h"

static int read_recipient(
    struct cms_recipient *r, struct span info, struct err *e)
{
	struct span alg, params;
	struct tree t;
	int rc = -1;

	if (tree_decode("SCEP.KeyTransRecipientInfo", info, &t, e) != 0)
		return -1;
	if (tree_element(&t, "rid", &r->rid, e) == 0 &&
	    tree_element(&t, "keyEncryptionAlgorithm", &alg, e) == 0 &&
	    alg_id_get(alg, r->key_alg, &params, e) == 0 &&
	    tree_value(&t, "encryptedKey", &r->encrypted_key, e) == 0)
		rc = 0;
	tree_free(&t);
	return rc;
}

static int read_recipients(
    struct cms_enveloped *v, struct span list, struct err *e)
{
	struct span info;
	unsigned n = 0;

	while (list.n > 0) {
		if (++n > CMS_RECIPIENTS_MAX)
			return err_set(e, ERR_INPUT, "over %d recipients",
			    CMS_RECIPIENTS_MAX);
		if (der_any(&list, NULL, NULL, &info, e) != 0)
			return -1;
		if (info.p[0] != DER_SEQUENCE)
			continue; /* agreed keys, passwords: not for us */
		if (read_recipient(&v->recipients[v->n_recipients], info, e) !=
		    0)
			return err_prefix(e, "recipient");
		v->n_recipients++;
	}
	return 0;
}

/*
 * [0] IMPLICIT OCTET STRING, whole (80) or, in what was BER, as the list of its
 * pieces (A0).
 */
static int read_ciphertext(
    struct cms_enveloped *v, struct span field, struct err *e)
{
	struct span pieces, piece;

	if (field.n > 0 && field.p[0] == DER_CTX0)
		return der_next(&field, DER_CTX0, &v->ciphertext, e);
	if (der_next(&field, DER_CTX0_CONS, &pieces, e) != 0)
		return -1;
	while (pieces.n > 0)
		if (der_next(&pieces, DER_OCTET_STRING, &piece, e) != 0 ||
		    buf_put(&v->joined, piece, e) != 0)
			return -1;
	v->ciphertext = buf_span(&v->joined);
	return 0;
}

static int read_encrypted_content(
    struct cms_enveloped *v, struct span eci, struct err *e)
{
	struct span alg, params, field;
	struct tree t;
	int rc = -1;

	if (tree_decode("SCEP.EncryptedContentInfo", eci, &t, e) != 0)
		return -1;
	if (tree_oid(&t, "contentType", v->content_type, e) != 0 ||
	    tree_element(&t, "contentEncryptionAlgorithm", &alg, e) != 0 ||
	    alg_id_get(alg, v->cipher_oid, &params, e) != 0 ||
	    tree_element(&t, "encryptedContent", &field, e) != 0 ||
	    read_ciphertext(v, field, e) != 0)
		goto out;
	/* no IV for another kind of parameters: such a cipher is not known */
	if (der_next(&params, DER_OCTET_STRING, &v->iv, NULL) != 0)
		v->iv = (struct span){ 0 };
	rc = 0;
out:
	tree_free(&t);
	return rc;
}

int cms_enveloped_parse(struct span der, struct cms_enveloped *v, struct err *e)
{
	struct cms_enveloped new = { 0 };
	struct span body = der, recipients, eci;
	struct tree t = { 0 };
	int rc = -1;

	/* a ContentInfo, or what is in one (xipki sends either) */
	if (content_info_get(der, OID_ENVELOPED_DATA, &body, NULL) != 0)
		body = der;
	if (tree_decode("SCEP.EnvelopedData", body, &t, e) != 0)
		return err_prefix(e, "EnvelopedData");
	if (tree_list(&t, "recipientInfos", &recipients, e) == 0 &&
	    read_recipients(&new, recipients, e) == 0 &&
	    tree_element(&t, "encryptedContentInfo", &eci, e) == 0 &&
	    read_encrypted_content(&new, eci, e) == 0)
		rc = 0;
	tree_free(&t);
	if (rc != 0) {
		cms_enveloped_release(&new);
		return err_prefix(e, "EnvelopedData");
	}
	*v = new;
	return 0;
}

void cms_enveloped_release(struct cms_enveloped *v)
{
	buf_release(&v->joined);
	*v = (struct cms_enveloped){ 0 };
}

const struct cms_recipient *cms_enveloped_pick(
    const struct cms_enveloped *v, const struct cert_view *cert)
{
	for (size_t i = 0; i < v->n_recipients; i++)
		if (cert_named_by(cert, v->recipients[i].rid))
			return &v->recipients[i];
	return NULL;
}

int cms_enveloped_cipher(const struct cms_enveloped *v,
    const struct alg_cipher **cipher, struct err *e)
{
	const struct alg_cipher *c = alg_cipher_by_oid(v->cipher_oid);

	if (c == NULL)
		return err_set(
		    e, ERR_ALG, "content cipher %s", alg_name(v->cipher_oid));
	*cipher = c;
	return 0;
}

int cms_recipient_alg(const struct cms_recipient *r, struct err *e)
{
	if (strcmp(r->key_alg, ALG_OID_RSA) != 0)
		return err_set(
		    e, ERR_ALG, "key transport %s", alg_name(r->key_alg));
	return 0;
}

int cms_enveloped_decrypt(const struct cms_enveloped *v,
    const struct cms_recipient *r, const struct alg_cipher *cipher,
    const struct privkey *key, struct buf *plain, struct err *e)
{
	uint8_t cek[CBC_KEY_MAX], iv[CBC_BLOCK_MAX] = { 0 }, *at;
	size_t before = plain->n, n = v->ciphertext.n;
	/* an absent IV is a device's way to say zeros, with DES only */
	bool zero_iv = v->iv.n == 0 && cipher->grade == ALG_OBSOLETE;
	int rc;

	if (v->iv.n != cipher->block_size && !zero_iv)
		return err_set(e, ERR_INPUT, "IV of %zu bytes for %s", v->iv.n,
		    cipher->name);
	if (n == 0 || n % cipher->block_size != 0)
		return err_set(e, ERR_INPUT, "ciphertext of %zu bytes for %s",
		    n, cipher->name);
	if (buf_put(plain, v->ciphertext, e) != 0)
		return -1;
	at = plain->p + before;
	if (v->iv.n > 0)
		memcpy(iv, v->iv.p, v->iv.n);
	privkey_unwrap(key, r->encrypted_key, cek, cipher->key_size);
	rc = cbc_run(cipher, CBC_DECRYPT, cek, iv, at, n, e);
	explicit_bzero(cek, sizeof(cek));
	buf_cut(plain,
	    rc != 0 ? before
		    : before + cbc_unpadded(at, n, cipher->block_size));
	return rc;
}
