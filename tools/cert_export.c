/*
 * scepca cert export - a certificate as a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certs.h"
#include "describe.h"
#include "scepca.h"

/*
 * write_file - a file that anybody may read, as the user whom the home belongs
 * to; what stands there is replaced, but not through a symbolic link (T-45).
 */
static int write_file(const char *path, struct span bytes, struct err *e)
{
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	FILE *f;
	int rc = -1;

	if (fd < 0 || (f = fdopen(fd, "w")) == NULL)
		return err_set(e, ERR_SYS,
		    "%s: %s, for user id %ld; or leave out --out and redirect",
		    path, strerror(errno), (long)geteuid());
	if (fchmod(fd, 0644) == 0 &&
	    fwrite(bytes.p, 1, bytes.n, f) == bytes.n && fflush(f) == 0)
		rc = 0;
	else
		err_set(e, ERR_SYS, "%s: %s", path, strerror(errno));
	fclose(f);
	return rc;
}

static int export(const struct opts *o, struct out *out,
    const struct stored_cert *c, struct err *e)
{
	static const struct out_field fields[] = {
		{ "serial", "serial", 0 },
		{ "file", "file", 0 },
	};
	const char *path = opt_value(o, "out");
	bool der = opt_value(o, "der") != NULL;
	struct buf pem = { 0 };
	struct span bytes = buf_span(&c->der);
	json_t *doc = NULL;
	int rc = -1;

	if (pem_encode(bytes, "CERTIFICATE", &pem, e) != 0)
		goto out;
	if (!der)
		bytes = buf_span(&pem);
	if (path != NULL && write_file(path, bytes, e) != 0)
		goto out;
	rc = 0;
	doc = json_object();
	json_object_set_new(doc, "serial", certs_serial(&c->serial));
	if (path != NULL) {
		json_object_set_new(doc, "file", out_text(span_str(path)));
		out_fields(out, NULL, fields, 2, doc);
	} else if (out->json) {
		json_object_set_new(doc, "pem", out_text(buf_span(&pem)));
		out_json(out, doc);
	} else {
		fwrite(bytes.p, 1, bytes.n, stdout);
		json_decref(doc);
	}
out:
	buf_release(&pem);
	return rc;
}

int run_cert_export(const struct opts *o, struct out *out)
{
	bool der = opt_value(o, "der") != NULL;
	struct stored_cert c = { 0 };
	struct ca *ca;
	struct err e;
	int rc;

	if (der && opt_value(o, "pem") != NULL)
		return out_usage(out, "--pem or --der, not both");
	if (der && opt_value(o, "out") == NULL && !out->json &&
	    isatty(STDOUT_FILENO))
		return out_usage(out, "DER is not for a terminal: --out FILE");
	rc = scepca_open(o, out, &ca);
	if (rc != EXIT_DONE)
		return rc;
	if (certs_find(ca->store, o->words[0], &c, &e) != 0 ||
	    export(o, out, &c, &e) != 0)
		rc = out_error(out, &e);
	stored_cert_release(&c);
	ca_close(ca);
	return rc;
}
