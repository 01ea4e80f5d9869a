/*
 * The name that is granted, not the one that was asked for, is what counts:
 * for names that are taken, requests sent once more, renewals, and the CA's
 * own (R143, R145; security.md T-21, T-25).
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "scene.h"
#include "store_revoke.h"
#include "world.h"

#define RULES                                        \
	"[profile default]\nsubject_fixed = O=Lab\n" \
	"duplicate = refuse\n"

static void ask_for(const struct client *who, struct ask q, enum scep_status s,
    enum refusal why, const char *step)
{
	char value[CHALLENGE_TEXT_SIZE + 1];
	const struct challenge_spec spec = { .uses = 1,
		.expires_at = TEST_NOW + 3600 };
	struct result r;

	ca_home_challenge(&h, &spec, value);
	q.challenge = value;
	client_enrol(who, &h, &q, &r);
	cr_expect_eq(r.answer.status, s, "%s: %d, %s (%s)", step,
	    r.answer.status, refusal_entry(r.ev.refusal)->code, r.ev.detail);
	cr_expect_eq(r.ev.refusal, why, "%s: %s", step,
	    refusal_entry(r.ev.refusal)->code);
	result_release(&r);
}

/* From now on `who` signs with the first certificate, or with its renewal. */
static void adopt(struct client *who, bool renewal)
{
	struct stored_cert page[4];
	size_t n, found = 0;

	ok(store_cert_page(h.ca->store, NULL, page, COUNT(page), &n, e));
	for (size_t i = 0; i < n; i++) {
		if ((page[i].renews.n != 0) == renewal) {
			client_adopt(who, NULL, buf_span(&page[i].der));
			found++;
		}
		stored_cert_release(&page[i]);
	}
	cr_assert_eq(found, 1);
}

static void ask(const struct client *who, const char *id, enum scep_status s,
    enum refusal why, const char *step)
{
	ask_for(who, (struct ask){ .trans_id = id }, s, why, step);
}

Test(granted_name, is_the_one_that_is_taken)
{
	struct client plain, whole, wrong;

	begin(CA_RSA, RULES);
	client_make(&plain, "dev2", "rsa:2048", "CN=r1");
	client_make(&whole, "dev3", "rsa:2048", "CN=r1,O=Lab");
	client_make(&wrong, "dev4", "rsa:2048", "CN=r1,O=Other");
	ask(&plain, "a", SCEP_SUCCESS, REFUSE_NONE, "first");
	ask(&whole, "b", SCEP_FAILURE, REFUSE_DUPLICATE, "the same in full");
	ask(&wrong, "c", SCEP_FAILURE, REFUSE_SUBJECT, "another O");
	cr_expect_eq(ca_home_certs(&h), 1);
	client_release(&plain);
	client_release(&whole);
	client_release(&wrong);
	end();
}

/* RFC 5280, 7.1: what blanks make of a name is no other name. */
Test(granted_name, has_no_blanks_that_count)
{
	static const char *const same[] = { "CN=r 1", "CN=r  1", "CN=\\ r 1",
		"CN=r 1\\ ", "CN=r   1 \\ ", "CN=R 1  \\ " };
	static const char *const others[] = { "CN=r1", "CN=r 1\\,x",
		"CN=r 1\\\\" };
	struct client device;
	char id[8];

	begin(CA_RSA, "[profile default]\nduplicate = refuse\n");
	for (size_t i = 0; i < COUNT(same); i++) {
		snprintf(id, sizeof(id), "s%zu", i);
		client_make(
		    &device, i % 2 == 0 ? "dev2" : "dev3", "rsa:2048", same[i]);
		ask(&device, id, i == 0 ? SCEP_SUCCESS : SCEP_FAILURE,
		    i == 0 ? REFUSE_NONE : REFUSE_DUPLICATE, same[i]);
		client_release(&device);
	}
	for (size_t i = 0; i < COUNT(others); i++) {
		char key[] = { 'o', (char)('0' + i), '\0' };

		client_make(&device, key, "rsa:2048", others[i]);
		ask(&device, key, SCEP_SUCCESS, REFUSE_NONE, others[i]);
		client_release(&device);
	}
	end();
}

