/* The seeds that are no messages: names, strings, wishes, queries, records. */
#include <stdio.h>
#include <string.h>

#include "audit_line.h"
#include "rec.h"
#include "scep_msg.h"
#include "seeds.h"

static void make_names(void)
{
	static const char *const texts[] = {
		"CN=r1",
		SEEDS_SUBJECT,
		"CN=Z\xc3\xbcrich,DC=example,DC=net",
		"2.5.4.99=#0c0161,CN=a+CN=b",
	};
	struct buf name = { 0 };
	char file[20];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(file, sizeof(file), "text%zu", i);
		save("name", file, span_str(texts[i]));
		buf_cut(&name, 0);
		if (name_parse(texts[i], &name, NULL) != 0)
			continue;
		snprintf(file, sizeof(file), "der%zu", i);
		save("name", file, buf_span(&name));
		save("der", file, buf_span(&name));
	}
	buf_release(&name);
}

/* A pattern, a NUL, and what may match it: fuzz_name_pattern.c. */
static void make_patterns(void)
{
	static const struct {
		const char *pattern, *subject;
	} names[] = {
		{ "CN=r1", "CN=r1" },
		{ "CN=*.b.example,O=Lab\\, West",
		    "CN=r1.b.example,O=LAB\\, West" },
		{ "CN=*+serialNumber=4*", "serialNumber=4711+CN=r1" },
		{ "1.2.3.4=x*", "1.2.3.4=xy" },
		{ "dns:*.example", "CN=r1.example" },
		{ "ip:192.0.2.0/24", "CN=192.0.2.7" },
	};
	const struct {
		const char *name;
		struct span in;
	} others[] = {
		{ "dns",
		    SPAN_LIT("dns:*.b\0\x30\x05\x82\x03"
			     "a.b") },
		{ "ip",
		    SPAN_LIT("ip:2001:db8::/32\0\x30\x06\x87\x04\1\2\3\4") },
		{ "email",
		    SPAN_LIT("email:*@b\0\x30\x05\x81\x03"
			     "a@b") },
		{ "upn",
		    SPAN_LIT("upn:*@b\0\x30\x15\xa0\x13\x06\x0a\x2b\x06"
			     "\x01\x04\x01\x82\x37\x14\x02\x03\xa0\x05"
			     "\x0c\x03"
			     "a@b") },
		{ "uri", SPAN_LIT("uri:urn:*\0\x30\x07\x86\x05urn:x") },
		{ "stars", SPAN_LIT("a*b*c\0a-b-b-c") },
	};
	struct buf name = { 0 }, head = { 0 };
	char file[20];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(file, sizeof(file), "name%zu", i);
		buf_cut(&name, 0);
		buf_cut(&head, 0);
		MUST(name_parse(names[i].subject, &name, NULL) == 0);
		MUST(buf_put(&head, span_str(names[i].pattern), NULL) == 0);
		MUST(buf_put(&head, SPAN_LIT("\0"), NULL) == 0);
		save_after(
		    "name_pattern", file, buf_span(&head), buf_span(&name));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		save("name_pattern", others[i].name, others[i].in);
	buf_release(&name);
	buf_release(&head);
}

static void make_der(void)
{
	const struct {
		const char *name;
		struct span in;
	} seeds[] = {
		{ "utc",
		    SPAN_LIT("\x17"
			     "991231235959Z") },
		{ "generalized",
		    SPAN_LIT("\x18"
			     "20500101000000Z") },
		{ "printable", SPAN_LIT("\x13r1 (West)") },
		{ "t61", SPAN_LIT("\x14Z\xfcrich") },
		{ "utf8", SPAN_LIT("\x0cZ\xc3\xbcrich \xf0\x9f\x94\x91") },
		{ "bmp", SPAN_LIT("\x1e\0Z\x20\xac\xd8\x3d\xdd\x11") },
		{ "universal", SPAN_LIT("\x1c\0\0\0Z\0\x01\xf5\x11") },
		{ "two-in-one-rdn",
		    SPAN_LIT("\x30\x18\x31\x16"
			     "\x30\x09\x06\x03\x55\x04\x03\x0c\x02r1"
			     "\x30\x09\x06\x03\x55\x04\x05\x14\x02\xfc"
			     "1") },
		{ "nested", SPAN_LIT("\x30\x06\x31\x04\x04\x02r1") },
	};

	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
		save("der", seeds[i].name, seeds[i].in);
		save("name", seeds[i].name, seeds[i].in);
	}
}

