#include "challenge.h"

#include <gnutls/crypto.h>
#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "name_pattern.h"

enum { VALUE_BYTES = 16, ID_BYTES = 6, STATIC_MIN = 8 };

/* The file that the store's keyed hashes hang on; loaded once. */
static int load_secret(struct ca *ca, struct err *e)
{
	struct buf secret = { 0 };
	int rc = -1;

	if (ca->has_secret)
		return 0;
	if (home_read_secret(ca->home, HOME_CHALLENGE_SECRET, &secret, e) != 0)
		return -1;
	if (secret.n != sizeof(ca->challenge_secret)) {
		err_set(e, ERR_CONF, "%s: %zu bytes long, want %zu",
		    HOME_CHALLENGE_SECRET, secret.n,
		    sizeof(ca->challenge_secret));
	} else {
		memcpy(ca->challenge_secret, secret.p, secret.n);
		ca->has_secret = true;
		rc = 0;
	}
	buf_release(&secret);
	return rc;
}

static int mac_of(
    struct ca *ca, struct span value, uint8_t mac[32], struct err *e)
{
	if (load_secret(ca, e) != 0)
		return -1;
	if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, ca->challenge_secret,
		sizeof(ca->challenge_secret), value.p, value.n, mac) != 0)
		return err_set(e, ERR_CRYPTO, "HMAC-SHA-256 failed");
	return 0;
}

/* RFC 4648, 6, in lower case and without padding: easy to read out and type. */
static void base32(const uint8_t in[VALUE_BYTES], char out[CHALLENGE_TEXT_SIZE])
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned bits = 0, have = 0;

	for (size_t i = 0, o = 0; o < CHALLENGE_TEXT_SIZE; o++) {
		if (have < 5) {
			bits = bits << 8 | (i < VALUE_BYTES ? in[i++] : 0);
			have += 8;
		}
		have -= 5;
		out[o] = digits[bits >> have & 31];
	}
}

/* ---- what it is bound to ---- */

static int bind_name(
    const char *name, char out[CHALLENGE_FOR_SIZE], struct err *e)
{
	struct buf pattern = { .max = CHALLENGE_FOR_SIZE };
	int rc;

	if (name == NULL)
		return 0;
	rc = name_pattern_parse(name, &pattern, e);
	if (rc == 0)
		memcpy(out, pattern.p, pattern.n);
	buf_release(&pattern);
	return rc;
}

/* A section of ca.conf, which must be there. */
static int bind_section(const char *name, bool there, const char *kind,
    char out[CHALLENGE_NAME_SIZE], struct err *e)
{
	if (name == NULL)
		return 0;
	if (!there || strlen(name) >= CHALLENGE_NAME_SIZE)
		return err_set(e, ERR_INPUT,
		    "ca.conf has no [%s NAME] of this name: a challenge is "
		    "bound to one that is there",
		    kind);
	strcpy(out, name);
	return 0;
}

static int bind_endpoint(struct ca *ca, const char *name,
    char out[CHALLENGE_NAME_SIZE], struct err *e)
{
	struct conf conf;

	return bind_section(name,
	    name != NULL && name[0] != '\0' &&
		conf_load(ca->home, name, &conf, NULL) == 0,
	    "endpoint", out, e);
}

static int bind_profile(struct ca *ca, const char *name,
    char out[CHALLENGE_NAME_SIZE], struct err *e)
{
	struct profile profile;

	return bind_section(name,
	    name != NULL && conf_profile(ca->home, name, &profile, NULL) == 0,
	    "profile", out, e);
}

static int bind_transaction(
    const char *id, char out[CHALLENGE_TRANS_SIZE], struct err *e)
{
	size_t n = id != NULL ? strlen(id) : 0;
	bool ok = n > 0 && n < CHALLENGE_TRANS_SIZE;

	if (id == NULL)
		return 0;
	for (size_t i = 0; i < n; i++)
		ok = ok && id[i] >= ' ' && id[i] <= '~';
	if (!ok)
		return err_set(e, ERR_INPUT,
		    "a transactionID has 1 to %d characters of printable ASCII",
		    CHALLENGE_TRANS_SIZE - 1);
	memcpy(out, id, n + 1);
	return 0;
}

static int bind_it(struct ca *ca, const struct challenge_spec *spec,
    struct stored_challenge *c, struct err *e)
{
	if (bind_name(spec->for_name, c->for_name, e) != 0 ||
	    bind_profile(ca, spec->profile, c->profile, e) != 0 ||
	    bind_endpoint(ca, spec->endpoint, c->endpoint, e) != 0)
		return -1;
	return bind_transaction(spec->trans_id, c->trans_id, e);
}

