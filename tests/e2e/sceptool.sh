#!/bin/sh
# sceptool.sh SERVER - our client with our server, openssl judging both: renewal,
# what waits, GetCert, GetCRL, the chain.  C06 C08 C09 C20 C21 R168 R175
. "${0%/*}/lib.sh"
need openssl certtool curl
make_work
make_ca
start_server "$1"
url=$base/scep
known="--ca $tmp/ca.pem"

# rc CODE ARGUMENT... - sceptool ends with this code
rc() {
	want=$1
	shift
	got=0
	sceptool "$@" >tool.out 2>tool.err || got=$?
	[ "$got" -eq "$want" ] ||
		die "sceptool $*: exit $got, not $want: $(cat tool.err)"
}

challenge | head -n 1 >secret
rc 0 enrol "$url" --subject CN=d1,O=Lab --san dns:d1.example.org \
	--key-out d1.key --cert-out d1.pem --challenge-file secret $known
check_cert d1.pem d1.key

rc 0 renew "$url" --cert d1.pem --key d1.key --key-out d2.key \
	--cert-out d2.pem $known
check_cert d2.pem d2.key
has_subject d2.pem CN=d1,O=Lab
openssl x509 -in d2.pem -noout -ext subjectAltName | grep -q d1.example.org ||
	die 'the names are not kept'
rc 0 renew "$url" --cert d2.pem --key d2.key --keep-key --cert-out d3.pem \
	$known
check_cert d3.pem d2.key
cmp -s d2.pem d3.pem && die 'the renewal is the old certificate'
rc 5 renew "$url" --cert d3.pem --key d2.key --keep-key --after 50 \
	--cert-out d4.pem $known
[ ! -e d4.pem ] || die 'renewed, though not due'
ok 'renewal, by new key and old'

serial=$(openssl x509 -in d3.pem -noout -serial | cut -d= -f2)
rc 0 getcert "$url" "$serial" --key d2.key --cert d3.pem --out copy.pem $known
cmp -s d3.pem copy.pem || die 'getcert: another certificate'
rc 1 getcert "$url" "$serial" $known
rc 1 getcert "$url" 4711 --key d2.key --cert d3.pem $known
ok 'GetCert'

rc 0 getcrl "$url" --out ca.crl $known
openssl crl -in ca.crl -CAfile ca.pem -noout 2>verify.out ||
	die "openssl crl: $(cat verify.out)"
grep -q 'verify OK' verify.out || die "openssl crl: $(cat verify.out)"
openssl verify -crl_check -CAfile ca.pem -CRLfile ca.crl d3.pem >verify.out ||
	die "openssl verify -crl_check: $(cat verify.out)"
rc 0 getcrl "$url" --key d2.key --cert d3.pem --out ca.der --der --get $known
openssl crl -inform DER -in ca.der -noout || die 'getcrl --der'
ok 'GetCRL'

rc 0 getchain "$url" --out chain.pem
cmp -s chain.pem ca.pem || die 'the chain is not the CA'
ok 'GetCACertChain'

rc 4 enrol "$url" --subject CN=w1 --key-out w1.key --cert-out w1.pem $known \
	--wait --interval 0 --max-polls 2
grep -q 'asked 2 times' tool.err || die 'no progress'
rc 4 poll "$url" --subject CN=w1 --key w1.key --cert-out w1.pem $known
id=$(sed -n 's/.*not decided yet: transaction //p' tool.err)
rc 4 poll "$url" --subject CN=w1 --key w1.key --cert-out w1.pem $known \
	--transaction "$id"
rc 1 poll "$url" --subject CN=w1 --key w1.key --cert-out w1.pem $known \
	--transaction another
rc 1 poll "$url" --subject CN=w1 --key d1.key --cert-out w1.pem $known \
	--transaction "$id" # somebody else's
ok 'what waits'
