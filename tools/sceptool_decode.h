/*
 * sceptool_decode.h - the layers of a message as JSON values.
 */
#ifndef SCEPTOOL_DECODE_H
#define SCEPTOOL_DECODE_H

#include "sceptool.h"

enum { MESSAGE_SIZE_MAX = BUF_MAX / 2 };

/*
 * *bad becomes true if something in there cannot be read or is not true.
 *
 * add_problem - put {"problem": text} into a layer
 * show_certs - a list of certificates
 * show_list - a revocation list with all of its entries
 * show_content - put what was decrypted into doc; false if it is nothing that
 * is known or well-formed
 */
void add_problem(json_t *layer, const char *text, bool *bad);
json_t *show_certs(const struct span *certs, size_t n);
json_t *show_list(struct span der, bool *bad);
bool show_content(json_t *doc, struct span plain, bool *bad);

#endif
