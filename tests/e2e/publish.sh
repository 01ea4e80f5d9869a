#!/bin/sh
# publish.sh SERVER - the CRL: by HTTP where certificates point to, and by
# GetCRL; revocation is seen in both, by openssl.
# R027 R070 R168 R169 R170 R171 R172 R173 R174 R175 R176 R177 R178
. "${0%/*}/lib.sh"
need openssl certtool curl
make_work
make_ca
start_server "$1"

# enrol NAME - NAME.pem by a challenge
enrol() {
	new_device "$1"
	make_csr "$1" "$(challenge)"
	send "$1" 19 "$1.csr"
	answered "$1" 0
	delivered "$1"
	check_cert "$1.pem" "$1.key"
}

# Without a base URL a certificate points nowhere.
enrol plain
openssl x509 -in plain.pem -noout -text >text.out
! grep -q 'CRL Distribution\|Authority Information' text.out ||
	die 'it points somewhere (R172, R173)'
setting url "$base"
enrol router
openssl x509 -in router.pem -noout -ext crlDistributionPoints >cdp.out
openssl x509 -in router.pem -noout -ext authorityInfoAccess >aia.out
crl_url=$(sed -n 's/^ *URI://p' cdp.out)
ca_url=$(sed -n 's/.*CA Issuers - URI://p' aia.out)
[ "$crl_url" = "$base/pki/ca.crl" ] || die "CDP: $(cat cdp.out)"
[ "$ca_url" = "$base/pki/ca.crt" ] || die "AIA: $(cat aia.out)"
curl -s -S -f --max-time 10 -o issuer.der "$ca_url" || die "$ca_url"
openssl x509 -in ca.pem -outform DER | cmp -s - issuer.der ||
	die "$ca_url is not the CA's certificate"
ok 'certificates point to CRL and CA'

# fetch - the published CRL to ca.crl.pem, checked; its number to $number
fetch() {
	curl -s -S -f --max-time 10 -D head.out -o ca.crl "$crl_url" ||
		die "$crl_url"
	tr -d '\r' <head.out | grep -qix 'content-type: application/pkix-crl' ||
		die "type of the CRL: $(cat head.out)"
	openssl crl -inform DER -in ca.crl -CAfile ca.pem -out ca.crl.pem \
		2>crl.out || die "openssl crl: $(cat crl.out)"
	grep -qx 'verify OK' crl.out || die "openssl crl: $(cat crl.out)"
	certtool --verify-crl --load-ca-certificate ca.pem \
		--infile ca.crl.pem >crl.out 2>&1 ||
		die "certtool: $(cat crl.out)"
	next=$(openssl crl -in ca.crl.pem -noout -nextupdate |
		sed 's/nextUpdate=//')
	[ "$(date -d "$next" +%s)" -gt "$(date +%s)" ] || die "stale: $next"
	number=$(openssl crl -in ca.crl.pem -noout -crlnumber |
		sed 's/.*=//; s/^0x//')
	number=$((0x$number))
}

# state NAME good|revoked - by openssl, from the published CRL
state() {
	if openssl verify -x509_strict -crl_check -CAfile ca.pem \
		-CRLfile ca.crl.pem "$1.pem" >verify.out 2>&1; then
		found=good
	elif grep -q 'certificate revoked' verify.out; then
		found=revoked
	else
		die "$1: $(cat verify.out)"
	fi
	[ "$found" = "$2" ] || die "$1 is $found by the CRL, not $2"
}

ca crl --now >/dev/null || die 'scepca crl'
fetch
first=$number
state router good
state plain good

serial=$(openssl x509 -in router.pem -noout -serial | sed 's/serial=//')
ca cert revoke "$serial" --reason keyCompromise >revoke.out 2>&1 ||
	die "revoke: $(cat revoke.out)"
ca cert revoke "$serial" --reason keyCompromise >revoke.out 2>&1 ||
	die "once more: $(cat revoke.out)"
ca crl --now >/dev/null || die 'scepca crl'
fetch
[ "$number" -gt "$first" ] || die "CRL number $number after $first"
state router revoked
state plain good
openssl crl -in ca.crl.pem -noout -text >text.out
[ "$(grep -ci "Serial Number: $serial" text.out)" = 1 ] || die 'not once'
grep -q 'Key Compromise' text.out || die "no reason: $(cat text.out)"
for f in "$home/public/"* "$home/public/".[!.]*; do
	case ${f##*/} in
	ca.crt | ca.crl | '.[!.]*') ;;
	*) die "something is left in public/: $f" ;;
	esac
done
ok 'revoked: in the next CRL, with its reason, once'

# GetCRL: any signer, for ours known or unknown; the CRL and nothing else
get_crl() { # get_crl NAME IS KEY CERT ID - NAME.crl
	send "$1" 22 "$2" "$3" "$4" "$5"
	answered "$1" 0
	openssl pkcs7 -inform DER -in "$1.p7" -print_certs -out "$1.pems"
	[ "$(grep -c BEGIN "$1.pems")" = 1 ] && grep -q 'BEGIN X509 CRL' \
		"$1.pems" || die "$1: not one CRL and only that (R169)"
	openssl crl -in "$1.pems" -CAfile ca.pem -outform DER -out "$1.crl" \
		2>crl.out || die "openssl crl: $(cat crl.out)"
	cmp -s "$1.crl" ca.crl || die "$1: not the newest CRL (R168)"
}
new_device stranger
"$OPENSSL_SCEP" serial router.pem >router.is
"$OPENSSL_SCEP" serial router.pem 4711 >unknown.is
"$OPENSSL_SCEP" serial stranger.self.pem >foreign.is
get_crl stranger router.is stranger.key stranger.self.pem SSCEPtransactionId
get_crl plain router.is plain.key plain.pem SSCEPtransactionId
get_crl plain unknown.is plain.key plain.pem x
get_crl router router.is router.key router.pem x
send stranger 22 foreign.is
answered stranger 2 4
ok 'GetCRL, and badCertId for another CA'

setting getcrl cdp
send stranger 22 router.is
answered stranger 2 2
grep -q "^failInfoText .*$crl_url" show.out || die "no URL: $(cat show.out)"
ok 'getcrl = cdp'
ca check >check.out 2>&1 || die "scepca check: $(cat check.out)"
