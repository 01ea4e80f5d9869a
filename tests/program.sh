# program.sh - for tests that run one of our programs as its user does, and read
# what it says and what it ends with.
set -eu

tmp=$(mktemp -d)
# what a wrapper of it would find only after some shells, each time
python=$(python3 -c 'import sys; print(sys.executable)')
failed=0
rc=0
tried=0

# A sanitizer that searches for leaks takes as long for it as for all else that a
# short program does: it is every fourth that is searched.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS

fail() { # fail TEXT - with what the last command said
	failed=$((failed + 1))
	printf 'FAILED: %s\n' "$*"
	sed 's/^/  out: /' "$tmp/out"
	sed 's/^/  err: /' "$tmp/err"
}

try() { # try [NAME=VALUE ...] COMMAND ARGUMENT... - output in $tmp/out and $tmp/err, rc
	rc=0
	tried=$((tried + 1))
	env "ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=$((tried % 4 == 0))" \
		"$@" >"$tmp/out" 2>"$tmp/err" </dev/null || rc=$?
}

says() { # says TEXT - on the standard output of the last command
	grep -qF -e "$1" "$tmp/out" || fail "does not say: $1"
}

complains() { # complains TEXT - on its standard error output
	grep -qF -e "$1" "$tmp/err" || fail "does not complain: $1"
}

silent() { # silent - nothing on its standard error output
	[ ! -s "$tmp/err" ] || fail "complains though all is well"
}

json() { # json EXPRESSION - of the document d on the last command's output
	"$python" -IS -c 'import json, sys
with open(sys.argv[1]) as f: d = json.load(f)
print(eval(sys.argv[2]))' "$tmp/out" "$1" 2>>"$tmp/err" || fail "json: $1"
}

finish() {
	[ "$failed" -eq 0 ] || exit 1
}