static void revoke_first(enum crl_reason reason)
{
	enum revoke_outcome outcome;
	struct stored_cert page, got;
	size_t n;

	ok(store_cert_page(h.ca->store, NULL, &page, 1, &n, e));
	cr_assert_eq(n, 1);
	ok(store_revoke(h.ca->store, &page.serial, reason, TEST_NOW, NULL,
	    &outcome, &got, e));
	stored_cert_release(&page);
	stored_cert_release(&got);
}

/* On hold it has the name still: to enrol anew is not to end the hold. */
Test(granted_name, is_taken_on_hold)
{
	struct client whole;

	begin(CA_RSA, RULES);
	client_make(&whole, "dev3", "rsa:2048", "CN=r1,O=Lab");
	ask(&whole, "a", SCEP_SUCCESS, REFUSE_NONE, "first");
	revoke_first(REASON_CERTIFICATE_HOLD);
	ask(&whole, "b", SCEP_FAILURE, REFUSE_DUPLICATE, "on hold");
	revoke_first(REASON_SUPERSEDED);
	ask(&whole, "c", SCEP_SUCCESS, REFUSE_NONE, "revoked");
	client_release(&whole);
	end();
}

/* The very bytes once more get the same certificate; a renewal its name. */
Test(granted_name, comes_again)
{
	const struct ask q = { .challenge = challenge };
	struct buf msg = { 0 };
	struct client device;
	struct result first, second;

	begin(CA_RSA, RULES);
	client_make(&device, "dev2", "rsa:2048", "CN=r1");
	client_ask(&device, &h, &q, &msg);
	client_send(&device, &h, &q, buf_span(&msg), TEST_NOW, &first);
	granted(&first);
	client_send(&device, &h, &q, buf_span(&msg), TEST_NOW, &second);
	granted(&second);
	cr_expect_eq(ca_home_certs(&h), 1);
	cr_expect(span_eq(buf_span(&first.cert), buf_span(&second.cert)));
	client_adopt(&device, NULL, buf_span(&first.cert));
	ask(&device, "r", SCEP_SUCCESS, REFUSE_NONE, "renewal");
	cr_expect_eq(ca_home_certs(&h), 2);
	result_release(&first);
	result_release(&second);
	buf_release(&msg);
	client_release(&device);
	end();
}

/* Without a subject, for these names. */
static void ask_names(const struct client *who, const char *id,
    struct span names, enum scep_status s, enum refusal why, const char *step)
{
	struct buf extensions = { 0 };
	struct ask q = { .trans_id = id, .subject = SPAN_LIT("\x30\x00") };

	ok(extension_put(&extensions, "2.5.29.17", false, names, e));
	q.extensions = buf_span(&extensions);
	ask_for(who, q, s, why, step);
	buf_release(&extensions);
}

#define A          \
	"\x82\x04" \
	"a.de"
#define B          \
	"\x82\x04" \
	"b.de"
static const struct span a = BYTES("\x30\x06" A), b = BYTES("\x30\x06" B),
			 ab = BYTES("\x30\x0c" A B), ba = BYTES("\x30\x0c" B A),
			 again = BYTES("\x30\x12" B A B),
			 big = BYTES("\x30\x06\x82\x04"
				     "A.DE"),
			 ip = BYTES("\x30\x06\x87\x04"
				    "a.de"),
			 big_ip = BYTES("\x30\x06\x87\x04"
					"A.DE");

