#!/bin/sh
# strongswan_renew.sh SERVER - strongSwan's pki --scep where the operator has to
# approve: it polls by itself; and its renewal, a RenewalReq (17) with a new key.
# R115 R121 R122 R128 R133 R140 field notes B2 F3
. "${0%/*}/lib.sh"
need pki openssl certtool curl
[ -f /usr/lib/ipsec/plugins/libstrongswan-curl.so ] || {
	say 'skipped: strongSwan has no curl plugin here'
	exit 77
}
make_work
make_ca
start_server "$1"

# scep NAME OPTION... - NAME.pem for NAME.key, which may have to be made
scep() {
	name=$1
	shift
	[ -f "$name.key" ] || openssl genrsa -out "$name.key" 2048 2>/dev/null
	timeout 60 pki --scep --url "$base/cgi-bin/pkiclient.exe" \
		--in "$name.key" --cacert-enc ca.pem --cacert-sig ca.pem \
		--interval 1 --maxpolltime 30 --outform pem "$@" \
		>"$name.pem" 2>"$run/pki-$name.log"
}

# logged TEXT - by the CGI, wherever the web server puts it
logged() { grep -h -F "$1" "$run"/*.log | grep -q scepca; }

polled() { logged type=CertPoll; }

scep gw --dn 'O=scepca, CN=gw' --san gw.example.org &
client=$!
scep spoke --dn 'O=scepca, CN=spoke' &
other=$!
until_true 20 waiting gw || die "gw does not wait: $(cat "$run/pki-gw.log")"
until_true 20 waiting spoke || die "spoke: $(cat "$run/pki-spoke.log")"
until_true 20 polled || die 'nobody polls'
# which one, by the transactionID that the client shows
id=$(sed -n 's/.*transaction ID: *//p' "$run/pki-gw.log" | head -n 1)
[ -n "$id" ] || die "no id: $(cat "$run/pki-gw.log")"
ca request approve "$id" >/dev/null || die "request approve $id"
wait $client || die "pki --scep: $(cat "$run/pki-gw.log")"
check_cert gw.pem gw.key
has_subject gw.pem 'CN=gw'
openssl x509 -in gw.pem -noout -ext subjectAltName |
	grep -q DNS:gw.example.org || die 'no SAN'
ok 'pending, polled, approved'

id=$(sed -n 's/.*transaction ID: *//p' "$run/pki-spoke.log" | head -n 1)
ca request reject "$id" --reason 'no spokes' >/dev/null || die 'request reject'
! wait $other || die 'a certificate for a rejected request'
[ ! -s spoke.pem ] || die 'a certificate for a rejected request'
ok 'rejected'

scep new --dn 'O=scepca, CN=gw' --san gw.example.org \
	--cert gw.pem --key gw.key || die "renewal: $(cat "$run/pki-new.log")"
check_cert new.pem new.key
has_subject new.pem 'CN=gw'
logged type=RenewalReq || die 'it was no RenewalReq'
[ "$(openssl x509 -in gw.pem -noout -serial)" != \
	"$(openssl x509 -in new.pem -noout -serial)" ] || die 'the old one'
ok 'renewed with type 17 and a new key'

setting renewal no
! scep late --dn 'O=scepca, CN=gw' --san gw.example.org \
	--cert new.pem --key new.key || die 'renewed where renewal = no'
[ ! -s late.pem ] || die 'renewed where renewal = no'
ok 'renewal = no'
