# Requests that wait: listed, shown, approved, rejected (R104, R118, R148, R192).
#
# usage: sh request.sh SCEPCA SEED SCEPCA-MEANWHILE
. "$(dirname "$0")/lib.sh"
seed=$(absolute "$2")
meanwhile=$(absolute "$3")

h=$tmp/h
SCEPCA_HOME=$h
export SCEPCA_HOME
ca init --subject 'CN=Test CA,O=Example' --key rsa:2048
printf '%s\n' '[req]' 'distinguished_name = dn' '[dn]' >"$tmp/cnf"

# csr NAME SUBJECT [OPENSSL-ARGUMENT...] - a request in $tmp/NAME.csr, with a key
# of its own unless there is one
csr() {
	name=$1 subject=$2
	shift 2
	[ -f "$tmp/$name.key" ] ||
		openssl genrsa -out "$tmp/$name.key" 2048 2>"$tmp/err"
	openssl req -new -config "$tmp/cnf" -key "$tmp/$name.key" -utf8 \
		-subj "$subject" "$@" -outform DER -out "$tmp/$name.csr" \
		2>"$tmp/err" || fail "openssl req $subject"
}

waits() { # waits NAME ID [ADDRESS [AGE [TTL]]] - the request is in the store
	name=$1
	shift
	"$seed" "$h" pending "$tmp/$name.csr" "$@" >"$tmp/out" 2>"$tmp/err" ||
		fail "seed $name"
}

listed() { # listed OPTION... - the transactions, in their order
	want 0 request list --json "$@"
	json "' '.join(r['transaction'] for r in d['requests'])"
}

hex() { # hex FILE ALG - its fingerprint as we write it
	openssl dgst "-$2" -c "$1" | sed 's/.*= *//' | tr a-f A-F
}

csr r1 '/O=Example/CN=r1.example.org' \
	-addext 'subjectAltName=DNS:r1.example.org,IP:192.0.2.1' \
	-addext 'keyUsage=critical,digitalSignature' \
	-addext 'extendedKeyUsage=clientAuth' -addext '1.2.3.4=DER:0500'
csr r2 '/O=Example/CN=r2.example.org'
csr r3 '/O=Example/CN=r3.example.org'

same none "$(listed)" ''
waits r2 t-second 192.0.2.22 100
waits r1 t-first 192.0.2.11 200
waits r3 t-third 2001:db8::3 50
same 'oldest first' "$(listed)" 't-first t-second t-third'
same open "$(listed --state open)" 't-first t-second t-third'
same pending "$(listed --state pending)" 't-first t-second t-third'
for state in approved granted rejected expired; do
	same "$state" "$(listed --state $state)" ''
done
want 2 request list --state good
want 0 request list
silent
says 'CN=r1.example.org,O=Example'
says '2001:db8::3'
id=$(sed -n 's/ .*t-first$//p' "$tmp/out")
same 'digits of the id' "${#id}" 12

# --- all that is asked for, with the fingerprints that openssl has (R104)
want 0 request show t-first --json
same id "$(json "d['id'][:12]")" "$id"
for alg in sha256 sha1 md5; do
	same $alg "$(json "d['$alg']")" "$(hex "$tmp/r1.csr" $alg)"
done
openssl req -in "$tmp/r1.csr" -inform DER -noout -pubkey 2>"$tmp/err" |
	openssl pkey -pubin -outform DER -out "$tmp/spki"
same key_sha256 "$(json "d['key_sha256']")" "$(hex "$tmp/spki" sha256)"
same subject "$(json "d['subject']")" CN=r1.example.org,O=Example
same names "$(json "d['names']")" "['dns:r1.example.org', 'ip:192.0.2.1']"
same key "$(json "d['key']")" 'RSA 2048'
same extensions "$(json "d['extensions']")" "['subjectAltName', 'keyUsage\
 digitalSignature, critical', 'extKeyUsage 1.3.6.1.5.5.7.3.2', '1.2.3.4 0500']"
same 'where from' "$(json "d['remote'], d['endpoint'], d['type']")" \
	"('192.0.2.11', 'default', 'PKCSReq')"
same why "$(json "d['why'], d['state'], d['serial']")" \
	"('no challenge', 'pending', None)"
same history "$(json "[c['state'] for c in d['changes']]")" "['pending']"
want 0 request show "$id"
says "$(hex "$tmp/r1.csr" sha256)"
says "scepca request approve $id --fingerprint"

