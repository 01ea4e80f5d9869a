# The examples of scepca(1), ca.conf(5) and README.md do what they say.
#
# usage: sh examples.sh SCEPCA SCEPCA.1 CA.CONF.5 SEED README.md
. "$(dirname "$0")/lib.sh"
manual=$(absolute "$2")
conf=$(absolute "$3")
seed=$(absolute "$4")
readme=$(absolute "$5")

user=$(id -un)
[ "$(id -u)" -ne 0 ] || user=daemon
chmod 755 "$tmp"
mkdir "$tmp/bin" "$tmp/cwd"
chmod 777 "$tmp/cwd" # --out writes as the owner of the home
ln -s "$scepca" "$tmp/bin/scepca"
PATH=$tmp/bin:$PATH
home=$tmp/home
openssl genrsa -out "$tmp/key.pem" 2048 2>"$tmp/err"
openssl req -new -key "$tmp/key.pem" -subj /CN=r1 -outform DER \
	-out "$tmp/r.csr" 2>"$tmp/err"

# real BLOCK - with requests and certificates that are there: those of the manual
# are no one's here
real() {
	for id in $(sed -n 's/.*\(show\|approve\|reject\) \([0-9a-f]*\).*/\2/p' \
		"$1" | sort -u); do
		"$seed" "$home" pending "$tmp/r.csr" "example-$id" ||
			fail "seed $id"
		ca request show "example-$id" --home "$home" --json
		sed "s/$id/$(json "d['id'][:12]")/
			s/print [0-9A-F:]*/print $(json "d['sha256'][:11]")/" \
			"$1" >"$1.2"
		mv "$1.2" "$1"
	done
	for serial in $(sed -n 's/.*cert revoke \([0-9a-f]\{4,\}\).*/\1/p' "$1" |
		sort -u); do
		"$seed" "$home" enrolled "n$serial" <"$tmp/cwd/challenge" ||
			fail "seed $serial"
		ca cert list --subject "n$serial" --home "$home" --json
		sed "s/revoke $serial/revoke $(json \
			"d['certificates'][0]['serial']")/" "$1" >"$1.2"
		mv "$1.2" "$1"
	done
	if grep -q -e --pin "$1"; then
		"$seed" "$home" enrolled pin <"$tmp/cwd/challenge" || fail pin
	fi
}

# literal FILE - its literal blocks, without the prompts, each ended by a line %
literal() {
	sed -n '/^\.Bd -literal/,/^\.Ed/{s/\\e$/\\/;s/^[#$] //;s/^\.Ed/%/;/^\.Bd/!p;}' "$1"
}

sed -n '/^\.Sh EXAMPLES/,$p' "$manual" >"$tmp/manual"
literal "$tmp/manual" | sed "s|/var/lib/scepca|$home|g
	s|--user scepca|--user $user|" >"$tmp/blocks"
grep -q '^scepca init' "$tmp/blocks" || fail 'no examples found'
block=$tmp/block
each_block() { # each_block FILE FUNCTION - called with each in $block, $n is its number
	n=0
	: >"$block"
	while IFS= read -r line; do
		if [ "$line" != % ]; then
			printf '%s\n' "$line" >>"$block"
			continue
		fi
		n=$((n + 1))
		"$2"
		: >"$block"
	done <"$1"
}

example() { # what the manual shows is what an operator can do
	if grep -q 'scepca init' "$block"; then
		rm -rf "$home"
	fi
	if grep -q -e '--endpoint phones' "$block"; then
		printf '[endpoint phones]\n' >>"$home/ca.conf"
	fi
	if grep -q 'cert export' "$block"; then
		# the serial number of the manual is no one's here
		ca cert list --home "$home" --json
		serial=$(json "d['certificates'][0]['serial']")
		sed "s/export [0-9a-f]*/export $serial/" "$block" >"$block.2"
		mv "$block.2" "$block"
	fi
	if grep -q 'request \|cert revoke' "$block"; then
		(cd "$tmp/cwd" && "$scepca" challenge new --home "$home") \
			>"$tmp/cwd/challenge" 2>"$tmp/err"
		real "$block"
	fi
	if grep -q jq "$block" && ! command -v jq >/dev/null; then
		return
	fi
	rc=0
	(cd "$tmp/cwd" && SCEPCA_HOME=$home sh -e "$block") >"$tmp/out" \
		2>"$tmp/err" </dev/null || rc=$?
	# a fresh CA has no challenge, and check says so
	if [ "$rc" -ne 0 ] && ! grep -q '^1 problem' "$tmp/out"; then
		fail "example $n: exit $rc"
	fi
}

each_block "$tmp/blocks" example
[ "$n" -ge 5 ] || fail "$n examples"
[ -s "$tmp/cwd/r1.pem" ] || fail 'no r1.pem'

# the first example of ca.conf(5) is a whole file
sed -n '/^\.Sh EXAMPLES/,$p' "$conf" >"$tmp/examples"
literal "$tmp/examples" | sed '/^%$/q' | sed '/^%$/d' >"$tmp/ca.conf"
grep -q '^\[endpoint museum\]' "$tmp/ca.conf" || fail 'no ca.conf found'
cat "$tmp/ca.conf" >"$home/ca.conf"
want 0 check --home "$home"
says '[endpoint museum] takes MD5'
ca show --home "$home" --json
same url "$(json "d['url']")" http://scep.example.org/

# what README.md has for a ca.conf is good behind the one of a new CA
if grep -q '^ \{4,\}\[' "$readme"; then
	fail 'README.md: settings that are not fenced as ini'
fi
settings() {
	rm -rf "$home"
	ca init --home "$home" --subject 'CN=Test CA' --key rsa:2048
	ca challenge new --home "$home"
	cat "$block" >>"$home/ca.conf"
	# a file of the reader's own
	for file in $(sed -n 's/^certs = //p' "$block"); do
		cp "$home/certs/ca.pem" "$home/$file"
	done
	want 0 check --home "$home"
	for name in $(sed -n 's/^\[endpoint \(.*\)\]$/\1/p' "$block"); do
		want 0 challenge new --home "$home" --endpoint "$name"
	done
}

sed -n '/^```ini$/,/^```$/p' "$readme" | sed '/^```ini$/d; s/^```$/%/' \
	>"$tmp/settings"
each_block "$tmp/settings" settings
[ "$n" -ge 2 ] || fail "$n examples of settings in README.md"

finish
