# scepca why: every refusal here is made by a real message to the CGI program, and
# one line of the answer names its cause and its remedy.  The lines are shown in
# the log of the test: read them as somebody would who sees them first.
#
# usage: sh why.sh SCEPCA SCEPTOOL PKICLIENT
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/serve.sh"
sceptool=$(absolute "$2")
pkiclient=$(absolute "$3")

h=$tmp/h
SCEPCA_HOME=$h
export SCEPCA_HOME
ca init --subject 'CN=Test CA,O=Example' --key rsa:2048
want 0 why # nothing has happened yet
complains 'no request was refused'
complains 'error log of the web server'
cp "$h/certs/ca.pem" "$tmp/ca.pem"
serve "$pkiclient" "$h"

device() { # device ARGUMENT... - sceptool, which is to be refused, or not
	"$sceptool" "$@" --ca "$tmp/ca.pem" >"$tmp/out" 2>"$tmp/err" \
		</dev/null || :
}

n=0
enrols() { # enrols NAME OPTION... - with a new key
	name=$1
	shift
	n=$((n + 1))
	device enrol "$url" --subject "CN=$name,O=Example" "$@" \
		--key-out "$tmp/$n.key" --cert-out "$tmp/$n.pem"
}

renews() { # renews NUMBER OPTION... - the certificate of that enrolment
	old=$1
	shift
	n=$((n + 1))
	device renew "$url" --key "$tmp/$old.key" --cert "$tmp/$old.pem" "$@" \
		--cert-out "$tmp/$n.pem"
}

last() { # last KEY - its value in the last line of the log
	sed -n "\$s/.* $1=\"\\{0,1\\}\\([^ \"]*\\).*/\\1/p" "$h/service.log"
}

conf() { # conf LINE... - all of ca.conf
	printf '%s\n' "$@" >"$h/ca.conf"
}

challenge() { # challenge OPTION... - in the file $tmp/challenge, its id in $id
	want 0 challenge new "$@"
	cp "$tmp/out" "$tmp/challenge"
	cat "$tmp/out" >>"$tmp/secrets"
	id=$(sed -n 's/^challenge \([0-9a-f]*\),.*/\1/p' "$tmp/err")
}

read_=0
told() { # told CODE CAUSE REMEDY - in one line, about the last transaction
	transaction=$(last transaction)
	want 0 why "$transaction"
	line=$(grep ": $1: " "$tmp/out" | head -n 1)
	printf '\n%s\n' "$(sed -n "/: $1: /{p;q}" "$tmp/out")"
	case $line in
	*refused*": $1: "*"$2"*'To do: '*"$3"*) ;;
	*) fail "$1: '$2' and '$3' in one line" ;;
	esac
	want 0 why "$transaction" --json
	same "$1 --json" "$(json "d['outcome'], d['code']")" \
		"('refused', '$1')"
	[ -n "$(json "d['cause'] and d['remedy']")" ] || fail "$1 --json"
	read_=$((read_ + 1))
}

# --- the right to a certificate
conf '[endpoint default]' 'unauthorised = refuse'
enrols r1
told challenge-none 'no challenge password came' 'scepca challenge new'
echo canary-canary-canary >"$tmp/challenge"
cat "$tmp/challenge" >>"$tmp/secrets"
enrols r2 --challenge-file "$tmp/challenge"
told challenge-unknown "none of this CA's" 'scepca challenge new'
challenge
enrols r3 --challenge-file "$tmp/challenge"
first=$n
serial=$(last serial)
enrols r4 --challenge-file "$tmp/challenge"
told challenge-used "($id, " "scepca cert list --challenge $id"
says "got certificate $serial for CN=r3,O=Example"
challenge --ttl 1s
sleep 2
enrols r5 --challenge-file "$tmp/challenge"
told challenge-expired "($id, " '--ttl 12h'
says 'before)'
challenge
want 0 challenge revoke "$id"
enrols r6 --challenge-file "$tmp/challenge"
told challenge-revoked "($id)" 'scepca challenge new'
challenge --for 'CN=r7,O=Example'
enrols r8 --challenge-file "$tmp/challenge"
told challenge-name 'it is for CN=r7,O=Example' \
	"scepca challenge new --for 'CN=r8,O=Example'"

# --- the message, and what it asks for
enrols r9 --digest md5 --challenge-file "$tmp/challenge"
told algorithm MD5 'AES and SHA-256'
conf '[profile default]' 'rsa_min = 3072'
challenge
enrols r10 --challenge-file "$tmp/challenge"
told key-size '2048 bits' rsa_min
conf '[profile default]' 'san = no'
enrols r11 --challenge-file "$tmp/challenge" --san dns:r11.example.org
told alternative-name 'alternative name' 'san in ca.conf'
conf '[profile default]' 'duplicate = refuse'
enrols r3 --challenge-file "$tmp/challenge"
told duplicate "it is certificate $serial" "scepca cert revoke $serial"

