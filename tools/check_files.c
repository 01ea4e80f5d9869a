/*
 * Are the files of a home there, and nobody's but their owner's (T-46)?
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "check.h"

enum { DEPTH_MAX = 4 };

/* Below this the store refuses to write, so that it is never torn. */
static const unsigned long long store_needs = 64ULL << 20;

static const char from_backup[] = "bring it back from a backup";

static const char export_to[] =
    "scepca cert list; scepca cert export SERIAL --out";

/* What must be there. */
static const struct known {
	const char *name;
	bool ra;	    /* only if there is an RA */
	const char *remedy; /* NULL: check_command */
	const char *command;
} known[] = {
	{ HOME_CERTS, false, from_backup, NULL },
	{ HOME_KEYS, false, from_backup, NULL },
	{ HOME_STORE, false, from_backup, NULL },
	{ HOME_CA_CERT, false, NULL, export_to },
	{ HOME_RA_SIGN_CERT, true, NULL, export_to },
	{ HOME_RA_ENC_CERT, true, NULL, export_to },
	{ HOME_CA_KEY, false, from_backup, NULL },
	{ HOME_RA_SIGN_KEY, true, from_backup, NULL },
	{ HOME_RA_ENC_KEY, true, from_backup, NULL },
	{ HOME_CHALLENGE_SECRET, false,
	    "bring it back from a backup; without it all challenges are "
	    "worthless",
	    NULL },
};

static bool exists(const struct check *c, const char *name)
{
	char path[HOME_PATH_MAX];
	struct stat st;

	return home_path(c->home, name, path, NULL) == 0 &&
	    (lstat(path, &st) == 0 || errno != ENOENT);
}

static void check_known(struct check *c)
{
	size_t i, n = sizeof(known) / sizeof(known[0]);

	for (i = 0; i < n; i++)
		if (known[i].ra && exists(c, known[i].name))
			c->has_ra = true;
	/* elsewhere is the best place for it, then */
	c->key_elsewhere = c->has_conf && c->conf.offline && c->has_ra &&
	    !exists(c, HOME_CA_KEY);
	for (i = 0; i < n; i++)
		if ((!known[i].ra || c->has_ra) && !exists(c, known[i].name) &&
		    !(c->key_elsewhere &&
			strcmp(known[i].name, HOME_CA_KEY) == 0))
			check_say(c, PROBLEM, known[i].name,
			    known[i].remedy != NULL
				? known[i].remedy
				: check_command(
				      c, known[i].command, known[i].name, ""),
			    "is missing");
	if (!exists(c, HOME_PUBLIC_CA))
		check_say(c, WARNING, HOME_PUBLIC_CA,
		    check_command(c,
			"scepca cert list; scepca cert export SERIAL --der "
			"--out",
			HOME_PUBLIC_CA, ""),
		    "is missing: the web server cannot offer it");
}

/* is_in - is `name` the directory `dir` of the home, or below it? */
static bool is_in(const char *name, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(name, dir, n) == 0 &&
	    (name[n] == '\0' || name[n] == '/');
}

/* check_mode - of what belongs to the right one already */
static void check_mode(struct check *c, const char *name, const struct stat *st)
{
	bool dir = S_ISDIR(st->st_mode);
	bool secret = is_in(name, HOME_KEYS) || strcmp(name, HOME_STORE) == 0;
	unsigned mode = st->st_mode & 07777;

	if (!secret && is_in(name, HOME_STORE))
		return; /* behind a closed door */
	if (secret && (dir ? mode != 0700 : mode != 0400 && mode != 0600))
		check_say(c, PROBLEM, name,
		    check_command(
			c, dir ? "chmod 0700" : "chmod 0400", name, ""),
		    "mode %04o: %s", mode,
		    (mode & 077) != 0 ? "others can get at it"
				      : "the server takes no other than a "
					"private file");
	else if ((mode & 022) != 0)
		check_say(c, PROBLEM, name,
		    check_command(c, "chmod go-w", name, ""),
		    "mode %04o: others can change it", mode);
	else if ((mode & 0400) == 0 || (dir && (mode & 0700) != 0700))
		check_say(c, PROBLEM, name,
		    check_command(
			c, dir ? "chmod u+rwx" : "chmod u+r", name, ""),
		    "mode %04o: its owner cannot use it", mode);
	else if (is_in(name, HOME_PUBLIC) && (mode & (dir ? 011 : 044)) == 0)
		check_say(c, WARNING, name,
		    check_command(
			c, dir ? "chmod a+rx" : "chmod a+r", name, ""),
		    "mode %04o: the web server cannot offer it", mode);
}

static bool is_log(const char *name)
{
	return strcmp(name, HOME_SERVICE_LOG) == 0 ||
	    strcmp(name, HOME_SERVICE_LOG_OLD) == 0;
}