# --- by the id, a part of it, the transactionID, a part of that
whole=$(ca request show t-first --json && json "d['id']")
for name in "$whole" "$(echo "$whole" | cut -c 1-6)" t-f; do
	want 0 request show "$name" --json
	same "by $name" "$(json "d['transaction']")" t-first
done
want 1 request show t-
complains several
for verb in show approve reject; do
	want 1 request $verb nobody
	want 1 request $verb ''
	want 2 request $verb
done

# --- approved, by the fingerprint that the device shows (T-17)
print=$(hex "$tmp/r1.csr" sha256 | cut -c 1-23)
for wrong in 00:11:22:33 "$(hex "$tmp/r2.csr" sha256)" \
	"$(hex "$tmp/r1.csr" sha256 | cut -c 1-5)" xyzxyzxy '' \
	"$(hex "$tmp/r1.csr" sha256):00"; do
	want 1 request approve t-first --fingerprint "$wrong"
	same 'nothing is approved' "$(listed --state pending)" \
		't-first t-second t-third'
done
want 0 request approve t-first --fingerprint "$(echo "$print" | tr A-F a-f)"
silent
says granted
want 0 request show t-first --json
serial=$(json "d['serial']")
same states "$(json "[c['state'] for c in d['changes']]")" \
	"['pending', 'granted']"
same order "$(json "(lambda t: t == sorted(t))([c['time']
	for c in d['changes']])")" True
same 'it is' "$(json "d['certificate'], d['state']")" "('valid', 'granted')"
same sha256 "$(json "d['sha256']")" "$(hex "$tmp/r1.csr" sha256)"
want 0 cert export "$serial"
cp "$tmp/out" "$tmp/r1.pem"
openssl verify -CAfile "$h/certs/ca.pem" "$tmp/r1.pem" >"$tmp/out" \
	2>"$tmp/err" || fail 'openssl verify'
openssl x509 -in "$tmp/r1.pem" -noout -pubkey |
	openssl pkey -pubin -outform DER | cmp - "$tmp/spki" || fail 'its key'
want 0 request approve t-first # twice is no error
complains 'granted before'
same 'one certificate' "$(ca cert list --json --subject r1. &&
	json "len(d['certificates'])")" 1
want 1 request reject t-first
complains 'scepca cert revoke'
same granted "$(listed --state granted)" t-first
want 0 request list --state granted --json
same 'the name is in the certificate' \
	"$(json "d['requests'][0]['subject']")" CN=r1.example.org,O=Example

# --- rejected, with a reason for the device
want 0 request reject t-second --reason 'not ours' --json
same rejected "$(json "d['state'], d['reason'], d['subject']")" \
	"('rejected', 'not ours', 'CN=r2.example.org,O=Example')"
want 0 request reject t-second --reason other --json
complains 'rejected before'
same 'the first reason' "$(json "d['reason']")" 'not ours'
want 1 request approve t-second
complains 'ask again'
want 0 request show t-second --json
same states "$(json "[c['state'] for c in d['changes']]")" \
	"['pending', 'rejected']"
same reason "$(json "d['reason']")" 'not ours'
want 2 request reject t-third --reason "$(printf 'two\nlines')"
want 2 request reject t-third --reason "$(printf '%0300d' 7)"
want 0 request show t-third
same 'left open' "$(listed)" t-third

# --- nobody decided in time
csr r4 '/O=Example/CN=r4.example.org'
waits r4 t-late 192.0.2.4 100 60
same 'not open' "$(listed)" t-third
same expired "$(listed --state expired)" t-late
want 1 request approve t-late
complains 'expired'
want 1 request reject t-late
want 0 request show t-late --json
same states "$(json "[c['state'] for c in d['changes']]")" \
	"['pending', 'expired']"

# --- what policy refuses is not approved, and stays as it was
printf '[profile default]\nsan = no\n' >"$h/ca.conf"
csr r5 '/O=Example/CN=r5.example.org' \
	-addext 'subjectAltName=DNS:r5.example.org'
waits r5 t-policy
want 1 request approve t-policy
complains 'not approved: alternative-name: '
complains "correct the names"
want 0 request show t-policy --json
same state "$(json "d['state']")" pending
: >"$h/ca.conf"
want 0 request approve t-policy

