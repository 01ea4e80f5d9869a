#include "cast.h"

#include "vendor.h"

#include <criterion/criterion.h>

const char *const standing_names[STANDINGS] = { "self-signed",
	"self-signed, name taken", "self-signed, CSR of another key", "foreign",
	"foreign, CSR of another key", "ours", "ours, old key",
	"ours, other name", "ours, revoked", "ours, held", "ours, expired",
	"the CA", "the RA", "CA of our name", "forged, other key",
	"forged, right key", "trusted", "trusted, other name",
	"trusted, expired", "trusted, revoked", "trusted, deciphers only",
	"a trusted CA" };

const char *const word_names[WORDS] = { "none", "good", "wrong", "used",
	"expired", "revoked", "for another name" };

static struct ca_home *home;
static struct client ours, self, other, revoked, held, expired, carrier;
struct client signers[STANDINGS]; /* borrow the keys of those above */
const struct privkey *csr_keys[STANDINGS];
struct span csr_names[STANDINGS];
char words[WORDS][CHALLENGE_TEXT_SIZE + 1];
static struct buf names[3];
static struct privkey *ca_key, *ra_key;

static void make_words(void)
{
	const struct challenge_spec late = { .uses = 1,
		.expires_at = TEST_NOW + 3600 };
	const struct challenge_spec bound = { .uses = 1,
		.for_name = "CN=elsewhere" };
	struct stored_challenge c;
	struct authorisation a;
	struct client user;
	struct result r;
	enum refusal why;

	ca_home_challenge(home, NULL, words[GOOD]);
	ca_home_challenge(home, NULL, words[WRONG]);
	words[WRONG][3] = words[WRONG][3] == 'a' ? 'b' : 'a';
	ca_home_challenge(home, NULL, words[USED]);
	client_make(&user, "dev8", "rsa:2048", "CN=user");
	client_enrol(
	    &user, home, &(struct ask){ .challenge = words[USED] }, &r);
	cr_assert_eq(r.answer.status, SCEP_SUCCESS);
	result_release(&r);
	client_release(&user);
	ca_home_challenge(home, &late, words[EXPIRED_WORD]);
	ca_home_challenge(home, NULL, words[REVOKED_WORD]);
	ok(challenge_authorise(home->ca,
	    &(struct challenge_use){
		.present = true, .value = span_str(words[REVOKED_WORD]) },
	    TEST_NOW, &a, &why, e));
	ok(store_challenge_revoke(
	    home->ca->store, a.challenge_id, TEST_NOW, NULL, &c, e));
	ca_home_challenge(home, &bound, words[ELSEWHERE]);
}

/* A signer with the key of `of`; a NULL certificate is that of `of`. */
static void put(enum standing s, const struct client *of,
    const struct privkey *csr_key, struct span csr_name)
{
	signers[s].key = of->key;
	ok(buf_put(&signers[s].name, buf_span(&of->name), e));
	if (signers[s].cert.n == 0)
		ok(buf_put(&signers[s].cert, buf_span(&of->cert), e));
	csr_keys[s] = csr_key;
	csr_names[s] = csr_name;
}

static void make_forgeries(void)
{
	const struct world_issuer stranger = { other.key, buf_span(&names[1]) };
	const struct world_issuer namesake = { other.key,
		home->ca->ca_cert.subject };
	struct world_cert w = { .subject = buf_span(&carrier.name),
		.key = carrier.key,
		.not_after = CAST_NOW + 86400 };
	struct cert_view real;

	world_sign(&stranger, &w, &signers[FOREIGN].cert);
	world_sign(&stranger, &w, &signers[FOREIGN_OTHER_KEY].cert);
	world_sign(&namesake, &w, &signers[NAMESAKE].cert);
	ok(cert_parse(buf_span(&ours.cert), &real, e));
	w.subject = real.subject;
	w.serial = real.serial;
	world_sign(&namesake, &w, &signers[FORGED_KEY].cert);
	w.key = ours.key;
	world_sign(&namesake, &w, &signers[FORGED_BYTES].cert);
}

