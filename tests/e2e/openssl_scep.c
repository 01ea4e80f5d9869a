/*
 * openssl_scep - a second opinion on SCEP messages, by libcrypto alone.
 *
 * `openssl cms` makes and opens CMS, but cannot add signed attributes of its
 * own choice.  This does: nothing of ours is linked in.
 *
 *	openssl_scep sign [-s] [-d DIGEST] [-t TYPE] [-i ID] [-n NONCE]
 *		-k KEY.pem -c CERT.pem <envelope >pkiMessage
 *	openssl_scep show <pkiMessage
 *	openssl_scep serial CERT.pem [SERIAL] >IssuerAndSerialNumber
 *	openssl_scep subject CA.pem CSR.der >IssuerAndSubject
 *
 * -s writes BER with indefinite lengths; NONCE and SERIAL are hex, SERIAL in
 * place of the certificate's own.  `show` prints the SCEP attributes, a line
 * "name value" each; it verifies nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

/* RFC 8894, 3.2.1; failInfoText: 3.2.1.4 */
static const struct {
	const char *name, *oid;
	int type;
} attrs[] = {
	{ "messageType", "2.16.840.1.113733.1.9.2", V_ASN1_PRINTABLESTRING },
	{ "pkiStatus", "2.16.840.1.113733.1.9.3", V_ASN1_PRINTABLESTRING },
	{ "failInfo", "2.16.840.1.113733.1.9.4", V_ASN1_PRINTABLESTRING },
	{ "failInfoText", "1.3.6.1.5.5.7.24.1", V_ASN1_UTF8STRING },
	{ "senderNonce", "2.16.840.1.113733.1.9.5", V_ASN1_OCTET_STRING },
	{ "recipientNonce", "2.16.840.1.113733.1.9.6", V_ASN1_OCTET_STRING },
	{ "transactionID", "2.16.840.1.113733.1.9.7", V_ASN1_PRINTABLESTRING },
};
enum { N_ATTRS = sizeof(attrs) / sizeof(attrs[0]) };

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "openssl_scep: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

static void *must(void *p, const char *what)
{
	if (p == NULL)
		die(what);
	return p;
}

static void add(CMS_SignerInfo *si, const char *name, const void *p, size_t n)
{
	for (size_t i = 0; i < N_ATTRS; i++) {
		ASN1_OBJECT *oid;

		if (strcmp(attrs[i].name, name) != 0)
			continue;
		oid = must(OBJ_txt2obj(attrs[i].oid, 1), "OBJ_txt2obj");
		if (CMS_signed_add1_attr_by_OBJ(
			si, oid, attrs[i].type, p, (int)n) != 1)
			die(name);
		ASN1_OBJECT_free(oid);
		return;
	}
	die(name);
}

static int sign(int argc, char **argv)
{
	const char *key_file = NULL, *cert_file = NULL, *digest = "sha256";
	const char *type = "19", *id = "1",
		   *nonce = "000102030405060708090a0b"
			    "0c0d0e0f";
	unsigned flags = CMS_BINARY | CMS_PARTIAL;
	BIO *in = must(BIO_new_fp(stdin, BIO_NOCLOSE), "stdin");
	BIO *out = must(BIO_new_fp(stdout, BIO_NOCLOSE), "stdout");
	unsigned char *nonce_bytes;
	long nonce_n;
	CMS_ContentInfo *cms;
	CMS_SignerInfo *si;
	EVP_PKEY *key;
	X509 *cert;
	BIO *file;
	int c;

	while ((c = getopt(argc, argv, "sd:t:i:n:k:c:")) != -1) {
		switch (c) {
		case 's':
			flags |= CMS_STREAM;
			break;
		case 'd':
			digest = optarg;
			break;
		case 't':
			type = optarg;
			break;
		case 'i':
			id = optarg;
			break;
		case 'n':
			nonce = optarg;
			break;
		case 'k':
			key_file = optarg;
			break;
		case 'c':
			cert_file = optarg;
			break;
		default:
			return 2;
		}
	}
	if (key_file == NULL || cert_file == NULL || optind != argc)
		die("sign: -k KEY and -c CERT, and nothing behind them");

	file = must(BIO_new_file(key_file, "r"), key_file);
	key = must(PEM_read_bio_PrivateKey(file, NULL, NULL, NULL), key_file);
	BIO_free(file);
	file = must(BIO_new_file(cert_file, "r"), cert_file);
	cert = must(PEM_read_bio_X509(file, NULL, NULL, NULL), cert_file);
	BIO_free(file);
	nonce_bytes = must(OPENSSL_hexstr2buf(nonce, &nonce_n), "nonce");

	cms = must(CMS_sign(NULL, NULL, NULL, in, flags), "CMS_sign");
	si = must(CMS_add1_signer(cms, cert, key,
		      must((void *)EVP_get_digestbyname(digest), digest),
		      flags | CMS_NOSMIMECAP),
	    "CMS_add1_signer");
	add(si, "messageType", type, strlen(type));
	add(si, "transactionID", id, strlen(id));
	add(si, "senderNonce", nonce_bytes, (size_t)nonce_n);

	if (flags & CMS_STREAM) {
		if (i2d_CMS_bio_stream(out, cms, in, (int)flags) != 1)
			die("i2d_CMS_bio_stream");
	} else {
		if (CMS_final(cms, in, NULL, flags) != 1)
			die("CMS_final");
		if (i2d_CMS_bio(out, cms) != 1)
			die("i2d_CMS_bio");
	}
	if (BIO_flush(out) != 1)
		die("stdout");

	OPENSSL_free(nonce_bytes);
	CMS_ContentInfo_free(cms);
	EVP_PKEY_free(key);
	X509_free(cert);
	BIO_free(out);
	BIO_free(in);
	return 0;
}

