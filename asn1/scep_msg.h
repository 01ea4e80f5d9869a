/*
 * scep_msg.h - the pkiMessage (RFC 8894, 3): open one step at a time, in the
 * order in which a server may trust it, and seal one.
 *
 *	scep_msg_open	 structure and attributes; nothing is believed yet
 *	scep_msg_algs	 is each algorithm known and good enough?
 *	scep_msg_verify	 the signature; from here on the signer's key has spoken
 *	scep_msg_decrypt the envelope, if there is one for us
 */
#ifndef SCEP_MSG_H
#define SCEP_MSG_H

#include "cms_enveloped.h"
#include "scep_attr.h"

struct scep_msg {
	struct buf der;	    /* the message as DER … */
	struct buf content; /* … and its content; all borrows these two */
	struct cms_signed cms;
	struct scep_attrs attrs;
	struct pubkey signer_key; /* key.key is NULL: no usable signer */
	struct err signer_err;	  /* why, then */
	bool has_envelope;
	struct cms_enveloped env;
	struct err env_err;		 /* why there is none */
	const struct alg_digest *digest; /* set by scep_msg_algs */
	const struct alg_cipher *cipher; /* if there is an envelope */
};

/*
 * scep_msg_open - `in` is what came over HTTP, bounded by who read it.  0 as soon as it is a SignedData
 * with one signer and a transactionID that can be echoed: then a signed answer
 * is due, whatever else is wrong.  -1 (ERR_INPUT): answer without signature.
 * Release in both cases is safe; after -1 there is nothing to release.
 */
int scep_msg_open(struct span in, struct scep_msg *m, struct err *e);
void scep_msg_release(struct scep_msg *m);

/*
 * scep_msg_algs - ERR_ALG names the digest, signature or content cipher that is
 * unknown or below `p`.  How the content key travels is a matter of the
 * recipient: see cms_recipient_alg.
 */
int scep_msg_algs(
    struct scep_msg *m, const struct alg_policy *p, struct err *e);

/* scep_msg_verify - ERR_SIG; also if the signer's certificate is missing */
int scep_msg_verify(const struct scep_msg *m, struct err *e);

/*
 * scep_msg_decrypt - the content of the envelope, for the holder of `cert` and
 * `key`.  ERR_NOT_FOUND if it names somebody else, ERR_INPUT for what the clear
 * header shows.  0 says nothing about success: see cms_enveloped_decrypt.
 */
int scep_msg_decrypt(const struct scep_msg *m, const struct cert_view *cert,
    const struct privkey *key, struct buf *plain, struct err *e);

/*
 * A pkiMessage to be sealed, by a server or by a client.  Everything borrows.
 */
struct scep_seal {
	struct scep_attrs_out attrs;
	bool has_content;  /* content to be enveloped, else: */
	bool omit_content; /* leave eContent out; default is an empty one */
	struct span content;
	const struct cert_view *to;  /* recipient of the envelope … */
	const struct pubkey *to_key; /* … and the RSA key in it */
	const struct alg_cipher *cipher;
	const struct alg_digest *digest;
	struct span cert;	  /* the signer's certificate */
	const struct span *certs; /* for the certificates field */
	size_t n_certs;
	const struct privkey *key;
};

/*
 * scep_msg_seal - append the message: envelope, attributes, signature.
 * ERR_ALG if to_key cannot be enveloped to.
 */
int scep_msg_seal(const struct scep_seal *s, struct buf *out, struct err *e);

#endif