/* check_log - without it devices enrol, and nobody knows why one did not */
static bool check_log(struct check *c, const char *name, const struct stat *st)
{
	unsigned mode = st->st_mode & 07777;

	if (!S_ISREG(st->st_mode))
		check_say(c, WARNING, name, check_command(c, "rm -r", name, ""),
		    "is no file: nothing is written there, and scepca why "
		    "knows nothing");
	else if ((mode & 0600) != 0600)
		check_say(c, WARNING, name,
		    check_command(c, "chmod 0600", name, ""),
		    "mode %04o: it cannot be written, and scepca why knows "
		    "nothing",
		    mode);
	else if ((mode & 077) != 0)
		check_say(c, WARNING, name,
		    check_command(c, "chmod 0600", name, ""),
		    "mode %04o: others can get at it", mode);
	else
		return false;
	return true;
}

static void check_entry(
    struct check *c, const char *name, const struct stat *st)
{
	char command[sizeof(c->owner.name) + 16];

	if (is_log(name) && st->st_uid == c->owner.uid &&
	    check_log(c, name, st))
		return;
	if (S_ISLNK(st->st_mode)) {
		if (!is_in(name, HOME_STORE) && !is_in(name, HOME_PUBLIC))
			check_say(c, PROBLEM, name,
			    "put there what it points to",
			    "is a symbolic link, which is not followed");
		return;
	}
	if (st->st_uid == c->owner.uid) {
		check_mode(c, name, st);
		return;
	}
	snprintf(command, sizeof(command), "chown %s%s",
	    S_ISDIR(st->st_mode) ? "-R " : "",
	    c->owner.name + (c->owner.name[0] == '#'));
	check_say(c, PROBLEM, name, check_command(c, command, name, ""),
	    "belongs to user id %ld and the home to %s", (long)st->st_uid,
	    c->owner.name);
}

/* walk - everything in the directory `name` of the home; returns how much */
static unsigned walk(struct check *c, int at, const char *name, unsigned depth)
{
	char path[HOME_PATH_MAX];
	const struct dirent *d;
	struct stat st;
	unsigned n = 0;
	DIR *dir;
	int fd = openat(at,
	    name[0] == '\0'		     ? "."
		: strrchr(name, '/') != NULL ? strrchr(name, '/') + 1
					     : name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return 0; /* its mode or owner is told */
	dir = fdopendir(fd);
	if (dir == NULL) {
		close(fd);
		return 0;
	}
	while ((d = readdir(dir)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "%s%s%s", name,
		    name[0] != '\0' ? "/" : "", d->d_name);
		if (fstatat(fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue; /* gone meanwhile */
		n++;
		check_entry(c, path, &st);
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			n += walk(c, fd, path, depth + 1);
	}
	closedir(dir);
	return n;
}

static void check_home(struct check *c, const struct stat *st)
{
	unsigned mode = st->st_mode & 07777;

	if (c->owner.uid == 0)
		check_say(c, WARNING, "home",
		    check_command(c, "chown -R USER", "", ""),
		    "belongs to root; the CGI must run as its owner, which "
		    "should be a user of its own");
	if ((mode & 022) != 0)
		check_say(c, PROBLEM, "home",
		    check_command(c, "chmod 0711", "", ""),
		    "mode %04o: others can change it", mode);
	else if ((mode & 0700) != 0700)
		check_say(c, PROBLEM, "home",
		    check_command(c, "chmod 0711", "", ""),
		    "mode %04o: its owner cannot use it", mode);
	else if ((mode & 044) != 0)
		check_say(c, WARNING, "home",
		    check_command(c, "chmod 0711", "", ""),
		    "mode %04o: others can list it", mode);
	else if ((mode & 011) == 0)
		check_say(c, WARNING, "home",
		    check_command(c, "chmod 0711", "", ""),
		    "mode %04o: the web server cannot get to " HOME_PUBLIC,
		    mode);
}

static void check_space(struct check *c)
{
	char path[HOME_PATH_MAX];
	struct statvfs fs;
	unsigned long long left;

	if (home_path(c->home, HOME_STORE, path, NULL) != 0 ||
	    statvfs(path, &fs) != 0)
		return;
	left = (unsigned long long)fs.f_bavail * fs.f_frsize;
	if (left < store_needs)
		check_say(c, PROBLEM, HOME_STORE,
		    check_command(
			c, "make room in the file system of", HOME_STORE, ""),
		    "%llu MB are left, and the store writes nothing below "
		    "%llu",
		    left >> 20, store_needs >> 20);
	else if (left < 8 * store_needs)
		check_say(c, WARNING, HOME_STORE,
		    check_command(
			c, "make room in the file system of", HOME_STORE, ""),
		    "%llu MB are left", left >> 20);
}

void check_files(struct check *c)
{
	unsigned before = c->problems, n;
	struct stat st;
	int fd = open(c->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0) {
		check_say(c, PROBLEM, "home",
		    check_command(c, "chmod 0711", "", ""),
		    "%s, for its owner %s", strerror(errno), c->owner.name);
		if (fd >= 0)
			close(fd);
		return;
	}
	check_home(c, &st);
	check_known(c);
	n = walk(c, fd, "", 0);
	close(fd);
	if (c->problems == before)
		check_say(c, FINE, "files", NULL,
		    "%u files and directories of %s, secrets closed to "
		    "everybody else",
		    n, c->owner.name);
	check_space(c);
}