/*
 * The first of its bindings that a use does not keep to.  R119: of the names
 * the characters are compared, not their string types.
 */
static int judge_bindings(const struct ca *ca, const struct stored_challenge *c,
    const struct challenge_use *use, enum refusal *why, struct err *e)
{
	bool right = true;

	if (c->for_name[0] != '\0' &&
	    name_pattern_subject(c->for_name, use->subject, &right, e) != 0)
		return -1;
	if (!right)
		*why = REFUSE_CHALLENGE_NAME;
	else if (c->endpoint[0] != '\0' &&
	    strcmp(c->endpoint, ca->conf.endpoint.name) != 0)
		*why = REFUSE_CHALLENGE_ENDPOINT;
	else if (c->trans_id[0] != '\0' &&
	    (use->trans_id == NULL || strcmp(c->trans_id, use->trans_id) != 0))
		*why = REFUSE_CHALLENGE_TRANSACTION; /* R069 */
	return 0;
}

/* ---- made ---- */

/* Complete *c, whose rules are filled in, and record it. */
static int record(struct ca *ca, struct span value, int64_t now,
    struct stored_challenge *c, struct err *e)
{
	uint8_t id[ID_BYTES];
	struct buf hex = { 0 }, event = { 0 };
	int rc = -1;

	if (gnutls_rnd(GNUTLS_RND_NONCE, id, sizeof(id)) != 0)
		return err_set(e, ERR_CRYPTO, "no random bytes");
	if (hex_put(&hex, (struct span){ id, sizeof(id) }, e) != 0)
		return -1;
	memcpy(c->id, hex.p, hex.n);
	c->id[hex.n] = '\0';
	buf_release(&hex);
	c->created_at = now;
	if (mac_of(ca, value, c->mac, e) != 0 || ca_store(ca, e) != 0)
		return -1;
	if (audit_challenge(ca, c, &event, e) == 0)
		rc = store_challenge_add(ca->store, c, audit_text(&event), e);
	buf_release(&event);
	return rc;
}

int challenge_new(struct ca *ca, const struct challenge_spec *spec, int64_t now,
    struct buf *value, struct stored_challenge *c, struct err *e)
{
	struct stored_challenge new = { .uses = spec->uses,
		.expires_at = spec->expires_at };
	uint8_t raw[VALUE_BYTES];
	char text[CHALLENGE_TEXT_SIZE];
	struct span all = { (const uint8_t *)text, sizeof(text) };
	size_t before = value->n;
	int rc = -1;

	if (spec->uses != CHALLENGE_UNLIMITED && spec->uses < 1)
		return err_set(e, ERR_INPUT, "a challenge has 1 use or more");
	if (bind_it(ca, spec, &new, e) != 0)
		return -1;
	if (spec->note != NULL)
		snprintf(new.note, sizeof(new.note), "%s", spec->note);
	if (gnutls_rnd(GNUTLS_RND_KEY, raw, sizeof(raw)) != 0)
		return err_set(e, ERR_CRYPTO, "no random bytes");
	base32(raw, text);
	/* first the value, then the record: none without the other */
	if (buf_put(value, all, e) == 0) {
		rc = record(ca, all, now, &new, e);
		if (rc != 0)
			buf_cut(value, before);
		else
			*c = new;
	}
	explicit_bzero(raw, sizeof(raw));
	explicit_bzero(text, sizeof(text));
	return rc;
}

int challenge_static(struct ca *ca, struct span value, int64_t now,
    struct stored_challenge *c, struct err *e)
{
	struct stored_challenge new = { .uses = CHALLENGE_UNLIMITED,
		.note = "static" };

	if (value.n < STATIC_MIN)
		return err_set(e, ERR_INPUT,
		    "a static challenge has at least %d characters",
		    STATIC_MIN);
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] < ' ' || value.p[i] > '~')
			return err_set(e, ERR_INPUT,
			    "a static challenge is of printable ASCII");
	if (record(ca, value, now, &new, e) != 0)
		return -1;
	*c = new;
	return 0;
}

/* ---- recognised ---- */

/* What the code of a refusal does not say, for the operator (R108). */
static void explain(const struct stored_challenge *c, int64_t now,
    enum refusal why, char *detail, size_t size)
{
	const uint8_t *k = c->last_key;

