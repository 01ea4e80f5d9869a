/*
 * fake_pki.h - the CA behind fake_ca: its keys, its state, and its answers,
 * right or wrong as the command line says.  Whatever it cannot do ends it.
 */
#ifndef FAKE_PKI_H
#define FAKE_PKI_H

#include "buf.h"

extern struct err e;

#define OK(call) ((call) == 0 ? (void)0 : die(__FILE__, __LINE__, #call))
_Noreturn void die(const char *file, int line, const char *what);

/* fake_start - make the keys; files go into `dir`.  Borrows both. */
void fake_start(const char *dir, char *const *faults);

/* fault - is it to do this wrong? */
bool fault(const char *name);

/* put_file - write into the directory */
void put_file(const char *name, struct span bytes);

/*
 * fake_ca_cert, fake_chain - the bodies of GetCACert and GetCACertChain.
 * fake_pki - that of PKIOperation; false: HTTP 500 instead
 */
void fake_ca_cert(struct buf *body);
void fake_chain(struct buf *body);
bool fake_pki(struct span in, struct buf *body);

#endif
