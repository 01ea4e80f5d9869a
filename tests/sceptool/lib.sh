# lib.sh - for the tests of sceptool, which run the program against fake_ca.
#
# usage of each: sh NAME.sh SCEPTOOL FAKE_CA
set -eu

sceptool=$1
fake_ca=$2
tmp=$(mktemp -d)
server=
trap 'stop; rm -rf "$tmp"' EXIT
# what a wrapper of it would find only after some shells, each time
python=$(python3 -c 'import sys; print(sys.executable)')
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

key=$tmp/device.key
cert=$tmp/device.pem

sent() { # sent TEXT - the last request holds it
	"$sceptool" decode "$srv/request.der" --key "$srv/ca.key" \
		>"$tmp/sent" 2>&1 || : # with the key of another CA
	grep -qF -e "$1" "$tmp/sent" || {
		fail "the request does not hold: $1"
		sed 's/^/  sent: /' "$tmp/sent"
	}
}

by() { # by METHOD - the last request came so
	[ "$(cat "$srv/method")" = "$1" ] || fail "not by $1"
}

no_cert() { # no_cert - nothing was written
	[ ! -e "$cert" ] || fail "a certificate was written"
}

fingerprint() { # fingerprint DIGEST - of the CA's certificate
	openssl x509 -in "$srv/ca.pem" -noout -fingerprint "-$1" |
		sed 's/.*=//'
}

json() { # json EXPRESSION - of the document d on the last command's output
	"$python" -IS -c 'import json, sys
with open(sys.argv[1]) as f: d = json.load(f)
print(eval(sys.argv[2]))' "$tmp/out" "$1"
}

silent() { # silent - nothing on standard error output
	[ ! -s "$tmp/err" ] || fail "complains though all is well"
}

finish() {
	[ "$failed" -eq 0 ] || exit 1
}