/* A Name and extensions, as fuzz_policy.c takes them. */
static void make_wishes(void)
{
	const struct {
		const char *name, *oid;
		bool critical;
		struct span value;
	} wishes[] = {
		{ "san", "2.5.29.17", false,
		    SPAN_LIT("\x30\x36\x82\x02r1\x87\x04\x0a\0\0\x01"
			     "\x81\x03"
			     "a@b"
			     "\x86\x08http://x\xa0\x1b\x06\x0a\x2b\x06\x01"
			     "\x04\x01\x82\x37\x14\x02\x03\xa0\x0d\x0c\x0b"
			     "u@x.example") },
		{ "key-usage", "2.5.29.15", true,
		    SPAN_LIT("\x03\x02\x05\xa0") },
		{ "ca", "2.5.29.19", true, SPAN_LIT("\x30\x03\x01\x01\xff") },
		{ "leaf", "2.5.29.19", true, SPAN_LIT("\x30\x00") },
		{ "eku", "2.5.29.37", false,
		    SPAN_LIT("\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01"
			     "\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02") },
		{ "template", "1.3.6.1.4.1.311.20.2", false,
		    SPAN_LIT("\x1e\x02\0A") },
	};
	struct buf subject = { 0 }, ext = { 0 };

	MUST(name_parse(SEEDS_SUBJECT, &subject, NULL) == 0);
	save("policy", "none", buf_span(&subject));
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		buf_cut(&ext, 0);
		MUST(extension_put(&ext, wishes[i].oid, wishes[i].critical,
			 wishes[i].value, NULL) == 0);
		save_after("policy", wishes[i].name, buf_span(&subject),
		    buf_span(&ext));
	}
	save_after("policy", "no-name", SPAN_LIT("\x30\0"), buf_span(&ext));
	buf_release(&subject);
	buf_release(&ext);
}

static void make_confs(void)
{
	save("conf", "empty", SPAN_LIT(""));
	save("conf", "all",
	    SPAN_LIT("# a comment\n[ca]\nurl = http://ca.example/scep\n"
		     "issue = offline\npending_ttl = 1d\npending_max = 10\n"
		     "pending_per_address = 2\ncrl_lifetime = 2d\n"
		     "crl_renew = 1h\n\n"
		     "[endpoint default]\nlegacy = no\nreply_chain = full\n"
		     "time_window = 5m\nunauthorised = refuse\n"
		     "renewal = challenge\nrenewal_of = old-1 *\n"
		     "renewal_from = 50%\n"
		     "renewal_grace = 30d\nrenewal_key = new\n"
		     "getcert = any\ngetcrl = cdp\n[endpoint old-1]\nobsolete "
		     "= yes\n"
		     "[profile default]\ndays = 30\nbackdate = 1h\n"
		     "rsa_min = 3072\nrsa_max = 4096\nsan = no\n"
		     "duplicate = pending\nsupersede = 7d\n"));
	save("conf", "wrong",
	    SPAN_LIT("[profile default]\ndays = 0\n[nonsense]\nx\n"));
}

static void make_queries(void)
{
	static const struct {
		const char *name, *text;
	} seeds[] = {
		{ "caps", "operation=GetCACaps" },
		{ "cert", "operation=GetCACert&message=r1" },
		{ "cisco",
		    "operation=PKIOperation&message="
		    "MIIBCgKCAQEA%0AyzAFcp%2F/Kg==%0A" },
		{ "apple", "operation=PKIOperation&message=MIAGCSqG+/A=%3D" },
		{ "url", "message=MIAGCSqG-_A&OPERATION=pki%4fperation" },
		{ "twice", "operation=PKIOperation&message=MIAG%252BSqG" },
	};

	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
		save("query", seeds[i].name, span_str(seeds[i].text));
		save_after("serve", seeds[i].name, SPAN_LIT("G"),
		    span_str(seeds[i].text));
	}
	save("ca_set", "caps",
	    SPAN_LIT("AES\r\nDES3\nsha-256\nSHA-512 \nSCEPStandard\n"));
}

static void make_log_fields(void)
{
	static const struct {
		const char *name, *text;
	} seeds[] = {
		{ "whole",
		    " id=00ff remote=192.0.2.7 transaction=A1B2C3 "
		    "result=FAILURE refusal=challenge-used "
		    "subject=\"CN=r1,O=Example\" status=200" },
		{ "escapes", " a=\"\" b=\"x\\x0a\\x22\\x5c\\xff\"... c=d..." },
		{ "open", " a=\"open" },
		{ "hex", " a=\"\\xg1\"" },
	};

	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
		save("log_field", seeds[i].name, span_str(seeds[i].text));
}

