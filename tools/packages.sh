#!/bin/sh
# packages.sh PACKAGE... - install Debian packages as far as they are missing,
# by sudo if need be, without starting the services that come with them.
set -eu

missing=
for p; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null) || :
	[ "$state" = installed ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "packages.sh: this is not Debian; please install:$missing" >&2
	exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || {
		echo "packages.sh: please run, as root: apt-get install$missing" >&2
		exit 1
	}
	exec sudo sh "$0" "$@"
fi

# Maintainer scripts ask policy-rc.d before they start a service: 101 is no.
policy=/usr/sbin/policy-rc.d
saved=$policy.before-scepca
restore() {
	rm -f "$policy"
	[ ! -e "$saved" ] || mv "$saved" "$policy"
}
[ ! -e "$saved" ] || restore		# we were killed last time
trap restore EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
[ ! -e "$policy" ] || mv "$policy" "$saved"
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"

echo "installing:$missing"
DEBIAN_FRONTEND=noninteractive
export DEBIAN_FRONTEND
apt() {
	apt-get -q -o DPkg::Lock::Timeout=300 "$@" </dev/null
}
# The lists of a fresh machine may be absent or old.
# shellcheck disable=SC2086 # a list of words
apt install -y --no-install-recommends $missing || {
	apt update
	apt install -y --no-install-recommends $missing
}
