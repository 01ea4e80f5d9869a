/*
 * vendor.h - somebody else's CA: a manufacturer's, or the one that ours comes
 * after; its certificates, and its CRL.
 */
#ifndef VENDOR_H
#define VENDOR_H

#include "client.h"

struct vendor {
	struct privkey *key;
	struct buf name, cert;
};

/*
 * vendor_make - a CA with the key test_key(key, "rsa:2048"), below `above` or
 * self-signed (NULL); it ends at not_after
 */
void vendor_make(struct vendor *v, const char *key, const char *name,
    const struct vendor *above, int64_t not_after);
void vendor_release(struct vendor *v);

/* What is to be in a device's certificate; zero: as usual. */
struct vendor_cert {
	const char *subject;
	const struct privkey *key;
	int64_t not_after; /* 0: never, as of many devices */
	uint8_t usage;	   /* the octet of keyUsage; 0: digitalSignature */
	uint8_t serial;	   /* 0: 0x11 */
	struct span san;   /* GeneralNames; empty: none */
	bool ca;	   /* says CA:TRUE */
};

/* vendor_sign - in place of *der */
void vendor_sign(
    const struct vendor *v, const struct vendor_cert *w, struct buf *der);

/*
 * vendor_client - a device with the key test_key(key, "rsa:2048") that signs
 * with a certificate of the vendor's and is called `subject` there
 */
void vendor_client(struct client *c, const struct vendor *v, const char *key,
    const char *subject);

/* vendor_trust - write certs/vendor.pem: this CA and, unless it is NULL, that */
void vendor_trust(const struct ca_home *h, const struct vendor *v,
    const struct vendor *other);

/* vendor_crl - write certs/vendor.crl, DER: serial numbers up to a zero */
void vendor_crl(const struct ca_home *h, const struct vendor *v,
    const uint8_t *serials, int64_t next_update);

/*
 * vendor_crl_two - write certs/vendor.crl, PEM: that one, and another CA's which
 * holds for twenty days
 */
void vendor_crl_two(const struct ca_home *h, const struct vendor *v,
    const uint8_t *serials, int64_t next_update, const struct vendor *other,
    const uint8_t *other_serials);

/*
 * vendor_crl_odd - write certs/vendor.crl, DER, fresh at TEST_NOW: contents of
 * revokedCertificates (empty: none), one Extension with that value
 */
void vendor_crl_odd(const struct ca_home *h, const struct vendor *v,
    struct span entries, const char *oid, bool critical, struct span value);

#endif