/* Key and value as fuzz_rec.c wants them. */
static void save_rec(
    const char *name, const struct rec_key *key, struct buf *value)
{
	struct buf out = { 0 };
	uint8_t n = (uint8_t)key->n;

	MUST(key->n < 256);
	MUST(buf_put(&out, (struct span){ &n, 1 }, NULL) == 0);
	MUST(buf_put(&out, rec_key_span(key), NULL) == 0);
	MUST(buf_put(&out, buf_span(value), NULL) == 0);
	save("rec", name, buf_span(&out));
	buf_release(&out);
	buf_release(value);
}

/* The small records: what an index has in it, and what there is one of. */
static void make_index_records(const struct stored_request *r)
{
	static const struct rec_crl crl = { FUZZ_NOW, FUZZ_NOW, FUZZ_NOW + 60,
		3, 1, FUZZ_NOW + 5, FUZZ_NOW + 9, 2 };
	static const struct rec_open open = { 2, 9 };
	struct rec_failures wrong = { .addresses = 1 };
	static const struct rec_audit audit = { 9, 7, 5, { 1, 2, 3 } };
	struct revoked v = { .revoked_at = FUZZ_NOW, .not_after = FUZZ_NOW };
	const struct serial *serial = &r->serial;
	struct stored_cert c = { .serial = *serial, .not_after = FUZZ_NOW };
	struct buf value = { 0 };
	struct rec_key key;

	MUST(rec_key_name(r->name_hash, FUZZ_NOW, serial, &key, NULL) == 0);
	MUST(rec_put_name(&value, NULL) == 0);
	save_rec("name", &key, &value);
	memcpy(c.key_hash, r->csr_hash, sizeof(c.key_hash));
	memcpy(c.name_hash, r->name_hash, sizeof(c.name_hash));
	MUST(rec_key_pubkey(&c, &key, NULL) == 0);
	MUST(rec_put_pubkey(&value, NULL) == 0);
	save_rec("pubkey", &key, &value);
	rec_key_presented(r->csr_hash, &key);
	MUST(rec_put_presented(serial, &value, NULL) == 0);
	save_rec("presented", &key, &value);
	MUST(rec_key_revoked(serial, &key, NULL) == 0);
	MUST(rec_put_revoked(&v, &value, NULL) == 0);
	save_rec("revoked", &key, &value);
	MUST(rec_key_trans_id(&r->key, &key, NULL) == 0);
	MUST(rec_put_entry(REC_TRANS_ID, &r->key, &value, NULL) == 0);
	save_rec("trans-id", &key, &value);
	rec_key_request_id(r->csr_hash, &key);
	MUST(rec_put_entry(REC_REQUEST_ID, &r->key, &value, NULL) == 0);
	save_rec("request-id", &key, &value);
	rec_key_time(REC_OPEN, FUZZ_NOW, r->csr_hash, &key);
	MUST(rec_put_entry(REC_OPEN, &r->key, &value, NULL) == 0);
	save_rec("open-request", &key, &value);
	MUST(rec_key_address("192.0.2.7", r->csr_hash, &key, NULL) == 0);
	MUST(rec_put_entry(REC_ADDRESS, &r->key, &value, NULL) == 0);
	save_rec("address", &key, &value);
	rec_key_state("open", &key);
	MUST(rec_put_open(&open, &value, NULL) == 0);
	save_rec("open-count", &key, &value);
	rec_key_state("crl", &key);
	MUST(rec_put_crl(&crl, &value, NULL) == 0);
	save_rec("crl", &key, &value);
	failures_add(&wrong.all, FUZZ_NOW);
	rec_key_state("failures", &key);
	MUST(rec_put_all_failures(&wrong, &value, NULL) == 0);
	save_rec("failures", &key, &value);
	MUST(rec_key_failures("192.0.2.7", &key, NULL) == 0);
	MUST(rec_put_failures(&wrong.all, &value, NULL) == 0);
	save_rec("failures-of", &key, &value);
	rec_key_state("audit", &key);
	MUST(rec_put_audit(&audit, &value, NULL) == 0);
	save_rec("audit", &key, &value);
	rec_key_line(7, &key);
	MUST(rec_put_line(SPAN_LIT("7 - x"), &value, NULL) == 0);
	save_rec("audit-line", &key, &value);
}

/* The first two lines of a log. */
static void make_audit_lines(void)
{
	struct audit_head head = { .seq = 0 };
	struct buf line = { 0 };

	MUST(audit_line_put(&head, FUZZ_NOW, "ca serial=01", &line, NULL) == 0);
	save("audit_line", "first", buf_span(&line));
	buf_cut(&line, 0);
	MUST(audit_line_put(
		 &head, FUZZ_NOW, "granted by=\"a b\"", &line, NULL) == 0);
	save("audit_line", "second", buf_span(&line));
	save("audit_line", "no-line", SPAN_LIT("1 x chain=00"));
	buf_release(&line);
}

