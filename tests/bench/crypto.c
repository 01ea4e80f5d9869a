/*
 * crypto - what one enrolment costs in nothing but public-key operations, with
 * the keys that are used for it: prints microseconds, the least of several
 * rounds.
 *
 * usage: crypto enrolment|signature CA-KEY DEVICE-KEY [ROUNDS]
 */
#include <gnutls/abstract.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CEK = 16, SIZE_MAX_READ = 16384 };

#define OK(call) ((call) >= 0 ? (void)0 : die(#call))

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "crypto: %s\n", what);
	exit(1);
}

static void load(const char *path, gnutls_privkey_t *key, gnutls_pubkey_t *pub)
{
	static unsigned char text[SIZE_MAX_READ];
	gnutls_datum_t d = { text, 0 };
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		die(path);
	d.size = (unsigned)fread(text, 1, sizeof(text), f);
	fclose(f);
	OK(gnutls_privkey_init(key));
	OK(gnutls_privkey_import_x509_raw(
	    *key, &d, GNUTLS_X509_FMT_PEM, NULL, 0));
	OK(gnutls_pubkey_init(pub));
	OK(gnutls_pubkey_import_privkey(*pub, *key, 0, 0));
}

static long micros_now(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0)
		die("clock");
	return (long)t.tv_sec * 1000000 + (long)t.tv_nsec / 1000;
}

struct keys {
	gnutls_privkey_t ca, device;
	gnutls_pubkey_t ca_pub, device_pub;
	gnutls_datum_t wrapped, by_device; /* made by the device */
};

static const gnutls_sign_algorithm_t alg = GNUTLS_SIGN_RSA_SHA256;
static unsigned char text[1000];
static const gnutls_datum_t data = { text, sizeof(text) };

static void verify(gnutls_pubkey_t pub, const gnutls_datum_t *signature)
{
	OK(gnutls_pubkey_verify_data2(pub, alg, 0, &data, signature));
}

/* Every signature is verified before it goes out (security.md T-07). */
static void sign(const struct keys *k)
{
	gnutls_datum_t signature;

	OK(gnutls_privkey_sign_data2(k->ca, alg, 0, &data, &signature));
	verify(k->ca_pub, &signature);
	gnutls_free(signature.data);
}

static void enrolment(const struct keys *k)
{
	unsigned char cek[CEK] = "0123456789abcde";
	gnutls_datum_t plain = { cek, sizeof(cek) }, wrapped, signature;

	verify(k->device_pub, &k->by_device); /* the message */
	OK(gnutls_privkey_decrypt_data2(
	    k->ca, 0, &k->wrapped, cek, sizeof(cek)));
	verify(k->device_pub, &k->by_device); /* the request in it */
	OK(gnutls_privkey_sign_data2(k->ca, alg, 0, &data, &signature));
	verify(k->ca_pub, &signature); /* the certificate, twice: by whom … */
	verify(k->ca_pub, &signature); /* … has signed it, and by the lint */
	gnutls_free(signature.data);
	OK(gnutls_pubkey_encrypt_data(k->device_pub, 0, &plain, &wrapped));
	gnutls_free(wrapped.data);
	sign(k); /* the answer */
}

int main(int argc, char **argv)
{
	unsigned char cek[CEK] = { 0 };
	gnutls_datum_t plain = { cek, sizeof(cek) };
	long least = 0, t;
	int rounds = argc == 5 ? atoi(argv[4]) : 7;
	struct keys k;

	if (argc < 4 || argc > 5 || rounds < 1 ||
	    (strcmp(argv[1], "enrolment") != 0 &&
		strcmp(argv[1], "signature") != 0))
		die("usage: crypto enrolment|signature CA-KEY DEVICE-KEY "
		    "[ROUNDS]");
	load(argv[2], &k.ca, &k.ca_pub);
	load(argv[3], &k.device, &k.device_pub);
	OK(gnutls_pubkey_encrypt_data(k.ca_pub, 0, &plain, &k.wrapped));
	OK(gnutls_privkey_sign_data2(k.device, alg, 0, &data, &k.by_device));
	for (int i = 0; i < rounds; i++) {
		t = micros_now();
		if (argv[1][0] == 'e')
			enrolment(&k);
		else
			sign(&k);
		t = micros_now() - t;
		if (i == 0 || t < least)
			least = t;
	}
	printf("%ld\n", least);
	return 0;
}
