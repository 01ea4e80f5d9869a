#include "home_stamp.h"

#include <sys/stat.h>

#include "home.h"

static const char *const names[HOME_STAMPED] = {
	HOME_CONF,
	HOME_CERTS,
	HOME_CA_CERT,
	HOME_RA_SIGN_CERT,
	HOME_RA_ENC_CERT,
	HOME_KEYS,
	HOME_CA_KEY,
	HOME_RA_SIGN_KEY,
	HOME_RA_ENC_KEY,
	HOME_CHALLENGE_SECRET,
};

void home_stamp(const char *home, struct home_stamp *s)
{
	char path[HOME_PATH_MAX];
	struct stat st;

	*s = (struct home_stamp){ 0 };
	for (size_t i = 0; i < HOME_STAMPED; i++)
		if (home_path(home, names[i], path, NULL) == 0 &&
		    lstat(path, &st) == 0)
			s->file[i] = (struct stamp_file){ true, st.st_dev,
				st.st_ino, st.st_size, st.st_mtim, st.st_ctim };
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool home_stamp_eq(const struct home_stamp *a, const struct home_stamp *b)
{
	for (size_t i = 0; i < HOME_STAMPED; i++) {
		const struct stamp_file *x = &a->file[i], *y = &b->file[i];

		if (x->there != y->there || x->dev != y->dev ||
		    x->ino != y->ino || x->size != y->size ||
		    !same_time(&x->modified, &y->modified) ||
		    !same_time(&x->changed, &y->changed))
			return false;
	}
	return true;
}
