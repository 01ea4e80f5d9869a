# sceptool decode reads what openssl makes, DER and BER, and says what is wrong with
# what is broken.  The layers of a request are in enrol.sh.
. "$(dirname "$0")/lib.sh"

openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tmp/key" -out "$tmp/cert" \
	-subj /CN=r1 -days 1 2>/dev/null
openssl req -new -key "$tmp/key" -subj /CN=r1/O=Lab -outform DER \
	-out "$tmp/csr" 2>/dev/null

# make ENCRYPT-OPTIONS / SIGN-OPTIONS - a message without SCEP's attributes
make() {
	# shellcheck disable=SC2086
	openssl cms -encrypt -binary -outform DER $1 -in "$tmp/csr" \
		-out "$tmp/env" "$tmp/cert"
	# shellcheck disable=SC2086
	openssl cms -sign -binary -nodetach -outform DER $2 -in "$tmp/env" \
		-signer "$tmp/cert" -inkey "$tmp/key" -out "$tmp/msg"
}

make -aes128 '-md sha256'
want 0 decode "$tmp/msg"
says 'encoding: DER'
says 'verified: yes'
says 'cipher: AES-128-CBC'
make '-des3 -stream' '-md sha1 -stream'
want 0 decode "$tmp/msg" --key "$tmp/key"
says 'encoding: BER'
says 'digest: SHA-1'
says 'cipher: DES-EDE3-CBC'
says 'subject: O=Lab,CN=r1'
make '-aes256 -keyid -stream' '-md sha512 -keyid'
want 0 decode "$tmp/msg" --key "$tmp/key" --json
[ "$(json 'd["request"]["verified"], d["envelope"]["bytes"] > 0')" = \
	'(True, True)' ] || fail "the document"
[ "$(json '"key_identifier" in d["envelope"]["recipients"][0]')" = True ] ||
	fail "recipient by key identifier"
"$sceptool" decode - <"$tmp/msg" >"$tmp/out" 2>"$tmp/err" ||
	fail "standard input"

# The wrong key; the signer's certificate missing; a broken signature.
openssl genpkey -quiet -algorithm RSA -out "$tmp/other" 2>/dev/null ||
	openssl genpkey -algorithm RSA -out "$tmp/other" 2>/dev/null
want 1 decode "$tmp/msg" --key "$tmp/other"
says 'problem: the key does not open the envelope'
make -aes128 '-md sha256 -nocerts'
want 1 decode "$tmp/msg"
says "problem: the signer's certificate is missing"
says 'cipher: AES-128-CBC'
make -aes128 '-md sha256'
"$python" -IS -c 'import sys
b = bytearray(open(sys.argv[1], "rb").read())
b[-1] ^= 1
open(sys.argv[1], "wb").write(b)' "$tmp/msg"
want 1 decode "$tmp/msg"
says 'problem: '

# Every beginning of a message, and things that are none.
size=$(stat -c %s "$tmp/msg")
n=0
while [ "$n" -lt "$size" ]; do
	head -c "$n" "$tmp/msg" >"$tmp/cut"
	run decode "$tmp/cut"
	[ "$rc" -eq 1 ] || fail "$n bytes: exit $rc"
	n=$((n + 101))
done
want 1 decode "$tmp/csr"
want 1 decode "$tmp/cert"
want 3 decode "$tmp/nonexistent"
want 3 decode "$tmp/msg" --key "$tmp/nonexistent"
want 2 decode
want 2 decode "$tmp/msg" --get

finish
