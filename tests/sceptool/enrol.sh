# How sceptool asks, and what it takes for an answer.  R…, C… are rows of
# requirements.md, section R.
. "$(dirname "$0")/lib.sh"

enrol() { # enrol CODE ARGUMENT... - with the key that is there
	code=$1
	shift
	rm -f "$cert"
	want "$code" enrol "$url" --subject CN=r1,O=Lab --key "$key" \
		--cert-out "$cert" "$@"
}

# All of an enrolment: C01, C02, C05, C07, C21.
start
printf 'geheim\nsecond line\n' >"$tmp/challenge"
rm -f "$cert"
want 0 enrol "$url" --subject CN=r1,O=Lab --san dns:r1.example \
	--san ip:2001:db8::7 --san email:a@b.example --san uri:http://x/ \
	--san upn:jörg@corp.example --key-out "$key" --cert-out "$cert" \
	--challenge-file "$tmp/challenge" \
	--fingerprint "$(fingerprint sha256)"
says 'CN=r1,O=Lab'
[ ! -s "$tmp/err" ] || fail "complains though all is well"
[ "$(stat -c %a "$key")" = 600 ] || fail "mode of the key file"
[ "$(openssl x509 -in "$cert" -noout -pubkey)" = \
	"$(openssl pkey -in "$key" -pubout)" ] || fail "not for our key"
openssl verify -CAfile "$srv/ca.pem" "$cert" >/dev/null ||
	fail "openssl does not verify it"
by POST
sent 'messageType: PKCSReq (19)'
sent 'challenge_password: geheim'
sent 'signer: CN=r1,O=Lab'
sent 'cipher: AES-128-CBC'
sent 'digest: SHA-256'
for san in dns:r1.example ip:2001:db8::7 email:a@b.example uri:http://x/ \
	upn:jörg@corp.example; do
	sent "subjectAltName: $san"
done
openssl cms -verify -noverify -inform DER -in "$srv/request.der" \
	-out "$tmp/envelope" 2>/dev/null || fail "openssl: signature"
openssl cms -decrypt -inform DER -in "$tmp/envelope" -inkey "$srv/ca.key" \
	-out "$tmp/csr" || fail "openssl: envelope"
openssl req -inform DER -in "$tmp/csr" -verify -noout >/dev/null 2>&1 ||
	fail "openssl: request"
openssl asn1parse -inform DER -in "$tmp/csr" -strparse "$(
	openssl asn1parse -inform DER -in "$tmp/csr" |
		grep -A1 'X509v3 Subject Alternative Name' |
		sed -n 's/^ *\([0-9]*\):.*OCTET STRING.*/\1/p'
)" >"$tmp/names" 2>&1
grep -A2 'Microsoft User Principal Name' "$tmp/names" |
	grep -q 'UTF8STRING  *:jörg@corp.example' || fail "openssl: UPN"

# The challenge by standard input; no attribute without one.
printf secret | "$sceptool" enrol "$url" --subject CN=r1 --key "$key" \
	--cert-out "$cert" --challenge-file - >"$tmp/out" 2>"$tmp/err" ||
	fail "challenge from standard input"
sent 'challenge_password: secret'
enrol 0
! "$sceptool" decode "$srv/request.der" --key "$srv/ca.key" |
	grep -q challenge_password || fail "a challenge that nobody gave"
: >"$tmp/challenge"
enrol 3 --challenge-file "$tmp/challenge"
complains 'no challenge in it'

# C03: the fingerprint, of every length; a warning without one.
enrol 0
complains 'the CA is not verified'
for digest in sha256 sha1 md5; do
	enrol 0 --fingerprint "$(fingerprint $digest)"
done
enrol 0 --ca "$srv/ca.pem"
enrol 1 --fingerprint "$(fingerprint sha256 | tr 0-9A-F 1-9A-F0)"
complains 'has this fingerprint'
no_cert

