#include "facts.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cert.h"

int facts_text(
    struct program_env *env, const char *name, const char *text, struct err *e)
{
	return program_fact(env, name, span_str(text != NULL ? text : ""), e);
}

int facts_hex(
    struct program_env *env, const char *name, struct span bytes, struct err *e)
{
	struct buf hex = { 0 };
	int rc = -1;

	if (hex_put(&hex, bytes, e) == 0)
		rc = program_fact(env, name, buf_span(&hex), e);
	buf_release(&hex);
	return rc;
}

int facts_time(
    struct program_env *env, const char *name, int64_t t, struct err *e)
{
	char text[32] = "";
	time_t when = (time_t)t;
	struct tm tm;

	if (gmtime_r(&when, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return facts_text(env, name, text, e);
}

static int put_hash(struct program_env *env, const char *name,
    const uint8_t *hash, struct err *e)
{
	return facts_hex(
	    env, name, (struct span){ hash, hash != NULL ? 32 : 0 }, e);
}

static int put_name(
    struct program_env *env, const char *name, struct span dn, struct err *e)
{
	struct buf text = { 0 };
	int rc = -1;

	if (dn.n == 0 || name_text(dn, &text, e) == 0)
		rc = program_fact(env, name, buf_span(&text), e);
	buf_release(&text);
	return rc;
}

/* A comma ends a name in the list, so none may be in one. */
static int put_escaped(struct buf *text, struct span s, struct err *e)
{
	char hex[5];
	struct span one;

	for (size_t i = 0; i < s.n; i++) {
		one = (struct span){ s.p + i, 1 };
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == ',' ||
		    s.p[i] == '\\') {
			snprintf(hex, sizeof(hex), "\\x%02x", s.p[i]);
			one = span_str(hex);
		}
		if (buf_put(text, one, e) != 0)
			return -1;
	}
	return 0;
}

static int put_general_name(
    struct buf *text, uint8_t tag, struct span body, struct err *e)
{
	char address[INET6_ADDRSTRLEN] = "";

	switch (tag) {
	case 0x81:
		return buf_put(text, SPAN_LIT("email:"), e) != 0
		    ? -1
		    : put_escaped(text, body, e);
	case 0x82:
		return buf_put(text, SPAN_LIT("dns:"), e) != 0
		    ? -1
		    : put_escaped(text, body, e);
	case 0x86:
		return buf_put(text, SPAN_LIT("uri:"), e) != 0
		    ? -1
		    : put_escaped(text, body, e);
	case 0x87:
		if (body.n == 4 || body.n == 16)
			(void)inet_ntop(body.n == 4 ? AF_INET : AF_INET6,
			    body.p, address, sizeof(address));
		return buf_put(text, SPAN_LIT("ip:"), e) != 0
		    ? -1
		    : buf_put(text, span_str(address), e);
	default: /* otherName, directoryName: in full */
		return buf_put(text, SPAN_LIT("other:"), e) != 0
		    ? -1
		    : hex_put(text, body, e);
	}
}

/* dns:r1.example,ip:192.0.2.7 */
static int put_san(struct program_env *env, struct span san, struct err *e)
{
	struct buf text = { 0 };
	struct span list = { 0 }, body;
	uint8_t tag;
	int rc = 0;

	if (san.n != 0 && der_next(&san, DER_SEQUENCE, &list, e) != 0)
		return -1;
	while (rc == 0 && der_any(&list, &tag, &body, NULL, NULL) == 0) {
		if (text.n > 0)
			rc = buf_put(&text, SPAN_LIT(","), e);
		if (rc == 0)
			rc = put_general_name(&text, tag, body, e);
	}
	if (rc == 0)
		rc = program_fact(env, "SCEPCA_SAN", buf_span(&text), e);
	buf_release(&text);
	return rc;
}

static const char *type_name(enum scep_type type)
{
	return type == SCEP_PKCSREQ   ? "PKCSReq"
	    : type == SCEP_RENEWALREQ ? "RenewalReq"
				      : "";
}

static int put_signer(
    struct program_env *env, const struct facts *f, struct err *e)
{
	const struct serial *s = f->signer_serial;

	if (s != NULL && s->n > 0)
		return facts_hex(
		    env, "SCEPCA_SIGNER", (struct span){ s->b, s->n }, e);
	return put_name(env, "SCEPCA_SIGNER", f->signer, e);
}

int facts_put(struct program_env *env, const struct facts *f, struct err *e)
{
	const struct {
		const char *name, *value;
	} texts[] = {
		{ "TRANSACTIONID", f->trans_id },
		{ "SCEPCA_TRANSACTION", f->trans_id },
		{ "SCEPCA_TYPE", type_name(f->type) },
		{ "SCEPCA_REMOTE", f->remote },
		{ "SCEPCA_ENDPOINT", f->endpoint },
		{ "SCEPCA_PROFILE", f->profile },
		{ "SCEPCA_RULE", f->rule },
		{ "SCEPCA_CHALLENGE_ID", f->challenge_id },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (facts_text(env, texts[i].name, texts[i].value, e) != 0)
			return -1;
	if ((f->subject_text.n > 0
		    ? program_fact(env, "SCEPCA_SUBJECT", f->subject_text, e)
		    : put_name(env, "SCEPCA_SUBJECT", f->subject, e)) != 0 ||
	    put_san(env, f->san, e) != 0 || put_signer(env, f, e) != 0 ||
	    put_hash(env, "SCEPCA_CSR_SHA256", f->csr_hash, e) != 0)
		return -1;
	return put_hash(env, "SCEPCA_KEY_SHA256", f->key_hash, e);
}
