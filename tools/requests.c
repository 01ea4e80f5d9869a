#include "requests.h"

#include <string.h>

#include "der.h"
#include "cert.h"

enum { PAGE = 64 };

/* each_of - fn for a page; *stop is set when it has enough; all is released */
static void each_of(struct stored_request *page, size_t n,
    int (*fn)(const struct stored_request *r, void *arg), void *arg, bool *stop)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!*stop && fn(&page[i], arg) != 0)
			*stop = true;
		stored_request_release(&page[i]);
	}
}

int requests_each_open(struct store *st,
    int (*fn)(const struct stored_request *r, void *arg), void *arg,
    struct err *e)
{
	struct stored_request page[PAGE];
	struct pending_after after;
	bool first = true, stop = false;
	size_t n;

	do {
		if (store_pending_page(
			st, first ? NULL : &after, page, PAGE, &n, e) != 0)
			return -1;
		if (n > 0) {
			after.created_at = page[n - 1].created_at;
			after.key = page[n - 1].key;
			first = false;
		}
		each_of(page, n, fn, arg, &stop);
	} while (n == PAGE && !stop);
	return 0;
}

int requests_each(struct store *st,
    int (*fn)(const struct stored_request *r, void *arg), void *arg,
    struct err *e)
{
	struct stored_request page[PAGE];
	struct request_key after;
	bool first = true, stop = false;
	size_t n;

	do {
		if (store_request_page(
			st, first ? NULL : &after, page, PAGE, &n, e) != 0)
			return -1;
		if (n > 0) {
			after = page[n - 1].key;
			first = false;
		}
		each_of(page, n, fn, arg, &stop);
	} while (n == PAGE && !stop);
	return 0;
}

enum request_state requests_state(const struct stored_request *r, int64_t now)
{
	if (r->state == REQUEST_PENDING && r->expires_at != 0 &&
	    r->expires_at <= now)
		return REQUEST_EXPIRED;
	return r->state;
}

const char *requests_state_name(enum request_state s)
{
	switch (s) {
	case REQUEST_PENDING:
		return "pending";
	case REQUEST_GRANTED:
		return "granted";
	case REQUEST_REJECTED:
		return "rejected";
	case REQUEST_EXPIRED:
		return "expired";
	case REQUEST_APPROVED:
		return "approved";
	}
	return "unknown";
}

/* csr_name - the subject of a CSR, without reading the rest of it */
static bool csr_name(struct span csr, struct span *name)
{
	struct span whole, info;
	uint8_t tag;

	return der_next(&csr, DER_SEQUENCE, &whole, NULL) == 0 &&
	    der_next(&whole, DER_SEQUENCE, &info, NULL) == 0 &&
	    der_any(&info, NULL, NULL, NULL, NULL) == 0 &&
	    der_any(&info, &tag, NULL, name, NULL) == 0 && tag == DER_SEQUENCE;
}

bool requests_name(const struct stored_request *r, const struct stored_cert *c,
    struct span *name)
{
	struct cert_view v;

	if (r->csr.n > 0)
		return csr_name(buf_span(&r->csr), name);
	if (c == NULL || c->der.n == 0 ||
	    cert_parse(buf_span(&c->der), &v, NULL) != 0)
		return false;
	*name = v.subject;
	return true;
}

json_t *requests_id(const struct request_key *key, bool whole)
{
	char id[REQUEST_ID_SIZE + 1];

	if (request_id(key, id, NULL) != 0)
		return json_null();
	return json_stringn(id, whole ? REQUEST_ID_SIZE : REQUEST_ID_SHOWN);
}

json_t *requests_json(const struct stored_request *r,
    const struct stored_cert *c, int64_t now, bool for_people)
{
	json_t *o = json_object();
	struct span name;

	json_object_set_new(o, "id", requests_id(&r->key, !for_people));
	json_object_set_new(o, "state",
	    json_string(requests_state_name(requests_state(r, now))));
	json_object_set_new(o, "created", out_time(r->created_at));
	json_object_set_new(o, "remote",
	    r->remote[0] != '\0' ? out_text(span_str(r->remote)) : json_null());
	json_object_set_new(o, "subject",
	    requests_name(r, c, &name) ? out_name(name) : json_null());
	json_object_set_new(
	    o, "transaction", out_text(span_str(r->key.trans_id)));
	return o;
}
