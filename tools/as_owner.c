#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "as_owner.h"

int owner_by_name(const char *name, struct owner *o, struct err *e)
{
	const struct passwd *pw = getpwnam(name);

	if (pw == NULL)
		return err_set(e, ERR_NOT_FOUND, "there is no user %s", name);
	*o = (struct owner){ .uid = pw->pw_uid, .gid = pw->pw_gid };
	snprintf(o->name, sizeof(o->name), "%s", pw->pw_name);
	return 0;
}

void owner_by_uid(uid_t uid, gid_t gid, struct owner *o)
{
	const struct passwd *pw = getpwuid(uid);

	*o = (struct owner){ .uid = uid, .gid = gid };
	if (pw != NULL) {
		o->gid = pw->pw_gid;
		snprintf(o->name, sizeof(o->name), "%s", pw->pw_name);
	} else {
		snprintf(o->name, sizeof(o->name), "#%u", (unsigned)uid);
	}
}

int become_owner(const struct owner *o, struct err *e)
{
	if (setgroups(1, &o->gid) != 0 ||
	    setresgid(o->gid, o->gid, o->gid) != 0 ||
	    setresuid(o->uid, o->uid, o->uid) != 0)
		return err_set(e, ERR_SYS, "becoming the user %s: %s", o->name,
		    strerror(errno));
	/* a system that says yes and does nothing must not get further */
	if (o->uid != 0 && (setuid(0) == 0 || geteuid() != o->uid))
		return err_set(
		    e, ERR_SYS, "becoming the user %s: still root", o->name);
	return 0;
}

int borrow_owner(const struct owner *o, struct err *e)
{
	if (setgroups(1, &o->gid) != 0 || setegid(o->gid) != 0 ||
	    seteuid(o->uid) != 0)
		return err_set(e, ERR_SYS, "acting as the user %s: %s", o->name,
		    strerror(errno));
	return 0;
}

int return_owner(struct err *e)
{
	if (seteuid(getuid()) != 0 || setegid(getgid()) != 0)
		return err_set(
		    e, ERR_SYS, "becoming root again: %s", strerror(errno));
	return 0;
}

int as_owner(const char *home, struct err *e)
{
	struct owner o;
	struct stat st;

	if (stat(home, &st) != 0)
		return err_set(e, ERR_CONF, "%s: %s; scepca init makes a home",
		    home, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ERR_CONF, "%s: not a directory", home);
	if (st.st_uid == geteuid() && st.st_uid != 0)
		return 0;
	owner_by_uid(st.st_uid, st.st_gid, &o);
	if (geteuid() != 0)
		return err_set(e, ERR_PERM,
		    "%s belongs to %s, and so must who works on it: "
		    "sudo -u '%s' scepca --home '%s' ...",
		    home, o.name, o.name, home);
	return st.st_uid == 0 ? 0 : become_owner(&o, e);
}
