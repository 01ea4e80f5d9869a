#include "scep_msg.h"

#include <string.h>

#include "ber.h"
#include "content_info.h"

/* The envelope in a message that has one, and why not in one that has none. */
static void open_envelope(struct scep_msg *m)
{
	struct span content = m->cms.content;

	if (content.n == 0)
		err_set(&m->env_err, ERR_NOT_FOUND, "no pkcsPKIEnvelope");
	else if (strcmp(m->cms.content_type, OID_DATA) != 0 &&
	    strcmp(m->cms.content_type, OID_ENVELOPED_DATA) != 0)
		err_set(&m->env_err, ERR_INPUT, "eContentType %s is not data",
		    m->cms.content_type);
	else if (ber_to_der(content, &der_limits, &m->content, &m->env_err) ==
	    0)
		m->has_envelope = cms_enveloped_parse(buf_span(&m->content),
				      &m->env, &m->env_err) == 0;
	/* RFC 8894, 3.2.2 */
	if (m->has_envelope && strcmp(m->env.content_type, OID_DATA) != 0) {
		err_set(&m->env_err, ERR_INPUT,
		    "contentType %s in the EnvelopedData is not data",
		    m->env.content_type);
		cms_enveloped_release(&m->env);
		m->has_envelope = false;
	}
}

int scep_msg_open(struct span in, struct scep_msg *m, struct err *e)
{
	/* no message is longer as DER, but by a few lengths in a small one */
	const size_t max = in.n > BUF_MAX ? in.n : BUF_MAX;
	struct scep_msg new = { .der.max = max, .content.max = max };

	if (ber_to_der(in, &der_limits, &new.der, e) != 0 ||
	    cms_signed_parse(buf_span(&new.der), &new.cms, e) != 0 ||
	    scep_attrs_read(&new.cms, &new.attrs, e) != 0) {
		scep_msg_release(&new);
		return -1;
	}
	if (!new.cms.has_signer)
		err_set(&new.signer_err, ERR_SIG,
		    "the signer's certificate is not in the message");
	else
		(void)pubkey_import(
		    new.cms.signer.spki, &new.signer_key, &new.signer_err);
	open_envelope(&new);
	*m = new;
	return 0;
}

void scep_msg_release(struct scep_msg *m)
{
	cms_enveloped_release(&m->env);
	pubkey_release(&m->signer_key);
	buf_release(&m->content);
	buf_release(&m->der);
	*m = (struct scep_msg){ 0 };
}

/* Without a usable key at least the digest can be judged by its name. */
static int check_signature_alg(
    const struct scep_msg *m, const struct alg_digest **digest, struct err *e)
{
	gnutls_sign_algorithm_t sig;

	if (m->signer_key.key != NULL)
		return cms_signed_algs(
		    &m->cms, m->signer_key.pk, digest, &sig, e);
	*digest = alg_digest_by_oid(m->cms.digest_oid);
	if (*digest == NULL)
		return err_set(
		    e, ERR_ALG, "digest %s", alg_name(m->cms.digest_oid));
	return 0;
}

int scep_msg_algs(struct scep_msg *m, const struct alg_policy *p, struct err *e)
{
	const struct alg_digest *digest;
	const struct alg_cipher *cipher = NULL;

	if (check_signature_alg(m, &digest, e) != 0)
		return -1;
	if (digest->grade > p->worst)
		return err_set(
		    e, ERR_ALG, "digest %s is not allowed", digest->name);
	if (m->has_envelope) {
		if (cms_enveloped_cipher(&m->env, &cipher, e) != 0)
			return -1;
		if (cipher->grade > p->worst)
			return err_set(e, ERR_ALG,
			    "content cipher %s is not allowed", cipher->name);
	}
	m->digest = digest;
	m->cipher = cipher;
	return 0;
}

int scep_msg_verify(const struct scep_msg *m, struct err *e)
{
	if (m->signer_key.key == NULL)
		return err_set(e, ERR_SIG, "%s", m->signer_err.text);
	return cms_signed_verify(&m->cms, &m->signer_key, e);
}

int scep_msg_decrypt(const struct scep_msg *m, const struct cert_view *cert,
    const struct privkey *key, struct buf *plain, struct err *e)
{
	const struct cms_recipient *r;

	if (!m->has_envelope)
		return err_set(e, ERR_INPUT, "%s", m->env_err.text);
	r = cms_enveloped_pick(&m->env, cert);
	if (r == NULL)
		return err_set(
		    e, ERR_NOT_FOUND, "the envelope is for somebody else");
	if (cms_recipient_alg(r, e) != 0)
		return -1;
	return cms_enveloped_decrypt(&m->env, r, m->cipher, key, plain, e);
}

int scep_msg_seal(const struct scep_seal *s, struct buf *out, struct err *e)
{
	struct buf attrs = { 0 }, envelope = { .max = out->max };
	struct cms_to_sign m = {
		.has_content = s->has_content || !s->omit_content,
		.cert = s->cert,
		.certs = s->certs,
		.n_certs = s->n_certs,
		.key = s->key,
		.digest = s->digest,
	};
	int rc = -1;

	if (s->has_content &&
	    cms_enveloped_make(
		s->content, s->to, s->to_key, s->cipher, &envelope, e) != 0)
		goto out;
	if (scep_attrs_put(&s->attrs, &attrs, e) != 0)
		goto out;
	m.content = buf_span(&envelope);
	m.attrs = buf_span(&attrs);
	rc = cms_signed_make(&m, out, e);
out:
	buf_release(&envelope);
	buf_release(&attrs);
	return rc;
}
