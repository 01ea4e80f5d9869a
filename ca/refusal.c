#include "refusal.h"

/* One text for all that would tell a stranger what a challenge is worth. */
#define NOT_AUTHORISED "not authorised"

static const struct refusal_entry entries[REFUSE_COUNT] = {
	[REFUSE_NONE] = { "none", SCEP_BAD_REQUEST, "", "" },

	[REFUSE_ALG] = { "algorithm", SCEP_BAD_ALG, "algorithm not accepted",
	    "configure the client for AES and SHA-256, or see legacy and "
	    "obsolete in ca.conf" },

	[REFUSE_SIGNATURE] = { "signature", SCEP_BAD_MESSAGE_CHECK,
	    "the message's signature does not verify",
	    "the message was changed on its way, or carries no usable "
	    "certificate of its signer" },

	[REFUSE_NO_NONCE] = { "no-nonce", SCEP_BAD_REQUEST,
	    "senderNonce is missing or not of 1 to 64 octets",
	    "the client does not follow RFC 8894, 3.2.1; update it" },
	[REFUSE_TYPE] = { "message-type", SCEP_BAD_REQUEST,
	    "messageType is not served",
	    "the client asks for an operation that GetCACaps does not offer" },
	[REFUSE_NO_ENVELOPE] = { "no-envelope", SCEP_BAD_REQUEST,
	    "the request is not enveloped",
	    "a request must be encrypted to the CA (RFC 8894, 3.2); if it held "
	    "a challenge in the clear, revoke that" },
	[REFUSE_RECIPIENT] = { "recipient", SCEP_BAD_REQUEST,
	    "the request is enveloped to another recipient",
	    "the client has an old CA or RA certificate; let it fetch "
	    "GetCACert "
	    "again" },
	[REFUSE_TIME] = { "time", SCEP_BAD_TIME,
	    "signingTime is too far from the time here",
	    "set the client's clock, or time_window in ca.conf" },

	[REFUSE_RENEWAL_OFF] = { "renewal-off", SCEP_BAD_REQUEST,
	    "renewals are not served here",
	    "see renewal in ca.conf, or let the device enrol anew" },
	[REFUSE_GETCERT_OFF] = { "getcert-off", SCEP_BAD_REQUEST,
	    "GetCert is not served here", "see getcert in ca.conf" },
	[REFUSE_GETCRL_OFF] = { "getcrl-off", SCEP_BAD_REQUEST,
	    "GetCRL is not served here",
	    "let the client fetch the CRL by HTTP, or see getcrl in ca.conf" },

	[REFUSE_NO_REQUEST] = { "no-request", SCEP_BAD_CERT_ID,
	    "no such transaction",
	    "the client polls for what its key did not ask here, or what was "
	    "purged; let it enrol again" },
	[REFUSE_NO_CERT] = { "no-certificate", SCEP_BAD_CERT_ID,
	    "no such certificate",
	    "the issuer or the serial number is wrong, or it is another "
	    "device's: see getcert in ca.conf" },
	[REFUSE_NO_CRL] = { "no-crl", SCEP_BAD_CERT_ID, "no such CRL",
	    "the issuer is not this CA, or no CRL has been made: scepca crl "
	    "--now" },

	[REFUSE_ENVELOPE] = { "envelope", SCEP_BAD_REQUEST,
	    "the request cannot be read, or its key is not the signer's",
	    "the client must encrypt to the certificate of GetCACert and sign "
	    "with the key that it asks to certify; if it does, suspect an "
	    "attack" },

	[REFUSE_NO_CHALLENGE] = { "challenge-none", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "give the client a challenge password: scepca challenge new" },
	[REFUSE_CHALLENGE_UNKNOWN] = { "challenge-unknown", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "a typing error, or a guess; scepca challenge new makes another" },
	[REFUSE_CHALLENGE_USED] = { "challenge-used", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "a one-time challenge came twice: find out who has it (RFC 8894, "
	    "7.3), then scepca challenge new" },
	[REFUSE_CHALLENGE_EXPIRED] = { "challenge-expired", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "scepca challenge new, with a longer --ttl if devices need it" },
	[REFUSE_CHALLENGE_REVOKED] = { "challenge-revoked", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "somebody revoked it; scepca challenge new makes another" },
	[REFUSE_CHALLENGE_NAME] = { "challenge-name", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "the challenge is for another name: the device is set up wrongly, "
	    "or wants to be somebody else" },
	[REFUSE_REVOKED] = { "revoked", SCEP_BAD_REQUEST, NOT_AUTHORISED,
	    "the certificate of this very request was revoked; the device "
	    "needs a new key and a new challenge" },
	[REFUSE_SIGNER_UNKNOWN] = { "signer-unknown", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "only a certificate of this CA can renew; the device has to enrol "
	    "anew with a challenge" },
	[REFUSE_SIGNER_REVOKED] = { "signer-revoked", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "a revoked certificate renews nothing; the device has to enrol "
	    "anew with a challenge" },
	[REFUSE_SIGNER_EXPIRED] = { "signer-expired", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "the device came too late: see renewal_grace in ca.conf, or let "
	    "it enrol anew with a challenge" },
	[REFUSE_SIGNER_CA] = { "signer-ca", SCEP_BAD_REQUEST, NOT_AUTHORISED,
	    "a request is signed with the key of the CA or its RA: if that "
	    "was nobody of yours, the key is stolen" },
	[REFUSE_TRUST_NAME] = { "trust-name", SCEP_BAD_REQUEST, NOT_AUTHORISED,
	    "the device may only ask for the names of the certificate that it "
	    "presents: see tie in ca.conf, or enrol it with a challenge" },
	[REFUSE_RENEWAL_NAME] = { "renewal-name", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "a renewal is for the names of the old certificate; for others "
	    "the device has to enrol anew with a challenge" },

	[REFUSE_CSR_ALG] = { "csr-algorithm", SCEP_BAD_ALG,
	    "the certification request is signed with a weak digest",
	    "configure the client for SHA-256" },
	[REFUSE_KEY_TYPE] = { "key-type", SCEP_BAD_ALG,
	    "a key of this type cannot be served", "use an RSA key" },
	[REFUSE_KEY_SIZE] = { "key-size", SCEP_BAD_REQUEST,
	    "a key of this size is not certified",
	    "let the client make another key, or see rsa_min and rsa_max in "
	    "ca.conf" },
	[REFUSE_SUBJECT] = { "subject", SCEP_BAD_REQUEST,
	    "the subject is not acceptable",
	    "correct the name in the client's configuration" },
	[REFUSE_SAN] = { "alternative-name", SCEP_BAD_REQUEST,
	    "a subject alternative name is not acceptable",
	    "correct the names in the client's configuration" },
	[REFUSE_EXTENSION] = { "extension", SCEP_BAD_REQUEST,
	    "an extension that is asked for is not granted",
	    "correct the extensions in the client's configuration" },
	[REFUSE_CA_KEY] = { "ca-key", SCEP_BAD_REQUEST,
	    "the key or the name is the CA's own",
	    "somebody asks for a certificate that looks like the CA: suspect "
	    "an attack" },
	[REFUSE_RENEWAL_EARLY] = { "renewal-early", SCEP_BAD_REQUEST,
	    "it is too early for a renewal",
	    "let the device renew later, or see renewal_from in ca.conf" },
	[REFUSE_RENEWAL_KEY] = { "renewal-key", SCEP_BAD_REQUEST,
	    "a renewal needs a new key",
	    "let the device make a new key, or see renewal_key in ca.conf" },
	[REFUSE_DUPLICATE] = { "duplicate", SCEP_BAD_REQUEST,
	    "this name has a valid certificate already",
	    "revoke the old one with scepca cert revoke, or see duplicate in "
	    "ca.conf" },

	[REFUSE_PROGRAM] = { "program", SCEP_BAD_REQUEST, NOT_AUTHORISED,
	    "the program of authorise in ca.conf said no, for the reason in "
	    "the details" },

	[REFUSE_QUEUE] = { "queue-full", SCEP_BAD_REQUEST,
	    "too many requests are waiting",
	    "decide those that wait: scepca request list --state pending; or "
	    "see pending_max and pending_per_address in ca.conf" },
	[REFUSE_REJECTED] = { "rejected", SCEP_BAD_REQUEST,
	    "the request was rejected",
	    "the operator rejected it: scepca request show tells why" },
	[REFUSE_EXPIRED] = { "request-expired", SCEP_BAD_REQUEST,
	    "nobody decided on the request in time",
	    "let the device ask again, and see pending_ttl in ca.conf" },
};

const struct refusal_entry *refusal_entry(enum refusal r)
{
	return (unsigned)r < REFUSE_COUNT ? &entries[r] : &entries[REFUSE_NONE];
}

bool refusal_is_private(enum refusal r)
{
	return r == REFUSE_SIGNATURE || r == REFUSE_NO_ENVELOPE ||
	    (r >= REFUSE_NO_REQUEST && r <= REFUSE_NO_CRL) ||
	    (r >= REFUSE_ENVELOPE && r <= REFUSE_RENEWAL_NAME);
}
