# Revocation by serial number and by challenge, and the CRL that says so (R120,
# R176, R177, T-62).
#
# usage: sh revoke.sh SCEPCA SEED
. "$(dirname "$0")/lib.sh"
seed=$(absolute "$2")

h=$tmp/h
SCEPCA_HOME=$h
export SCEPCA_HOME
ca init --subject 'CN=Test CA,O=Example' --key rsa:2048 --ra
[ -s "$h/public/ca.crl" ] || fail 'init made no CRL'
"$seed" "$h" >"$tmp/out" 2>"$tmp/err" || fail seed

serial_of() { # serial_of PATTERN - the one certificate whose subject fits
	ca cert list --json --subject "$1"
	json "d['certificates'][0]['serial']"
}

crl() { # crl - the published CRL as text, signed by our CA
	openssl crl -in "$h/public/ca.crl" -inform DER -CAfile \
		"$h/certs/ca.pem" -noout -text >"$tmp/crl" 2>"$tmp/err" ||
		fail 'openssl crl'
	grep -q 'verify OK' "$tmp/err" || fail 'the CRL does not verify'
}

entry() { # entry SERIAL - its reason on the CRL; - without one; "" if not there
	crl
	awk -v s="Serial Number: $(echo "$1" | tr a-f A-F)" '
		index($0, "Serial Number:") { on = index($0, s) > 0 }
		on { print }' "$tmp/crl" >"$tmp/entry"
	[ -s "$tmp/entry" ] || return 0
	grep -A 1 'Reason Code' "$tmp/entry" | sed -n 's/^ *//;$p' | grep . ||
		echo -
}

number() { # number - of the published CRL
	crl
	sed -n '/CRL Number/{n;s/ *//p;}' "$tmp/crl"
}

# --- a reason, and the CRL at once
r1=$(serial_of r1.)
before=$(number)
want 0 cert revoke "$r1" --reason keyCompromise
silent
says published
same entry "$(entry "$r1")" 'Key Compromise'
[ "$(number)" -gt "$before" ] || fail 'the CRL number does not rise'
want 0 cert show "$r1" --json
same shown "$(json "d['state'], d['reason']")" "('revoked', 'keyCompromise')"
since=$(json "d['revoked']")

# --- twice is no error, and changes nothing
want 0 cert revoke "$r1" --reason superseded --json
complains 'nothing is changed'
same unchanged "$(json "d['changed'], d['reason'], d['revoked']")" \
	"(False, 'keyCompromise', '$since')"
same entry "$(entry "$r1")" 'Key Compromise'

# --- every reason there is, as people write it
printf '%s\n' 'unspecified -' 'cACompromise CA Compromise' \
	'AffiliationChanged Affiliation Changed' 'SUPERSEDED Superseded' \
	'cessation-of-operation Cessation Of Operation' \
	'privilege-withdrawn Privilege Withdrawn' \
	'aa-compromise AA Compromise' >"$tmp/reasons"
"$seed" "$h" >"$tmp/out" 2>"$tmp/err" || fail seed
"$seed" "$h" >"$tmp/out" 2>"$tmp/err" || fail seed
ca cert list --json --state valid --subject O=Example
json "'\n'.join(c['serial'] for c in d['certificates']
	if 'CN=Test CA' not in c['subject'])" >"$tmp/serials"
while read -r reason words; do
	serial=$(head -n 1 "$tmp/serials")
	sed 1d "$tmp/serials" >"$tmp/rest"
	mv "$tmp/rest" "$tmp/serials"
	want 0 cert revoke "$serial" --reason "$reason"
	same "$reason" "$(entry "$serial")" "$words"
done <"$tmp/reasons"
for bad in compromised key '' 1; do
	want 2 cert revoke "$r1" --reason "$bad"
	complains keyCompromise
done
want 0 cert revoke "$(head -n 1 "$tmp/serials")" # a beginning would do too
says unspecified
want 1 cert revoke ffffffff
want 1 cert revoke ''
want 2 cert revoke
complains 'which one?'

# --- a hold and its release; nothing else can be taken back (T-62)
serial=$(sed -n 2p "$tmp/serials")
want 0 cert revoke "$serial" --reason certificate-hold
says held
same hold "$(entry "$serial")" 'Certificate Hold'
want 0 cert revoke "$serial" --reason removeFromCRL
says valid
same released "$(entry "$serial")" ''
want 1 cert revoke "$serial" --reason removeFromCRL
complains 'only a hold can be ended'
want 0 cert revoke "$serial" --reason certificateHold
want 0 cert revoke "$serial" --reason keyCompromise # a held one too
says revoked
want 1 cert revoke "$serial" --reason removeFromCRL
same 'for ever' "$(entry "$serial")" 'Key Compromise'

