#include "init.h"

static const char head[] =
    "# Settings of this CA, as they are without this file.  ca.conf(5)\n"
    "# explains each; scepca check says what is wrong in here.\n"
    "\n"
    "[ca]\n"
    "# What devices put in front of /pkiclient.exe or /scep.\n";

static const char body[] =
    "# offline: the server never uses the key of the CA; certificates wait\n"
    "# for scepca maintain.\n"
    "issue = online\n"
    "# How long a request waits for you, how many may wait, and how many from\n"
    "# one address.\n"
    "pending_ttl = 7d\n"
    "pending_max = 1000\n"
    "pending_per_address = 20\n"
    "# How long a CRL is good, and after what time a new one is made.\n"
    "crl_lifetime = 7d\n"
    "crl_renew = 1d\n"
    "# A program that is told what happens: issued, pending, refused, ...\n"
    "#notify = /usr/local/libexec/scepca-notify\n"
    "notify_timeout = 10s\n"
    "notify_expiring = 30d\n"
    "\n"
    "# What a URL takes and answers.  The web server chooses one of these\n"
    "# sections by SCEPCA_ENDPOINT; without it, this one.\n"
    "[endpoint default]\n"
    "# The settings of a kind of device, first of all: strict, cisco,\n"
    "# cisco-legacy, apple, windows.\n"
    "preset = default\n"
    "# What goes into the certificates: the name of a [profile NAME].\n"
    "profile = default\n"
    "# SHA-1 and triple DES in messages (never in certificates).\n"
    "legacy = yes\n"
    "# MD5 and single DES in messages: for devices that have nothing else,\n"
    "# in an endpoint of their own.\n"
    "obsolete = no\n"
    "# Certificates that go with the issued one: none, chain (those of the\n"
    "# CAs below the root) or full.\n"
    "reply_chain = none\n"
    "# How far the time in a request may be off; 0: any time is good.\n"
    "time_window = 0\n"
    "# Without a challenge a request is pending (waits for you), refuse, or\n"
    "# program (that of authorise decides).\n"
    "unauthorised = pending\n"
    "# A program that has a word in what is issued, and [trust NAME] sections\n"
    "# whose CAs may speak for a device.\n"
    "#authorise = /usr/local/libexec/scepca-authorise\n"
    "authorise_timeout = 10s\n"
    "#trust = NAME\n"
    "# A device may renew with its certificate: yes, no, or challenge (it\n"
    "# must bring a challenge too); from which part of the certificate's\n"
    "# life on, how long after its end, with any key or only a new one.\n"
    "renewal = yes\n"
    "renewal_from = 0%\n"
    "renewal_grace = 0\n"
    "renewal_key = any\n"
    "# Other endpoints whose certificates it renews, too; * for all.\n"
    "#renewal_of = NAME\n"
    "# Which certificates it may fetch: own, any or no.\n"
    "getcert = own\n"
    "# Answer with the CRL (crl), with where it is (cdp), or no.\n"
    "getcrl = crl\n"
    "\n"
    "# What goes into a certificate.  A refusal names the setting it is due\n"
    "# to.\n"
    "[profile default]\n"
    "# How long it is valid, but never longer than the CA.\n"
    "days = 365\n"
    "# How long before now it begins, for devices whose clock is slow.\n"
    "backdate = 10m\n"
    "# Types of keys that are certified, and sizes of RSA keys.\n"
    "keys = rsa ec\n"
    "rsa_min = 2048\n"
    "rsa_max = 4096\n"
    "# What a key may be used for, all of it that its type can do; purposes\n"
    "# where a device asks for none, and those that it may ask for.\n"
    "key_usage = digitalSignature keyEncipherment keyAgreement\n"
    "ext_key_usage = clientAuth\n"
    "#ext_key_usage_allowed = clientAuth serverAuth ipsecIKE\n"
    "# Grant the alternative names that a device asks for (drop: leave them\n"
    "# out, no: refuse), each kind by its rule: any, none, or patterns.\n"
    "san = yes\n"
    "san_dns = any\n"
    "#san_dns = *.branch.example subject\n"
    "san_ip = any\n"
    "#san_ip = 192.0.2.0/24 2001:db8::/32\n"
    "san_email = any\n"
    "san_uri = any\n"
    "san_upn = any\n"
    "# Windows security identifiers.\n"
    "san_sid = none\n"
    "# Names such as *.branch.example in certificates.\n"
    "wildcard = no\n"
    "# Attributes a subject must have, the only ones it may have, what every\n"
    "# one gets, and what is taken from an alternative name if it is missing.\n"
    "#subject_required = CN\n"
    "subject_allowed = any\n"
    "#subject_fixed = O=Example,C=CH\n"
    "#subject_derived = CN:dns\n"
    "# A new certificate for a name that has one: allow, refuse or pending.\n"
    "duplicate = allow\n"
    "# Revoke the old certificate of a renewal after this time, or never.\n"
    "supersede = never\n";

int conf_text(const char *url, struct buf *text, struct err *e)
{
	struct buf t = { 0 };
	int rc = buf_put(&t, span_str(head), e);

	if (rc == 0)
		rc = buf_put(
		    &t, span_str(url != NULL ? "url = " : "#url = "), e);
	if (rc == 0)
		rc = buf_put(&t,
		    span_str(url != NULL ? url : "http://scep.example.org/"),
		    e);
	if (rc == 0)
		rc = buf_put(&t, SPAN_LIT("\n"), e);
	if (rc == 0)
		rc = buf_put(&t, span_str(body), e);
	if (rc == 0)
		rc = buf_put(text, buf_span(&t), e);
	buf_release(&t);
	return rc;
}
