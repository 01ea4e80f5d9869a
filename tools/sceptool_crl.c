/* Revocation lists as people read them. */
#include "crl.h"
#include "sceptool.h"

const struct out_field crl_fields[] = {
	{ "issuer", "issuer", 0 },
	{ "number", "number", 0 },
	{ "this_update", "made", 0 },
	{ "next_update", "next", 0 },
	{ "revoked", "revoked", 0 },
};
const size_t n_crl_fields = sizeof(crl_fields) / sizeof(crl_fields[0]);

static json_t *problem(const struct err *e)
{
	return json_pack("{s:o}", "problem", out_text(span_str(e->text)));
}

json_t *show_crl(struct span der)
{
	json_int_t revoked = 0;
	struct crl_view v;
	struct span left, serial;
	unsigned reason;
	int64_t at;
	struct err e;

	if (crl_parse(der, &v, &e) != 0)
		return problem(&e);
	for (left = v.entries; left.n > 0; revoked++)
		if (crl_entry_next(&left, &serial, &at, &reason, &e) != 0)
			return problem(&e);
	return json_pack("{s:o, s:o, s:o, s:o, s:I}", "issuer",
	    out_name(v.issuer), "number",
	    v.number >= 0 ? json_integer(v.number) : json_null(), "this_update",
	    out_time(v.this_update), "next_update", out_time(v.next_update),
	    "revoked", revoked);
}

/* "keyCompromise (1)", as far as the code is known (RFC 5280, 5.3.1). */
static json_t *show_reason(unsigned reason)
{
	static const char *const names[] = { "unspecified", "keyCompromise",
		"cACompromise", "affiliationChanged", "superseded",
		"cessationOfOperation", "certificateHold", NULL,
		"removeFromCRL", "privilegeWithdrawn", "aACompromise" };

	if (reason < sizeof(names) / sizeof(names[0]) && names[reason] != NULL)
		return json_sprintf("%s (%u)", names[reason], reason);
	return json_sprintf("%u", reason);
}

json_t *show_crl_entries(struct span der)
{
	json_t *list = json_array();
	struct crl_view v;
	struct span serial;
	unsigned reason;
	int64_t at;

	if (crl_parse(der, &v, NULL) != 0)
		return list;
	while (v.entries.n > 0 &&
	    crl_entry_next(&v.entries, &serial, &at, &reason, NULL) == 0)
		json_array_append_new(list,
		    json_pack("{s:o, s:o, s:o}", "serial", out_hex(serial),
			"revoked_at", out_time(at), "reason",
			show_reason(reason)));
	return list;
}