	if (why == REFUSE_CHALLENGE_EXPIRED)
		snprintf(detail, size, "ended %lld seconds ago",
		    (long long)(now - c->expires_at));
	else if (why == REFUSE_CHALLENGE_USED)
		snprintf(detail, size,
		    "last used %lld seconds ago by the key %02x%02x%02x%02x...",
		    (long long)(now - c->last_used_at), k[0], k[1], k[2], k[3]);
	else if (why == REFUSE_CHALLENGE_NAME)
		snprintf(detail, size, "it is for %s", c->for_name);
	else if (why == REFUSE_CHALLENGE_ENDPOINT)
		snprintf(
		    detail, size, "it is for the endpoint %s", c->endpoint);
	else if (why == REFUSE_CHALLENGE_TRANSACTION)
		snprintf(
		    detail, size, "it is for the transaction %s", c->trans_id);
}

/* look_up - the record of a value, if there is one; -1: it cannot be told */
static int look_up(struct ca *ca, struct span value, struct stored_challenge *c,
    bool *found, struct err *e)
{
	uint8_t mac[32];
	struct err why;

	if (mac_of(ca, value, mac, e) != 0 || ca_store(ca, e) != 0)
		return -1;
	*found = store_challenge_find(ca->store, mac, c, &why) == 0;
	if (!*found && why.kind != ERR_NOT_FOUND)
		return err_set(e, why.kind, "%s", why.text);
	return 0;
}

int challenge_find(
    struct ca *ca, struct span value, struct stored_challenge *c, struct err *e)
{
	bool found = false;
	struct err why;

	if (look_up(ca, value, c, &found, &why) != 0)
		/* a file of the home that is missing is no wrong challenge */
		return err_set(e,
		    why.kind == ERR_NOT_FOUND ? ERR_CONF : why.kind, "%s",
		    why.text);
	return found ? 0 : err_set(e, ERR_NOT_FOUND, "no such challenge");
}

int challenge_authorise(struct ca *ca, const struct challenge_use *use,
    int64_t now, struct authorisation *a, enum refusal *why, struct err *e)
{
	static const enum refusal by_state[] = {
		[CHALLENGE_GOOD] = REFUSE_NONE,
		[CHALLENGE_USED] = REFUSE_CHALLENGE_USED,
		[CHALLENGE_EXPIRED] = REFUSE_CHALLENGE_EXPIRED,
		[CHALLENGE_REVOKED] = REFUSE_CHALLENGE_REVOKED,
	};
	struct authorisation new = { .has_challenge = true };
	struct stored_challenge c;
	enum refusal unbound = REFUSE_NONE;
	bool found;

	if (!use->present || use->value.n == 0) { /* R100: empty is none */
		*a = (struct authorisation){ .granted = false };
		*why = REFUSE_NO_CHALLENGE;
		return 0;
	}
	if (look_up(ca, use->value, &c, &found, e) != 0)
		return -1;
	if (!found) {
		*a = (struct authorisation){ .granted = false };
		*why = REFUSE_CHALLENGE_UNKNOWN;
		return 0;
	}
	if (judge_bindings(ca, &c, use, &unbound, e) != 0)
		return -1;
	memcpy(new.challenge_mac, c.mac, sizeof(new.challenge_mac));
	memcpy(new.challenge_id, c.id, sizeof(new.challenge_id));
	memcpy(new.for_name, c.for_name, sizeof(new.for_name));
	memcpy(new.profile, c.profile, sizeof(new.profile));
	*why = by_state[challenge_state(&c, now)];
	if (*why == REFUSE_NONE)
		*why = unbound;
	new.granted = *why == REFUSE_NONE;
	strcpy(new.rule, c.note[0] != '\0' ? "static challenge" : "challenge");
	explain(&c, now, *why, new.detail, sizeof(new.detail));
	*a = new;
	return 0;
}

int challenge_revoke(struct ca *ca, const char *why, const char *id,
    int64_t now, struct stored_challenge *c, struct err *e)
{
	struct buf event = { 0 };
	int rc = -1;

	if (ca_store(ca, e) == 0 &&
	    audit_challenge_end(ca, why, &event, e) == 0)
		rc = store_challenge_revoke(
		    ca->store, id, now, audit_text(&event), c, e);
	buf_release(&event);
	return rc;
}

int challenge_exposed(struct ca *ca, struct span value, int64_t now,
    char id[16], bool *revoked, struct err *e)
{
	struct stored_challenge c;
	bool found;

	*revoked = false;
	if (value.n == 0)
		return 0;
	if (look_up(ca, value, &c, &found, e) != 0)
		return -1;
	if (!found)
		return 0;
	memcpy(id, c.id, sizeof(c.id));
	if (c.uses == CHALLENGE_UNLIMITED ||
	    challenge_state(&c, now) != CHALLENGE_GOOD)
		return 0;
	if (challenge_revoke(ca, "challenge-exposed", c.id, now, &c, e) != 0)
		return -1;
	*revoked = true;
	return 0;
}