/* Where there is no subject, the alternative names are the name. */
Test(granted_name, without_a_subject)
{
	begin(CA_RSA,
	    "[profile default]\nduplicate = refuse\n"
	    "key_reuse = allow\nsan_dns = any\nsan_ip = any\n");
	ask_names(&c, "1", a, SCEP_SUCCESS, REFUSE_NONE, "first");
	ask_names(&c, "2", a, SCEP_FAILURE, REFUSE_DUPLICATE, "once more");
	ask_names(&c, "3", big, SCEP_FAILURE, REFUSE_DUPLICATE, "upper case");
	ask_names(&c, "4", b, SCEP_SUCCESS, REFUSE_NONE, "another");
	ask_names(&c, "5", ab, SCEP_SUCCESS, REFUSE_NONE, "both");
	ask_names(&c, "6", ba, SCEP_FAILURE, REFUSE_DUPLICATE, "turned round");
	ask_names(&c, "7", again, SCEP_FAILURE, REFUSE_DUPLICATE, "twice");
	ask_names(&c, "8", ip, SCEP_SUCCESS, REFUSE_NONE, "an address");
	ask_names(&c, "9", big_ip, SCEP_SUCCESS, REFUSE_NONE, "is no text");
	cr_expect_eq(ca_home_certs(&h), 5);
	end();
}

/* T-22: nor has everybody without a subject one key. */
Test(granted_name, without_a_subject_a_key)
{
	struct client other;

	begin(CA_RSA, "[profile default]\nsan_dns = any\n");
	client_make(&other, "dev2", "rsa:2048", NAME);
	ask_names(&c, "1", a, SCEP_SUCCESS, REFUSE_NONE, "first");
	ask_names(&c, "2", b, SCEP_FAILURE, REFUSE_KEY_TAKEN, "another name");
	ask_names(&c, "3", a, SCEP_SUCCESS, REFUSE_NONE, "its own");
	ask_names(&other, "4", b, SCEP_SUCCESS, REFUSE_NONE, "another key");
	client_release(&other);
	end();
}

/* A renewal may leave names out, and it is the key of nobody else for that. */
Test(granted_name, without_a_subject_fewer)
{
	struct client stranger, device;

	begin(CA_RSA, "[profile default]\nsan_dns = any\nsan_ip = any\n");
	client_make(&stranger, "dev1", "rsa:2048", NAME);
	client_make(&device, "dev1", "rsa:2048", NAME);
	ask_names(&device, "1", ab, SCEP_SUCCESS, REFUSE_NONE, "first");
	adopt(&device, false);
	ask_names(&stranger, "2", a, SCEP_FAILURE, REFUSE_KEY_TAKEN,
	    "not as a renewal");
	ask_names(&device, "3", a, SCEP_SUCCESS, REFUSE_NONE, "fewer");
	ask_names(&device, "4", b, SCEP_SUCCESS, REFUSE_NONE, "others");
	h.ca->conf.offline = true;
	ask_names(&device, "5", ba, SCEP_PENDING, REFUSE_NONE, "waits");
	h.ca->conf.offline = false;
	ask_names(&device, "5", ba, SCEP_SUCCESS, REFUSE_NONE, "granted");
	client_release(&stranger);
	client_release(&device);
	end();
}

/* What has fewer is renewed in its turn, beside the first, and to no more. */
Test(granted_name, without_a_subject_fewer_again)
{
	begin(CA_RSA, "[profile default]\nsan_dns = any\n");
	ask_names(&c, "1", ab, SCEP_SUCCESS, REFUSE_NONE, "first");
	adopt(&c, false);
	ask_names(&c, "2", a, SCEP_SUCCESS, REFUSE_NONE, "fewer");
	adopt(&c, true);
	ask_names(&c, "3", a, SCEP_SUCCESS, REFUSE_NONE, "once more");
	ask_names(&c, "4", ab, SCEP_FAILURE, REFUSE_RENEWAL_NAME, "all again");
	end();
}

/* That holds for the name which is renewed, and for no further one. */
Test(granted_name, without_a_subject_fewer_of_two)
{
	begin(CA_RSA,
	    "[profile default]\nkey_reuse = allow\nsan_dns = any\n"
	    "san_ip = any\n");
	ask_names(&c, "1", ab, SCEP_SUCCESS, REFUSE_NONE, "first");
	{
		struct client device;

		client_make(&device, "dev1", "rsa:2048", NAME);
		adopt(&device, false);
		ask_names(&c, "2", ip, SCEP_SUCCESS, REFUSE_NONE, "a second");
		h.ca->conf.profile.key_reuse = false;
		ask_names(&device, "3", a, SCEP_FAILURE, REFUSE_KEY_TAKEN,
		    "the key of the second");
		client_release(&device);
	}
	end();
}

