/*
 * gateway.h - the web server's side of one request, CGI or FastCGI: where its
 * body comes from, and where the reply goes.
 */
#ifndef GATEWAY_H
#define GATEWAY_H

#include <sys/types.h>

#include "buf.h"

struct gateway {
	/* read - as read(2): octets, 0 at the end, -1 with errno */
	ssize_t (*read)(void *arg, uint8_t *p, size_t n);
	/* write - head and body, all of both and at once; ERR_SYS */
	int (*write)(
	    void *arg, struct span head, struct span body, struct err *e);
	/*
	 * done - the client need not wait for what we do from now on; what the
	 * web server has said of the request may be gone with that.
	 */
	void (*done)(void *arg);
	void *arg;
};

/* The descriptors of a CGI program; all of its standard ones are open. */
struct gateway_cgi {
	int in, out;
};

/* gateway_cgi - borrows `fds` */
struct gateway gateway_cgi(struct gateway_cgi *fds);

#endif
