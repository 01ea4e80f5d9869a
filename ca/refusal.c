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
};

const struct refusal_entry *refusal_entry(enum refusal r)
{
	return (unsigned)r < REFUSE_COUNT ? &entries[r] : &entries[REFUSE_NONE];
}

bool refusal_is_private(enum refusal r)
{
	return r == REFUSE_SIGNATURE || r == REFUSE_NO_ENVELOPE ||
	    (r >= REFUSE_ENVELOPE && r <= REFUSE_REVOKED);
}
