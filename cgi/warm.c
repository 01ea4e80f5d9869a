/*
 * warm.c - a new process owns no page: it gets each as it first writes to it,
 * by a fault that costs several times what the page itself does.  A request
 * writes to some 70, so they are asked for at once.
 */
#include "warm.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
	PAGE = 4096,
	HEAP_BYTES = 200 << 10, /* what an enrolment takes of it */
	STACK_BYTES = 56 << 10,
	KEEP_BYTES = 16 << 20, /* what is freed stays in the heap */
};

/* Errors do no harm: then there are the faults. */
static void populate(uintptr_t from, size_t n)
{
	uintptr_t to = (from + n) & ~(uintptr_t)(PAGE - 1);

	from = (from + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
	if (from < to)
		(void)madvise((void *)from, to - from, MADV_POPULATE_WRITE);
}

void warm_up(void)
{
	void *heap;

	(void)mallopt(M_MMAP_THRESHOLD, KEEP_BYTES);
	(void)mallopt(M_TRIM_THRESHOLD, KEEP_BYTES);
	heap = malloc(HEAP_BYTES);
	if (heap != NULL)
		populate((uintptr_t)heap, HEAP_BYTES);
	free(heap);
	populate(
	    (uintptr_t)__builtin_frame_address(0) - STACK_BYTES, STACK_BYTES);
}
