# What init makes is what others take for a CA; what it refuses leaves nothing.
. "$(dirname "$0")/lib.sh"

subject='CN=Test CA,O=Example'

check_home() { # check_home DIR - owner-only where it must be (R007, T-46)
	same "$1" "$(stat -c %a "$1")" 711
	same keys "$(stat -c %a "$1/keys")" 700
	same store "$(stat -c %a "$1/store")" 700
	for f in "$1"/keys/*; do
		same "$f" "$(stat -c %a "$f")" 400
	done
	for f in "$1"/certs/*.pem "$1/public/ca.crt" "$1/public/ca.crl"; do
		same "$f" "$(stat -c %a "$f")" 644
	done
}

usage() { # usage CERT TEXT... - its keyUsage, critical, is just this (R001)
	openssl x509 -in "$1" -noout -ext keyUsage >"$tmp/out" 2>"$tmp/err"
	shift
	says 'X509v3 Key Usage: critical'
	same keyUsage "$(tail -n 1 "$tmp/out" | sed 's/^ *//')" "$*"
}

fingerprints() { # fingerprints DIR CERT JSON - as openssl's (R005)
	for alg in sha256 sha1 md5; do
		ca --home "$1" show --json
		same "$3 $alg" "$(json "d['$3']['$alg']")" "$(
			openssl x509 -in "$1/certs/$2" -noout -fingerprint \
				-$alg | sed 's/.*=//')"
	done
}

# --- a CA that does its messages itself
h=$tmp/one
want 0 init --home "$h" --subject "$subject"
silent_root() { # root is told that the home should not be his
	[ "$(id -u)" -eq 0 ] || silent
}
silent_root
says 'SHA-256'
says 'scepca --home'
openssl crl -in "$h/public/ca.crl" -inform DER -CAfile "$h/certs/ca.pem" \
	-noout -text >"$tmp/out" 2>"$tmp/err" || fail 'openssl crl' # R178
complains 'verify OK'
says 'No Revoked Certificates'
check_home "$h"
usage "$h/certs/ca.pem" 'Digital Signature, Key Encipherment,' \
	'Certificate Sign, CRL Sign'
openssl verify -x509_strict -CAfile "$h/certs/ca.pem" "$h/certs/ca.pem" \
	>"$tmp/out" 2>"$tmp/err" || fail 'openssl verify'
certtool --verify --load-ca-certificate "$h/certs/ca.pem" \
	--infile "$h/certs/ca.pem" >"$tmp/out" 2>"$tmp/err" ||
	fail 'certtool --verify'
openssl x509 -in "$h/certs/ca.pem" -noout -text >"$tmp/out"
says 'Public-Key: (3072 bit)'
says 'CA:TRUE'
says 'Subject: O = Example, CN = Test CA'
fingerprints "$h" ca.pem ca
want 0 show --home "$h"
says "$(openssl x509 -in "$h/certs/ca.pem" -noout -fingerprint -sha256 |
	sed 's/.*=//')"
says "$(openssl x509 -in "$h/certs/ca.pem" -noout -serial | sed 's/.*=//' |
	tr A-F a-f)"
# ten years, in seconds, less the backdating
ca show --home "$h" --json
same days "$(json "(lambda p: (p(d['ca']['not_after']) -
	p(d['ca']['not_before'])).days)(lambda t:
	__import__('datetime').datetime.strptime(t, '%Y-%m-%dT%H:%M:%SZ'))")" \
	3650

# exported DER is the certificate (R006)
openssl x509 -in "$h/certs/ca.pem" -outform DER -out "$tmp/ca.der"
cmp "$tmp/ca.der" "$h/public/ca.crt" || fail 'public/ca.crt'
serial=$(json "d['ca']['serial']")
want 0 cert export "$serial" --der --home "$h"
cmp "$tmp/ca.der" "$tmp/out" || fail 'cert export --der'
want 0 cert export --home "$h" "$serial"
cmp "$h/certs/ca.pem" "$tmp/out" || fail 'cert export'
(cd "$tmp" && "$scepca" --home one cert export "$serial" --out x.pem) \
	>"$tmp/out" 2>"$tmp/err" || fail 'cert export --out'
cmp "$h/certs/ca.pem" "$tmp/x.pem" || fail 'cert export --out'

# --- each kind of key; an EC key only beside an RA (R003, R004)
for kind in rsa:2048 rsa:4096 ec:p256 ec:p384 ec:p521; do
	h=$tmp/ra-$kind
	want 0 init --home "$h" --subject "$subject" --key $kind --ra --days 9
	check_home "$h"
	usage "$h/certs/ca.pem" 'Certificate Sign, CRL Sign'
	usage "$h/certs/ra-sign.pem" 'Digital Signature'
	usage "$h/certs/ra-enc.pem" 'Key Encipherment'
	for c in ra-sign ra-enc; do
		openssl verify -x509_strict -CAfile "$h/certs/ca.pem" \
			"$h/certs/$c.pem" >"$tmp/out" 2>"$tmp/err" ||
			fail "openssl verify $c"
		certtool --verify --load-ca-certificate "$h/certs/ca.pem" \
			--infile "$h/certs/$c.pem" >"$tmp/out" 2>"$tmp/err" ||
			fail "certtool --verify $c"
		openssl x509 -in "$h/certs/$c.pem" -noout -text >"$tmp/out"
		says 'Public-Key: (2048 bit)'
		says 'CA:FALSE'
	done
	fingerprints "$h" ca.pem ca
	fingerprints "$h" ra-sign.pem ra_sign
	fingerprints "$h" ra-enc.pem ra_enc
	want 0 cert list --home "$h" --json
	same "certificates of $kind" "$(json "len(d['certificates'])")" 3