# --- renewals
conf '[endpoint default]' 'renewal = no'
renews "$first" --key-out "$tmp/k1"
told renewal-off 'serves no renewals' 'renewal in ca.conf'
conf '[endpoint default]' 'renewal_from = 50%'
renews "$first" --key-out "$tmp/k2"
told renewal-early 'days' renewal_from
conf '[endpoint default]' 'renewal_key = new'
renews "$first" --keep-key
told renewal-key 'old key' 'new key'
conf '[endpoint default]' '[endpoint other]'
default=$url
url=${url%/scep}/other/scep
renews "$first" --key-out "$tmp/k3"
url=$default
told renewal-endpoint 'the endpoint default' 'renewal_of'
want 0 cert revoke "$serial" --reason keyCompromise
renews "$first" --key-out "$tmp/k4"
told signer-revoked keyCompromise 'scepca challenge new'

# --- the operator, and what is not there
conf '[ca]' 'pending_max = 1'
enrols w1
waiting=$(last transaction)
want 0 why "$waiting"
says 'waits for your word'
says 'scepca request approve'
enrols w2
told queue-full 'too many' 'scepca request list'
want 0 request reject "$waiting" --reason 'not ours'
device poll "$url" --subject CN=w1,O=Example --key "$tmp/$((n - 1)).key" \
	--cert-out "$tmp/none.pem" --transaction "$waiting"
told rejected 'not ours' 'scepca request show'
device poll "$url" --subject CN=w1,O=Example --key "$tmp/$((n - 1)).key" \
	--cert-out "$tmp/none.pem" --transaction "never-$waiting"
told no-request 'did not make here' 'enrol again'
device getcert "$url" 1234 --key "$tmp/$first.key" --cert "$tmp/$first.pem" \
	--out "$tmp/none.pem"
told no-certificate 'cannot have' getcert

# --- a certificate of its manufacturer: no challenge is the remedy
conf '[endpoint default]' 'trust = maker' '[trust maker]' "certs = $tmp/maker.pem"
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=Maker -days 30 \
	-keyout "$tmp/maker.key" -out "$tmp/maker.pem" 2>"$tmp/err" ||
	fail 'openssl req'
openssl req -new -newkey rsa:2048 -nodes -subj /O=Example/CN=t1 \
	-keyout "$tmp/made.key" -out "$tmp/made.csr" 2>"$tmp/err" &&
	openssl x509 -req -in "$tmp/made.csr" -days 20 -set_serial 17 \
		-CA "$tmp/maker.pem" -CAkey "$tmp/maker.key" \
		-out "$tmp/made.pem" 2>"$tmp/err" || fail 'openssl x509'
renews made --key-out "$tmp/k5"
want 0 cert revoke "$(last serial)" --reason keyCompromise
want 0 why "$(last transaction)"
says 'was revoked'
says 'To do: the device needs a new key, and asks with the certificate that the'

[ "$read_" -ge 12 ] || fail "only $read_ refusals"

# --- all of them at once, for who has just seen a device fail
want 0 why
cat "$tmp/out"
same 'the last ten' "$(wc -l <"$tmp/out" | tr -d ' ')" 10
same 'the newest first' "$(head -n 1 "$tmp/out" | grep -c no-certificate)" 1
same 'a remedy each' "$(grep -c 'To do: ' "$tmp/out")" 10
want 0 why --json
same 'the same' "$(json "len(d['events']), d['events'][0]['code']")" \
	"(10, 'no-certificate')"

# --- no secret in the log, and nobody else may read it
[ -s "$tmp/secrets" ] || fail 'no secrets to look for'
if grep -qFf "$tmp/secrets" "$h/service.log"; then
	fail 'a challenge is in the log'
fi
same mode "$(stat -c %a "$h/service.log")" 600

# --- by other names: part of the transactionID, the id of a log line, the serial
whole=$(sed -n "s/.* transaction=\\([^ ]*\\) .* serial=$serial .*/\\1/p" \
	"$h/service.log" | head -n 1)
for word in "$whole" "$(echo "$whole" | cut -c 1-12)" "$serial" \
	"$(sed -n "s/.* id=\\([^ ]*\\) .*transaction=$whole .*/\\1/p" \
		"$h/service.log" | head -n 1)" \
	"$(ca request show "$whole" --json && json "d['id']")"; do
	want 0 why "$word" --json
	same "why $word" "$(json "d['transaction'], d['outcome']")" \
		"('$whole', 'granted')"
