/*
 * workers.h - a number of processes at work, each replaced when it ends: what
 * fcgiwrap does for a CGI program, for one that serves many requests.
 */
#ifndef WORKERS_H
#define WORKERS_H

enum { WORKERS_MAX = 64 };

/*
 * workers_run - keep `count` children that run work(arg) and exit with what it
 * returns; until SIGTERM or SIGINT, which they get too, and 40 s to end.
 * Returns 0 then.  A child gets SIGTERM as well if this process is killed.
 */
int workers_run(unsigned count, int (*work)(void *arg), void *arg);

#endif
