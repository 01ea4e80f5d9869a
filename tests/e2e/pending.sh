#!/bin/sh
# pending.sh SERVER - requests that wait for the operator, and polls for them,
# all made by openssl.
# R071 R073 R112 R113 R118 R133 R134 R136 R137 R138 R139 R140 R144 R147 R154
# R160 field notes D14 F1 F4
. "${0%/*}/lib.sh"
need openssl certtool curl
make_work
make_ca
start_server "$1"

# ask NAME - a PKCSReq without a challenge
ask() {
	[ -f "$1.key" ] || new_device "$1"
	make_csr "$1" ''
	send "$1" 19 "$1.csr"
}

# poll NAME - with IssuerAndSubject as the RFC has it, and a nonce of its own
poll() {
	nonce=$(openssl rand -hex 16)
	"$OPENSSL_SCEP" subject ca.pem "$1.csr" >"$1.poll"
	send "$1" 20 "$1.poll"
}

certificates() { ca cert list --json | grep -c '"subject": "CN=.*scepca"'; }
none=$(certificates) || :

ask first
answered first 3
[ "$(certificates || :)" = "$none" ] || die 'a certificate for no challenge'
for n in 1 2 3; do
	poll first
	answered first 3
done
ok 'PENDING, and three polls that say so'

ca request list >list.out || die 'request list'
grep -q 'CN=first' list.out || die "request list: $(cat list.out)"
ca request show id-of-first >show1.out || die 'request show'
openssl dgst -sha256 first.csr | sed 's/.*= *//' >print.out
tr -d ':\n' <show1.out | tr A-F a-f | grep -q "$(cat print.out)" ||
	die "no SHA-256 of the request (R104): $(cat show1.out)"

# The same bytes once more, and the same request in a new message, are polls.
send_again first
open_answer first first.key first.self.pem id-of-first
answered first 3
ask first
answered first 3
[ "$(ca request list | grep -c 'CN=first')" = 1 ] || die 'it is there twice'
ok 'a re-sent PKCSReq is a poll'

# Another request of another device, decided before the first one.
ask second
answered second 3
ca request reject id-of-second --reason 'not in the book' >/dev/null ||
	die 'request reject'
poll second
answered second 2
grep -qx 'failInfoText .*not in the book' show.out ||
	die "no reason: $(cat show.out)"
poll first
answered first 3
ok 'rejected, with the reason; the other one waits'

# A stranger who knows the id learns nothing, before and after the approval.
new_device thief
stranger() {
	"$OPENSSL_SCEP" subject ca.pem first.csr >thief.poll
	send thief 20 thief.poll thief.key thief.self.pem id-of-first
	answered thief 2 4
	grep -v Nonce show.out | grep -v transactionID >theirs.out
	send thief 20 thief.poll thief.key thief.self.pem id-of-nobody
	answered thief 2 4
	grep -v Nonce show.out | grep -v transactionID >nobody.out
	cmp -s theirs.out nobody.out || die 'an id of another key is known'
}
stranger
ca request approve id-of-first >/dev/null || die 'request approve'
stranger
ok 'polls with another key (R139, T-16)'

poll first
answered first 0
delivered first
check_cert first.pem first.key
has_subject first.pem 'CN=first'
cp first.pem was.pem
poll first
answered first 0
delivered first
cmp -s first.pem was.pem || die 'another certificate at the next poll (R144)'
send_again first
open_answer first first.key first.self.pem id-of-first
answered first 0
ok 'approved: a certificate, and at every poll the same one'

# Approved before anybody polls; what is in the poll does not matter.
ask early
answered early 3
ca request approve id-of-early >/dev/null || die 'request approve'
{
	# the names in the wrong order, as sscep did
	"$OPENSSL_SCEP" subject early.self.pem early.csr
} >early.poll
send early 20 early.poll
answered early 0
delivered early
check_cert early.pem early.key
ask odd
answered odd 3
printf 'no IssuerAndSubject at all' >odd.poll
send odd 20 odd.poll
answered odd 3
ok 'a poll with odd contents (R138)'

# Two requests of one device, told apart by their ids.
new_device twice
make_csr twice ''
send twice 19 twice.csr twice.key twice.self.pem id-one
answered twice 3
send twice 19 twice.csr twice.key twice.self.pem id-two
answered twice 3
ok 'two ids of one key'

# Where the operator wants no queue, such a request is refused.
setting unauthorised refuse
ask late
answered late 2 2
ok 'unauthorised = refuse'
ca check >check.out 2>&1 || die "scepca check: $(cat check.out)"
