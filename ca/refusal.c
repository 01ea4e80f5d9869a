#include "refusal.h"

#include <string.h>

/* One text for all that would tell a stranger what a challenge is worth. */
#define NOT_AUTHORISED "not authorised"

static const struct refusal_entry entries[REFUSE_COUNT] = {
	[REFUSE_NONE] = { "none", SCEP_BAD_REQUEST, "", "", "" },

	[REFUSE_ALG] = { "algorithm", SCEP_BAD_ALG, "algorithm not accepted",
	    "set the client to AES and SHA-256; one that knows only "
	    "SHA-1 and triple DES needs legacy = yes in ca.conf, for MD5 "
	    "or single DES obsolete = yes",
	    "the message uses an algorithm that this endpoint does not "
	    "take" },

	[REFUSE_SIGNATURE] = { "signature", SCEP_BAD_MESSAGE_CHECK,
	    "the message's signature does not verify",
	    "look for a proxy or a length limit that changes messages on "
	    "their way; the client must send the certificate of the key "
	    "that signs them",
	    "the signature of the message does not verify" },

	[REFUSE_NO_NONCE] = { "no-nonce", SCEP_BAD_REQUEST,
	    "senderNonce is missing or not of 1 to 64 octets",
	    "the client does not follow RFC 8894, 3.2.1: update it",
	    "the message has no usable senderNonce" },
	[REFUSE_TYPE] = { "message-type", SCEP_BAD_REQUEST,
	    "messageType is not served",
	    "let the client use what GetCACaps offers: set it to enrol "
	    "by PKCSReq, or update it",
	    "the message asks for an operation that is not served" },
	[REFUSE_NO_ENVELOPE] = { "no-envelope", SCEP_BAD_REQUEST,
	    "the request is not enveloped",
	    "set the client to encrypt requests to the CA (RFC 8894, "
	    "3.2); a challenge that it sent could be read by everybody: "
	    "scepca challenge revoke, then scepca challenge new",
	    "the request came without encryption" },
	[REFUSE_RECIPIENT] = { "recipient", SCEP_BAD_REQUEST,
	    "the request is enveloped to another recipient",
	    "let the client fetch GetCACert again and compare the "
	    "fingerprint with scepca show",
	    "the request is encrypted to another certificate than this "
	    "CA's" },
	[REFUSE_TIME] = { "time", SCEP_BAD_TIME,
	    "signingTime is too far from the time here",
	    "set the device's clock, or the server's, or time_window in "
	    "ca.conf",
	    "the clocks of the device and the server differ too much" },

	[REFUSE_RENEWAL_OFF] = { "renewal-off", SCEP_BAD_REQUEST,
	    "renewals are not served here",
	    "set renewal in ca.conf, or let the device enrol anew with a "
	    "challenge: scepca challenge new",
	    "the device wants to renew, and this endpoint serves no "
	    "renewals" },
	[REFUSE_GETCERT_OFF] = { "getcert-off", SCEP_BAD_REQUEST,
	    "GetCert is not served here",
	    "set getcert in ca.conf if devices shall have certificates "
	    "from here",
	    "the device asks for a certificate, and this endpoint gives "
	    "none out" },
	[REFUSE_GETCRL_OFF] = { "getcrl-off", SCEP_BAD_REQUEST,
	    "GetCRL is not served here",
	    "let the device fetch the CRL by HTTP, or set getcrl in "
	    "ca.conf",
	    "the device asks for the CRL by SCEP, and this endpoint does "
	    "not serve that" },

	[REFUSE_NO_REQUEST] = { "no-request", SCEP_BAD_CERT_ID,
	    "no such transaction",
	    "let it enrol again; it must poll with the key that it asked "
	    "with",
	    "the device polls for a request that its key did not make "
	    "here, or that is forgotten" },
	[REFUSE_NO_CERT] = { "no-certificate", SCEP_BAD_CERT_ID,
	    "no such certificate",
	    "the issuer or the serial number is wrong, or it is another "
	    "device's: see getcert in ca.conf, and scepca cert list",
	    "the device asks for a certificate that it cannot have" },
	[REFUSE_NO_CRL] = { "no-crl", SCEP_BAD_CERT_ID, "no such CRL",
	    "if the issuer is this CA, make a CRL: scepca crl --now; "
	    "else the device is set to another CA",
	    "the device asks for a CRL that is not this CA's, or not "
	    "made yet" },

	[REFUSE_ENVELOPE] = { "envelope", SCEP_BAD_REQUEST,
	    "the request cannot be read, or its key is not the signer's",
	    "the client must encrypt to the certificate of GetCACert and "
	    "sign with the key that it asks to certify; if it does, "
	    "suspect an attack",
	    "the request cannot be decrypted or read, or asks for "
	    "another key than the signer's" },

	[REFUSE_NO_CHALLENGE] = { "challenge-none", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "give the client a challenge password: scepca challenge new",
	    "no challenge password came with the request" },
	[REFUSE_CHALLENGE_UNKNOWN] = { "challenge-unknown", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "look for a typing error, or make another: scepca challenge "
	    "new; if there are many of these, somebody is guessing",
	    "the challenge password is none of this CA's" },
	[REFUSE_CHALLENGE_USED] = { "challenge-used", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "if the device itself used it, make another: scepca "
	    "challenge new; if not, somebody else has the password and a "
	    "certificate (RFC 8894, 7.3): scepca cert list --challenge "
	    "CHALLENGE",
	    "the challenge was used up by an earlier request" },
	[REFUSE_CHALLENGE_EXPIRED] = { "challenge-expired", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "make another: scepca challenge new, with --ttl 12h if "
	    "devices need so long",
	    "the challenge had expired when the request came" },
	[REFUSE_CHALLENGE_REVOKED] = { "challenge-revoked", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "make another if the device is to have a certificate: scepca "
	    "challenge new",
	    "the challenge had been revoked" },
	[REFUSE_CHALLENGE_NAME] = { "challenge-name", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "correct the name in the device, or make one for that name: "
	    "scepca challenge new --for NAME; if neither is right, it "
	    "wants to be somebody else",
	    "the challenge is for another name than the one that the "
	    "device asks for" },
	[REFUSE_CHALLENGE_ENDPOINT] = { "challenge-endpoint", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "give the device the URL that the challenge is for, or make one "
	    "for this URL: scepca challenge new --endpoint NAME",
	    "the challenge is for another URL" },
	[REFUSE_CHALLENGE_TRANSACTION] = { "challenge-transaction",
	    SCEP_BAD_REQUEST, NOT_AUTHORISED,
	    "correct the transactionID in the device, or make one for that: "
	    "scepca challenge new --transaction ID; if neither is right, it "
	    "wants to be somebody else",
	    "the challenge is for another transactionID" },
	[REFUSE_REVOKED] = { "revoked", SCEP_BAD_REQUEST, NOT_AUTHORISED,
	    "the device needs a new key and, unless a trust vouches for it, a "
	    "new challenge: scepca challenge new; if the certificate is on "
	    "hold, scepca cert "
	    "revoke SERIAL --reason removeFromCRL ends that",
	    "the certificate that this very request got has been revoked" },
	[REFUSE_SIGNER_UNKNOWN] = { "signer-unknown", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "only a certificate of this CA renews, or counts of a CA that a "
	    "trust of the endpoint names: let the device enrol anew with a "
	    "challenge: scepca challenge new",
	    "the request is signed with a certificate that this CA has "
	    "not issued" },
	[REFUSE_SIGNER_REVOKED] = { "signer-revoked", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "if it is of a trust whose CRL is missing or old, which scepca "
	    "check tells, fetch that; otherwise let the device enrol anew "
	    "with a new key and a challenge: scepca challenge new; a hold "
	    "ends by scepca cert revoke SERIAL --reason removeFromCRL",
	    "the certificate that signs the request is revoked or on hold, or "
	    "no CRL of its trust can tell" },
	[REFUSE_SIGNER_EXPIRED] = { "signer-expired", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "let the device enrol anew with a challenge: scepca "
	    "challenge new; or let late ones renew: renewal_grace in "
	    "ca.conf",
	    "the certificate that signs the request has ended, or not "
	    "begun" },
	[REFUSE_SIGNER_CA] = { "signer-ca", SCEP_BAD_REQUEST, NOT_AUTHORISED,
	    "if that was nobody of yours, the key is stolen: take the CA "
	    "off the net",
	    "the request is signed with the key of the CA or of its RA" },
	[REFUSE_TRUST_NAME] = { "trust-name", SCEP_BAD_REQUEST, NOT_AUTHORISED,
	    "correct the name in the device, see tie in ca.conf, or enrol it "
	    "with a challenge: scepca challenge new",
	    "the device asks for other names than those of the certificate "
	    "that it presents" },
	[REFUSE_RENEWAL_ENDPOINT] = { "renewal-endpoint", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "let the device renew at the URL of that endpoint, or enrol anew "
	    "here, self-signed, with a challenge; if its devices come over to "
	    "this one, or its section is gone from ca.conf, name it in "
	    "renewal_of in the section of this one",
	    "the certificate that was to be renewed was granted at another "
	    "URL" },
	[REFUSE_RENEWAL_NAME] = { "renewal-name", SCEP_BAD_REQUEST,
	    NOT_AUTHORISED,
	    "correct the name in the device, or let it enrol anew under "
	    "the new one with a challenge: scepca challenge new",
	    "the renewal is for other names than those of the old "
	    "certificate" },

	[REFUSE_CSR_ALG] = { "csr-algorithm", SCEP_BAD_ALG,
	    "the certification request is signed with a weak digest",
	    "set the client to SHA-256",
	    "the certification request is signed with a weak digest" },
	[REFUSE_KEY_TYPE] = { "key-type", SCEP_BAD_ALG,
	    "a key of this type cannot be served",
	    "let the client make an RSA key",
	    "the key is of a type that cannot be served" },
	[REFUSE_KEY_SIZE] = { "key-size", SCEP_BAD_REQUEST,
	    "a key of this size is not certified",
	    "let the client make another key, or see rsa_min and rsa_max "
	    "in ca.conf",
	    "a key of this size is not certified" },
	[REFUSE_KEY_WEAK] = { "key-weak", SCEP_BAD_REQUEST,
	    "a weak key is not certified",
	    "let the device make another key, with newer software: whoever "
	    "sees this one can break it",
	    "the key is weak" },
	[REFUSE_SUBJECT] = { "subject", SCEP_BAD_REQUEST,
	    "the subject is not acceptable",
	    "correct the name in the client's configuration",
	    "the name that is asked for is not acceptable" },
	[REFUSE_SAN] = { "alternative-name", SCEP_BAD_REQUEST,
	    "a subject alternative name is not acceptable",
	    "correct the names in the client's configuration, or see san "
	    "in ca.conf",
	    "an alternative name that is asked for is not acceptable" },
	[REFUSE_EXTENSION] = { "extension", SCEP_BAD_REQUEST,
	    "an extension that is asked for is not granted",
	    "correct the extensions in the client's configuration",
	    "an extension that is asked for is not granted" },
	[REFUSE_CA_KEY] = { "ca-key", SCEP_BAD_REQUEST,
	    "the key or the name is the CA's own",
	    "give the device a name and a key of its own; if it is not "
	    "yours, suspect an attack",
	    "the request is for the CA's own key or name" },
	[REFUSE_KEY_TAKEN] = { "key-taken", SCEP_BAD_REQUEST,
	    "this key has a valid certificate for another name",
	    "let the device make a key of its own; or revoke the other: "
	    "scepca cert revoke SERIAL; or see key_reuse in ca.conf",
	    "the key has a valid certificate for another name" },
	[REFUSE_RENEWAL_EARLY] = { "renewal-early", SCEP_BAD_REQUEST,
	    "it is too early for a renewal",
	    "let the device renew later, or see renewal_from in ca.conf",
	    "the device may not renew yet" },
	[REFUSE_RENEWAL_KEY] = { "renewal-key", SCEP_BAD_REQUEST,
	    "a renewal needs a new key",
	    "let the device make a new key, or see renewal_key in ca.conf",
	    "the renewal is for the old key" },
	[REFUSE_DUPLICATE] = { "duplicate", SCEP_BAD_REQUEST,
	    "this name has a valid certificate already",
	    "if the device has lost its certificate, revoke that: scepca "
	    "cert revoke SERIAL; else give it another name, or see "
	    "duplicate in ca.conf",
	    "there is a valid certificate for this name already" },

	[REFUSE_PROGRAM] = { "program", SCEP_BAD_REQUEST, NOT_AUTHORISED,
	    "ask whoever runs the program of authorise in ca.conf, or run it "
	    "by hand with the request",
	    "the program of authorise in ca.conf said no" },

	[REFUSE_QUEUE] = { "queue-full", SCEP_BAD_REQUEST,
	    "too many requests are waiting",
	    "decide those that wait: scepca request list; or see "
	    "pending_max and pending_per_address in ca.conf",
	    "too many requests are waiting" },
	[REFUSE_REJECTED] = { "rejected", SCEP_BAD_REQUEST,
	    "the request was rejected",
	    "if that was a mistake, let the device make a new request; scepca "
	    "request show REQUEST has all about this one",
	    "the operator rejected the request" },
	[REFUSE_EXPIRED] = { "request-expired", SCEP_BAD_REQUEST,
	    "nobody decided on the request in time",
	    "let the device ask again, and see pending_ttl in ca.conf",
	    "nobody decided on the request in time" },
};

const struct refusal_entry *refusal_entry(enum refusal r)
{
	return (unsigned)r < REFUSE_COUNT ? &entries[r] : &entries[REFUSE_NONE];
}

bool refusal_is_of_challenge(enum refusal r)
{
	return r >= REFUSE_CHALLENGE_UNKNOWN &&
	    r <= REFUSE_CHALLENGE_TRANSACTION;
}

const struct refusal_entry *refusal_by_code(const char *code)
{
	for (size_t r = REFUSE_NONE + 1; r < REFUSE_COUNT; r++)
		if (strcmp(entries[r].code, code) == 0)
			return &entries[r];
	return NULL;
}

bool refusal_is_private(enum refusal r)
{
	return r == REFUSE_SIGNATURE || r == REFUSE_NO_ENVELOPE ||
	    (r >= REFUSE_NO_REQUEST && r <= REFUSE_NO_CRL) ||
	    (r >= REFUSE_ENVELOPE && r <= REFUSE_RENEWAL_NAME) ||
	    r == REFUSE_KEY_TAKEN;
}
