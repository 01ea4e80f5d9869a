/*
 * kill_at.c - ptrace, and a kill.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kill_at.h"

bool run_until(unsigned stop, struct life *life,
    void (*act)(struct acks *a, uint32_t n), struct acks *a, uint32_t n)
{
	struct __ptrace_syscall_info info;
	unsigned calls = 0;
	int status;
	pid_t pid;

	must((pid = fork()) >= 0, "fork");
	if (pid == 0) {
		must(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0, "ptrace");
		raise(SIGSTOP);
		act(a, n);
		_exit(0);
	}
	must(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status), "ptrace");
	must(ptrace(PTRACE_SETOPTIONS, pid, NULL,
		 (void *)(uintptr_t)(PTRACE_O_TRACESYSGOOD |
		     PTRACE_O_EXITKILL)) == 0,
	    "ptrace");
	for (;;) {
		must(ptrace(PTRACE_SYSCALL, pid, NULL, NULL) == 0, "ptrace");
		must(waitpid(pid, &status, 0) == pid, "waitpid");
		if (!WIFSTOPPED(status)) {
			must(status == 0, "ended with %x", (unsigned)status);
			return true;
		}
		must(WSTOPSIG(status) == (SIGTRAP | 0x80), "signal %d",
		    WSTOPSIG(status));
		must(ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info),
			 &info) > 0,
		    "ptrace: %s", strerror(errno));
		if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
			continue;
		if (calls == stop)
			break;
		if (life != NULL && calls < CALLS_MAX)
			life->call[calls] = info.entry.nr;
		calls++;
		if (life != NULL)
			life->n = calls;
	}
	kill(pid, SIGKILL);
	must(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status), "kill");
	return false;
}

bool life_repeats(const struct life *life, unsigned stop)
{
	return stop > 8 && stop < life->n && stop % 16 != 0 &&
	    life->call[stop] == life->call[stop - 1] &&
	    life->call[stop] == life->call[stop - 4];
}