# --- not the CA's, and the RA's with a switch only (CVE-2012-3367)
ca show --json
ca_serial=$(json "d['ca']['serial']")
ra_serial=$(json "d['ra_enc']['serial']")
want 1 cert revoke "$ca_serial"
complains 'the CA itself'
want 1 cert revoke "$ca_serial" --force
complains 'the CA itself'
want 1 cert revoke "$ra_serial"
complains '--force'
same 'not there' "$(entry "$ra_serial")$(entry "$ca_serial")" ''
want 0 cert revoke "$ra_serial" --force
same 'by force' "$(entry "$ra_serial")" -

# --- by the challenge of the enrolment, from standard input (R120)
pin() { # pin CODE VALUE ARGUMENT... - cert revoke --pin, the value typed
	code=$1 value=$2
	shift 2
	rc=0
	printf '%s\n' "$value" | "$scepca" cert revoke --pin "$@" \
		>"$tmp/out" 2>"$tmp/err" || rc=$?
	[ "$rc" -eq "$code" ] || fail "cert revoke --pin $*: exit $rc, want $code"
	! grep -qF "$value" "$tmp/out" "$tmp/err" || fail 'shows the challenge'
}
enrolled() { # enrolled NAME VALUE - a certificate that the challenge got
	printf '%s\n' "$2" | "$seed" "$h" enrolled "$1" >"$tmp/out" \
		2>"$tmp/err" || fail "seed enrolled $1"
}
ca challenge new
one=$(cat "$tmp/out")
ca challenge new --uses 5
five=$(cat "$tmp/out")
ca challenge new
unused=$(cat "$tmp/out")
enrolled p1.example.org "$one"
enrolled p2.example.org "$five"
enrolled p3.example.org "$five"
p1=$(serial_of p1.) p2=$(serial_of p2.) p3=$(serial_of p3.)

pin 1 aaaaaaaaaaaaaaaaaaaaaaaaaa
complains 'wrong challenge'
cp "$tmp/err" "$tmp/wrong"
for args in "$unused" "$one $p2" "$five $p1" "$one ffffffff" \
	"$unused $p1"; do
	pin 1 $args
	cmp "$tmp/err" "$tmp/wrong" || fail 'tells what was wrong'
done
start=$(date +%s%N) # the seventh: 800 ms
pin 1 aaaaaaaaaaaaaaaaaaaaaaaaaa
[ $((($(date +%s%N) - start) / 1000000)) -ge 800 ] || fail 'answers at once'
ca check
says '7 wrong challenges in the last hour: most from pin (7)'
same 'nothing revoked' "$(entry "$p1")$(entry "$p2")$(entry "$p3")" ''
pin 1 "$five"
complains '2 certificates'
complains 'cert revoke --pin SERIAL'
pin 0 "$five" "$p3" --reason cessationOfOperation
same 'that one' "$(entry "$p3")" 'Cessation Of Operation'
same 'and no other' "$(entry "$p1")$(entry "$p2")" ''
pin 0 "$one"
same 'the one' "$(entry "$p1")" -
pin 0 "$one" # twice is no error
complains 'nothing is changed'
pin 2 "$one" --reason removeFromCRL
want 2 cert revoke --pin # nothing on standard input
want 2 cert revoke --pin "$p2" --json
same error "$(json "list(d)")" "['error']"

# --- canary: no challenge anywhere (T-18)
for value in "$one" "$five"; do
	! grep -rqF "$value" "$h" || fail 'a challenge is in the home'
done

# --- without the key: recorded, and said what to do
serial=$(sed -n 3p "$tmp/serials")
before=$(number)
mv "$h/keys/ca.pem" "$tmp/ca-key.pem"
want 0 cert revoke "$serial" --reason superseded
says waiting
complains 'scepca crl --now'
same number "$(number)" "$before"
mv "$tmp/ca-key.pem" "$h/keys/ca.pem"
want 0 check
says 'warning  public/ca.crl: certificates were revoked'
want 0 crl
same 'now it is' "$(entry "$serial")" Superseded

# --- crl: if it is due, or now
want 0 crl --json
same 'not due' "$(json "d['made']")" False
before=$(number)
same number "$(json "d['number']")" "$before"
same entries "$(json "d['entries']")" "$(grep -c 'Serial Number' "$tmp/crl")"
same file "$(json "d['file']")" "$h/public/ca.crl"
want 0 crl --now --json
same made "$(json "d['made']")" True
[ "$(number)" -gt "$before" ] || fail 'the CRL number does not rise'
rm "$h/public/ca.crl"
want 0 crl --now
crl
same mode "$(stat -c %a "$h/public/ca.crl")" 644
chmod 500 "$h/public"
if [ "$(id -u)" -ne 0 ]; then
	want 3 crl --now
fi
chmod 755 "$h/public"

finish
