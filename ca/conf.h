/*
 * conf.h - ca.conf: what the operator decided (INI, read with inih).
 *
 * Every key has a default; an unknown section, key or value is an error with
 * its line number, so that a typing mistake never opens or closes a door
 * unseen.
 */
#ifndef CONF_H
#define CONF_H

#include "alg.h"

/*
 * Which certificates go with an issued one (field-notes.md, decision 3): none
 * other, those of the CA but for a root, those of the CA.
 */
enum reply_chain { CHAIN_NONE, CHAIN_CHAIN, CHAIN_FULL };

/* What becomes of a request that nothing authorises (R113). */
enum unauthorised { UNAUTHORISED_PENDING, UNAUTHORISED_REFUSE };

/* RenewalReq, and PKCSReq signed by a certificate of ours. */
enum renewal { RENEWAL_YES, RENEWAL_NO, RENEWAL_CHALLENGE /* and that too */ };

enum getcert { GETCERT_OWN, GETCERT_ANY, GETCERT_NO };
enum getcrl { GETCRL_CRL, GETCRL_CDP, GETCRL_NO };

/* A second certificate for a name that has a valid one (RFC 8894, App. D). */
enum duplicate { DUPLICATE_ALLOW, DUPLICATE_REFUSE, DUPLICATE_PENDING };

/*
 * [endpoint NAME]: what one URL does.
 *
 *	legacy = yes	   SHA-1 and triple DES are taken
 *	obsolete = no	   MD5 and single DES too; needs legacy = yes
 *	reply_chain = none
 *	time_window = 0	   how far signingTime may be off; 0: any time
 *	unauthorised = pending	   without a challenge: wait for the operator
 *	renewal = yes	   challenge: the old certificate and a challenge
 *	renewal_from = 0%  of the old certificate's life
 *	renewal_grace = 0  how long after its end
 *	renewal_key = any  new: not the old key again
 *	getcert = own	   GetCert: for the same subject or key
 *	getcrl = crl	   GetCRL: cdp refuses it and names the URL
 */
struct endpoint {
	char name[64];
	struct alg_policy algs;
	enum reply_chain reply_chain;
	int64_t time_window; /* seconds */
	enum unauthorised unauthorised;
	enum renewal renewal;
	unsigned renewal_from;	/* per cent */
	int64_t renewal_grace;	/* seconds */
	bool renewal_needs_new; /* key */
	enum getcert getcert;
	enum getcrl getcrl;
};

/* profile.supersede: the old certificate of a renewal stays as it is. */
enum { SUPERSEDE_NEVER = -1 };

/*
 * [profile default]: what goes into a certificate.
 *
 *	days = 365
 *	backdate = 10m	   for devices whose clock is slow
 *	rsa_min = 2048	   bits of a key that is certified, 1024 to 4096
 *	rsa_max = 4096
 *	san = yes	   grant the alternative names that are asked for;
 *			   no: refuse a request for any
 *	duplicate = allow  a name that has a valid certificate already
 *	supersede = never  revoke the old certificate of a renewal so long
 *			   after it; 0: at once
 */
struct profile {
	int64_t lifetime, backdate; /* seconds */
	unsigned rsa_min, rsa_max;
	unsigned rsa_exponent_min; /* 3 if it is less */
	bool key_reuse; /* certify a key for another name, too */
	bool san;
	enum duplicate duplicate;
	int64_t supersede; /* seconds, or SUPERSEDE_NEVER */
};

/*
 * [ca]
 *
 *	url = http://...   base URL: certificates then point to url/pki/ca.crl
 *			   and url/pki/ca.crt
 *	issue = online	   offline: the CGI never touches the CA's key; what is
 *			   authorised waits for scepca maintain
 *	pending_ttl = 7d   how long a request waits for the operator
 *	pending_max = 1000, pending_per_address = 20
 *	crl_lifetime = 7d  nextUpdate
 *	crl_renew = 1d	   a CRL is made anew after
 */
struct conf {
	char url[256]; /* empty: not given */
	bool offline;
	int64_t pending_ttl; /* seconds */
	unsigned pending_max, pending_per_remote;
	int64_t crl_lifetime, crl_renew; /* seconds */
	struct endpoint endpoint;	 /* the one chosen */
	struct profile profile;
};

/*
 * conf_load - read HOME/ca.conf for the endpoint `endpoint` (NULL or empty:
 * "default"; that one need not stand in the file, another must).
 * ERR_CONF: "ca.conf:LINE: what is wrong; what would be right".
 */
int conf_load(
    const char *home, const char *endpoint, struct conf *c, struct err *e);

/*
 * conf_each_endpoint - call fn for every endpoint of the file, "default" first;
 * a return of -1 stops.  For checks over all of them.
 */
int conf_each_endpoint(const char *home,
    int (*fn)(const struct conf *c, void *arg), void *arg, struct err *e);

/* parse_duration - "10m", "12h", "365d", plain seconds; ERR_INPUT */
int parse_duration(const char *text, int64_t *seconds, struct err *e);

#endif
