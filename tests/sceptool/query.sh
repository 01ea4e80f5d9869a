# getcert, getcrl, getchain: C04, C12, C20; R168, R169, R175.
. "$(dirname "$0")/lib.sh"

crl=$tmp/ca.crl

openssl genrsa -out "$key" 2048 2>/dev/null

# GetCert: by the serial number as people write it.
start
ca="--ca $srv/ca.pem"
want 0 enrol "$url" --subject CN=r1 --key "$key" --cert-out "$cert" $ca --json
serial=$(json "d['serial']")
want 0 getcert "$url" "$serial" $ca --out "$tmp/copy.pem"
silent
cmp -s "$cert" "$tmp/copy.pem" || fail "another certificate"
sent 'messageType: GetCert (21)'
sent 'issuer: CN=Fake CA,O=Test'
sent "serial: $serial"
sent 'signer: CN=sceptool'
want 0 getcert "$url" "$serial" $ca --json
[ "$(json "d['subject']")" = CN=r1 ] || fail "the document"
want 0 getcert "$url" "0x00$(echo "$serial" | tr a-f A-F | sed 's/../&:/g')" $ca
sent "serial: $serial"
want 0 getcert "$url" "$serial" $ca --key "$key" --cert "$cert"
sent 'signer: CN=r1'
want 1 getcert "$url" abc $ca --out "$tmp/none.pem"
sent 'serial: 0abc'
complains 'the CA refuses'
want 1 getcert "$url" ff $ca
sent 'serial: 00ff'
[ ! -e "$tmp/none.pem" ] || fail "written, though not found"
want 2 getcert "$url" xy $ca
want 2 getcert "$url" '' $ca
want 2 getcert "$url"
want 2 getcert "$url" 12 --key "$key"
want 2 getcert "$url" 12 --cert "$cert"
start getcert-other
ca="--ca $srv/ca.pem"
want 0 enrol "$url" --subject CN=r1 --key "$key" --cert-out "$cert" $ca --json
want 1 getcert "$url" "$(json "d['serial']")" $ca
complains 'serial number asked for'

# GetCRL: signed by the CA, of the CA; openssl agrees.
start
ca="--ca $srv/ca.pem"
want 0 getcrl "$url" $ca --out "$crl"
silent
says 'number   4711'
says 'revoked  2'
sent 'messageType: GetCRL (22)'
sent 'serial: 01'
openssl crl -in "$crl" -CAfile "$srv/ca.pem" -noout 2>"$tmp/err" &&
	grep -q 'verify OK' "$tmp/err" || fail "openssl does not verify it"
want 0 getcrl "$url" $ca --out "$crl" --der --json
openssl crl -inform DER -in "$crl" -noout || fail "no DER"
[ "$(json "d['issuer'], d['number'], d['revoked']")" = \
	"('CN=Fake CA,O=Test', 4711, 2)" ] || fail "the document"
want 0 decode "$crl" --json
[ "$(json "d['revocation_list']['revoked'][1]['reason']")" = \
	'keyCompromise (1)' ] || fail "entries of the list"
want 0 decode "$crl"
says 'serial: 12000001'
want 0 getcrl "$url" --get $ca
by GET
want 0 enrol "$url" --subject CN=r1 --key "$key" --cert-out "$cert" $ca --json
serial=$(json "d['serial']")
want 0 getcrl "$url" $ca --key "$key" --cert "$cert"
sent "serial: $serial"
sent 'signer: CN=r1'
want 2 getcrl "$url" $ca --der
want 2 getcrl "$url" $ca --key "$key"

# What is wrong with it is said, and nothing is written.
rm -f "$crl"
while read -r fault text; do
	start "$fault"
	want 1 getcrl "$url" --ca "$srv/ca.pem" --out "$crl"
	complains "$text"
	[ ! -e "$crl" ] || fail "a list was written"
done <<END
crl-signer signature does not match
crl-issuer its issuer is not this CA
crl-none no revocation list in it
nonce recipientNonce is not the nonce that was sent
trans-id transactionID of another request
signature signature
no-envelope SUCCESS without an envelope
failure the CA refuses
always-pending the CA has not to decide
END
start crl-old
want 0 getcrl "$url" --ca "$srv/ca.pem" --out "$crl"
complains 'out of date'

# An RA answers, the CA has signed; a long list.
start ra crl-big
want 0 getcrl "$url" --fingerprint "$(fingerprint sha256)" --out "$crl"
says 'revoked  100000'
openssl crl -in "$crl" -CAfile "$srv/ca.pem" -noout 2>"$tmp/err" &&
	grep -q 'verify OK' "$tmp/err" || fail "openssl does not verify it"

# C04: the chain, and each link of it.
start root
want 0 getchain "$url" --out "$tmp/chain.pem"
says 'CN=Fake Root'
[ "$(grep -c BEGIN "$tmp/chain.pem")" -eq 2 ] || fail "getchain --out"
want 0 getchain "$url" --fingerprint "$(fingerprint sha256)"
want 1 getchain "$url" --fingerprint "$(fingerprint sha256 | tr 0-9A-F 1-9A-F0)"
want 2 getchain "$url" --fingerprint abcd
want 0 enrol "$url" --subject CN=r1 --key "$key" --cert-out "$cert" \
	--ca "$tmp/chain.pem"
want 0 getcrl "$url" --ca "$tmp/chain.pem"
start root chain-stranger
want 1 getchain "$url" --fingerprint "$(fingerprint sha256)" --out "$crl.x"
complains 'no signature leads to certificate 2'
[ ! -e "$crl.x" ] || fail "a chain was written"

# A question about the program itself.
want 0 --version --json
[ "$(json "d['program']")" = sceptool ] || fail "--version --json"

finish