/* What waited, and a renewal, have the name, too. */
Test(granted_name, without_a_subject_later)
{
	struct stored_cert page[4];
	struct client device;
	size_t n;

	begin(CA_RSA, "[profile default]\nsan_dns = any\n");
	client_make(&device, "dev2", "rsa:2048", NAME);
	h.ca->conf.offline = true;
	ask_names(&device, "w", a, SCEP_PENDING, REFUSE_NONE, "waits");
	h.ca->conf.offline = false;
	ask_names(&device, "w", a, SCEP_SUCCESS, REFUSE_NONE, "is granted");
	adopt(&device, false);
	ask_names(&device, "r", a, SCEP_SUCCESS, REFUSE_NONE, "renewal");
	ok(store_cert_page(h.ca->store, NULL, page, COUNT(page), &n, e));
	cr_assert_eq(n, 2);
	cr_expect_arr_eq(page[0].name_hash, page[1].name_hash, 32);
	cr_expect_arr_neq(page[0].name_hash, (uint8_t[32]){ 0 }, 32);
	stored_cert_release(&page[0]);
	stored_cert_release(&page[1]);
	client_release(&device);
	end();
}

/*
 * A renewal asks for the name that was derived: what is not in subject_allowed
 * is the profile's own, and the names that it comes from are kept.
 */
Test(granted_name, derived_is_renewed)
{
	struct buf cn = { 0 }, other = { 0 };
	struct stored_cert page[8];
	size_t n;
	struct ask q = { .trans_id = "r1" };

	begin(CA_RSA,
	    "[profile default]\nsubject_derived = CN:dns\n"
	    "subject_allowed = OU\n");
	ok(name_parse("CN=a.de", &cn, e));
	ok(name_parse("CN=b.de", &other, e));
	q.subject = buf_span(&cn);
	ask_for(&c, q, SCEP_FAILURE, REFUSE_SUBJECT, "without that name");
	ask_names(&c, "1", a, SCEP_SUCCESS, REFUSE_NONE, "first");
	adopt(&c, false);
	ask_for(&c, q, SCEP_SUCCESS, REFUSE_NONE, "in full");
	q.subject = buf_span(&other);
	q.trans_id = "r2";
	ask_for(&c, q, SCEP_FAILURE, REFUSE_SUBJECT, "another's");
	/* and one that leaves it to the profile again */
	q.subject = SPAN_LIT("\x30\x00");
	q.trans_id = "r3";
	ask_for(&c, q, SCEP_SUCCESS, REFUSE_NONE, "nothing");
	ask_names(&c, "r4", b, SCEP_FAILURE, REFUSE_RENEWAL_NAME, "others");
	ok(store_cert_page(h.ca->store, NULL, page, COUNT(page), &n, e));
	cr_expect_eq(n, 3);
	for (size_t i = 1; i < n; i++)
		cr_expect_arr_eq(page[0].name_hash, page[i].name_hash, 32);
	for (size_t i = 0; i < n; i++)
		stored_cert_release(&page[i]);
	buf_release(&cn);
	buf_release(&other);
	end();
}

/* The same where the operator is asked in between. */
Test(granted_name, derived_is_renewed_later)
{
	struct buf cn = { 0 };
	struct ask q = { .trans_id = "r1" };

	begin(CA_RSA,
	    "[profile default]\nsubject_derived = CN:dns\n"
	    "subject_allowed = OU\n");
	ok(name_parse("CN=a.de", &cn, e));
	q.subject = buf_span(&cn);
	ask_names(&c, "1", a, SCEP_SUCCESS, REFUSE_NONE, "first");
	adopt(&c, false);
	h.ca->conf.offline = true;
	ask_for(&c, q, SCEP_PENDING, REFUSE_NONE, "waits");
	h.ca->conf.offline = false;
	ask_for(&c, q, SCEP_SUCCESS, REFUSE_NONE, "granted");
	buf_release(&cn);
	end();
}