/* Those whom another CA vouches for. */
static void make_trusted(void)
{
	static const uint8_t revoked_ones[] = { 0x22, 0 };
	static const struct {
		enum standing who;
		struct vendor_cert cert;
	} rows[] = {
		{ TRUSTED, { .subject = "CN=carrier" } },
		{ TRUSTED_OTHER_NAME, { .subject = "CN=somebody" } },
		{ TRUSTED_EXPIRED,
		    { .subject = "CN=carrier", .not_after = CAST_NOW - 1 } },
		{ TRUSTED_REVOKED,
		    { .subject = "CN=carrier", .serial = 0x22 } },
		{ TRUSTED_READER, { .subject = "CN=carrier", .usage = 0x20 } },
		{ TRUSTED_CA, { .subject = "CN=carrier", .ca = true } },
	};
	struct vendor vendor;

	vendor_make(&vendor, "dev8", "CN=Vendor", NULL,
	    CAST_NOW + INT64_C(365) * 86400);
	vendor_trust(home, &vendor, NULL);
	vendor_crl(home, &vendor, revoked_ones, CAST_NOW + 86400);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct vendor_cert w = rows[i].cert;

		w.key = carrier.key;
		vendor_sign(&vendor, &w, &signers[rows[i].who].cert);
		put(rows[i].who, &carrier, other.key, buf_span(&carrier.name));
	}
	vendor_release(&vendor);
}

static void make_signers(void)
{
	struct span free_name = buf_span(&names[0]);

	make_forgeries();
	make_trusted();
	put(SELF, &self, self.key, free_name);
	put(SELF_TAKEN, &self, self.key, buf_span(&ours.name));
	put(SELF_OTHER_KEY, &self, other.key, free_name);
	put(FOREIGN, &carrier, carrier.key, buf_span(&carrier.name));
	put(FOREIGN_OTHER_KEY, &carrier, other.key, buf_span(&carrier.name));
	put(OURS, &ours, other.key, buf_span(&ours.name));
	put(OURS_OLD_KEY, &ours, ours.key, buf_span(&ours.name));
	put(OURS_OTHER_NAME, &ours, other.key, free_name);
	put(REVOKED, &revoked, revoked.key, buf_span(&revoked.name));
	put(HELD, &held, held.key, buf_span(&held.name));
	put(EXPIRED, &expired, expired.key, buf_span(&expired.name));
	put(NAMESAKE, &carrier, carrier.key, buf_span(&carrier.name));
	put(FORGED_KEY, &carrier, carrier.key, buf_span(&ours.name));
	put(FORGED_BYTES, &ours, ours.key, buf_span(&ours.name));

	ok(buf_put(&signers[CA_ITSELF].cert, home->ca->ca_cert.der, e));
	put(CA_ITSELF, &(struct client){ .key = ca_key, .name = self.name },
	    other.key, free_name);
	ok(buf_put(&signers[RA_ITSELF].cert, home->ca->sign_cert.der, e));
	put(RA_ITSELF, &(struct client){ .key = ra_key, .name = self.name },
	    other.key, free_name);
}

void cast_meet(struct ca_home *h)
{
	struct serial serial;

	home = h;
	ok(ca_certs(home->ca, e));
	ok(name_parse("CN=free", &names[0], e));
	ok(name_parse("CN=Stranger", &names[1], e));
	world_enrol(&ours, home, "dev1", "CN=ours", TEST_NOW, NULL);
	client_make(&self, "dev2", "rsa:2048", "CN=self");
	client_make(&other, "dev3", "rsa:2048", "CN=other");
	world_enrol(&revoked, home, "dev4", "CN=revoked", TEST_NOW, &serial);
	world_revoke(home, &serial, REASON_KEY_COMPROMISE, TEST_NOW);
	world_enrol(&held, home, "dev5", "CN=held", TEST_NOW, &serial);
	world_revoke(home, &serial, REASON_CERTIFICATE_HOLD, TEST_NOW);
	home->ca->conf.profile.lifetime = 86400;
	world_enrol(&expired, home, "dev6", "CN=expired", TEST_NOW, NULL);
	home->ca->conf.profile.lifetime = INT64_C(365) * 86400;
	client_make(&carrier, "dev7", "rsa:2048", "CN=carrier");
	ca_key = test_key("ca", "rsa:2048");
	ra_key = test_key("ra-sign", "rsa:2048");
	make_words();
	make_signers();
}

void cast_part(void)
{
	struct client *const all[] = { &ours, &self, &other, &revoked, &held,
		&expired, &carrier };

	for (size_t i = 0; i < COUNT(all); i++)
		client_release(all[i]);
	for (size_t i = 0; i < STANDINGS; i++) {
		buf_release(&signers[i].name);
		buf_release(&signers[i].cert);
	}
	for (size_t i = 0; i < COUNT(names); i++)
		buf_release(&names[i]);
	privkey_free(ca_key);
	privkey_free(ra_key);
}
