# lib.sh - for the tests of scepca, which run the program as an operator would.
#
# usage of each: sh NAME.sh SCEPCA
. "$(dirname "$0")/../program.sh"

absolute() { # absolute FILE
	echo "$(cd "$(dirname "$1")" && pwd -P)/$(basename "$1")"
}

scepca=$(absolute "$1")
ca_env= # what is set in the environment of scepca alone
trap 'rm -rf "$tmp"' EXIT
unset SCEPCA_HOME REQUEST_METHOD GATEWAY_INTERFACE

ca() { # ca ARGUMENT... - scepca
	try $ca_env "$scepca" "$@"
}

want() { # want CODE ARGUMENT... - scepca ends with this code
	code=$1
	shift
	ca "$@"
	[ "$rc" -eq "$code" ] || fail "scepca $*: exit $rc, want $code"
}

same() { # same NAME HAVE WANT
	[ "$2" = "$3" ] || fail "$1: have '$2', want '$3'"
}
