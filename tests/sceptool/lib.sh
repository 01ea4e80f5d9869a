# lib.sh - for the tests of sceptool, which run the program against fake_ca.
#
# usage of each: sh NAME.sh SCEPTOOL FAKE_CA
. "$(dirname "$0")/../program.sh"

sceptool=$1
fake_ca=$2
server=
trap 'stop; rm -rf "$tmp"' EXIT

run() { # run ARGUMENT... - sceptool
	try "$sceptool" "$@"
}

want() { # want CODE ARGUMENT... - sceptool ends with this code
	code=$1
	shift
	run "$@"
	[ "$rc" -eq "$code" ] || fail "sceptool $*: exit $rc, want $code"
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
