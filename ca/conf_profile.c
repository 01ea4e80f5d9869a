/* The settings of [profile NAME]. */
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert.h"
#include "conf_key.h"
#include "conf_value.h"
#include "name_type.h"
#include "pattern.h"
#include "pubkey.h"
#include "purpose.h"

enum { DAY = 86400, YEAR = 365 * DAY };

static int set_days(struct conf_target *t, const char *v)
{
	unsigned n;

	if (value_number(v, 1, 36500, &n) != 0)
		return -1;
	t->profile->lifetime = (int64_t)n * DAY;
	return 0;
}

static int set_backdate(struct conf_target *t, const char *v)
{
	return value_duration(v, 0, 30 * DAY, &t->profile->backdate);
}

static int set_keys(struct conf_target *t, const char *v)
{
	bool rsa = false, ec = false;
	char word[WORD_MAX];

	while (words_next(&v, word)) {
		if (strcmp(word, "rsa") != 0 && strcmp(word, "ec") != 0)
			return -1;
		rsa |= word[0] == 'r';
		ec |= word[0] == 'e';
	}
	if (*v != '\0' || (!rsa && !ec))
		return -1;
	t->profile->rsa = rsa;
	t->profile->ec = ec;
	return 0;
}

static int set_rsa_min(struct conf_target *t, const char *v)
{
	return value_number(
	    v, PUBKEY_RSA_MIN, PUBKEY_RSA_MAX, &t->profile->rsa_min);
}

static int set_rsa_max(struct conf_target *t, const char *v)
{
	return value_number(
	    v, PUBKEY_RSA_MIN, PUBKEY_RSA_MAX, &t->profile->rsa_max);
}

static int set_rsa_exponent_min(struct conf_target *t, const char *v)
{
	return value_number(v, 3, 65537, &t->profile->rsa_exponent_min);
}

static int set_key_reuse(struct conf_target *t, const char *v)
{
	static const char *const names[] = { "refuse", "allow", NULL };
	unsigned i;

	if (value_choice(v, names, &i) != 0)
		return -1;
	t->profile->key_reuse = i == 1;
	return 0;
}

/* Those of a device; the bits of a CA are not to be had (T-23). */
static int set_key_usage(struct conf_target *t, const char *v)
{
	static const struct {
		const char *name;
		unsigned bit;
	} usages[] = {
		{ "digitalSignature", GNUTLS_KEY_DIGITAL_SIGNATURE },
		{ "nonRepudiation", GNUTLS_KEY_NON_REPUDIATION },
		{ "keyEncipherment", GNUTLS_KEY_KEY_ENCIPHERMENT },
		{ "dataEncipherment", GNUTLS_KEY_DATA_ENCIPHERMENT },
		{ "keyAgreement", GNUTLS_KEY_KEY_AGREEMENT },
	};
	const size_t n = sizeof(usages) / sizeof(usages[0]);
	unsigned all = 0;
	char word[WORD_MAX];
	size_t i;

	while (words_next(&v, word)) {
		for (i = 0; i < n && strcmp(usages[i].name, word) != 0;)
			i++;
		if (i == n)
			return -1;
		all |= usages[i].bit;
	}
	if (*v != '\0' || all == 0)
		return -1;
	t->profile->key_usage = all;
	return 0;
}

/* OIDs of the purposes; `none` is an empty list. */
static int set_purposes(struct words *list, const char *v)
{
	struct words new = { "" };
	char word[WORD_MAX];
	const char *oid;

	if (strcmp(v, "none") == 0) {
		*list = new;
		return 0;
	}
	while (words_next(&v, word)) {
		oid = purpose_oid(word);
		if (oid == NULL || !purpose_for_device(oid) ||
		    words_has(&new, oid) || words_add(&new, oid) != 0)
			return -1;
	}
	if (*v != '\0' || words_is_empty(&new))
		return -1;
	*list = new;
	return 0;
}

static int set_eku(struct conf_target *t, const char *v)
{
	return set_purposes(&t->profile->eku, v);
}

static int set_eku_allowed(struct conf_target *t, const char *v)
{
	return set_purposes(&t->profile->eku_allowed, v);
}

static int set_asked(const char *v, enum wish *asked)
{
	static const char *const names[] = {
		[WISH_GRANT] = "grant",
		[WISH_DROP] = "drop",
		[WISH_REFUSE] = "refuse",
		NULL,
	};
	unsigned i;

	if (value_choice(v, names, &i) != 0)
		return -1;
	*asked = (enum wish)i;
	return 0;
}

