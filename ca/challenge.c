#include "challenge.h"

#include <gnutls/crypto.h>
#include <stdio.h>
#include <string.h>

#include "audit.h"

enum { VALUE_BYTES = 16, ID_BYTES = 6, STATIC_MIN = 8, NAME_BYTES_MAX = 8192 };

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

/* The name in the one form that names are compared in. */
static int normal_name(const char *name, char *out, size_t size, struct err *e)
{
	struct buf der = { 0 }, text = { 0 };
	int rc = -1;

	if (name_parse(name, &der, e) == 0 &&
	    name_text(buf_span(&der), &text, e) == 0) {
		if (text.n == 0 || text.n >= size) {
			err_set(e, ERR_INPUT,
			    "a challenge can be bound to a name of 1 to %zu "
			    "characters",
			    size - 1);
		} else {
			memcpy(out, text.p, text.n);
			out[text.n] = '\0';
			rc = 0;
		}
	}
	buf_release(&text);
	buf_release(&der);
	return rc;
}

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
	if (spec->for_name != NULL &&
	    normal_name(
		spec->for_name, new.for_name, sizeof(new.for_name), e) != 0)
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

/* R119: the names' characters are compared, not their string types. */
static int is_for(const struct stored_challenge *c, struct span subject,
    bool *right, struct err *e)
{
	struct buf text = { 0 };
	int rc;

	*right = c->for_name[0] == '\0';
	if (*right || subject.n > NAME_BYTES_MAX)
		return 0;
	rc = name_text(subject, &text, e);
	*right = rc == 0 && span_eq(buf_span(&text), span_str(c->for_name));
	buf_release(&text);
	return rc;
}

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

int challenge_authorise(struct ca *ca, bool present, struct span value,
    struct span subject, int64_t now, struct authorisation *a,
    enum refusal *why, struct err *e)
{
	static const enum refusal by_state[] = {
		[CHALLENGE_GOOD] = REFUSE_NONE,
		[CHALLENGE_USED] = REFUSE_CHALLENGE_USED,
		[CHALLENGE_EXPIRED] = REFUSE_CHALLENGE_EXPIRED,
		[CHALLENGE_REVOKED] = REFUSE_CHALLENGE_REVOKED,
	};
	struct authorisation new = { .has_challenge = true };
	struct stored_challenge c;
	bool right, found;

	if (!present || value.n == 0) { /* R100: empty counts as none */
		*a = (struct authorisation){ .granted = false };
		*why = REFUSE_NO_CHALLENGE;
		return 0;
	}
	if (look_up(ca, value, &c, &found, e) != 0)
		return -1;
	if (!found) {
		*a = (struct authorisation){ .granted = false };
		*why = REFUSE_CHALLENGE_UNKNOWN;
		return 0;
	}
	if (is_for(&c, subject, &right, e) != 0)
		return -1;
	memcpy(new.challenge_mac, c.mac, sizeof(new.challenge_mac));
	memcpy(new.challenge_id, c.id, sizeof(new.challenge_id));
	*why = by_state[challenge_state(&c, now)];
	if (*why == REFUSE_NONE && !right)
		*why = REFUSE_CHALLENGE_NAME;
	new.granted = *why == REFUSE_NONE;
	explain(&c, now, *why, new.detail, sizeof(new.detail));
	new.name_bound = c.for_name[0] != '\0';
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
