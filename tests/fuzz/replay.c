/*
 * replay - run every input of a folder, and every beginning of each, through a
 * fuzz target.  Each is in memory of exactly its size, so that a sanitizer sees
 * the first byte read behind it.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { INPUT_MAX = 64 * 1024 };

static void run(const uint8_t *bytes, size_t n)
{
	uint8_t *copy = malloc(n + (n == 0));

	if (copy == NULL)
		abort();
	memcpy(copy, bytes, n);
	(void)LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static int run_file(const char *folder, const char *name)
{
	static uint8_t bytes[INPUT_MAX];
	char path[4096];
	size_t n;
	FILE *f;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >=
		(int)sizeof(path) ||
	    (f = fopen(path, "rb")) == NULL) {
		perror(path);
		return -1;
	}
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	for (size_t k = 0; k <= n; k++)
		run(bytes, k);
	return 0;
}

int main(int argc, char **argv)
{
	const struct dirent *entry;
	unsigned files = 0;
	DIR *d;

	if (argc != 2 || (d = opendir(argv[1])) == NULL) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.') {
			if (run_file(argv[1], entry->d_name) != 0)
				return 1;
			files++;
		}
	closedir(d);
	printf("%u inputs and all their beginnings\n", files);
	return files > 0 ? 0 : 1;
}