done
want 1 init --home "$tmp/ec" --subject "$subject" --key ec:p256
complains 'needs --ra'
[ ! -e "$tmp/ec" ] || fail 'left a home'

# --- ca.conf has every setting, and the URL
h=$tmp/url
want 0 init --home "$h" --subject "$subject" --key rsa:2048 \
	--url http://scep.example.org/a
grep -qx 'url = http://scep.example.org/a' "$h/ca.conf" || fail 'url'
ca show --home "$h" --json
same url "$(json "d['url']")" http://scep.example.org/a

# --- a static challenge: by word, or better from the standard input (T-18)
h=$tmp/static
want 0 init --home "$h" --subject "$subject" --key rsa:2048 \
	--challenge static:canary-in-a-mine
want 0 challenge list --home "$h" --json
same static "$(json "[(c['note'], c['uses'], c['state'])
	for c in d['challenges']]")" "[('static', 'unlimited', 'good')]"
! grep -rq canary-in-a-mine "$h" || fail 'the value is in the home' # R110
h=$tmp/stdin
echo canary-in-a-mine | "$scepca" init --home "$h" --subject "$subject" \
	--key rsa:2048 --challenge static:- >"$tmp/out" 2>"$tmp/err" ||
	fail 'static:-'
! grep -q canary-in-a-mine "$tmp/out" "$tmp/err" || fail 'shows the value'
want 0 challenge list --home "$h"
says static
want 2 init --home "$tmp/no" --subject "$subject" --challenge static:- # none
want 2 init --home "$tmp/no" --subject "$subject" --challenge static:short
want 2 init --home "$tmp/no" --subject "$subject" --challenge canary-in-a-mine

# --- what is to be done next can be copied, whatever the home is called
h="$tmp/it's \$HOME"
want 0 init --home "$h" --subject "$subject" --key rsa:2048
sed -n 's/^  scepca \(.* check\)$/"$scepca" \1/p' "$tmp/out" >"$tmp/next"
(scepca=$scepca; . "$tmp/next") >"$tmp/out" 2>"$tmp/err" ||
	fail 'the next step does not run'
says "public/ca.crl: number"

# --- wrong usage, and never over something
want 1 init --home "$tmp/one" --subject "$subject"
complains 'never made over something'
fingerprints "$tmp/one" ca.pem ca
want 2 init --home "$tmp/no"
want 2 init --home "$tmp/no" --subject 'no name'
want 2 init --home "$tmp/no" --subject ''
want 2 init --home "$tmp/no" --subject "$subject" --key rsa:1024
want 2 init --home "$tmp/no" --subject "$subject" --key dsa
want 2 init --home "$tmp/no" --subject "$subject" --ra-key rsa:2048
want 2 init --home "$tmp/no" --subject "$subject" --ra --ra-key ec:p256
want 2 init --home "$tmp/no" --subject "$subject" --days 0
want 2 init --home "$tmp/no" --subject "$subject" --days 1x
want 2 init --home "$tmp/no" --subject "$subject" --url 'http://a b/'
want 2 init --home "$tmp/no" --subject "$subject" --url "http://a/
[endpoint default]
obsolete = yes"
want 1 init --home "$tmp/no/deeper" --subject "$subject"
want 1 init --home "$tmp/no" --subject "$subject" --user no-such-user-here
want 1 init --home "$tmp/one/ca.conf" --subject "$subject"
ln -s "$tmp/elsewhere" "$tmp/link"
ca init --home "$tmp/link" --subject "$subject" --key rsa:2048
[ "$rc" -ne 0 ] || fail 'made a home over a link'
[ ! -e "$tmp/no" ] || fail 'left a home'
same leftovers "$(ls -A "$tmp" | grep -c '\.init$')" 0

# an empty directory is taken: adduser(8) makes one
mkdir "$tmp/empty"
want 0 init --home "$tmp/empty/" --subject "$subject" --key rsa:2048

# --- killed at any time it leaves no half home, and the next one is made
n=0
for ms in 1 3 6 10 15 20 25 30 40 50 60 80 100 130 160 200 300 400; do
	"$scepca" init --home "$tmp/killed" --subject "$subject" --ra \
		--key rsa:2048 >"$tmp/out" 2>"$tmp/err" </dev/null &
	pid=$!
	sleep "$(printf '0.%03d' "$ms")"
	kill -KILL "$pid" 2>/dev/null || :
	wait "$pid" 2>/dev/null || :
	if [ -e "$tmp/killed" ]; then
		want 0 show --home "$tmp/killed" # complete
		rm -rf "$tmp/killed"
	else
		n=$((n + 1))
	fi
done
[ "$n" -gt 0 ] || echo 'note: none of them was killed in time'
want 0 init --home "$tmp/killed" --subject "$subject" --key rsa:2048
want 0 show --home "$tmp/killed"
same leftovers "$(ls -A "$tmp" | grep -c '\.init$')" 0

# a signal that can be waited for leaves nothing at all
"$scepca" init --home "$tmp/term" --subject "$subject" --key rsa:4096 --ra \
	--ra-key rsa:4096 >"$tmp/out" 2>"$tmp/err" </dev/null &
pid=$!
sleep 0.1
kill -TERM "$pid" 2>/dev/null || :
wait "$pid" 2>/dev/null || :
same leftovers "$(ls -A "$tmp" | grep -c '\.init$')" 0

finish
