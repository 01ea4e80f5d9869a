# How sceptool renews (RFC 8894, 2.5).  C… are rows of requirements.md, section R.
. "$(dirname "$0")/lib.sh"

new=$tmp/new.key
next=$tmp/next.pem

first() { # first FAULT... - a server, and a certificate of it to be renewed
	start "$@"
	rm -f "$cert" "$next" "$new"
	want 0 enrol "$url" --subject CN=r1,O=Lab --san dns:r1.example \
		--san ip:192.0.2.7 --key "$key" --cert-out "$cert" \
		--ca "$srv/ca.pem"
	san=$(openssl x509 -in "$cert" -noout -ext subjectAltName)
}

renew() { # renew CODE ARGUMENT... - with the certificate that is there
	code=$1
	shift
	want "$code" renew "$url" --cert "$cert" --key "$key" \
		--cert-out "$next" --ca "$srv/ca.pem" "$@"
}

is_for() { # is_for KEYFILE - the new certificate
	[ "$(openssl x509 -in "$next" -noout -pubkey)" = \
		"$(openssl pkey -in "$1" -pubout)" ] ||
		fail "the certificate is for another key"
}

openssl genrsa -out "$key" 2048 2>/dev/null

# C06, C07, C08: RenewalReq by the old certificate, for a new key, with the same
# names, without a challenge.
first renewal
renew 0 --key-out "$new"
silent
is_for "$new"
[ "$(stat -c %a "$new")" = 600 ] || fail "mode of the key file"
sent 'messageType: RenewalReq (17)'
sent 'signer: CN=r1,O=Lab'
sent 'issuer: CN=Fake CA,O=Test'
sent 'subjectAltName: dns:r1.example'
! grep -q challenge_password "$tmp/sent" || fail "a challenge that nobody gave"
[ "$(openssl x509 -in "$next" -noout -ext subjectAltName)" = "$san" ] ||
	fail "other names"
openssl verify -CAfile "$srv/ca.pem" "$next" >/dev/null || fail "not of the CA"

# In place, with a key that exists, and with the old one; each with a transaction
# of its own.
renew 3 --key-out "$new"
complains 'File exists'
renew 0 --new-key "$new"
is_for "$new"
renew 0 --keep-key --json
is_for "$key"
id=$(json "d['transaction']")
want 0 enrol "$url" --subject CN=r1 --key "$key" --cert-out "$tmp/x.pem" \
	--ca "$srv/ca.pem" --json
[ "$(json "d['transaction']")" != "$id" ] || fail "the transaction of enrol"
want 0 renew "$url" --cert "$cert" --key "$key" --cert-out "$cert" \
	--ca "$srv/ca.pem" --keep-key
openssl x509 -in "$cert" -outform DER -out "$tmp/cert.der"
want 0 renew "$url" --cert "$tmp/cert.der" --key "$key" --cert-out "$next" \
	--ca "$srv/ca.pem" --keep-key

# A challenge, if somebody insists.
printf 'geheim\n' >"$tmp/challenge"
renew 0 --keep-key --challenge-file "$tmp/challenge"
sent 'challenge_password: geheim'

# RFC 8894, 2.3: PKCSReq to a server that says nothing, or to another CA; or as
# we say.
renew 0 --keep-key --message-type pkcsreq
sent 'messageType: PKCSReq (19)'
first
renew 0 --keep-key
sent 'messageType: PKCSReq (19)'
sent 'issuer: CN=Fake CA,O=Test'
renew 0 --keep-key --message-type renewalreq
sent 'messageType: RenewalReq (17)'
start renewal # of another CA
renew 0 --keep-key
sent 'messageType: PKCSReq (19)'
renew 1 --keep-key --message-type renewalreq
complains 'the CA refuses: badRequest'

# C19: only if it is time; nothing is sent before.
first renewal
rm -f "$srv/request.der"
renew 5 --key-out "$new" --after 50
says 'not due'
[ ! -e "$srv/request.der" ] && [ ! -e "$new" ] || fail "not due, but done"
cat >"$tmp/old.cfg" <<END
cn = old
activation_date = "2020-01-01 00:00:00 UTC"
expiration_date = "2020-01-03 00:00:00 UTC"
END
certtool --generate-self-signed --load-privkey "$key" \
	--template "$tmp/old.cfg" --outfile "$tmp/old.pem" 2>/dev/null
want 0 renew "$url" --cert "$tmp/old.pem" --key "$key" --after 99 \
	--cert-out "$next" --ca "$srv/ca.pem" --keep-key
sent 'signer: CN=old'

# C12, C13, C21: an answer with anything wrong is none.
while read -r fault text; do
	start "$fault" renewal
	rm -f "$next"
	want 1 renew "$url" --cert "$cert" --key "$key" --keep-key \
		--cert-out "$next" --fingerprint "$(fingerprint sha256)"
	complains "$text"
	[ ! -e "$next" ] || fail "a certificate was written"
done <<END
nonce recipientNonce is not the nonce that was sent
trans-id transactionID of another request
signature signature
signer signature
other-key has our key
other-ca not signed by this CA
failure the CA refuses: badRequest
END

# Wrong use, and files that do not belong together.
first renewal
openssl genrsa -out "$tmp/other" 2048 2>/dev/null
want 3 renew "$url" --cert "$cert" --key "$tmp/other" --cert-out "$next" \
	--keep-key
complains 'is not the certificate of the key'
want 1 renew "$url" --cert "$key" --key "$key" --cert-out "$next" --keep-key
want 3 renew "$url" --cert "$tmp/none" --key "$key" --cert-out "$next" \
	--keep-key
want 2 renew "$url" --key "$key" --cert-out "$next" --keep-key
want 2 renew "$url" --cert "$cert" --cert-out "$next" --keep-key
want 2 renew "$url" --cert "$cert" --key "$key" --keep-key
for bad in '' '--keep-key --key-out x' '--new-key x --key-out x' \
	'--keep-key --key-type rsa:2048' '--keep-key --message-type 17' \
	'--keep-key --after 0' '--keep-key --after 100' \
	'--keep-key --interval 1' '--keep-key --max-polls 1' \
	'--keep-key --wait --interval x' '--keep-key --wait --max-polls 0' \
	'--keep-key --subject CN=x'; do
	# shellcheck disable=SC2086
	renew 2 $bad
done

finish
