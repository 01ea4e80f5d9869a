/*
 * vendor_scene.h - what the tests of [trust NAME] stand in: one CA that trusts a
 * vendor's root, and one device.
 */
#ifndef VENDOR_SCENE_H
#define VENDOR_SCENE_H

#include "scene.h"
#include "vendor.h"

#define SUDI                                                               \
	"CN=C9300-24T-0C75BD,OU=ACT-2,O=Cisco,serialNumber=PID:C9300-24T " \
	"SN:FCW2235L0EH"
#define SN "serialNumber=FCW2235L0EH"

extern struct vendor root, issuing, unknown; /* issuing: below the root */
extern struct privkey *new_key;		     /* that is to be certified */

/*
 * trust_begin - set the scene: the device (c of scene.h) is for the test to make;
 * `trust` is appended to [trust vendor].  trust_end - clear it
 */
void trust_begin(const char *trust);
void trust_end(void);

/*
 * ask - the device asks for `subject` with new_key, under a transactionID of its
 * own: refused for `why` with `detail` in the log (NULL: any), or granted
 */
void ask(const char *subject, const struct ask *more, int64_t now,
    enum refusal why, const char *detail);

extern const struct ask plain; /* nothing more */

#endif