# --- without the CA's key it is approved, and issued where the key is
mv "$h/keys/ca.pem" "$tmp/ca-key.pem"
want 0 request approve t-third
says approved
complains 'scepca maintain'
same approved "$(listed --state approved)" t-third
same open "$(listed)" t-third
want 0 request show t-third
says 'scepca maintain'
mv "$tmp/ca-key.pem" "$h/keys/ca.pem"
want 0 request approve t-third # now it is at hand
says granted
mv "$h/keys/ca.pem" "$tmp/ca-key.pem"
csr r6 '/O=Example/CN=r6.example.org'
waits r6 t-regret
want 0 request approve t-regret
want 0 request reject t-regret # an approved one may still be rejected
mv "$tmp/ca-key.pem" "$h/keys/ca.pem"

# --- what the device puts in its place while it is approved has no approval (T-17)
csr harmless /CN=harmless
cp "$tmp/harmless.key" "$tmp/admin.key"
csr admin /CN=admin
waits harmless t-switch
right=$scepca scepca=$meanwhile
MEANWHILE="'$seed' '$h' pending '$tmp/admin.csr' t-switch"
export MEANWHILE
want 1 request approve t-switch
complains 'the device changed its request meanwhile'
MEANWHILE="'$right' request reject t-race >&2"
waits harmless t-race
want 1 request approve t-race
complains 'not pending any more: it is rejected'
unset MEANWHILE
scepca=$right
want 0 request show t-switch --json
same 'not approved' "$(json "d['state'], d['serial']")" "('pending', None)"
same 'no certificate' "$(ca cert list --json --subject admin &&
	json "d['certificates']")" '[]'

# --- those that look alike are marked (T-17)
csr a1 '/O=Example/CN=Gate 7'
csr a2 '/O=Example/CN=gate  7'
csr a3 '/O=Example/CN=ga​te 7' # U+200B
csr a4 '/O=Example/CN=gate 7' # U+00A0
csr a5 '/O=Example/CN=gate 8'
for n in 1 2 3 4 5; do
	waits a$n look-$n
done
want 0 request list
complains '4 of these look like'
want 0 request list --json
same alike "$(json "sorted(r['transaction'] for r in d['requests']
	if r['alike'])")" "['look-1', 'look-2', 'look-3', 'look-4']"
want 0 request show look-1 --json
same alike "$(json "len(d['alike'])")" 3
want 0 request show look-5 --json
same alike "$(json "d['alike']")" '[]'
waits a5 look-5-again # one device twice, under another id (R141)
want 0 request list --json
same 'the same request' "$(json "sorted(r['transaction']
	for r in d['requests'] if r['alike'] and '-5' in r['transaction'])")" \
	"['look-5', 'look-5-again']"
want 0 request approve look-1
want 0 request show look-3 --json # alike, and another name
same 'another name' "$(json "len(d['same_name'])")" 0
want 0 request show look-2 --json # who has that name already; blanks do not count
same 'same but for blanks' "$(json "len(d['same_name'])")" 1
csr a6 '/O=Example/CN=GATE 7'
waits a6 look-6
want 0 request show look-6 --json
same 'same name' "$(json "d['same_name']")" \
	"$(ca request show look-1 --json && json "[d['serial']]")"

# --- what a stranger writes makes one harmless line (T-48)
csr evil "/O=Example/CN=$(printf 'a\033[2Jb\342\200\256c\nd')"
waits evil "$(printf 'x\033[31m\342\200\256y')" "$(printf '1\0332')"
for words in 'request list' 'request show x'; do
	want 0 $words
	same "$words" "$(LC_ALL=C grep -c '[^ -~]' "$tmp/out")" 0
	want 0 $words --json
	same "$words --json" "$(LC_ALL=C grep -c '[^ -~]' "$tmp/out")" 0
done

# --- with many of them a decision takes as long as with few
ms() { # ms COMMAND... - how long it takes
	start=$(date +%s%N)
	"$@" >"$tmp/out" 2>"$tmp/err" || fail "$*" >&2
	echo $((($(date +%s%N) - start) / 1000000))
}
csr m '/O=Example/CN=m.example.org'
mv "$h/keys/ca.pem" "$tmp/ca-key.pem" # no signature in what is measured
waits m few
few=$(ms "$scepca" request approve few)
"$seed" "$h" many "$tmp/m.csr" 1500 2>"$tmp/err" || fail 'seed many'
"$scepca" maintain >"$tmp/out" 2>"$tmp/err" || : # checkpoint
many=$(ms "$scepca" request approve many-700)
[ "$many" -le $((2 * few + 100)) ] || fail "approve: $few ms, then $many ms"
want 0 request list --json
same 'all of them' "$(json "sum(r['transaction'].startswith('many-')
	for r in d['requests'])")" 1500
same 'all alike' "$(json "all(r['alike'] for r in d['requests']
	if r['transaction'].startswith('many-'))")" True

finish
