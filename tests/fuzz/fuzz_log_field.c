/* A line of the service log: what is read is what is written again. */
#include "fuzz.h"
#include "log_field.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span line = { data, size }, key, before;
	struct buf value = { 0 }, again = { 0 };
	struct span read;
	char name[16];
	bool cut;

	for (;;) {
		before = line;
		if (log_field_next(&line, &key, &value, &cut, NULL) != 0)
			break;
		MUST(line.n < before.n);
		MUST(line.n == 0 || fuzz_inside(line, before));
		MUST(fuzz_inside(key, before) && key.n > 0);
		MUST(value.n <= size);
		if (key.n >= sizeof(name) || value.n > LOG_VALUE_MAX)
			continue;
		for (size_t i = 0; i < key.n; i++)
			name[i] = (char)key.p[i];
		name[key.n] = '\0';
		buf_cut(&again, 0);
		log_field_put(&again, name, buf_span(&value));
		read = buf_span(&again);
		buf_cut(&value, 0);
		MUST(log_field_next(&read, &key, &value, &cut, NULL) == 0);
		MUST(read.n == 0 && !cut);
	}
	MUST(line.p == before.p && line.n == before.n);
	buf_release(&value);
	buf_release(&again);
	return 0;
}
