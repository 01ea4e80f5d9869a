#!/bin/sh
# readme.sh - run what README.md tells people to type, with our programs in
# PATH: the blocks that are fenced as ```sh test, in order, by one shell in an
# empty directory; and those fenced as ```sh device, which find a server at
# $URL, its $FINGERPRINT, and a challenge in a file and in $CHALLENGE.
. "${0%/*}/lib.sh"
make_work
[ -f "$E2E_SRC/README.md" ] || {
	say 'skipped: no README.md'
	exit 77
}

# blocks KIND FILE - the commands in the blocks of a kind
blocks() {
	awk -v fence="^\`\`\`sh $1$" '
		$0 ~ fence { inside = 1; printf "# line %d\n", NR; next }
		/^```$/ { inside = 0; next }
		inside' "$E2E_SRC/README.md" |
		sed "s|/usr/lib/cgi-bin/pkiclient.exe|$work/bin/pkiclient.exe|" >"$2"
	grep -q '^[^#]' "$2" || die "README.md has no block \`\`\`sh $1"
}

need spawn-fcgi
blocks test test.sh
mkdir scratch
[ "$ca_user" = "$web_user" ] || chown "$ca_user" scratch
(
	cd scratch
	$as_ca env PATH="$work/bin:$PATH" HOME="$PWD" sh -eux ../test.sh \
		</dev/null
) || die 'a command of README.md failed; the last one shown is it'
ok "$(grep -c '^# line' test.sh) blocks for the CA"

blocks device device.sh
need pki nginx fcgiwrap curl
make_ca
start_server nginx
fingerprint=$(openssl x509 -in ca.pem -noout -fingerprint -sha256 |
	sed 's/.*=//')
mkdir device
challenge >device/challenge
(
	cd device
	env PATH="$work/bin:$PATH" HOME="$PWD" URL="$base/scep" \
		FINGERPRINT="$fingerprint" CHALLENGE="$(challenge)" \
		sh -eux ../device.sh </dev/null
) || die 'a command of README.md failed; the last one shown is it'
for name in device/*.key; do
	check_cert "${name%.key}.crt" "$name"
done
ok "$(grep -c '^# line' device.sh) blocks for devices"
