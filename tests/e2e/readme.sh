#!/bin/sh
# readme.sh - run what README.md tells people to type: every block that is
# fenced as ```sh test, in order, by one shell in an empty directory with our
# programs in PATH.
. "${0%/*}/lib.sh"
make_work
[ -f "$E2E_SRC/README.md" ] || {
	say 'skipped: no README.md'
	exit 77
}
awk '/^```sh test$/ { inside = 1; printf "# line %d\n", NR; next }
	/^```$/ { inside = 0; next }
	inside' "$E2E_SRC/README.md" >snippets.sh
grep -q '^[^#]' snippets.sh || {
	say 'skipped: README.md has no block ```sh test'
	exit 77
}
mkdir scratch
[ "$ca_user" = "$web_user" ] || chown "$ca_user" scratch
cd scratch || exit
$as_ca env PATH="$work/bin:$PATH" HOME="$PWD" sh -eux ../snippets.sh </dev/null ||
	die 'a command of README.md failed; the last one shown is it'
ok "$(grep -c '^# line' ../snippets.sh) blocks of README.md"
