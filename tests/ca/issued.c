#include "issued.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 50 };

/* Append the certificates of the store, in the order of their serials. */
static int put_all(struct store *st, struct buf *pem, size_t *count)
{
	static struct stored_cert page[PAGE];
	struct serial last = { 0 };
	size_t n = PAGE;
	int rc = 0;

	for (*count = 0; rc == 0 && n == PAGE; *count += n) {
		rc = store_cert_page(
		    st, *count > 0 ? &last : NULL, page, PAGE, &n, NULL);
		if (rc != 0)
			return -1;
		for (size_t i = 0; i < n; i++) {
			last = page[i].serial;
			rc |= pem_encode(
			    buf_span(&page[i].der), "CERTIFICATE", pem, NULL);
			stored_cert_release(&page[i]);
		}
	}
	return rc;
}

void issued_keep(struct ca_home *h)
{
	const char *dir = getenv("CA_TEST_ISSUED");
	struct buf pem = { .max = 64 * BUF_MAX };
	const char *name = strrchr(h->dir, '/');
	size_t count;

	if (dir == NULL || name == NULL || h->ca == NULL)
		return;
	if (ca_certs(h->ca, NULL) == 0 && ca_store(h->ca, NULL) == 0 &&
	    pem_encode(h->ca->ca_cert.der, "CERTIFICATE", &pem, NULL) == 0 &&
	    put_all(h->ca->store, &pem, &count) == 0 && count > 0)
		(void)home_create(dir, name + 1, 0644, buf_span(&pem), NULL);
	buf_release(&pem);
}
