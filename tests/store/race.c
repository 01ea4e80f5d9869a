/*
 * race.c - a gate, and processes behind it.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "race.h"

struct report *report_new(void)
{
	struct report *r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	must(r != MAP_FAILED, "mmap");
	return r;
}

/* Let PROCESSES of them loose at the same moment; all must end well. */
void run_all(void (*one)(int i, struct report *r), struct report *r)
{
	pid_t pid[PROCESSES];
	int gate[2], i;
	char c;

	memset(r, 99, sizeof(*r));
	must(pipe(gate) == 0, "pipe");
	for (i = 0; i < PROCESSES; i++) {
		must((pid[i] = fork()) >= 0, "fork");
		if (pid[i] != 0)
			continue;
		close(gate[1]);
		must(read(gate[0], &c, 1) == 0, "gate");
		one(i, r);
		_exit(0);
	}
	close(gate[0]);
	close(gate[1]);
	for (i = 0; i < PROCESSES; i++)
		must(wait_for(pid[i], 60) == 0, "process %d", i);
}

int report_count(const struct report *r, int outcome)
{
	int i, n = 0;

	for (i = 0; i < PROCESSES; i++)
		n += r->outcome[i] == outcome;
	return n;
}
