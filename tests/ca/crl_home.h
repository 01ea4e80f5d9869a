/*
 * crl_home.h - what the tests of the CRL share: certificates to revoke, and
 * the list as it was published.
 */
#ifndef CRL_HOME_H
#define CRL_HOME_H

#include "ca_home.h"
#include "crl.h"
#include "crl_publish.h"

enum { CRL_ENTRIES = 64 };

/* A published list, read and verified. */
struct crl_list {
	struct buf der;
	struct crl_view view;
	size_t n;
	struct {
		uint8_t id; /* of crl_home_cert; 0: of another form */
		int64_t at;
		unsigned reason;
	} entry[CRL_ENTRIES];
};

/* crl_home_cert - record a certificate, number `id` from 1, until `not_after` */
void crl_home_cert(struct ca_home *h, uint8_t id, int64_t not_after);

/* crl_home_revoke - revoke, hold or let go that one; it is done */
void crl_home_revoke(
    struct ca_home *h, uint8_t id, enum crl_reason reason, int64_t now);

/* crl_home_publish - returns whether one was made */
bool crl_home_publish(struct ca_home *h, int64_t now, bool force);

/* crl_home_read - the published list, and that the CA signed it */
void crl_home_read(struct ca_home *h, struct crl_list *l);
void crl_list_release(struct crl_list *l);

/* crl_home_number - the number of the published list */
int64_t crl_home_number(struct ca_home *h);

/* crl_home_openssl - openssl verifies the published list with ca.pem */
void crl_home_openssl(const struct ca_home *h);

#endif
