/* subjectAltName (RFC 5280, 4.2.1.6). */
#include "dns_name.h"
#include "lint_part.h"

/* Context tags of GeneralName. */
enum { NAME_DNS = 0x82, NAME_IP = 0x87 };

int lint_names(struct span san, struct err *e)
{
	struct span list, body;
	uint8_t tag;

	if (der_only(san, DER_SEQUENCE, &list, NULL) != 0 || list.n == 0)
		return lint_broken(e, "unreadable subjectAltName");
	while (list.n > 0) {
		if (der_any(&list, &tag, &body, NULL, NULL) != 0)
			return lint_broken(e, "unreadable subjectAltName");
		if (body.n == 0)
			return lint_broken(e, "an empty alternative name");
		if (tag == NAME_DNS && !dns_name_ok(body))
			return lint_broken(e, "a dNSName that is none");
		if (tag == NAME_IP && body.n != 4 && body.n != 16)
			return lint_broken(e, "an address of neither IP");
	}
	return 0;
}
