/*
 * rec_presented.c - what was got with a certificate of others.
 */
#include <string.h>

#include "rec.h"
#include "rec_field.h"

enum { VERSION = 1 };

static const char what[] = "certificate by the one that was presented";

int rec_put_presented(
    const struct serial *serial, struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, VERSION);

	rec_write_serial(&w, serial);
	if (serial->n == 0)
		w.wrong = "no serial number";
	return rec_write_end(&w, what, e);
}

int rec_get_presented(struct span key, struct span value, uint8_t key_hash[32],
    struct serial *serial, struct err *e)
{
	struct rec_reader r = rec_read(value, VERSION);
	struct serial got = { .n = 0 };

	if (!rec_is(key, REC_PRESENTED) || key.n != 1 + 32)
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	rec_read_serial(&r, &got);
	rec_read_check(&r, got.n > 0, "no serial number");
	if (rec_read_end(&r, what, e) != 0)
		return -1;
	memcpy(key_hash, key.p + 1, 32);
	*serial = got;
	return 0;
}