static void make_records(void)
{
	struct stored_cert c = {
		.serial = { 3, { 1, 2, 3 } },
		.state = CERT_VALID,
		.not_before = FUZZ_NOW,
		.not_after = FUZZ_NOW + 86400,
		.issued_at = FUZZ_NOW,
		.trans_id = "1",
		.challenge_id = "0123abcd",
		.remote = "192.0.2.7",
	};
	struct stored_request r = {
		.key = { .trans_id = "a transaction" },
		.state = REQUEST_GRANTED,
		.type = SCEP_PKCSREQ,
		.serial = { 3, { 1, 2, 3 } },
		.created_at = FUZZ_NOW,
		.decided_at = FUZZ_NOW,
	};
	struct stored_challenge h = {
		.id = "0123abcd",
		.uses = 1,
		.created_at = FUZZ_NOW,
		.for_name = "CN=r1",
		.profile = "router",
		.endpoint = "old",
		.trans_id = "eui-42",
		.last_remote = "192.0.2.7",
		.note = "static",
	};
	struct buf value = { 0 };
	struct rec_key key;

	fuzz_ca_cert(&c.der);
	MUST(rec_key_cert(&c.serial, &key, NULL) == 0);
	MUST(rec_put_cert(&c, &value, NULL) == 0);
	save_rec("cert", &key, &value);
	strcpy(c.endpoint, "phones");
	MUST(rec_put_cert(&c, &value, NULL) == 0);
	save_rec("cert-endpoint", &key, &value);
	MUST(rec_key_request(&r.key, &key, NULL) == 0);
	MUST(rec_put_request(&r, &value, NULL) == 0);
	save_rec("request", &key, &value);
	make_index_records(&r);
	r.state = REQUEST_PENDING;
	r.serial.n = 0;
	r.expires_at = FUZZ_NOW + 60;
	strcpy(r.reason, "waits for the operator");
	MUST(buf_put(&r.csr, SPAN_LIT("\x30\x03\x02\x01\x05"), NULL) == 0);
	MUST(rec_put_request(&r, &value, NULL) == 0);
	save_rec("waiting", &key, &value);
	stored_request_release(&r);
	rec_key_state("told", &key);
	MUST(rec_put_told(
		 &(struct store_told){ FUZZ_NOW, 86400 }, &value, NULL) == 0);
	save_rec("told", &key, &value);
	rec_key_challenge(h.mac, &key);
	MUST(rec_put_challenge(&h, &value, NULL) == 0);
	save_rec("challenge", &key, &value);
	MUST(rec_key_challenge_id(h.id, &key, NULL) == 0);
	MUST(rec_put_challenge_id(h.mac, &value, NULL) == 0);
	save_rec("challenge-id", &key, &value);
	stored_cert_release(&c);
}

/* Two Names, as fuzz_trust.c takes them. */
static void make_ties(void)
{
	static const struct {
		const char *name, *presented, *wanted;
	} ties[] = {
		{ "sudi",
		    "CN=C9300,OU=ACT-2,serialNumber=PID:C9300-24T SN:FCW1",
		    "CN=FCW1,serialNumber=FCW1,unstructuredName=FCW1" },
		{ "idevid", "O=Vendor,serialNumber=12",
		    "O=Vendor,serialNumber=12" },
		{ "fixed", "serialNumber=12", "serialNumber=12,O=Fleet" },
		{ "other", "serialNumber=12", "serialNumber=13+CN=admin" },
		{ "twice", "serialNumber=12,serialNumber=13",
		    "serialNumber=12" },
		{ "none", "CN=12", "CN=12" },
	};
	struct buf a = { 0 }, b = { 0 };

	for (size_t i = 0; i < sizeof(ties) / sizeof(ties[0]); i++) {
		buf_cut(&a, 0);
		buf_cut(&b, 0);
		MUST(name_parse(ties[i].presented, &a, NULL) == 0 &&
		    name_parse(ties[i].wanted, &b, NULL) == 0);
		save_after("trust", ties[i].name, buf_span(&a), buf_span(&b));
	}
	save("trust", "value", SPAN_LIT("PID:C9300-24T SN:FCW1 "));
	buf_release(&a);
	buf_release(&b);
}

void seeds_plain(void)
{
	make_names();
	make_patterns();
	make_ties();
	make_der();
	make_wishes();
	make_confs();
	make_queries();
	make_log_fields();
	make_records();
	make_audit_lines();
}
