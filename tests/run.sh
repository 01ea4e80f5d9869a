#!/bin/sh
# run.sh - install what the tests need (as root, or by sudo), build, run all
# tests, and close with a line "N passed, N failed".
#
#	sh tests/run.sh [DIR]
#
# Two builds in DIR [build-tests], and each test in one of them.  gcc, as it is
# shipped: web servers and real clients, processes that come all at once and that
# are killed, disks that fail.  clang, with the address and undefined-behaviour
# sanitizers: all that reads, decides and writes, and the programs.  Warnings are
# errors in both.  Whether the C files are formatted as .clang-format says, and
# whether each build succeeds, counts as a test too.
set -eu

src=$(cd "$(dirname "$0")/.." && pwd -P)
case ${1-} in
-*)
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
	exit 2
	;;
esac

passed=0
failed=0
made=

verdict() { # verdict 0|1 NAME
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		printf '== ok: %s\n' "$2"
	else
		failed=$((failed + 1))
		printf '== FAILED: %s\n' "$2"
	fi
}

# The sum stands at the end whatever happens.
finish() {
	rc=$?
	trap - EXIT
	[ "$rc" -eq 0 ] || failed=$((failed + 1))
	[ -z "$made" ] || [ "$failed" -ne 0 ] || rm -rf "$made"
	printf '%d passed, %d failed\n' "$passed" "$failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] || exit 1
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# compilers, libraries; web servers; clients and those who check their messages
sh "$src/tools/packages.sh" \
	gcc clang clang-format libclang-rt-14-dev libc6-dev meson ninja-build \
	pkg-config libcriterion-dev libcurl4-gnutls-dev libdb5.3-dev \
	libfcgi-dev libgmp-dev libgnutls28-dev libinih-dev libjansson-dev \
	libseccomp-dev libssl-dev libtasn1-6-dev libtasn1-bin libunistring-dev \
	mandoc apache2-bin fcgiwrap libfcgi-bin nginx-light spawn-fcgi \
	certmonger curl dbus gnutls-bin jq libstrongswan-extra-plugins \
	libstrongswan-standard-plugins openssl scep strongswan-pki

# Tests that are run by root change to other users, who have to come to what was
# built: not so below /root, say.
dir=${1-$src/build-tests}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd -P)
if [ "$(id -u)" -eq 0 ] && ! setpriv --reuid=daemon --regid=daemon \
	--clear-groups test -x "$dir/."; then
	made=$(mktemp -d /var/tmp/scepca-tests.XXXXXX)
	chmod 755 "$made"
	rmdir "$dir" 2>/dev/null || :
	dir=$made
fi
echo "== building in $dir"

format() {
	find "$src" -path "$src/build*" -prune -o -path "$src/lab" -prune -o \
		-name '*.[ch]' -print >"$dir/sources"
	xargs -n 50 -P "$(nproc)" clang-format --dry-run -Werror <"$dir/sources"
}

# build NAME MESON-OPTION... - set up or refresh, and compile
build() {
	name=$1
	shift
	rm -rf "${dir:?}/$name"
	meson setup "$dir/$name" "$src" -Dwerror=true -Dwarning_level=3 "$@" \
		>"$dir/$name.log" 2>&1 &&
		meson compile -C "$dir/$name" >>"$dir/$name.log" 2>&1 || {
		tail -n 60 "$dir/$name.log"
		return 1
	}
}

# count NAME WORD - a number of meson's summary
count() {
	n=$(sed -n "s/^$2: *\([0-9][0-9]*\).*/\1/p" "$dir/$1.tests" | tail -n 1)
	echo "${n:-0}"
}

# run_tests NAME MESON-TEST-ARGUMENT... - and add up what it says
run_tests() {
	name=$1
	shift
	rc=0
	meson test -C "$dir/$name" --no-rebuild --print-errorlogs "$@" \
		>"$dir/$name.tests" 2>&1 </dev/null || rc=$?
	cat "$dir/$name.tests"
	good=$(($(count "$name" Ok) + $(count "$name" 'Expected Fail')))
	bad=$(($(count "$name" Fail) + $(count "$name" 'Unexpected Pass') +
		$(count "$name" Timeout)))
	if [ "$rc" -ne 0 ] && [ "$bad" -eq 0 ]; then
		bad=1
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
}

rc=0
format || rc=$?
verdict "$rc" 'clang-format'

rc=0
CC=gcc build gcc || rc=1
verdict "$rc" 'gcc, warnings as errors'
# one more at a time than there are processors, for many of them wait
[ "$rc" -ne 0 ] || run_tests gcc --num-processes "$(($(nproc) + 1))" \
	--suite e2e --suite processes --suite bench --suite tree

rc=0
CC=clang build clang -Db_sanitize=address,undefined -Db_lundef=false ||
	rc=1
verdict "$rc" 'clang, sanitizers, warnings as errors'
[ "$rc" -ne 0 ] || run_tests clang --no-suite e2e --no-suite processes \
	--no-suite bench --no-suite tree
