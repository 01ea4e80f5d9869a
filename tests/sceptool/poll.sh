# How sceptool waits for a decision (RFC 8894, 3.3.3, 4.4).  C… are rows of
# requirements.md, section R.
. "$(dirname "$0")/lib.sh"

openssl genrsa -out "$key" 2048 2>/dev/null

enrol() { # enrol CODE ARGUMENT...
	code=$1
	shift
	rm -f "$cert"
	want "$code" enrol "$url" --subject CN=r1,O=Lab --key "$key" \
		--cert-out "$cert" --ca "$srv/ca.pem" "$@"
}

poll() { # poll CODE ARGUMENT...
	code=$1
	shift
	rm -f "$cert"
	want "$code" poll "$url" --key "$key" --cert-out "$cert" \
		--ca "$srv/ca.pem" "$@"
}

# C09: without --wait nobody polls; what is said is enough to poll later.
start pending-2
enrol 4 --json
sent 'messageType: PKCSReq (19)'
[ "$(json "d['status']")" = pending ] || fail "status"
id=$(json "d['transaction']")
poll 4 --subject CN=r1,O=Lab
complains "has not decided yet: transaction $id"
sent 'messageType: CertPoll (20)'
sent "transactionID: $id"
sent 'issuer: CN=Fake CA,O=Test'
sent 'subject: CN=r1,O=Lab'
no_cert
poll 0 --subject CN=r1,O=Lab --transaction "$id"
silent
says 'CN=r1,O=Lab'
openssl verify -CAfile "$srv/ca.pem" "$cert" >/dev/null || fail "not of the CA"

# Of another transaction, by another name: refused.
poll 1 --subject CN=r1,O=Lab --transaction another
complains 'the CA refuses'
poll 1 --subject CN=r2
no_cert

# With --wait, and progress on the way; a server may fail for a while.
start pending-2
enrol 0 --wait --interval 0
complains 'pending, asked 1 time, next in 0 s'
complains 'pending, asked 2 times, next in 0 s'
! grep -q 'asked 3' "$tmp/err" || fail "one poll too many"
start pending-2 poll-500
enrol 0 --wait --interval 0
complains 'HTTP 500'
complains 'pending, asked 3 times'
start pending-2 poll-500
enrol 3 --wait --interval 0 --max-polls 1
no_cert

# It takes the time that it says.
start pending-2
before=$(date +%s)
enrol 0 --wait --interval 1
[ $(($(date +%s) - before)) -ge 2 ] || fail "does not wait"

# It is given up in the end, and taken up again.
start pending-2
enrol 4 --wait --interval 0 --max-polls 1
complains 'has not decided yet'
poll 0 --subject CN=r1,O=Lab --wait --interval 0 --max-polls 1
start pending
enrol 4 --wait --interval 0 --max-polls 5
complains 'asked 5 times'
poll 4 --subject CN=r1,O=Lab

# The CA says no.
start pending-2 poll-refused
enrol 1 --wait --interval 0
complains 'the CA refuses: badRequest'
no_cert

# A renewal: the old certificate asks, with its transaction and its names.
start renewal
enrol 0
cp "$cert" "$tmp/old.pem"
mv "$srv/ca.pem" "$tmp/ca.pem"
start pending-2 renewal
want 4 renew "$url" --cert "$tmp/old.pem" --key "$key" --cert-out "$cert" \
	--key-out "$tmp/new.key" --ca "$srv/ca.pem" --json
id=$(json "d['transaction']")
want 0 poll "$url" --cert "$tmp/old.pem" --key "$key" --cert-out "$cert" \
	--new-key "$tmp/new.key" --ca "$srv/ca.pem" --wait --interval 0
sent "transactionID: $id"
sent 'subject: CN=r1,O=Lab'
[ "$(openssl x509 -in "$cert" -noout -pubkey)" = \
	"$(openssl pkey -in "$tmp/new.key" -pubout)" ] || fail "not for our key"
start pending-2 renewal
want 0 renew "$url" --cert "$tmp/old.pem" --key "$key" --cert-out "$cert" \
	--keep-key --ca "$srv/ca.pem" --wait --interval 0
complains 'asked 2 times'

# C12: the answer to a poll is checked like any other.
while read -r fault text; do
	start "$fault" pending
	poll 1 --subject CN=r1
	complains "$text"
done <<END
nonce recipientNonce is not the nonce that was sent
trans-id transactionID of another request
type is not CertRep
signature signature
END
start other-key pending-2
enrol 1 --wait --interval 0
complains 'has our key'
no_cert

# Wrong use.
poll 2
poll 2 --subject CN=r1 --cert "$tmp/old.pem"
poll 2 --subject CN=r1 --new-key "$tmp/new.key"
poll 2 --subject CN=r1 --interval 1
poll 2 --subject CN=r1 --transaction ''
poll 2 --subject CN=r1 --transaction 'a_b'
poll 2 --subject CN=r1 --transaction "$(printf '%0256d' 0)"
want 2 poll "$url" --subject CN=r1 --cert-out "$cert"
want 2 poll "$url" --subject CN=r1 --key "$key"
enrol 2 --wait --interval 86401

finish
