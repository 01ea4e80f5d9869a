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
#include "pattern.h"
#include "words.h"

/*
 * Which certificates go with an issued one (field-notes.md, decision 3): none
 * other, those of the CA but for a root, those of the CA.
 */
enum reply_chain { CHAIN_NONE, CHAIN_CHAIN, CHAIN_FULL };

/* What becomes of a request that nothing authorises (R113). */
enum unauthorised {
	UNAUTHORISED_PENDING,
	UNAUTHORISED_REFUSE,
	UNAUTHORISED_PROGRAM, /* it is for endpoint.authorise to decide */
};

/* RenewalReq, and PKCSReq signed by a certificate of ours. */
enum renewal { RENEWAL_YES, RENEWAL_NO, RENEWAL_CHALLENGE /* and that too */ };

enum getcert { GETCERT_OWN, GETCERT_ANY, GETCERT_NO };
enum getcrl { GETCRL_CRL, GETCRL_CDP, GETCRL_NO };

/* A second certificate for a name that has a valid one (RFC 8894, App. D). */
enum duplicate { DUPLICATE_ALLOW, DUPLICATE_REFUSE, DUPLICATE_PENDING };

enum { CONF_NAME_MAX = 64, CONF_PATH_MAX = 256 };

/*
 * [endpoint NAME]: what one URL does.
 *
 *	preset = default   the settings that a kind of device needs; those below
 *			   it come on top
 *	profile = default  what goes into certificates
 *	legacy = yes	   SHA-1 and triple DES are taken
 *	obsolete = no	   MD5 and single DES too; needs legacy = yes
 *	reply_chain = none
 *	time_window = 0	   how far signingTime may be off; 0: any time
 *	unauthorised = pending	   without a challenge: wait for the operator
 *	authorise =	   a program that has a word in it, too
 *	authorise_timeout = 10s
 *	trust =		   the [trust NAME] that may speak for a stranger
 *	renewal = yes	   challenge: the old certificate and a challenge
 *	renewal_of =	   other endpoints whose certificates it renews, or *
 *	renewal_from = 0%  of the old certificate's life
 *	renewal_grace = 0  how long after its end
 *	renewal_key = any  new: not the old key again
 *	getcert = own	   GetCert: for the same subject or key
 *	getcrl = crl	   GetCRL: cdp refuses it and names the URL
 */
struct endpoint {
	char name[CONF_NAME_MAX];
	char profile[CONF_NAME_MAX];
	struct alg_policy algs;
	enum reply_chain reply_chain;
	int64_t time_window; /* seconds */
	enum unauthorised unauthorised;
	char authorise[CONF_PATH_MAX]; /* "": none */
	int64_t authorise_timeout;     /* seconds */
	struct words trust;	       /* names of sections */
	enum renewal renewal;
	struct words renewal_of; /* names that need no section, or "*" */
	unsigned renewal_from;	 /* per cent */
	int64_t renewal_grace;	 /* seconds */
	bool renewal_needs_new;	 /* key */
	enum getcert getcert;
	enum getcrl getcrl;
};

/*
 * [trust NAME]: whose certificates may ask for a first one of ours (R103,
 * R123): a manufacturer's, or those of an old CA.
 *
 *	certs =		   the CA certificates, PEM, below the home or absolute
 *	crl =		   their CRLs, PEM or DER
 *	tie = subject	   what of the requested name the old one must have
 *	profile =	   instead of the endpoint's
 */
enum trust_tie { TIE_SUBJECT, TIE_SERIAL_NUMBER };

struct trust {
	char name[CONF_NAME_MAX];
	char certs[CONF_PATH_MAX], crl[CONF_PATH_MAX]; /* crl "": none */
	enum trust_tie tie;
	char profile[CONF_NAME_MAX]; /* "": that of the endpoint */
};

enum { TRUSTS_MAX = 8, PROFILES_MAX = 16, ENDPOINTS_MAX = 32 };

