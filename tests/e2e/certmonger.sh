#!/bin/sh
# certmonger.sh SERVER - certmonger on a message bus of its own: add-scep-ca,
# a request with a challenge, a renewal with the same key and one with another.
# R107 R125 R160 field-notes A10 B3 B10 E8 F2 F3
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
