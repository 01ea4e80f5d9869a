/*
 * device.h - a device that enrols: its key, its requests, what it makes of
 * answers.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include "lab_ca.h"
#include "scep_client.h"

struct device {
	struct privkey *key;
	struct buf pem; /* of the key */
	struct buf spki, subject, self_signed;
};

/* device_make - a new key; its name is CN=`name`, any bytes, as UTF8String */
void device_make(struct device *d, const char *name);
void device_release(struct device *d);

/* device_rename - the same key under another name */
void device_rename(struct device *d, const char *name);

/* What it sent and has to remember. */
struct asked {
	char trans_id[SCEP_TRANS_ID_MAX + 1];
	uint8_t nonce[SCEP_NONCE_SIZE];
	struct buf message; /* DER */
};

/* device_ask - a PKCSReq; an empty challenge is left out */
void device_ask(const struct device *d, const struct lab_ca *l,
    const char *trans_id, struct span challenge, struct asked *q);
void asked_release(struct asked *q);

/*
 * device_read - check and open the answer to `q`; on SUCCESS *cert is the
 * certificate, for this device's key and by this CA.  Returns the pkiStatus.
 */
enum scep_status device_read(const struct device *d, const struct lab_ca *l,
    const struct asked *q, struct span reply, struct buf *cert);

/*
 * device_base64 - append the message in base64, on one line
 * device_query - append the query of a GET that carries it
 */
void device_base64(const struct asked *q, struct buf *text);
void device_query(const struct asked *q, struct buf *query);

#endif
