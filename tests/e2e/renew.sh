#!/bin/sh
# renew.sh SERVER - renewals and GetCert, made by openssl: what the certificate
# of a device gets it, and what not.
# R088 R115 R117 R121 R122 R125 R127 R129 R130 R131 R164 R166 R167
# field notes F2 F3 F6
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

serial_of() { openssl x509 -in "$1" -noout -serial; }

# renewed NEW NAME - NEW.p7 is a certificate for NEW.key with the name of NAME
renewed() {
	answered "$1" 0
	delivered "$1"
	check_cert "$1.pem" "$1.newkey"
	has_subject "$1.pem" "CN=$2"
	[ "$(serial_of "$1.pem")" != "$(serial_of "$2.pem")" ] ||
		die "$1: the old certificate again (R121)"
}

enrol router
# 17, a new key, the old certificate and key to sign with; no challenge
cp router.pem next.self.pem
openssl genrsa -out next.newkey 2048 2>/dev/null
cp next.newkey router.newkey
# request NEW NAME CHALLENGE - NEW.csr with NEW.newkey for the names of NAME
request() {
	cp "$2.key" "$2.key.kept"
	cp "$1.newkey" "$2.key"
	make_csr "$2" "$3"
	mv "$2.csr" "$1.csr"
	mv "$2.key.kept" "$2.key"
}
request next router ''
send next 17 next.csr router.key router.pem
renewed next router
openssl x509 -in next.pem -noout -checkend 0 >/dev/null || die 'R127'
openssl cms -cmsout -print -inform DER -in next.content >print.out
serial=$(serial_of router.pem | sed 's/serial=//')
grep -qi "0x$serial" print.out || die 'not for the old certificate (R129)'
ok 'RenewalReq with a new key'

# The same bytes again: the same certificate.
cp next.pem was.pem
send_again next
open_answer next router.key router.pem id-of-next
answered next 0
delivered next
cmp -s next.pem was.pem || die 'the retransmission got another one'
ok 'retransmission of a renewal'

# 19 signed by the certificate, as IOS, macOS, sscep and certmonger do it, with
# the same key; a challenge that was used is no hindrance (R117).
cp router.key again.newkey
request again router 'used long ago'
send again 19 again.csr router.key router.pem
renewed again router
ok 'PKCSReq signed by the certificate'

# GetCert: his own (R164), by the key of it and by another of the same name
"$OPENSSL_SCEP" serial router.pem >router.is
send got 21 router.is router.key router.pem
answered got 0
delivered got
openssl x509 -in router.pem -outform DER -out a.der
openssl x509 -in got.pem -outform DER -out b.der
cmp -s a.der b.der || die 'GetCert: another certificate'
ok 'GetCert: his own'

enrol other
send got 21 router.is other.key other.pem
answered got 2 4
"$OPENSSL_SCEP" serial router.pem 1234567890 >unknown.is
send got 21 unknown.is router.key router.pem
answered got 2 4
"$OPENSSL_SCEP" serial other.self.pem >foreign.is
send got 21 foreign.is other.key other.pem
answered got 2 4
ok "GetCert: not another's, unknown, of another CA: badCertId"
# R051, R083: what is in the envelope fits the messageType; a GetCert for what
# cannot be read says no more than for what is not there (T-02)
send got 21 next.csr router.key router.pem
answered got 2 4
send got 17 router.is router.key router.pem
answered got 2 2
ok 'GetCert with a CSR, RenewalReq with none'

# what the certificate of a device does not get it
refused() { # refused WHAT NAME TYPE KEY CERT
	send "$2" "$3" "$2.csr" "$4" "$5"
	[ "$result" = 2 ] || die "$1: status $result"
	ok "refused: $1"
}
new_device admin
cp admin.key admin.newkey
make_csr admin ''
refused 'another name (R131)' admin 17 router.key router.pem
openssl genrsa -out stolen.newkey 2048 2>/dev/null
request stolen router ''
openssl req -new -x509 -key router.key -subj /O=scepca/CN=router -days 2 \
	-out forged.pem
refused 'a self-signed certificate in its name' stolen 17 router.key forged.pem
refused 'the key of another device' stolen 17 other.key other.pem
ca cert revoke "${serial}" >revoke.out 2>&1 || die "revoke: $(cat revoke.out)"
refused 'a revoked certificate (R130)' stolen 17 router.key router.pem
refused 'and by a PKCSReq' stolen 19 router.key router.pem
ca check >check.out 2>&1 || die "scepca check: $(cat check.out)"
