/*
 * scepca crl - the list of revoked certificates.
 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crl.h"
#include "crl_cmd.h"
#include "scepca.h"

int crl_describe(struct ca *ca, int64_t now, json_t **doc, struct err *e)
{
	struct buf der = { .max = CRL_MAX };
	struct span left, serial;
	char path[HOME_PATH_MAX];
	struct crl_view v;
	int64_t revoked_at;
	unsigned reason;
	size_t n = 0;
	int rc = -1;

	if (crl_current(ca, now, &der, NULL, e) != 0 ||
	    crl_parse(buf_span(&der), &v, e) != 0 ||
	    home_path(ca->home, HOME_PUBLIC_CRL, path, e) != 0)
		goto out;
	for (left = v.entries; left.n > 0; n++)
		if (crl_entry_next(&left, &serial, &revoked_at, &reason, e) !=
		    0)
			goto out;
	*doc = json_object();
	json_object_set_new(*doc, "number", json_integer(v.number));
	json_object_set_new(*doc, "this_update", out_time(v.this_update));
	json_object_set_new(*doc, "next_update", out_time(v.next_update));
	json_object_set_new(*doc, "entries", json_integer((json_int_t)n));
	json_object_set_new(*doc, "file", out_text(span_str(path)));
	rc = 0;
out:
	buf_release(&der);
	return rc;
}

int crl_follow(struct ca *ca, int64_t now, bool *made, struct err *e)
{
	enum { TRIES = 5 };
	struct crl_state s;
	int i;

	for (i = 0; i < TRIES; i++) {
		if (i > 0)
			sleep(1);
		if (crl_publish(ca, now + i, false, made, e) != 0)
			return -1;
		if (*made)
			return 0;
		if (store_crl_state(ca->store, &s, e) != 0)
			return -1;
		if (!s.changed)
			return 0;
	}
	return err_set(e, ERR_BUSY,
	    "another process has been making the CRL for %d seconds", TRIES);
}

int run_crl(const struct opts *o, struct out *out)
{
	static const struct out_field fields[] = {
		{ "made", "made now", 0 },
		{ "number", "number", 0 },
		{ "this_update", "from", 0 },
		{ "next_update", "until", 0 },
		{ "entries", "entries", 0 },
		{ "file", "file", 0 },
	};
	int64_t now = time(NULL);
	json_t *doc = NULL;
	bool made = false;
	struct ca *ca;
	struct err e;
	int rc = scepca_open(o, out, &ca);

	if (rc != EXIT_DONE)
		return rc;
	if (crl_publish(ca, now, opt_value(o, "now") != NULL, &made, &e) == 0 &&
	    crl_describe(ca, now, &doc, &e) == 0) {
		json_object_set_new(doc, "made", json_boolean(made));
		out_fields(
		    out, NULL, fields, sizeof(fields) / sizeof(fields[0]), doc);
	} else {
		rc = out_error(out, &e);
	}
	ca_close(ca);
	return rc;
}