/* profile.supersede: the old certificate of a renewal stays as it is. */
enum { SUPERSEDE_NEVER = -1 };

/* What becomes of something that a request asks for. */
enum wish { WISH_GRANT, WISH_DROP, WISH_REFUSE };

/*
 * [profile NAME]: what goes into a certificate.
 *
 *	days = 365
 *	backdate = 10m	   for devices whose clock is slow
 *	keys = rsa ec	   types of keys that are certified
 *	rsa_min = 2048	   bits, 1024 to 4096
 *	rsa_max = 4096
 *	rsa_exponent_min = 3
 *	key_reuse = refuse a key that is certified for another subject
 *	key_usage = digitalSignature keyEncipherment keyAgreement
 *			   what may be granted: all of it that fits the key,
 *			   unless a request asks for less
 *	ext_key_usage = clientAuth	for a request that asks for none
 *	ext_key_usage_allowed = ...	what else may be asked for
 *	asked_key_usage, asked_ext_key_usage = grant
 *			   drop: what is asked does not count; refuse
 *	asked_other = drop an extension that we do not know; refuse
 *	san = yes	   grant the alternative names that are asked for;
 *			   drop: leave them out; no: refuse
 *	san_dns, san_ip, san_email, san_uri, san_upn = any
 *	san_sid = none	   patterns of those that are granted; subject: what
 *			   is a common name, too
 *	wildcard = no	   names with a * in them
 *	subject_required = types of attributes that must be there
 *	subject_allowed = any	the only ones that may be there
 *	subject_fixed =	   a Name whose attributes are in every subject
 *	subject_derived =  TYPE:SOURCE: an attribute that is missing is taken
 *			   from the first name of that kind
 *	policies =	   OIDs of certificate policies
 *	duplicate = allow  a name that has a valid certificate already
 *	supersede = never  revoke the old certificate of a renewal so long
 *			   after it; 0: at once
 */
struct profile {
	char name[CONF_NAME_MAX];
	int64_t lifetime, backdate; /* seconds */
	bool rsa, ec;
	unsigned rsa_min, rsa_max;
	unsigned rsa_exponent_min;
	bool key_reuse;
	unsigned key_usage;	       /* OR of GNUTLS_KEY_* */
	struct words eku, eku_allowed; /* OIDs */
	enum wish asked_key_usage, asked_eku, asked_other, san;
	struct words san_rule[SAN_KINDS]; /* patterns, or any, none, subject */
	bool wildcard;
	struct words subject_required, subject_allowed; /* OIDs, or any */
	char subject_fixed[WORD_MAX]; /* RFC 4514; "": nothing */
	struct words subject_derived; /* OID:kind */
	struct words policies;	      /* OIDs */
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
 *	notify =	   a program that is told what has happened
 *	notify_timeout = 10s
 *	notify_expiring = 30d	before the end of a certificate
 */
struct conf {
	char url[256]; /* empty: not given */
	bool offline;
	int64_t pending_ttl; /* seconds */
	unsigned pending_max, pending_per_remote;
	int64_t crl_lifetime, crl_renew;	 /* seconds */
	char notify[CONF_PATH_MAX];		 /* "": none */
	int64_t notify_timeout, notify_expiring; /* seconds */
	struct endpoint endpoint;		 /* the one chosen … */
	struct profile profile;			 /* … and its profile */
	struct trust trusts[TRUSTS_MAX];	 /* those that it names */
	size_t n_trusts;
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

/* conf_each_profile - likewise for every profile, used or not */
int conf_each_profile(const char *home,
    int (*fn)(const struct profile *p, void *arg), void *arg, struct err *e);

/*
 * conf_profile - the profile `name` of ca.conf as it is now.  ERR_CONF if it is
 * not there any more.
 */
int conf_profile(
    const char *home, const char *name, struct profile *p, struct err *e);

/* parse_duration - "10m", "12h", "365d", plain seconds; ERR_INPUT */
int parse_duration(const char *text, int64_t *seconds, struct err *e);

#endif
