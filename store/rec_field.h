/*
 * rec_field.h - the fields of a record's value, one after the other.
 *
 * Both directions remember the first failure, so that a codec reads like the
 * list of its fields and asks once, at the end.
 */
#ifndef REC_FIELD_H
#define REC_FIELD_H

#include "store_cert.h"

struct rec_writer {
	struct buf *out;
	size_t start;	   /* what was in out before */
	const char *wrong; /* NULL: all well so far */
};

struct rec_reader {
	struct span left;
	const char *wrong;
};

struct rec_writer rec_write(struct buf *out, uint8_t version);
void rec_write_u8(struct rec_writer *w, uint8_t v);
void rec_write_i32(struct rec_writer *w, int32_t v);
void rec_write_i64(struct rec_writer *w, int64_t v);
void rec_write_octets(struct rec_writer *w, const uint8_t *p, size_t n);
/* a text in a field of `size` with its NUL; at most 255 octets */
void rec_write_text(struct rec_writer *w, const char *text, size_t size);
/* octets with their length in front */
void rec_write_span(struct rec_writer *w, struct span s);
void rec_write_serial(struct rec_writer *w, const struct serial *s);
/* rec_write_end - ERR_INPUT, and nothing appended, if anything was wrong */
int rec_write_end(struct rec_writer *w, const char *what, struct err *e);

struct rec_reader rec_read(struct span value, uint8_t version);
uint8_t rec_read_u8(struct rec_reader *r);
int32_t rec_read_i32(struct rec_reader *r);
int64_t rec_read_i64(struct rec_reader *r);
void rec_read_octets(struct rec_reader *r, uint8_t *p, size_t n);
void rec_read_text(struct rec_reader *r, char *text, size_t size);
struct span rec_read_span(struct rec_reader *r, size_t max);  /* borrows */
void rec_read_serial(struct rec_reader *r, struct serial *s); /* or none */
/* rec_read_check - a value that is out of range is wrong, too */
void rec_read_check(struct rec_reader *r, bool good, const char *wrong);
/* rec_read_end - ERR_STORE if anything was wrong or is left */
int rec_read_end(struct rec_reader *r, const char *what, struct err *e);

#endif
