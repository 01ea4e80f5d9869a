#include "server_caps.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	size_t offset; /* of its flag */
} keywords[] = {
	{ "AES", offsetof(struct server_caps, aes) },
	{ "DES3", offsetof(struct server_caps, des3) },
	{ "SHA-1", offsetof(struct server_caps, sha1) },
	{ "SHA-256", offsetof(struct server_caps, sha256) },
	{ "SHA-384", offsetof(struct server_caps, sha384) },
	{ "SHA-512", offsetof(struct server_caps, sha512) },
	{ "POSTPKIOperation", offsetof(struct server_caps, post) },
	{ "Renewal", offsetof(struct server_caps, renewal) },
	{ "GetNextCACert", offsetof(struct server_caps, next_ca) },
	{ "SCEPStandard", offsetof(struct server_caps, standard) },
};

static void take_keyword(struct span word, struct server_caps *c)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strlen(keywords[i].name) == word.n &&
		    strncasecmp(
			keywords[i].name, (const char *)word.p, word.n) == 0)
			*(bool *)((char *)c + keywords[i].offset) = true;
}

static bool is_blank(uint8_t ch)
{
	return ch == ' ' || ch == '\t' || ch == '\r';
}

void server_caps_parse(struct span body, struct server_caps *c)
{
	struct span line;

	*c = (struct server_caps){ 0 };
	while (body.n > 0) {
		const uint8_t *lf = memchr(body.p, '\n', body.n);

		line.p = body.p;
		line.n = lf != NULL ? (size_t)(lf - body.p) : body.n;
		body.p += line.n + (lf != NULL);
		body.n -= line.n + (lf != NULL);
		while (line.n > 0 && is_blank(line.p[line.n - 1]))
			line.n--;
		while (line.n > 0 && is_blank(line.p[0]))
			line = (struct span){ line.p + 1, line.n - 1 };
		take_keyword(line, c);
	}
	if (c->standard) /* RFC 8894, 3.5.2 */
		c->aes = c->post = c->sha256 = true;
}

const struct alg_digest *server_caps_digest(const struct server_caps *c)
{
	return alg_digest_by_name(c->sha256 ? "SHA-256"
		: c->sha512		    ? "SHA-512"
		: c->sha384		    ? "SHA-384"
					    : "SHA-1");
}

const struct alg_cipher *server_caps_cipher(const struct server_caps *c)
{
	return alg_cipher_by_name(c->aes ? "AES-128-CBC" : "DES-EDE3-CBC");
}