static int set_asked_key_usage(struct conf_target *t, const char *v)
{
	return set_asked(v, &t->profile->asked_key_usage);
}

static int set_asked_eku(struct conf_target *t, const char *v)
{
	return set_asked(v, &t->profile->asked_eku);
}

/* What nobody knows is never granted. */
static int set_asked_other(struct conf_target *t, const char *v)
{
	return strcmp(v, "grant") == 0 ? -1
				       : set_asked(v, &t->profile->asked_other);
}

static int set_san(struct conf_target *t, const char *v)
{
	static const char *const names[] = {
		[WISH_GRANT] = "yes",
		[WISH_DROP] = "drop",
		[WISH_REFUSE] = "no",
		NULL,
	};
	unsigned i;

	if (value_choice(v, names, &i) != 0)
		return -1;
	t->profile->san = (enum wish)i;
	return 0;
}

/* any and none stand alone; `subject` only where a common name can be one. */
static int set_san_rule(
    struct conf_target *t, enum san_kind kind, const char *v)
{
	struct words *rule = &t->profile->san_rule[kind], new = { "" };
	bool alone = strcmp(v, "any") == 0 || strcmp(v, "none") == 0;
	char word[WORD_MAX];

	/* a further line adds to what the first one began */
	if (!words_is(rule, "any") && !words_is(rule, "none"))
		new = *rule;
	if (alone && !words_is_empty(&new))
		return -1;
	for (const char *at = v; !alone && words_next(&at, word);)
		if (strcmp(word, "any") == 0 || strcmp(word, "none") == 0)
			return -1;
		else if (strcmp(word, "subject") == 0 &&
		    (kind == SAN_DNS || kind == SAN_EMAIL))
			continue;
		else if (san_pattern_check(kind, word, NULL) != 0)
			return -1;
	if (*v == '\0' || words_add(&new, v) != 0)
		return -1;
	*rule = new;
	return 0;
}

static int set_san_dns(struct conf_target *t, const char *v)
{
	return set_san_rule(t, SAN_DNS, v);
}

static int set_san_ip(struct conf_target *t, const char *v)
{
	return set_san_rule(t, SAN_IP, v);
}

static int set_san_email(struct conf_target *t, const char *v)
{
	return set_san_rule(t, SAN_EMAIL, v);
}

static int set_san_uri(struct conf_target *t, const char *v)
{
	return set_san_rule(t, SAN_URI, v);
}

static int set_san_upn(struct conf_target *t, const char *v)
{
	return set_san_rule(t, SAN_UPN, v);
}

static int set_san_sid(struct conf_target *t, const char *v)
{
	return set_san_rule(t, SAN_SID, v);
}

static int set_wildcard(struct conf_target *t, const char *v)
{
	return value_bool(v, &t->profile->wildcard);
}

/* Append the OIDs of attribute types. */
static int add_types(struct words *list, const char *v)
{
	struct words new = *list;
	struct name_type type;
	char word[WORD_MAX];
	bool some = false;

	while (words_next(&v, word)) {
		if (name_type_find(span_str(word), &type, NULL) != 0 ||
		    words_add(&new, type.oid) != 0)
			return -1;
		some = true;
	}
	if (*v != '\0' || !some)
		return -1;
	*list = new;
	return 0;
}

static int set_subject_required(struct conf_target *t, const char *v)
{
	return add_types(&t->profile->subject_required, v);
}

static int set_subject_allowed(struct conf_target *t, const char *v)
{
	struct words new = { "" };

	if (strcmp(v, "any") != 0) {
		if (!words_is(&t->profile->subject_allowed, "any"))
			new = t->profile->subject_allowed;
		if (add_types(&new, v) != 0)
			return -1;
	} else if (words_add(&new, v) != 0) {
		return -1;
	}
	t->profile->subject_allowed = new;
	return 0;
}

static int set_subject_fixed(struct conf_target *t, const char *v)
{
	struct buf name = { 0 };
	int rc = name_parse(v, &name, NULL);

	buf_release(&name);
	if (rc != 0 || strlen(v) >= sizeof(t->profile->subject_fixed))
		return -1;
	strcpy(t->profile->subject_fixed, v);
	return 0;
}

