#!/bin/sh
# strongswan.sh SERVER - strongSwan's pki: --scepca, and --scep with a one-time
# challenge; a CA that signs its own messages, and one with RA certificates.
# R030 R042 R044 R070 R076 R107 R128 field-notes B2 E13
. "${0%/*}/lib.sh"
need pki openssl certtool curl
[ -f /usr/lib/ipsec/plugins/libstrongswan-curl.so ] || {
	say 'skipped: strongSwan has no curl plugin here'
	exit 77
}
make_work

# enrol NAME CHALLENGE DIGEST CIPHER - NAME.pem
enrol() {
	[ -f "$1.key" ] || openssl genrsa -out "$1.key" 2048 2>/dev/null
	timeout 60 pki --scep --url "$url" --in "$1.key" \
		--dn "C=CH, O=scepca, CN=$1" --san "$1.example.org" \
		--password "$2" --digest "$3" --cipher "$4" \
		--cacert-enc "$enc" --cacert-sig "$sig" $chain \
		--interval 1 --maxpolltime 3 \
		--outform pem >"$1.pem" 2>"$run/pki.log"
}

all() {
	url=$base/cgi-bin/pkiclient.exe
	for what in 'sha256 aes' 'sha512 aes' 'sha1 des3'; do
		name=gw-${what%% *}
		rm -f "$name.key"
		enrol "$name" "$(challenge)" "${what%% *}" "${what#* }" ||
			die "pki --scep, $what"
		check_cert "$name.pem" "$name.key"
		has_subject "$name.pem" "CN=$name,O=scepca,C=CH"
		openssl x509 -in "$name.pem" -noout -ext subjectAltName |
			grep -q "DNS:$name.example.org" || die 'no SAN'
		ok "pki --scep, $what"
	done

	# A challenge is for once, also with another key (R107).
	once=$(challenge)
	enrol once "$once" sha256 aes || die 'pki --scep'
	! enrol twice "$once" sha256 aes || die 'a challenge served twice'
	! enrol wrong 'not-the-challenge' sha256 aes || die 'wrong challenge'
	ok 'used and wrong challenges are refused'

	# The same key again, that is the same transactionID (R070).
	cp once.pem before.pem
	enrol once "$(challenge)" sha256 aes || die 'same key, new challenge'
	check_cert once.pem once.key
	! cmp -s once.pem before.pem || die 'no new certificate'
	ok 'the same key enrols again'
}

make_ca
start_server "$1"
pki --scepca --url "$base/scep" --caout got.pem --outform pem --force \
	>"$run/pki.log" 2>&1 || die 'pki --scepca'
openssl x509 -in got.pem -outform DER -out got.der
openssl x509 -in ca.pem -outform DER -out ca.der
cmp -s got.der ca.der || die 'pki --scepca: another certificate'
ok 'pki --scepca'
enc=got.pem sig=got.pem chain=
all
stop_server

# With RA certificates: one to sign and one to be encrypted to (R042, R044).
make_ca --ra
start_server "$1"
rm -f got*
pki --scepca --url "$base/scep" --caout got.pem --raout got-ra.pem \
	--outform pem --force >"$run/pki.log" 2>&1 || die 'pki --scepca'
openssl x509 -in got.pem -outform DER -out got.der
openssl x509 -in ca.pem -outform DER -out ca.der
cmp -s got.der ca.der || die 'pki --scepca: another certificate'
sig=$(grep -l . got-ra*.pem | head -n 1)
enc=$sig
for f in got-ra*.pem; do
	openssl verify -x509_strict -CAfile ca.pem "$f" >verify.out 2>&1 ||
		die "RA certificate: $(cat verify.out)"
	openssl x509 -in "$f" -noout -ext keyUsage >usage.out
	! grep -q 'Digital Signature' usage.out || sig=$f
	! grep -q 'Key Encipherment' usage.out || enc=$f
done
ok "pki --scepca: RA certificates $sig, $enc"
chain='--cacert got.pem'
all
