#include "secret_line.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

int secret_line(const char *what, struct buf *line, struct err *e)
{
	struct termios old, quiet;
	bool terminal = tcgetattr(STDIN_FILENO, &old) == 0;
	char text[SECRET_LINE_MAX + 2];
	size_t n;
	int rc = -1;

	if (terminal) {
		fprintf(stderr, "%s: ", what);
		quiet = old;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	}
	setvbuf(stdin, NULL, _IONBF, 0); /* no copy stays behind */
	if (fgets(text, sizeof(text), stdin) == NULL)
		text[0] = '\0';
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
		fputc('\n', stderr);
	}
	n = strcspn(text, "\n");
	if (n > SECRET_LINE_MAX)
		err_set(e, ERR_INPUT, "a %s has %d characters at most", what,
		    SECRET_LINE_MAX);
	else
		rc =
		    buf_put(line, (struct span){ (const uint8_t *)text, n }, e);
	explicit_bzero(text, sizeof(text));
	return rc;
}
