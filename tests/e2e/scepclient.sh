#!/bin/sh
# scepclient.sh SERVER - micromdm's client of Debian 12 knows single DES only,
# whatever the capabilities say: refused on the default endpoint, served where
# the operator said `obsolete = yes` (field-notes, decision 9).
# R078 R081 R195 field-notes D1
. "${0%/*}/lib.sh"
need scepclient openssl certtool curl
make_work
make_ca
start_server "$1"

# enrol NAME PATH CHALLENGE - scepclient leaves more files beside its key
enrol() {
	mkdir "$1"
	timeout 60 scepclient -server-url "$base$2" -challenge "$3" -cn "$1" \
		-organization scepca -private-key "$1/key.pem" \
		-certificate "$1/cert.pem" >"$run/scepclient.log" 2>&1
}

secret=$(challenge)
! enrol modern /scep "$secret" || die 'single DES on the default endpoint'
[ ! -e modern/cert.pem ] || die 'a certificate for a refused request'
grep -q 'failInfo: badAlg' "$run/scepclient.log" || die 'not badAlg'
ok 'refused on the default endpoint'

# The refusal came before anyone looked at the challenge: it is still good.
enrol relic /obsolete/pkiclient.exe "$secret" || die 'obsolete endpoint'
check_cert relic/cert.pem relic/key.pem
has_subject relic/cert.pem 'CN=relic'
openssl x509 -in relic/cert.pem -noout -text >text.out
grep -q 'Signature Algorithm: sha256WithRSAEncryption' text.out ||
	die 'a weak signature on the certificate (R078)'
ok 'served on the endpoint that says obsolete = yes'

! enrol wrong /obsolete/pkiclient.exe wrong || die 'wrong challenge'
ok 'with a challenge there, too'
