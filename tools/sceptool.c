/* sceptool - a SCEP client (RFC 8894). */
#include "sceptool.h"

static const struct opt options[] = {
	{ "json", NULL, "the result as one JSON document", true, false },
	{ "help", NULL, "this text", true, false },
	{ "version", NULL, "the version", true, false },
	{ "out", "FILE", "write the result there, PEM", false, false },
	{ "der", NULL, "write it as DER", false, false },
	{ "subject", "DN", "name to ask for, as in CN=r1,O=Lab", false, false },
	{ "san", "KIND:NAME", "another name: dns:, ip:, email:, uri:; repeat",
	    false, true },
	{ "key", "FILE", "private key to use, PEM or DER", false, false },
	{ "key-type", "KIND", "key to make, rsa:2048 (the default) to rsa:4096",
	    false, false },
	{ "key-out", "FILE", "where the new key goes; must not exist", false,
	    false },
	{ "cert", "FILE", "certificate that goes with --key, PEM or DER", false,
	    false },
	{ "new-key", "FILE", "private key that the certificate is for", false,
	    false },
	{ "keep-key", NULL, "renew with the old key", false, false },
	{ "cert-out", "FILE", "where the certificate goes, PEM", false, false },
	{ "challenge-file", "FILE",
	    "first line: the challenge password; - is "
	    "standard input",
	    false, false },
	{ "fingerprint", "HEX", "of the CA's certificate: SHA-256, SHA-1, MD5",
	    false, false },
	{ "ca", "FILE", "the CA's certificates, PEM, as getca wrote them",
	    false, false },
	{ "digest", "NAME", "sha256, sha384, sha512, sha1, md5", false, false },
	{ "cipher", "NAME", "aes128, aes192, aes256, des3, des", false, false },
	{ "message-type", "NAME",
	    "renewalreq or pkcsreq, whatever the server says", false, false },
	{ "after", "PERCENT", "renew only if so much of its life has passed",
	    false, false },
	{ "transaction", "ID", "the transaction that enrol or renew named",
	    false, false },
	{ "wait", NULL, "poll until the CA has decided", false, false },
	{ "interval", "SECONDS", "between two polls, 60", false, false },
	{ "max-polls", "N", "give up after so many polls, 1440", false, false },
	{ "get", NULL, "send by GET even if the server takes POST", false,
	    false },
	{ 0 },
};

/* What is sent to which CA, and how; and how long it may take. */
#define MESSAGE "fingerprint ca digest cipher get"
#define WAIT "wait interval max-polls"

static const struct command commands[] = {
	{ "caps", "URL", "", "what the server says it can do", cmd_caps },
	{ "getca", "URL", "out", "the CA's certificates and fingerprints",
	    cmd_getca },
	{ "getchain", "URL", "fingerprint out",
	    "the CA's certificates up to the root (GetCACertChain)",
	    cmd_getchain },
	{ "enrol", "URL",
	    "subject san key key-type key-out cert-out challenge-file " WAIT
	    " " MESSAGE,
	    "ask for a certificate", cmd_enrol },
	{ "renew", "URL",
	    "cert key key-type key-out new-key keep-key cert-out "
	    "challenge-file message-type after " WAIT " " MESSAGE,
	    "ask for the next certificate", cmd_renew },
	{ "poll", "URL",
	    "key subject cert new-key transaction cert-out " WAIT " " MESSAGE,
	    "has the CA decided?", cmd_poll },
	{ "getcert", "URL SERIAL", "key cert out " MESSAGE,
	    "a certificate that the CA has issued", cmd_getcert },
	{ "getcrl", "URL", "key cert out der " MESSAGE,
	    "the CA's revocation list", cmd_getcrl },
	{ "decode", "FILE", "key", "show a SCEP message, layer by layer",
	    cmd_decode },
	{ 0 },
};

static const struct program program = {
	.name = "sceptool",
	.summary = "a SCEP client",
	.version = SCEPTOOL_VERSION,
	.options = options,
	.commands = commands,
};

int main(int argc, char **argv)
{
	return opt_main(&program, argc, argv);
}
