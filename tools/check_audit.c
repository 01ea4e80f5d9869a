/*
 * Is the end of the audit log whole, and does it get its lines (T-61)?
 */
#include "audit_verify.h"
#include "check.h"

/*
 * What a delivery tells is written with the next event: as many may wait in a
 * CA that is in order.
 */
enum { AUDIT_FEW = 200 };

void check_audit(struct check *c, struct ca *ca)
{
	const char *remedy =
	    check_command(c, "scepca --home", "", " audit verify");
	struct audit_report r;
	struct err e;

	if (audit_verify(ca, true, &r, &e) != 0)
		check_say(c, WARNING, HOME_AUDIT,
		    e.kind == ERR_PERM ? "mend its owner and mode" : remedy,
		    "%s", e.text);
	else if (r.broken)
		check_say(c, WARNING, HOME_AUDIT, remedy,
		    "the line that should have number %lld %s",
		    (long long)r.seq, r.what);
	else if (r.waiting > AUDIT_FEW)
		check_say(c, WARNING, HOME_AUDIT,
		    check_command(c, "scepca --home", "", " maintain"),
		    "%lld lines wait in the store to be written; maintain "
		    "says what is in the way",
		    (long long)r.waiting);
	else
		check_say(c, FINE, HOME_AUDIT, NULL,
		    "its end is whole, down to number %lld",
		    (long long)(r.head.seq + r.waiting));
}
