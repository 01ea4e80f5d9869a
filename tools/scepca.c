/*
 * scepca - the operator's tool: makes a CA, shows and checks it, hands out
 * challenges, decides on requests, lists and revokes certificates.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scepca.h"

static const struct opt options[] = {
	{ "home", "DIR", "the CA; or SCEPCA_HOME in the environment", true,
	    false },
	{ "json", NULL, "one JSON document for scripts", true, false },
	{ "help", NULL, "this text, or that of a command", true, false },
	{ "version", NULL, "the version", true, false },
	/* init */
	{ "subject", "NAME", "the CA's, CN=Lab CA,O=Example; or one to find",
	    false, false },
	{ "key", "KIND",
	    "rsa:2048..4096 or ec:p256|p384|p521 [rsa:3072]; its SHA-256",
	    false, false },
	{ "days", "N", "the CA is valid for [3650]", false, false },
	{ "ra", NULL, "other keys than the CA's do the messages", false,
	    false },
	{ "ra-key", "KIND", "of these keys [rsa:2048]", false, false },
	{ "url", "BASEURL", "under which devices reach this server", false,
	    false },
	{ "challenge", "static:TEXT",
	    "one for all devices; static:- reads it; or its ID", false, false },
	{ "user", "USER", "whom the home shall belong to (by root only)", false,
	    false },
	/* challenge new */
	{ "uses", "N", "how often it is good, or unlimited [1]", false, false },
	{ "ttl", "TIME", "how long it is good: 60m, 12h, 7d, never [60m]",
	    false, false },
	{ "for", "NAME", "for this name only: CN=*.b.example, dns:*.b.example",
	    false, false },
	{ "profile", "NAME", "for certificates of this profile only", false,
	    false },
	{ "endpoint", "NAME", "at this endpoint only; or those that it granted",
	    false, false },
	{ "transaction", "ID", "with this transactionID only", false, false },
	/* cert */
	{ "state", "STATE", "only those in this state", false, false },
	{ "expires", "TIME", "only valid ones that end within it: 30d", false,
	    false },
	{ "issued", "TIME", "only those of the last 12h, 7d", false, false },
	{ "transaction", "ID", "only of transactions that begin so", false,
	    false },
	{ "remote", "ADDRESS", "only those from addresses that begin so", false,
	    false },
	{ "pem", NULL, "as PEM, which is the default", false, false },
	{ "der", NULL, "as DER", false, false },
	{ "out", "FILE", "into this file", false, false },
	/* cert revoke */
	{ "reason", "TEXT", "why; for a certificate, of RFC 5280, 5.3.1", false,
	    false },
	{ "force", NULL, "a certificate of the RA too", false, false },
	{ "pin", NULL, "by its challenge, from the standard input", false,
	    false },
	/* request */
	{ "fingerprint", "HEX", "how the request's SHA-256 must begin", false,
	    false },
	/* crl */
	{ "now", NULL, "even if none is due", false, false },
	{ 0 },
};

static const struct command commands[] = {
	{ "init", "", "subject key days ra ra-key url challenge user",
	    "make a CA", run_init },
	{ "show", "", "", "the certificates and fingerprints of the CA",
	    run_show },
	{ "check", "", "", "everything that would stop enrolment", run_check },
	{ "challenge new", "", "uses ttl for profile endpoint transaction",
	    "make a challenge password and print it, once", run_challenge_new },
	{ "challenge list", "", "", "all of them, without their values",
	    run_challenge_list },
	{ "challenge revoke", "ID", "", "make one worthless",
	    run_challenge_revoke },
	{ "cert list", "",
	    "subject state expires issued challenge transaction key endpoint",
	    "certificates, by serial", run_cert_list },
	{ "cert show", "SERIAL", "", "one of them", run_cert_show },
	{ "cert export", "SERIAL", "pem der out", "one of them, to a file",
	    run_cert_export },
	{ "cert revoke", "[SERIAL]", "reason force pin",
	    "one of them, for ever or for a while", run_cert_revoke },
	{ "request list", "", "state subject remote",
	    "requests, those that wait at first", run_request_list },
	{ "request show", "ID", "", "all about one of them", run_request_show },
	{ "request approve", "ID", "fingerprint", "let it have a certificate",
	    run_request_approve },
	{ "request reject", "ID", "reason", "or not", run_request_reject },
	{ "why", "[TRANSACTION]", "",
	    "why a request was refused, and what to do", run_why },
	{ "crl", "", "now", "make and publish a CRL, if it is due", run_crl },
	{ "maintain", "", "", "all that has to be done now and then",
	    run_maintain },
	{ "audit verify", "", "", "is audit.log as it was written?",
	    run_audit_verify },
	{ 0 },
};

static const struct program scepca = {
	.name = "scepca",
	.summary = "a SCEP certificate authority (RFC 8894)",
	.version = SCEPCA_VERSION,
	.options = options,
	.commands = commands,
};

/* settle - what holds for every command, before anything else is done */
static int settle(void)
{
	const struct rlimit none = { 0, 0 };
	int fd;

	/*
	 * else a file of the store could become standard output (T-44).  That
	 * one is made to fail: who throws a result away shall hear of it.
	 */
	do {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		return -1;
	close(fd);
	umask(077);
	return setrlimit(RLIMIT_CORE, &none);
}

int main(int argc, char **argv)
{
	/*
	 * a web server that was pointed at us passes its visitors' words (T-40)
	 */
	if (getenv("REQUEST_METHOD") != NULL ||
	    getenv("GATEWAY_INTERFACE") != NULL) {
		fputs("scepca: not a CGI program: REQUEST_METHOD is set\n",
		    stderr);
		return EXIT_BROKEN;
	}
	if (settle() != 0) {
		perror("scepca");
		return EXIT_BROKEN;
	}
	return opt_main(&scepca, argc, argv);
}