done
want 0 why "$whole"
says "its certificate $serial was revoked"
says '(keyCompromise).  To do: the device needs a new key'
for word in nobody '' 0123456789abcdef; do
	want 1 why "$word"
	complains 'HTTP 400'
	want 1 why "$word" --json
	json "d['error']" >/dev/null
done
want 2 why one two

# --- a fault of ours is told too, with what mends it
conf ''
mv "$h/keys/ca.pem" "$tmp/ca-key.pem"
challenge
enrols f1 --challenge-file "$tmp/challenge"
mv "$tmp/ca-key.pem" "$h/keys/ca.pem"
want 0 why "$(last transaction)"
says ': server-fault: the server failed ('
says 'To do: scepca check'

# --- cert list: filters, which go together
enrols f2 --challenge-file "$tmp/challenge"
got() { # got OPTION... - the subjects
	want 0 cert list --json "$@"
	json "' '.join(sorted(c['subject'] for c in d['certificates']))"
}
same --challenge "$(got --challenge "$id")" CN=f2,O=Example
same --transaction "$(got --transaction "$whole")" CN=r3,O=Example
same '--transaction, --state' "$(got --transaction "$whole" --state valid)" ''
key=$(openssl pkey -in "$tmp/$n.key" -pubout -outform DER | sha256sum |
	cut -c 1-16)
same --key "$(got --key "$key")" CN=f2,O=Example
same '--key with colons' \
	"$(got --key "$(echo "$key" | sed 's/../&:/g' | tr a-f A-F)")" \
	CN=f2,O=Example
same 'the key in the log' "$(last key)" "$key"
same --issued "$(got --issued 1h --subject '=f2')" CN=f2,O=Example
same --expires "$(got --expires 400d --subject f2)" CN=f2,O=Example
same '--expires, not yet' "$(got --expires 30d)" ''
same '--expires, revoked' "$(got --expires 400d --transaction "$whole")" ''
for wrong in '--expires soon' '--issued 0' '--key xyz' '--state good'; do
	want 2 cert list $wrong
done

# --- request list: filters
conf ''
enrols q1
enrols q2
same --subject "$(ca request list --json --subject =q1 &&
	json "[r['subject'] for r in d['requests']]")" "['CN=q1,O=Example']"
same --remote "$(ca request list --json --remote 192.0.2. &&
	json "len(d['requests'])")" 2
same '--remote, nobody' "$(ca request list --json --remote 198. &&
	json "len(d['requests'])")" 0

# --- two keys with one transactionID are told apart; hostile lines make one
# harmless line each (T-48), and what is no line of ours is left out
evil='a\\x1b[2Jb\\xe2\\x80\\xaec\\x0ad'
for key in 1111111111111111 2222222222222222; do
	printf 'scepca: 2026-01-01T00:00:00Z id=%s remote="%b" type=PKCSReq' \
		$key '\\x1b[1m'
	printf ' transaction=twin key=%s result=FAILURE refusal=envelope' $key
	printf ' subject="CN=%b" detail="%b" status=200\n' "$evil" "$evil"
done >>"$h/service.log"
printf 'scepca: \0\377 transaction=twin\n\nnonsense transaction=twin\n' \
	>>"$h/service.log"
printf 'scepca: x transaction=twin result=FAILURE refusal=new-one' \
	>>"$h/service.log"
want 0 why twin
same 'no control character' "$(LC_ALL=C grep -c '[^ -~]' "$tmp/out")" 0
says 'which several keys have used'
says 'key 1111111111111111: envelope: '
says 'key 2222222222222222: envelope: '
says 'x1B[2Jb'
says 'u{202E}'
says 'new-one: a reason that is not known here'
want 0 why twin --json
same 'no control character' "$(LC_ALL=C grep -c '[^ -~]' "$tmp/out")" 0
enrols after # a torn line takes no other with it
want 0 why "$(last transaction)"
says 'waits for your word'

# --- what happens often is one event
device poll "$url" --subject CN=q1,O=Example --key "$tmp/$n.key" \
	--cert-out "$tmp/none.pem" --transaction often
device poll "$url" --subject CN=q1,O=Example --key "$tmp/$n.key" \
	--cert-out "$tmp/none.pem" --transaction often
want 0 why often
says 'refused 2 times since '

# --- a log that cannot be written stops nothing
rm "$h/service.log"
mkdir "$h/service.log"
enrols nolog
[ "$(ca request list --json --subject =nolog &&
	json "len(d['requests'])")" = 1 ] || fail 'it stops a request'
want 3 why nolog
complains 'not a regular file'
rmdir "$h/service.log"

finish
