# The examples of scepca(1) and ca.conf(5) do what they say.
#
# usage: sh examples.sh SCEPCA SCEPCA.1 CA.CONF.5
. "$(dirname "$0")/lib.sh"
manual=$(absolute "$2")
conf=$(absolute "$3")

user=$(id -un)
[ "$(id -u)" -ne 0 ] || user=daemon
chmod 755 "$tmp"
mkdir "$tmp/bin" "$tmp/cwd"
chmod 777 "$tmp/cwd" # --out writes as the owner of the home
ln -s "$scepca" "$tmp/bin/scepca"
PATH=$tmp/bin:$PATH
home=$tmp/home

# literal FILE - its literal blocks, without the prompts, each ended by a line %
literal() {
	sed -n '/^\.Bd -literal/,/^\.Ed/{s/\\e$/\\/;s/^[#$] //;s/^\.Ed/%/;/^\.Bd/!p;}' "$1"
}

literal "$manual" | sed "s|/var/lib/scepca|$home|g
	s|--user scepca|--user $user|" >"$tmp/blocks"
grep -q '^scepca init' "$tmp/blocks" || fail 'no examples found'
n=0
block=$tmp/block
: >"$block"
while IFS= read -r line; do
	if [ "$line" != % ]; then
		printf '%s\n' "$line" >>"$block"
		continue
	fi
	n=$((n + 1))
	if grep -q 'scepca init' "$block"; then
		rm -rf "$home"
	fi
	if grep -q 'cert export' "$block"; then
		# the serial number of the manual is no one's here
		ca cert list --home "$home" --json
		serial=$(json "d['certificates'][0]['serial']")
		sed "s/export [0-9a-f]*/export $serial/" "$block" >"$block.2"
		mv "$block.2" "$block"
	fi
	if grep -q jq "$block" && ! command -v jq >/dev/null; then
		: >"$block"
		continue
	fi
	rc=0
	(cd "$tmp/cwd" && SCEPCA_HOME=$home sh -e "$block") >"$tmp/out" \
		2>"$tmp/err" </dev/null || rc=$?
	# a fresh CA has no challenge, and check says so
	if [ "$rc" -ne 0 ] && ! grep -q '^1 problem' "$tmp/out"; then
		fail "example $n: exit $rc"
	fi
	: >"$block"
done <"$tmp/blocks"
[ "$n" -ge 5 ] || fail "$n examples"
[ -s "$tmp/cwd/r1.pem" ] || fail 'no r1.pem'

# the first example of ca.conf(5) is a whole file
literal "$conf" | sed '/^%$/q' | sed '/^%$/d' >"$tmp/ca.conf"
grep -q '^\[endpoint museum\]' "$tmp/ca.conf" || fail 'no ca.conf found'
cat "$tmp/ca.conf" >"$home/ca.conf"
want 0 check --home "$home"
says '[endpoint museum] takes MD5'
ca show --home "$home" --json
same url "$(json "d['url']")" http://scep.example.org/

finish
