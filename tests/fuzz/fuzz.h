/*
 * fuzz.h - what the fuzz targets share.
 *
 * A target is one file with LLVMFuzzerTestOneInput(): it gives a decoder any
 * bytes at all and checks what must hold then.  With the meson option `fuzz` it
 * is linked with libFuzzer; without, with replay.c, which runs what is in
 * corpus/.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* MUST - what the code under test promises; a broken promise is a finding */
#define MUST(what) ((what) ? (void)0 : fuzz_finding(__FILE__, __LINE__, #what))
_Noreturn void fuzz_finding(const char *file, int line, const char *what);

/* fuzz_inside - does `part`, if it is not empty, lie in `whole`? */
bool fuzz_inside(struct span part, struct span whole);

/* fuzz_is_text - UTF-8 (RFC 3629) without a NUL? */
bool fuzz_is_text(struct span s);

/* fuzz_key - an RSA key of 1024 bits, small for speed; the same every time */
enum fuzz_owner { FUZZ_CA, FUZZ_DEVICE };
struct privkey;
const struct privkey *fuzz_key(enum fuzz_owner owner);
const char *fuzz_key_pem(enum fuzz_owner owner);

enum { FUZZ_NOW = 1767225600 }; /* the time in every input: 2026-01-01 */

#endif
