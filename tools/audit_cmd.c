/*
 * scepca audit verify - is the audit log what the CA has written (T-61)?
 */
#include "audit_verify.h"
#include "scepca.h"

/* of_report - what scripts read */
static json_t *of_report(const struct audit_report *r)
{
	struct span chain = { r->head.chain, sizeof(r->head.chain) };
	json_t *doc = json_object();

	json_object_set_new(doc, "good", json_boolean(!r->broken));
	json_object_set_new(doc, "lines", json_integer(r->lines));
	json_object_set_new(doc, "waiting", json_integer(r->waiting));
	json_object_set_new(doc, "number", json_integer(r->head.seq));
	json_object_set_new(doc, "chain", out_hex(chain));
	json_object_set_new(
	    doc, "line", r->broken ? json_integer(r->line) : json_null());
	json_object_set_new(
	    doc, "should_be", r->broken ? json_integer(r->seq) : json_null());
	json_object_set_new(
	    doc, "what", r->broken ? out_text(span_str(r->what)) : json_null());
	return doc;
}

int run_audit_verify(const struct opts *o, struct out *out)
{
	static const struct out_field fields[] = {
		{ "lines", "good lines", 0 },
		{ "waiting", "waiting", 0 },
		{ "number", "last number", 0 },
		{ "chain", "its chain", 0 },
	};
	struct audit_report r;
	struct ca *ca;
	struct err e;
	int rc = scepca_open(o, out, &ca);

	if (rc != EXIT_DONE)
		return rc;
	if (audit_verify(ca, false, &r, &e) != 0) {
		rc = out_error(out, &e);
	} else {
		out_fields(out, NULL, fields,
		    sizeof(fields) / sizeof(fields[0]), of_report(&r));
		if (r.broken) {
			out_complain(out,
			    "line %lld of " HOME_AUDIT ", which should have "
			    "number %lld, %s",
			    (long long)r.line, (long long)r.seq, r.what);
			rc = EXIT_REFUSED;
		}
	}
	ca_close(ca);
	return rc;
}
