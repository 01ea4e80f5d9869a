/* Subject alternative names (RFC 5280, 4.2.1.6; security.md T-23). */
#include <arpa/inet.h>
#include <string.h>

#include "dns_name.h"
#include "policy_part.h"

/* Octets of one name; a host name has at most 253 anyway. */
enum { NAME_MAX_OCTETS = 1024 };

/* Identifier octets of GeneralName. */
enum { NAME_OTHER = 0xa0, NAME_IP = 0x87 };

/* One name that is judged. */
struct name {
	enum san_kind kind;
	struct span value;
	unsigned at; /* its place, from 1 on */
};

static bool is_wildcard(const struct name *n)
{
	return n->kind == SAN_DNS && n->value.n > 2 && n->value.p[0] == '*' &&
	    n->value.p[1] == '.';
}

/* One @ with something on both sides. */
static bool is_mailbox(struct span s)
{
	const uint8_t *at = memchr(s.p, '@', s.n);

	return at != NULL && at > s.p && at + 1 < s.p + s.n &&
	    memchr(at + 1, '@', (size_t)(s.p + s.n - at - 1)) == NULL;
}

/* IA5String as RFC 5280 has it in names: no control character, no blank. */
static bool is_plain(struct span s)
{
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return true;
}

static bool is_address(struct span s)
{
	char text[INET_ADDRSTRLEN];
	uint8_t b[4];

	if (s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return inet_pton(AF_INET, text, b) == 1;
}

/* A URI is absolute (RFC 5280, 4.2.1.6): it begins with a scheme. */
static bool is_absolute(struct span s)
{
	const uint8_t *colon = memchr(s.p, ':', s.n);

	if (colon == NULL || (s.p[0] | 0x20) < 'a' || (s.p[0] | 0x20) > 'z')
		return false;
	for (const uint8_t *p = s.p; p < colon; p++)
		if ((*p < '0' || *p > '9') && strchr("+-.", *p) == NULL &&
		    ((*p | 0x20) < 'a' || (*p | 0x20) > 'z'))
			return false;
	return colon + 1 < s.p + s.n;
}

static const char *wrong_host(const struct name *n)
{
	struct span host = n->value;

	if (is_wildcard(n))
		host = (struct span){ host.p + 2, host.n - 2 };
	if (is_address(host))
		return "an address, which is an IP name";
	return dns_name_ok(n->value) ? NULL : "no host name";
}

/* UPN is the one kind whose text may be beyond ASCII. */
static int wrong_upn(struct span value, const char **wrong, struct err *e)
{
	struct buf text = { 0 };
	int rc = policy_text(DER_UTF8, value, &text, wrong, e);

	if (rc == 0 && *wrong == NULL && !is_mailbox(value))
		*wrong = "no USER@DOMAIN";
	buf_release(&text);
	return rc;
}

/* *wrong: why there is no such name, or NULL. */
static int check_syntax(const struct name *n, const char **wrong, struct err *e)
{
	*wrong = NULL;
	if (n->kind == SAN_IP)
		return 0;
	if (n->value.n > NAME_MAX_OCTETS) {
		*wrong = "too long";
		return 0;
	}
	if (n->kind == SAN_UPN)
		return wrong_upn(n->value, wrong, e);
	if (!is_plain(n->value))
		*wrong = "empty, or not of printable ASCII";
	else if (n->kind == SAN_DNS)
		*wrong = wrong_host(n);
	else if (n->kind == SAN_EMAIL && !is_mailbox(n->value))
		*wrong = "no USER@DOMAIN";
	else if (n->kind == SAN_URI && !is_absolute(n->value))
		*wrong = "no absolute URI";
	else if (n->kind == SAN_SID &&
	    !san_pattern_match(SAN_SID, "S-1-*", n->value))
		*wrong = "no security identifier";
	return 0;
}

/* Is `text` one of the common names of a subject that was found well formed? */
static int is_common_name(
    struct span subject, struct span text, bool *is, struct err *e)
{
	struct name_left left;
	struct name_attribute a;
	struct buf cn = { 0 };
	const char *wrong;

	*is = false;
	for (name_begin(subject, &left); !*is && name_next(&left, &a);) {
		if (strcmp(a.oid, OID_COMMON_NAME) != 0)
			continue;
		buf_cut(&cn, 0);
		if (policy_text(a.tag, a.value, &cn, &wrong, e) != 0) {
			buf_release(&cn);
			return -1;
		}
		*is = wrong == NULL && text_same(buf_span(&cn), text);
	}
	buf_release(&cn);
	return 0;
}

/*
 * A wildcard name is more than one, and no pattern matches it but the very
 * same text.
 */
static bool match_word(const struct name *n, const char *word)
{
	if (is_wildcard(n))
		return text_same(n->value, span_str(word));
	return san_pattern_match(n->kind, word, n->value);
}

static int is_allowed(const struct name *n, struct span subject,
    const struct profile *p, bool *yes, struct err *e)
{
	const char *at = p->san_rule[n->kind].text;
	char word[WORD_MAX];

	*yes = false;
	while (!*yes && words_next(&at, word)) {
		if (strcmp(word, "any") == 0)
			*yes = true;
		else if (strcmp(word, "subject") == 0) {
			if (is_common_name(subject, n->value, yes, e) != 0)
				return -1;
		} else if (strcmp(word, "none") != 0)
			*yes = match_word(n, word);
	}
	return 0;
}

static const char *name_shown(const struct name *n, char out[SHOWN_SIZE])
{
	if (n->kind != SAN_IP)
		return shown(n->value, out);
	return inet_ntop(n->value.n == 4 ? AF_INET : AF_INET6, n->value.p, out,
		   SHOWN_SIZE) != NULL
	    ? out
	    : "";
}

static int judge_name(const struct name *n, struct span subject,
    const struct profile *p, struct verdict *v, struct err *e)
{
	const char *kind = san_kind_name(n->kind), *wrong;
	char text[SHOWN_SIZE];
	bool yes;

	if (check_syntax(n, &wrong, e) != 0 ||
	    is_allowed(n, subject, p, &yes, e) != 0)
		return -1;
	if (wrong != NULL)
		refuse(v, REFUSE_SAN, "name %u: %s %s is %s", n->at, kind,
		    name_shown(n, text), wrong);
	else if (is_wildcard(n) && !p->wildcard)
		refuse(v, REFUSE_SAN,
		    "name %u: dns %s: wildcard is no in [profile %s]", n->at,
		    name_shown(n, text), p->name);
	else if (!yes)
		refuse(v, REFUSE_SAN,
		    "name %u: %s %s is not allowed by san_%s of [profile %s]",
		    n->at, kind, name_shown(n, text), kind, p->name);
	return 0;
}

static void refuse_type(
    uint8_t tag, struct span body, unsigned at, struct verdict *v)
{
	if (tag == NAME_OTHER)
		refuse(v, REFUSE_SAN,
		    "name %u: of other names only a well formed UPN is granted",
		    at);
	else if (tag == NAME_IP)
		refuse(v, REFUSE_SAN, "name %u: an IP address of %zu bytes", at,
		    body.n);
	else
		refuse(v, REFUSE_SAN,
		    "name %u: type [%u] is not granted; DNS, IP, e-mail, URI "
		    "and UPN are",
		    at, tag & 0x1fU);
}

int policy_san(struct span names, struct span subject, const struct profile *p,
    struct verdict *v, struct err *e)
{
	struct span list, body;
	struct name n = { .at = 0 };
	uint8_t tag;

	if (der_next(&names, DER_SEQUENCE, &list, NULL) != 0 || names.n != 0 ||
	    list.n == 0) {
		refuse(v, REFUSE_SAN, "empty or malformed");
		return 0;
	}
	while (list.n > 0 && v->why == REFUSE_NONE) {
		if (++n.at > POLICY_SAN_MAX)
			refuse(v, REFUSE_SAN, "over %d names", POLICY_SAN_MAX);
		else if (der_any(&list, &tag, &body, NULL, NULL) != 0)
			refuse(v, REFUSE_SAN, "name %u: malformed", n.at);
		else if (!san_read(tag, body, &n.kind, &n.value))
			refuse_type(tag, body, n.at, v);
		else if (judge_name(&n, subject, p, v, e) != 0)
			return -1;
	}
	return 0;
}

bool policy_san_follows(const struct grantable *g, struct span subject)
{
	struct span names = g->san, list, body, value;
	enum san_kind kind;
	uint8_t tag;
	bool is;

	if (g->san.n == 0)
		return true;
	if (der_next(&names, DER_SEQUENCE, &list, NULL) != 0)
		return false;
	while (list.n > 0)
		if (der_any(&list, &tag, &body, NULL, NULL) != 0 ||
		    !san_read(tag, body, &kind, &value) || kind != SAN_DNS ||
		    is_common_name(subject, value, &is, NULL) != 0 || !is)
			return false;
	return true;
}
