/*
 * seeds.h - one real input of every shape, for the fuzz targets to start from.
 */
#ifndef SEEDS_H
#define SEEDS_H

#include "fuzz_home.h"

#define SEEDS_SUBJECT "CN=r1.example,serialNumber=4711,O=Lab\\, West,C=DE"

/*
 * save - write an input into the folder of a target.
 * save_after - the same of two pieces, one behind the other.
 */
void save(const char *target, const char *name, struct span bytes);
void save_after(
    const char *target, const char *name, struct span head, struct span tail);

void seeds_plain(void);

#endif
