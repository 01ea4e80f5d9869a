# lib.sh - for the tests of scepca, which run the program as an operator would.
#
# usage of each: sh NAME.sh SCEPCA
set -eu

absolute() { # absolute FILE
	echo "$(cd "$(dirname "$1")" && pwd -P)/$(basename "$1")"
}

scepca=$(absolute "$1")
ca_env= # what is set in the environment of scepca alone
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
unset SCEPCA_HOME REQUEST_METHOD GATEWAY_INTERFACE
# what a wrapper of it would find only after some shells, each time
python=$(python3 -c 'import sys; print(sys.executable)')
failed=0

fail() { # fail TEXT - with what the last command said
	failed=$((failed + 1))
	printf 'FAILED: %s\n' "$*"
	sed 's/^/  out: /' "$tmp/out"
	sed 's/^/  err: /' "$tmp/err"
}

ca() { # ca ARGUMENT... - scepca, its output in $tmp/out and $tmp/err, rc
	rc=0
	env $ca_env "$scepca" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || rc=$?
}

want() { # want CODE ARGUMENT... - scepca ends with this code
	code=$1
	shift
	ca "$@"
	[ "$rc" -eq "$code" ] || fail "scepca $*: exit $rc, want $code"
}

says() { # says TEXT - on the standard output of the last command
	grep -qF -e "$1" "$tmp/out" || fail "does not say: $1"
}

complains() { # complains TEXT - on its standard error output
	grep -qF -e "$1" "$tmp/err" || fail "does not complain: $1"
}

silent() { # silent - nothing on the standard error output
	[ ! -s "$tmp/err" ] || fail "complains"
}

same() { # same NAME HAVE WANT
	[ "$2" = "$3" ] || fail "$1: have '$2', want '$3'"
}

json() { # json EXPRESSION - of the document d on the last command's output
	"$python" -IS -c 'import json, sys
with open(sys.argv[1]) as f: d = json.load(f)
print(eval(sys.argv[2]))' "$tmp/out" "$1" 2>>"$tmp/err" || fail "json: $1"
}

finish() {
	[ "$failed" -eq 0 ] || exit 1
}
