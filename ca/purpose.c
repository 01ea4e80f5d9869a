#include "purpose.h"

#include <string.h>

#include "name_type.h"

static const struct {
	const char *name, *oid;
	bool device;
} purposes[] = {
	{ "serverAuth", "1.3.6.1.5.5.7.3.1", true },
	{ "clientAuth", PURPOSE_CLIENT, true },
	{ "codeSigning", "1.3.6.1.5.5.7.3.3", true },
	{ "emailProtection", "1.3.6.1.5.5.7.3.4", true },
	{ "ipsecEndSystem", "1.3.6.1.5.5.7.3.5", true },
	{ "ipsecTunnel", "1.3.6.1.5.5.7.3.6", true },
	{ "ipsecUser", "1.3.6.1.5.5.7.3.7", true },
	{ "timeStamping", "1.3.6.1.5.5.7.3.8", true },
	{ "OCSPSigning", "1.3.6.1.5.5.7.3.9", false },
	{ "eapOverPPP", "1.3.6.1.5.5.7.3.13", true },
	{ "eapOverLAN", "1.3.6.1.5.5.7.3.14", true },
	{ "ipsecIKE", "1.3.6.1.5.5.7.3.17", true },
	{ "cmcCA", "1.3.6.1.5.5.7.3.27", false },
	{ "cmcRA", "1.3.6.1.5.5.7.3.28", false },
	{ "iKEIntermediate", "1.3.6.1.5.5.8.2.2", true },
	{ "msSmartcardLogin", "1.3.6.1.4.1.311.20.2.2", true },
	{ "msCertificateRequestAgent", "1.3.6.1.4.1.311.20.2.1", false },
	{ "anyExtendedKeyUsage", "2.5.29.37.0", false },
};

enum { PURPOSES = sizeof(purposes) / sizeof(purposes[0]) };

const char *purpose_oid(const char *name)
{
	for (size_t i = 0; i < PURPOSES; i++)
		if (strcmp(purposes[i].name, name) == 0)
			return purposes[i].oid;
	return is_dotted_oid(span_str(name)) ? name : NULL;
}

const char *purpose_name(const char *oid)
{
	for (size_t i = 0; i < PURPOSES; i++)
		if (strcmp(purposes[i].oid, oid) == 0)
			return purposes[i].name;
	return oid;
}

bool purpose_for_device(const char *oid)
{
	for (size_t i = 0; i < PURPOSES; i++)
		if (strcmp(purposes[i].oid, oid) == 0)
			return purposes[i].device;
	return true;
}