/* TYPE:SOURCE, kept as OID:SOURCE */
static int set_subject_derived(struct conf_target *t, const char *v)
{
	static const char *const sources[] = { "dns", "ip", "email", "uri",
		"upn", NULL };
	struct words new = t->profile->subject_derived;
	char word[WORD_MAX], both[WORD_MAX];
	struct name_type type;
	unsigned i;
	char *colon;

	while (words_next(&v, word)) {
		colon = strchr(word, ':');
		if (colon == NULL ||
		    name_type_find((struct span){ (uint8_t *)word,
				       (size_t)(colon - word) },
			&type, NULL) != 0 ||
		    value_choice(colon + 1, sources, &i) != 0)
			return -1;
		snprintf(both, sizeof(both), "%s:%s", type.oid, sources[i]);
		if (words_add(&new, both) != 0)
			return -1;
	}
	if (*v != '\0' || words_is_empty(&new))
		return -1;
	t->profile->subject_derived = new;
	return 0;
}

static int set_policies(struct conf_target *t, const char *v)
{
	struct words new = t->profile->policies;
	char word[WORD_MAX];

	while (words_next(&v, word))
		if (!is_dotted_oid(span_str(word)) || words_has(&new, word) ||
		    words_add(&new, word) != 0)
			return -1;
	if (*v != '\0' || words_is_empty(&new))
		return -1;
	t->profile->policies = new;
	return 0;
}

static int set_duplicate(struct conf_target *t, const char *v)
{
	static const char *const names[] = {
		[DUPLICATE_ALLOW] = "allow",
		[DUPLICATE_REFUSE] = "refuse",
		[DUPLICATE_PENDING] = "pending",
		NULL,
	};
	unsigned i;

	if (value_choice(v, names, &i) != 0)
		return -1;
	t->profile->duplicate = (enum duplicate)i;
	return 0;
}

static int set_supersede(struct conf_target *t, const char *v)
{
	if (strcmp(v, "never") != 0)
		return value_duration(v, 0, YEAR, &t->profile->supersede);
	t->profile->supersede = SUPERSEDE_NEVER;
	return 0;
}

#define PATTERNS "any, none, or patterns such as "

const struct conf_key conf_profile_keys[] = {
	{ "days", set_days, "a number from 1 to 36500", false },
	{ "backdate", set_backdate, "a duration such as 10m, of at most 30d",
	    false },
	{ "keys", set_keys, "rsa, ec or both", false },
	{ "rsa_min", set_rsa_min, "a number from 1024 to 4096", false },
	{ "rsa_max", set_rsa_max, "a number from 1024 to 4096", false },
	{ "rsa_exponent_min", set_rsa_exponent_min, "a number from 3 to 65537",
	    false },
	{ "key_reuse", set_key_reuse, "refuse or allow", false },
	{ "key_usage", set_key_usage,
	    "some of digitalSignature nonRepudiation keyEncipherment "
	    "dataEncipherment keyAgreement",
	    false },
	{ "ext_key_usage", set_eku,
	    "none, or purposes such as clientAuth, or their OIDs; not those "
	    "of a CA",
	    false },
	{ "ext_key_usage_allowed", set_eku_allowed,
	    "none, or purposes such as clientAuth serverAuth, or their OIDs; "
	    "not those of a CA",
	    false },
	{ "asked_key_usage", set_asked_key_usage, "grant, drop or refuse",
	    false },
	{ "asked_ext_key_usage", set_asked_eku, "grant, drop or refuse",
	    false },
	{ "asked_other", set_asked_other, "drop or refuse", false },
	{ "san", set_san, "yes, drop or no", false },
	{ "san_dns", set_san_dns, PATTERNS "*.example.com, or subject", true },
	{ "san_ip", set_san_ip, PATTERNS "192.0.2.0/24", true },
	{ "san_email", set_san_email, PATTERNS "*@example.com, or subject",
	    true },
	{ "san_uri", set_san_uri, PATTERNS "urn:example:*", true },
	{ "san_upn", set_san_upn, PATTERNS "*@corp.example.com", true },
	{ "san_sid", set_san_sid, PATTERNS "S-1-5-21-*", true },
	{ "wildcard", set_wildcard, "yes or no", false },
	{ "subject_required", set_subject_required,
	    "types of attributes such as CN serialNumber", true },
	{ "subject_allowed", set_subject_allowed,
	    "any, or types of attributes such as CN O serialNumber", true },
	{ "subject_fixed", set_subject_fixed,
	    "a name such as O=Example,C=CH (RFC 4514)", false },
	{ "subject_derived", set_subject_derived,
	    "TYPE:SOURCE such as CN:dns; SOURCE is dns, ip, email, uri or upn",
	    true },
	{ "policies", set_policies,
	    "OIDs such as 1.3.6.1.4.1.99999.1, each "
	    "once",
	    true },
	{ "duplicate", set_duplicate, "allow, refuse or pending", false },
	{ "supersede", set_supersede,
	    "never, or a duration such as 7d, of at most 365d", false },
	{ 0 },
};