# A key file is never written over.
want 3 enrol "$url" --subject CN=r1 --key-out "$key" --cert-out "$cert"
complains 'File exists'

# C14, C15, C16: algorithms and method as the server says, or as we say.
enrol 0 --get
by GET
enrol 0 --digest sha512 --cipher aes256
sent 'digest: SHA-512'
sent 'cipher: AES-256-CBC'
start caps-crlf
enrol 0
by POST
sent 'digest: SHA-256'
sent 'cipher: AES-128-CBC'
want 0 caps "$url"
says x-unknown
start caps-512
enrol 0
sent 'digest: SHA-512'
for fault in caps-old caps-404; do
	start $fault
	enrol 0
	by GET
	sent 'digest: SHA-1'
	sent 'cipher: DES-EDE3-CBC'
done
want 0 caps "$url"
says 'method  GET'
url=http://127.0.0.1:$port
enrol 0
[ "$(cat "$srv/path")" = /cgi-bin/pkiclient.exe ] || fail "default path"

# C04: an RA is trusted if the CA has signed it; it opens and it signs.
start ra
enrol 0 --fingerprint "$(fingerprint sha256)"
want 0 getca "$url" --out "$tmp/set.pem"
says 'CN=RA enc'
[ "$(grep -c BEGIN "$tmp/set.pem")" -eq 3 ] || fail "getca --out"
enrol 0 --ca "$tmp/set.pem"
start ra ra-of-stranger # it is passed over, so this server cannot read us
enrol 3 --fingerprint "$(fingerprint sha256)"
sent 'issuer: CN=Fake CA,O=Test'

# C12, C13, C21: an answer with anything wrong is none.
start no-certs
enrol 0
while read -r fault text; do
	start "$fault"
	enrol 1
	complains "$text"
	no_cert
done <<END
nonce recipientNonce is not the nonce that was sent
no-nonce recipientNonce is not the nonce that was sent
trans-id transactionID of another request
type is not CertRep
signature signature
signer signature
no-status pkiStatus missing
status-unknown pkiStatus unknown
fail-unknown failInfo unknown
no-envelope SUCCESS without an envelope
other-key has our key
other-ca not signed by this CA
weak SHA-1
des DES-CBC
garbage PKIOperation
ca-garbage GetCACert
failure the CA refuses: badRequest: no \x1B[31mway
END

# A CA may choose the name; who asked is told.
start other-name
enrol 0
complains 'the certificate is for CN=somebody else, asked was for CN=r1,O=Lab'

start failure
run enrol "$url" --subject CN=r1 --key "$key" --cert-out "$cert" --json
says '"fail_info": "badRequest"'
start pending
enrol 4
complains 'has not decided yet'
no_cert

# A server that does not work, and no server.
for fault in http-500 redirect huge; do
	start $fault
	enrol 3
	no_cert
done
stop
enrol 3
complains 'onnect'

# Wrong use.
want 2 enrol "$url" --subject CN=r1 --cert-out "$cert"
want 2 enrol "$url" --subject CN=r1 --key "$key" --key-out "$tmp/k" \
	--cert-out "$cert"
want 2 enrol "$url" --key "$key" --cert-out "$cert"
want 2 enrol ftp://127.0.0.1/ --subject CN=r1 --key "$key" --cert-out "$cert"
want 2 enrol http://u:p@127.0.0.1/ --subject CN=r1 --key "$key" \
	--cert-out "$cert"
for bad in '--fingerprint abcd' '--fingerprint xy' '--digest sha3' \
	'--cipher rc4' '--san dns:' '--san r1' '--san ip:1.2.3' '--san upn:' \
	'--subject x'; do
	# shellcheck disable=SC2086
	want 2 enrol "$url" --key "$key" --cert-out "$cert" $bad
done
want 2 enrol "$url" --subject CN=r1 --key-out "$tmp/k" --cert-out "$cert" \
	--key-type rsa:1

finish
