/*
 * Does the store open, is every record in it whole, and may anybody enrol?
 */
#include <string.h>

#include "challenge.h"
#include "check.h"
#include "store_cert.h"

enum { PAGE = 64, DAY = 86400, SECRET_SIZE = 32, REUSED_LATELY = 7 * DAY };

static void check_secret(struct check *c)
{
	struct buf secret = { 0 };
	struct err e;

	/* what is wrong with the file itself has been told already */
	if (home_read_secret(c->home, HOME_CHALLENGE_SECRET, &secret, &e) ==
		0 &&
	    secret.n != SECRET_SIZE)
		check_say(c, PROBLEM, HOME_CHALLENGE_SECRET,
		    "bring it back from a backup; without it all challenges "
		    "are worthless",
		    "%zu bytes instead of %d", secret.n, SECRET_SIZE);
	buf_release(&secret);
}

/* check_own - the CA's certificate stands in its own books */
static void check_own(struct check *c, struct ca *ca)
{
	struct stored_cert cert = { 0 };
	struct serial serial = { 0 };
	struct err e;

	if (ca_certs(ca, &e) != 0 || ca->ca_cert.serial.n > SERIAL_MAX)
		return; /* told */
	serial.n = (uint8_t)ca->ca_cert.serial.n;
	memcpy(serial.b, ca->ca_cert.serial.p, serial.n);
	if (store_cert_find(ca->store, &serial, &cert, &e) != 0)
		check_say(c, WARNING, HOME_STORE,
		    "bring store and certificates back from one backup",
		    "does not know the CA's certificate: %s", e.text);
	stored_cert_release(&cert);
}

/* check_certs - count them, and see whether the clock has gone back (T-36) */
static int check_certs(struct check *c, struct store *st, struct err *e)
{
	struct stored_cert page[PAGE];
	struct serial after;
	int64_t newest = 0;
	size_t i, n, all = 0;

	do {
		if (store_cert_page(
			st, all > 0 ? &after : NULL, page, PAGE, &n, e) != 0)
			return -1;
		for (i = 0; i < n; i++) {
			if (page[i].issued_at > newest)
				newest = page[i].issued_at;
			after = page[i].serial;
			stored_cert_release(&page[i]);
		}
		all += n;
	} while (n == PAGE);
	if (newest > c->now + DAY)
		check_say(c, PROBLEM, "clock", "set the clock of this machine",
		    "a certificate was issued %lld days from now",
		    (long long)((newest - c->now) / DAY));
	check_say(c, FINE, HOME_STORE, NULL,
	    "every record is whole; %zu "
	    "certificates",
	    all);
	return 0;
}

struct counts {
	size_t all, good, weak;
	size_t reused;		     /* lately */
	struct stored_challenge one; /* of them, the last that was */
};

static int count_challenges(
    struct check *c, struct store *st, struct counts *counts, struct err *e)
{
	struct stored_challenge page[PAGE];
	uint8_t after[sizeof(page[0].mac)];
	size_t i, n;

	*counts = (struct counts){ 0 };
	do {
		if (store_challenge_page(st, counts->all > 0 ? after : NULL,
			page, PAGE, &n, e) != 0)
			return -1;
		for (i = 0; i < n; i++) {
			if (page[i].reused_at > c->now - REUSED_LATELY) {
				counts->reused++;
				if (page[i].reused_at > counts->one.reused_at)
					counts->one = page[i];
			}
			if (challenge_state(&page[i], c->now) != CHALLENGE_GOOD)
				continue;
			counts->good++;
			if (page[i].uses == CHALLENGE_UNLIMITED)
				counts->weak++;
		}
		if (n > 0)
			memcpy(after, page[n - 1].mac, sizeof(after));
		counts->all += n;
	} while (n == PAGE);
	return 0;
}

/* R108: somebody else may have the certificate that was meant for a device */
static void check_reuse(struct check *c, const struct counts *n)
{
	const struct stored_challenge *one = &n->one;

	if (n->reused > 0)
		check_say(c, WARNING, "challenges",
		    "look for alert=challenge-reused in the web server's log: "
		    "it names both; who used it first has a certificate, "
		    "which scepca cert revoke ends",
		    "%zu one-time challenge%s tried again when used up, in the "
		    "last %d days; the last is %s, first used from %s",
		    n->reused, n->reused == 1 ? " was" : "s were",
		    REUSED_LATELY / DAY, one->id,
		    one->last_remote[0] != '\0' ? one->last_remote
						: "nobody knows where");
}

static int check_challenges(struct check *c, struct store *st, struct err *e)
{
	struct counts n;

	if (count_challenges(c, st, &n, e) != 0)
		return -1;
	if (n.all == 0 && c->takes_all)
		check_say(c, WARNING, "challenges",
		    check_command(c, "scepca --home", "", " challenge new"),
		    "there is none, so every new device waits for scepca "
		    "request approve");
	else if (n.all == 0)
		check_say(c, PROBLEM, "challenges",
		    check_command(c, "scepca --home", "", " challenge new"),
		    "there is none, so nobody can enrol");
	else if (n.good == 0)
		check_say(c, WARNING, "challenges",
		    check_command(c, "scepca --home", "", " challenge new"),
		    "all are used, expired or revoked: no new device can "
		    "enrol%s now",
		    c->takes_all ? " by itself" : "");
	else
		check_say(c, FINE, "challenges", NULL, "%zu good of %zu",
		    n.good, n.all);
	check_reuse(c, &n);
	if (n.weak > 0)
		check_say(c, WARNING, "challenges",
		    "scepca challenge new for each device instead; then scepca "
		    "challenge revoke ID",
		    "%zu can be used any number of times: weak, for every "
		    "device that knows it can be every other (RFC 8894, 7.3)",
		    n.weak);
	return 0;
}

void check_store(struct check *c)
{
	struct ca *ca = NULL;
	struct err e;

	check_secret(c);
	if (!c->has_conf)
		return; /* told */
	if (ca_open(c->home, NULL, &ca, &e) != 0 || ca_store(ca, &e) != 0 ||
	    store_check(ca->store, &e) != 0 ||
	    check_certs(c, ca->store, &e) != 0 ||
	    check_challenges(c, ca->store, &e) != 0 ||
	    check_guesses(c, ca, &e) != 0 || check_pending(c, ca, &e) != 0 ||
	    check_renewal(c, ca, &e) != 0) {
		check_say(c, PROBLEM, HOME_STORE,
		    e.kind == ERR_BUSY
			? "find the process that holds it: fuser -v on it"
			: "bring the home back from a backup",
		    "%s", e.text);
	} else {
		check_own(c, ca);
		check_crl(c, ca);
		check_audit(c, ca);
	}
	ca_close(ca);
}
