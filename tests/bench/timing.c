/*
 * timing - does unwrapping a content key tell by its time whether the block
 * was well formed?  (T-01: Bleichenbacher, ROBOT, Marvin.)
 *
 * usage: timing [SAMPLES]
 *
 * Two kinds of RSA blocks, in an order by chance: PKCS#1 v1.5 with a key of 16
 * bytes, and one of several defects.  For each defect prints Welch's t of their
 * times over SAMPLES (100000) of both together, without the slowest tenth, that
 * the machine's other work has made.  Beyond 4.5 either way the two can be told
 * apart, and the exit status is 1.  By hand, on a machine with nothing else to
 * do; a minute and a half for each defect.
 */
#include <gnutls/crypto.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "privkey.h"
#include "rsa_raw.h"

enum { BLOCKS = 256, CEK = 16, SAMPLES_LEAST = 100, SIZE = RSA_RAW_SIZE };

static const double t_max = 4.5;

enum shape {
	WELL_FORMED,
	NO_00_02,
	NO_SEPARATOR,
	EARLY_ZERO,
	LONG_KEY,
	SHAPES
};
static const char *const shape_names[] = { "well formed", "not 00 02",
	"no separator", "padding too short", "key too long" };

struct sample {
	double nanos;
	bool well_formed;
};

static struct err e;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "timing: %s %s\n", what, e.text);
	exit(2);
}

static void random_bytes(uint8_t *p, size_t n)
{
	if (gnutls_rnd(GNUTLS_RND_NONCE, p, n) != 0)
		die("random");
}

/* A block whose padding has no zero but where `shape` wants one. */
static void make_block(enum shape shape, uint8_t m[SIZE])
{
	size_t separator = SIZE - CEK - 1;

	random_bytes(m, SIZE);
	for (size_t i = 2; i < SIZE; i++)
		if (m[i] == 0)
			m[i] = 1;
	m[0] = 0;
	m[1] = 2;
	switch (shape) {
	case NO_00_02:
		m[1] = 3;
		break;
	case EARLY_ZERO:
		m[5] = 0;
		return;
	case LONG_KEY:
		separator--;
		break;
	case NO_SEPARATOR:
		return;
	default:
		break;
	}
	m[separator] = 0;
}

static void make_blocks(const uint8_t modulus[SIZE], enum shape shape,
    uint8_t wrapped[BLOCKS][SIZE])
{
	uint8_t m[SIZE];

	for (size_t i = 0; i < BLOCKS; i++) {
		make_block(shape, m);
		rsa_raw_encrypt(modulus, m, wrapped[i]);
	}
}

static double nanos_now(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		die("clock");
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_time(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	return (x->nanos > y->nanos) - (x->nanos < y->nanos);
}

/* Welch's t of the times of the one kind against those of the other */
static double welch(const struct sample *s, size_t n)
{
	double sum[2] = { 0 }, mean[2], square[2] = { 0 }, error = 0;
	size_t count[2] = { 0 };

	for (size_t i = 0; i < n; i++) {
		sum[s[i].well_formed] += s[i].nanos;
		count[s[i].well_formed]++;
	}
	for (int k = 0; k < 2; k++)
		mean[k] = sum[k] / (double)count[k];
	for (size_t i = 0; i < n; i++) {
		double d = s[i].nanos - mean[s[i].well_formed];

		square[s[i].well_formed] += d * d;
	}
	for (int k = 0; k < 2; k++)
		error += square[k] / (double)(count[k] - 1) / (double)count[k];
	return (mean[0] - mean[1]) / sqrt(error);
}

static void measure(const struct privkey *key, uint8_t good[BLOCKS][SIZE],
    uint8_t bad[BLOCKS][SIZE], struct sample *s, size_t n)
{
	uint8_t chance[2], cek[CEK], block[SIZE];

	for (size_t i = 0; i < n; i++) {
		double start;

		random_bytes(chance, sizeof(chance));
		s[i].well_formed = (chance[0] & 1) != 0;
		/* from one place in memory, whatever it holds */
		memcpy(block,
		    s[i].well_formed ? good[chance[1]] : bad[chance[1]], SIZE);
		start = nanos_now();
		privkey_unwrap(key, (struct span){ block, SIZE }, cek, CEK);
		s[i].nanos = nanos_now() - start;
	}
}

int main(int argc, char **argv)
{
	static uint8_t good[BLOCKS][SIZE], bad[BLOCKS][SIZE];
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	struct buf pem = { 0 }, spki = { 0 };
	uint8_t modulus[SIZE];
	struct privkey *key;
	struct sample *s;
	bool told = false;
	double t;

	if (n < SAMPLES_LEAST || n > 100000000)
		die("usage: timing [SAMPLES], from 100");
	s = calloc(n, sizeof(*s));
	if (s == NULL || privkey_generate("rsa:2048", &pem, &e) != 0 ||
	    privkey_import(buf_span(&pem), &key, &e) != 0 ||
	    privkey_spki(key, &spki, &e) != 0)
		die("preparing:");
	rsa_raw_modulus(buf_span(&spki), modulus);
	make_blocks(modulus, WELL_FORMED, good);
	for (enum shape shape = NO_00_02; shape < SHAPES; shape++) {
		make_blocks(modulus, shape, bad);
		measure(key, good, bad, s, n);
		qsort(s, n, sizeof(*s), by_time);
		t = welch(s, n - n / 10);
		told = told || fabs(t) > t_max;
		printf("%-20s t = %6.2f  %s\n", shape_names[shape], t,
		    fabs(t) > t_max ? "CAN BE TOLD" : "pass");
		fflush(stdout);
	}
	privkey_free(key);
	buf_release(&pem);
	buf_release(&spki);
	free(s);
	return told ? EXIT_FAILURE : EXIT_SUCCESS;
}
