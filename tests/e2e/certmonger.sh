#!/bin/sh
# certmonger.sh SERVER - certmonger on a message bus of its own: add-scep-ca,
# a request with a challenge, a renewal with the same key and one with another.
# a request without one, and its CSR made anew while the operator thinks.
# R107 R125 R160 field-notes A10 B3 B10 E8 F1 F2 F3
. "${0%/*}/lib.sh"
certmonger=/usr/lib/certmonger/certmonger-session
[ -x "$certmonger" ] || certmonger=/usr/libexec/certmonger/certmonger-session
need dbus-run-session getcert "$certmonger" openssl certtool curl

make_work
make_ca
start_server "$1"
url=$base/cgi-bin/pkiclient.exe

mkdir certmonger
chmod 700 certmonger
cat >session.sh <<END
set -eux
getcert add-scep-ca -s -c Lab -u "$url" -I "$tmp/ca.pem" -v
getcert request -s -c Lab -I one -k "$tmp/one.key" -f "$tmp/one.pem" \
	-N 'CN=one,O=scepca' -D one.example.org -L "$(challenge)" -w -v
getcert list-cas -s -c Lab
cp "$tmp/one.pem" "$tmp/first.pem"
cp "$tmp/one.key" "$tmp/first.key"
getcert resubmit -s -i one -w -v
cp "$tmp/one.pem" "$tmp/second.pem"
getcert rekey -s -i one -w -v
getcert request -s -c Lab -I two -k "$tmp/two.key" -f "$tmp/two.pem" \
	-N CN=two -L wrong -w -v && exit 1
getcert list -s -i two >"$tmp/two.list"
decide() {
	$as_ca "$work/bin/scepca" --home "$home" request "\$@"
}
# Without a challenge: it waits, is asked for once more, is approved meanwhile.
getcert request -s -c Lab -I three -k "$tmp/three.key" -f "$tmp/three.pem" \
	-N CN=three -D three.example.org -v
i=0
until decide list --json >"$tmp/asked.1" && grep -q CN=three "$tmp/asked.1"; do
	i=\$((i + 1))
	[ "\$i" -lt 100 ]
	sleep 0.2
done
getcert resubmit -s -i three -v
sleep 3
decide list --json >"$tmp/asked.2"
id=\$(sed -n 's/.*"id": "\([^"]*\)".*/\1/p' "$tmp/asked.2")
decide approve "\$id"
getcert resubmit -s -i three -w -v
decide list --json >"$tmp/asked.3"
END
# certmonger ends with this command, but does not tell how it ended.
HOME=$tmp/certmonger CERTMONGER_TMPDIR=$tmp/certmonger \
	timeout 120 dbus-run-session -- "$certmonger" -n -d 1 \
	-c "sh $tmp/session.sh >$run/getcert.log 2>&1" \
	>"$run/certmonger.log" 2>&1 || die 'certmonger'

[ -s one.pem ] || die 'no certificate'
check_cert one.pem one.key
has_subject one.pem 'CN=one'
openssl x509 -in one.pem -noout -ext subjectAltName |
	grep -q DNS:one.example.org || die 'no SAN'
ok 'add-scep-ca, request -L'

# A new certificate each time, for the same names; at last for another key.
serials=$(for f in first second one; do
	openssl x509 -in "$f.pem" -noout -serial
done | sort -u | wc -l)
[ "$serials" = 3 ] || die "$serials serials of three certificates"
check_cert second.pem first.key
has_subject second.pem 'CN=one'
! cmp -s first.key one.key || die 'rekey: the old key'
ok 'resubmit and rekey'

grep -q 'status: CA_REJECTED' two.list || die 'wrong challenge: not CA_REJECTED'
[ ! -e two.pem ] || die 'a certificate for a wrong challenge'
ok 'a wrong challenge is CA_REJECTED'

# Each attempt has a CSR of its own, with another subjectKeyIdentifier.
cmp asked.1 asked.2 || die 'asked for again, it waits anew'
check_cert three.pem three.key
has_subject three.pem 'CN=three'
! grep -q CN=three asked.3 || die 'it still waits'
ok 'without a challenge: resubmitted, approved, resubmitted'
