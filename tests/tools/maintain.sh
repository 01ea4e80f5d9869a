# maintain: what a timer runs; each thing that is due is done, told in a line,
# and done once (R178).
#
# usage: sh maintain.sh SCEPCA SEED
. "$(dirname "$0")/lib.sh"
seed=$(absolute "$2")

h=$tmp/h
SCEPCA_HOME=$h
export SCEPCA_HOME
ca init --subject 'CN=Test CA,O=Example' --key rsa:2048
openssl genrsa -out "$tmp/key.pem" 2048 2>"$tmp/err"
printf '%s\n' '[req]' 'distinguished_name = dn' '[dn]' >"$tmp/cnf"
openssl req -new -config "$tmp/cnf" -key "$tmp/key.pem" -subj /CN=r1 \
	-outform DER -out "$tmp/r1.csr" 2>"$tmp/err"

seeded() { # seeded ARGUMENT... - the store has this too
	"$seed" "$h" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null ||
		fail "seed $*"
}

done_is() { # done_is TEXT... - what maintain has done, and then nothing more
	want 0 maintain --json
	same "$*" "$(json "' '.join(j['what'] for j in d['done'])")" "$*"
	want 0 maintain
	same 'nothing more' "$(cat "$tmp/out")" ''
	silent
}

states() { # states - of the certificates for CN=$1
	ca cert list --json --subject "CN=$1,"
	json "sorted((c['state'], str(c['reason'])) for c in d['certificates'])"
}

done_is # a new CA has nothing to do

# --- requests that nobody decided in time
seeded pending "$tmp/r1.csr" late 192.0.2.1 100 60
seeded pending "$tmp/r1.csr" still
done_is expired
ca request list --json --state expired
same expired "$(json "[r['transaction'] for r in d['requests']]")" "['late']"
same open "$(ca request list --json &&
	json "[r['transaction'] for r in d['requests']]")" "['still']"

# --- approved ones get their certificates
seeded approved "$tmp/r1.csr" yes-1
seeded approved "$tmp/r1.csr" yes-2
want 0 maintain
says 'issued: 2 approved requests granted'
silent
ca cert list --json --subject CN=r1
same certificates "$(json "len(d['certificates'])")" 2
done_is

# --- the CRL in time: after crl_renew, and before it ends
seeded crl $((2 * 86400)) # crl_renew is 1d
cp "$h/public/ca.crl" "$tmp/old.crl"
want 0 maintain
says 'crl: number'
cmp -s "$h/public/ca.crl" "$tmp/old.crl" && fail 'the CRL is the old one'
done_is
rm "$h/public/ca.crl"
want 0 maintain
[ -s "$h/public/ca.crl" ] || want 0 crl --now

# --- the old certificate of a renewal, after supersede and not before
seeded renewed r7 7200
seeded renewed r8 60
done_is # never, if ca.conf does not say so
printf '[profile default]\nsupersede = 1h\n' >"$h/ca.conf"
done_is superseded crl
same r7 "$(states r7)" "[('revoked', 'superseded'), ('valid', 'None')]"
same r8 "$(states r8)" "[('valid', 'None'), ('valid', 'None')]"
ca cert list --json --state revoked
serial=$(json "d['certificates'][0]['serial']")
openssl crl -in "$h/public/ca.crl" -inform DER -noout -text >"$tmp/out"
says Superseded
want 0 cert show "$serial" --json
same 'renewed by' "$(json "len(d['renewed_by'])")" 1
next=$(json "d['renewed_by'][0]")
want 0 cert show "$next" --json
same renews "$(json "d['renews']")" "$serial"
: >"$h/ca.conf"

# --- what ended long ago is forgotten, what ended lately is not
seeded ended "$tmp/r1.csr" long-ago $((91 * 86400))
seeded ended "$tmp/r1.csr" lately $((89 * 86400))
ca challenge list --json
same challenges "$(json "len(d['challenges'])")" 2
want 0 maintain
says 'purged: 2 records'
ca challenge list --json
same challenges "$(json "len(d['challenges'])")" 1
want 1 request show long-ago
want 0 request show lately
want 0 check

# --- what fails is told, and the rest is done all the same
seeded pending "$tmp/r1.csr" late-too 192.0.2.1 100 60
seeded approved "$tmp/r1.csr" stuck
seeded ended "$tmp/r1.csr" also-ended $((91 * 86400))
mv "$h/keys/ca.pem" "$tmp/ca-key.pem"
ca check
says 'warning  requests: 1 approved'
want 3 maintain --json
complains 'issued: '
same done "$(json "[j['what'] for j in d['done']]")" "['expired', 'purged']"
same failed "$(json "[j['what'] for j in d['failed']]")" "['issued']"
mv "$tmp/ca-key.pem" "$h/keys/ca.pem"
done_is issued

# --- what a process left that was killed while it wrote a CRL, and nothing else
left() { # left NAME [AGE] - there is such a file
	printf 'half a CRL' >"$h/public/$1"
	touch -d "${2-2 hours ago}" "$h/public/$1"
}
left ca.crl.Ab3Xy9
left ca.crl.zzzzzz '61 minutes ago'
set -- ca.crl.young0 ca.crl.Ab3Xy ca.crl.Ab3Xy99 ca.crl.Ab3-y9 ca.crl. \
	ca.crt.Ab3Xy9 xca.crl.Ab3Xy9 index.html
for name; do
	left "$name"
done
touch -d '59 minutes ago' "$h/public/ca.crl.young0"
mkdir "$h/public/ca.crl.folder"
ln -s ../ca.conf "$h/public/ca.crl.linked"
touch -d '2 hours ago' "$h/public/ca.crl.folder"
touch -h -d '2 hours ago' "$h/public/ca.crl.linked"
want 0 maintain
says 'swept: 2 unfinished CRLs in public/'
silent
for name in "$@" ca.crl ca.crl.folder ca.crl.linked; do
	[ -e "$h/public/$name" ] || fail "$name is gone"
done
for name in ca.crl.Ab3Xy9 ca.crl.zzzzzz; do
	[ ! -e "$h/public/$name" ] || fail "$name is there"
done
done_is

# --- a timer, as the units beside those of the web server
units=$(dirname "$0")/../../nginx-conf
grep -q '^ExecStart=/usr/bin/scepca --home /var/lib/scepca maintain$' \
	"$units/scepca-maintain.service" || fail 'the unit runs something else'
grep -q '^OnCalendar=hourly$' "$units/scepca-maintain.timer" || fail timer

finish
