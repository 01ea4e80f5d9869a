# The whole way of a request that waits, with sceptool and the CGI program: asked
# for, listed, approved and polled for, or rejected with a reason that the device
# is told; and what a revocation means for it (R118, R120, R177, R192).
#
# usage: sh wait.sh SCEPCA SCEPTOOL PKICLIENT
. "$(dirname "$0")/lib.sh"
sceptool=$(absolute "$2")
pkiclient=$(absolute "$3")

h=$tmp/h
SCEPCA_HOME=$h
export SCEPCA_HOME
ca init --subject 'CN=Test CA,O=Example' --key rsa:2048 \
	--url http://scep.example.org/

. "$(dirname "$0")/serve.sh"
serve "$pkiclient" "$h"

device() { # device CODE ARGUMENT... - sceptool ends with this code
	code=$1
	shift
	rc=0
	"$sceptool" "$@" --ca "$tmp/ca.pem" >"$tmp/out" 2>"$tmp/err" \
		</dev/null || rc=$?
	[ "$rc" -eq "$code" ] || fail "sceptool $*: exit $rc, want $code"
}
cp "$h/certs/ca.pem" "$tmp/ca.pem"

asks() { # asks NAME - for a certificate, without a challenge; it waits
	device 4 enrol "$url" --subject "CN=$1,O=Example" \
		--key-out "$tmp/$1.key" --cert-out "$tmp/$1.pem"
	ca request list --json
	id=$(json "[r['id'] for r in d['requests']
		if r['subject'] == 'CN=$1,O=Example'][0]")
	transaction=$(json "[r['transaction'] for r in d['requests']
		if r['subject'] == 'CN=$1,O=Example'][0]")
}
polls() { # polls CODE NAME - with its own key
	device "$1" poll "$url" --subject "CN=$2,O=Example" \
		--key "$tmp/$2.key" --cert-out "$tmp/$2.pem" \
		--transaction "$transaction"
}

# --- approved: a self-signed certificate alone gets nothing, before somebody has
# compared the fingerprint of the request (R114)
asks d1
want 0 request show "$transaction" --json
same shown "$(json "d['id'], d['subject'], d['remote'], d['endpoint']")" \
	"('$id', 'CN=d1,O=Example', '192.0.2.9', 'default')"
print=$(json "d['sha256'][:11]")
polls 4 d1
want 0 request approve "$id" --fingerprint "$print"
says granted
polls 0 d1
openssl verify -CAfile "$tmp/ca.pem" "$tmp/d1.pem" >"$tmp/out" 2>"$tmp/err" ||
	fail 'openssl verify'
openssl x509 -in "$tmp/d1.pem" -noout -ext crlDistributionPoints >"$tmp/out" \
	2>"$tmp/err"
says http://scep.example.org/pki/ca.crl
want 0 request show "$id" --json
same history "$(json "[c['state'] for c in d['changes']][-2:]")" \
	"['granted', 'delivered']"
serial=$(json "d['serial']")

# --- rejected: the device is told why, and takes that for a text only (R152)
asks d2
want 0 request reject "$id" --reason 'pkiStatus 0 SUCCESS; ask in room 7'
polls 1 d2
complains 'pkiStatus 0 SUCCESS; ask in room 7'
[ ! -e "$tmp/d2.pem" ] || fail 'a certificate for the rejected'

# --- issue = offline: the CGI does not touch the CA's key, maintain does
offline='[ca]\nissue = offline\n'
printf "$offline[endpoint default]\nprofile = gone\n[profile gone]\n" \
	>"$h/ca.conf"
approves() { # approves - what is asked for, without the CA's key
	mv "$h/keys/ca.pem" "$tmp/ca-key.pem"
	want 0 request approve "$id"
	complains 'scepca maintain'
	mv "$tmp/ca-key.pem" "$h/keys/ca.pem"
}
asks d0
approves
printf "$offline" >"$h/ca.conf"
asks d3
approves
polls 4 d3
want 0 maintain
says 'issued: 1 approved request granted'
says '1 approved request cannot be granted' # d0, which has no profile any more
polls 0 d3
: >"$h/ca.conf"

# --- revoked: nothing is renewed by it, and the CRL that the CGI gives has it
device 0 renew "$url" --key "$tmp/d1.key" --cert "$tmp/d1.pem" \
	--key-out "$tmp/d1b.key" --cert-out "$tmp/d1b.pem"
want 0 cert show "$serial" --json
same 'renewed by' "$(json "len(d['renewed_by'])")" 1
want 0 cert revoke "$serial" --reason keyCompromise
device 1 renew "$url" --key "$tmp/d1.key" --cert "$tmp/d1.pem" \
	--key-out "$tmp/d1c.key" --cert-out "$tmp/d1c.pem"
device 0 getcrl "$url" --key "$tmp/d1b.key" --cert "$tmp/d1b.pem" \
	--out "$tmp/got.crl"
openssl crl -in "$tmp/got.crl" -CAfile "$tmp/ca.pem" -noout -text \
	>"$tmp/out" 2>"$tmp/err" || fail 'openssl crl'
says "$(echo "$serial" | tr a-f A-F)"
says 'Key Compromise'

# --- by the challenge of the enrolment
ca challenge new
cp "$tmp/out" "$tmp/challenge"
device 0 enrol "$url" --subject CN=d4,O=Example --key-out "$tmp/d4.key" \
	--cert-out "$tmp/d4.pem" --challenge-file "$tmp/challenge"
"$scepca" cert revoke --pin <"$tmp/challenge" >"$tmp/out" 2>"$tmp/err" ||
	fail 'cert revoke --pin'
says CN=d4,O=Example
same 'that one only' "$(ca cert list --state revoked --json &&
	json "sorted(c['subject'] for c in d['certificates'])")" \
	"['CN=d1,O=Example', 'CN=d4,O=Example']"

finish
