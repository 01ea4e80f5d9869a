#include "failure.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

unsigned failure_delay(int32_t weight)
{
	unsigned delay = FAILURE_DELAY_MIN;

	if (weight <= FAILURE_FREE)
		return 0;
	for (; weight > FAILURE_FREE + 1 && delay < FAILURE_DELAY_MAX; weight--)
		delay *= 2;
	return delay < FAILURE_DELAY_MAX ? delay : FAILURE_DELAY_MAX;
}

void failure_address(const char *remote, char address[64])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN] = "";
	uint8_t b[16];

	if (inet_pton(AF_INET6, remote, b) != 1) {
		snprintf(
		    address, 64, "%s", remote[0] != '\0' ? remote : "unknown");
	} else if (memcmp(b, mapped, sizeof(mapped)) == 0) {
		(void)inet_ntop(AF_INET, b + 12, address, 64);
	} else {
		memset(b + 8, 0, 8);
		(void)inet_ntop(AF_INET6, b, text, sizeof(text));
		snprintf(address, 64, "%s/64", text);
	}
}

int failure_note(struct ca *ca, const char *remote, const uint8_t *used_mac,
    int64_t now, unsigned *delay, struct stored_challenge *reused,
    struct err *e)
{
	char address[64];
	struct failure f = {
		.remote = address, .reused_mac = used_mac, .now = now
	};
	struct failures from;

	failure_address(remote, address);
	if (ca_store(ca, e) != 0 ||
	    store_failure_note(ca->store, &f, &from, reused, e) != 0)
		return -1;
	*delay = failure_delay(failures_weight(&from, now));
	return 0;
}
