# lib.sh - for the tests of sceptool, which run the program against fake_ca.
#
# usage of each: sh NAME.sh SCEPTOOL FAKE_CA
set -eu

sceptool=$1
fake_ca=$2
tmp=$(mktemp -d)
server=
trap 'stop; rm -rf "$tmp"' EXIT
failed=0

fail() { # fail TEXT - with what the last command said
	failed=$((failed + 1))
	printf 'FAILED: %s\n' "$*"
	sed 's/^/  out: /' "$tmp/out"
	sed 's/^/  err: /' "$tmp/err"
}

run() { # run ARGUMENT... - sceptool; output in $tmp/out and $tmp/err, rc
	rc=0
	"$sceptool" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || rc=$?
}

want() { # want CODE ARGUMENT... - sceptool ends with this code
	code=$1
	shift
	run "$@"
	[ "$rc" -eq "$code" ] || fail "sceptool $*: exit $rc, want $code"
}

says() { # says TEXT - on the standard output of the last command
	grep -qF -e "$1" "$tmp/out" || fail "does not say: $1"
}

complains() { # complains TEXT - on its standard error output
	grep -qF -e "$1" "$tmp/err" || fail "does not complain: $1"
}

start() { # start FAULT... - a server; its URL is $url, its files are in $srv
	stop
	srv=$tmp/srv
	rm -rf "$srv"
	mkdir "$srv"
	mkfifo "$tmp/port"
	"$fake_ca" "$srv" "$@" >"$tmp/port" 2>"$tmp/server.err" &
	server=$!
	read -r port <"$tmp/port"
	rm "$tmp/port"
	url=http://127.0.0.1:$port/scep
}

stop() {
	[ -z "$server" ] || {
		kill "$server" 2>/dev/null || :
		wait "$server" 2>/dev/null || :
	}
	server=
}

finish() {
	[ "$failed" -eq 0 ] || exit 1
}