/* lastpos -3: the attribute is there at most once, with exactly one value */
static void show_attr(CMS_SignerInfo *si, size_t i)
{
	ASN1_OBJECT *oid = must(OBJ_txt2obj(attrs[i].oid, 1), "OBJ_txt2obj");
	const ASN1_STRING *s;

	if (CMS_signed_get_attr_by_OBJ(si, oid, -1) >= 0) {
		s = must(
		    CMS_signed_get0_data_by_OBJ(si, oid, -3, attrs[i].type),
		    attrs[i].name);
		printf("%s ", attrs[i].name);
		for (int k = 0; k < ASN1_STRING_length(s); k++)
			printf(attrs[i].type == V_ASN1_OCTET_STRING ? "%02x"
								    : "%c",
			    ASN1_STRING_get0_data(s)[k]);
		putchar('\n');
	}
	ASN1_OBJECT_free(oid);
}

static int show(void)
{
	BIO *in = must(BIO_new_fp(stdin, BIO_NOCLOSE), "stdin");
	CMS_ContentInfo *cms = must(d2i_CMS_bio(in, NULL), "not CMS");
	STACK_OF(CMS_SignerInfo) * signers;

	signers = must(CMS_get0_SignerInfos(cms), "not SignedData");
	if (sk_CMS_SignerInfo_num(signers) != 1)
		die("not exactly one signer");
	for (size_t i = 0; i < N_ATTRS; i++)
		show_attr(sk_CMS_SignerInfo_value(signers, 0), i);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	return fflush(stdout) == 0 ? 0 : 1;
}

static X509 *read_cert(const char *path)
{
	BIO *file = must(BIO_new_file(path, "r"), path);
	X509 *cert = must(PEM_read_bio_X509(file, NULL, NULL, NULL), path);

	BIO_free(file);
	return cert;
}

static int put(const unsigned char *p, int n)
{
	return n > 0 && fwrite(p, 1, (size_t)n, stdout) == (size_t)n &&
		fflush(stdout) == 0
	    ? 0
	    : 1;
}

/* RFC 5652, 10.2.4: what GetCert and GetCRL ask for */
static int serial(const char *path, const char *other)
{
	PKCS7_ISSUER_AND_SERIAL *is = must(PKCS7_ISSUER_AND_SERIAL_new(), "is");
	X509 *cert = read_cert(path);
	unsigned char *der = NULL;
	BIGNUM *n = NULL;
	int rc, size;

	if (X509_NAME_set(&is->issuer, X509_get_issuer_name(cert)) != 1)
		die("issuer");
	ASN1_INTEGER_free(is->serial);
	if (other == NULL) {
		is->serial = must(
		    ASN1_INTEGER_dup(X509_get0_serialNumber(cert)), "serial");
	} else {
		if (BN_hex2bn(&n, other) == 0)
			die("SERIAL is not hex");
		is->serial = must(BN_to_ASN1_INTEGER(n, NULL), "serial");
	}
	size = i2d_PKCS7_ISSUER_AND_SERIAL(is, &der);
	rc = put(der, size);
	OPENSSL_free(der);
	BN_free(n);
	PKCS7_ISSUER_AND_SERIAL_free(is);
	X509_free(cert);
	return rc;
}

/* RFC 8894, 3.3.3: what a CertPoll says, in the right order */
static int subject(const char *ca_path, const char *csr_path)
{
	X509 *ca = read_cert(ca_path);
	BIO *file = must(BIO_new_file(csr_path, "r"), csr_path);
	X509_REQ *csr = must(d2i_X509_REQ_bio(file, NULL), csr_path);
	const X509_NAME *names[2] = { X509_get_subject_name(ca),
		X509_REQ_get_subject_name(csr) };
	unsigned char *all, *p;
	int n, size, rc;

	n = i2d_X509_NAME(names[0], NULL) + i2d_X509_NAME(names[1], NULL);
	size = ASN1_object_size(1, n, V_ASN1_SEQUENCE);
	all = p = must(OPENSSL_malloc((size_t)size), "memory");
	ASN1_put_object(&p, 1, n, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
	i2d_X509_NAME(names[0], &p);
	i2d_X509_NAME(names[1], &p);
	rc = put(all, size);
	OPENSSL_free(all);
	X509_REQ_free(csr);
	BIO_free(file);
	X509_free(ca);
	return rc;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "sign") == 0)
		return sign(argc - 1, argv + 1);
	if (argc == 2 && strcmp(argv[1], "show") == 0)
		return show();
	if ((argc == 3 || argc == 4) && strcmp(argv[1], "serial") == 0)
		return serial(argv[2], argv[3]);
	if (argc == 4 && strcmp(argv[1], "subject") == 0)
		return subject(argv[2], argv[3]);
	fputs("usage: openssl_scep sign|show|serial|subject\n", stderr);
	return 2;
}
