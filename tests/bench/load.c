/*
 * load - post files to a server, several at a time, each on a connection of its
 * own; prints the seconds that it took.
 *
 * usage: load PORT PATH DIR COUNT AT-ONCE	(DIR/0.der …, to 127.0.0.1)
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BODY_MAX = 65536 };

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
}

static size_t read_file(const char *dir, int i, char *body)
{
	char path[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%d.der", dir, i);
	f = fopen(path, "rb");
	if (f == NULL)
		die(path);
	n = fread(body, 1, BODY_MAX, f);
	fclose(f);
	return n;
}

static void send_all(int fd, const char *p, size_t n)
{
	ssize_t k;

	for (; n > 0; p += k, n -= (size_t)k)
		if ((k = send(fd, p, n, MSG_NOSIGNAL)) <= 0)
			die("send");
}

static void post(int port, const char *path, const char *body, size_t size)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	static char in[BODY_MAX];
	char head[1024];
	ssize_t k, got = 0;
	int fd = socket(AF_INET, SOCK_STREAM, 0), n;

	n = snprintf(head, sizeof(head),
	    "POST %s?operation=PKIOperation HTTP/1.1\r\nHost: localhost\r\n"
	    "Content-Type: application/x-pki-message\r\n"
	    "Content-Length: %zu\r\nConnection: close\r\n\r\n",
	    path, size);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		die("connect");
	send_all(fd, head, (size_t)n);
	send_all(fd, body, size);
	while ((k = recv(fd, in + got, sizeof(in) - (size_t)got, 0)) > 0)
		got += k;
	close(fd);
	if (got < 12 || memcmp(in + 9, "200", 3) != 0) {
		fprintf(stderr, "load: %.*s\n", (int)(got < 60 ? got : 60), in);
		exit(1);
	}
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	static char body[BODY_MAX];
	int count, at_once, status, failed = 0;
	double start;

	if (argc != 6)
		return 2;
	count = atoi(argv[4]);
	at_once = atoi(argv[5]);
	start = seconds();
	for (int w = 0; w < at_once; w++) {
		if (fork() != 0)
			continue;
		for (int i = w; i < count; i += at_once)
			post(atoi(argv[1]), argv[2], body,
			    read_file(argv[3], i, body));
		_exit(0);
	}
	while (wait(&status) > 0)
		failed |= status;
	printf("%.3f\n", seconds() - start);
	return failed != 0;
}
