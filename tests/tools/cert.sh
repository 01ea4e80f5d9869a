# Listing, showing and exporting certificates.
#
# usage: sh cert.sh SCEPCA SEED
. "$(dirname "$0")/lib.sh"
seed=$(absolute "$2")

h=$tmp/h
SCEPCA_HOME=$h
export SCEPCA_HOME
ca init --subject 'CN=Test CA,O=Example' --key rsa:2048
"$seed" "$h" >"$tmp/out" 2>"$tmp/err" || fail seed

listed() { # listed NUMBER OPTION... - as text and as JSON
	n=$1
	shift
	want 0 cert list "$@"
	same "lines of cert list $*" "$(($(wc -l <"$tmp/out") - 1))" "$n"
	want 0 cert list --json "$@"
	same "rows of cert list $*" "$(json "len(d['certificates'])")" "$n"
}
listed 9
listed 6 --state valid
listed 2 --state revoked
listed 1 --state expired
listed 3 --subject example.org
listed 3 --subject EXAMPLE.ORG
listed 1 --subject r4
listed 3 --subject 'cn=*.example.org,*'
listed 2 --subject 'CN=r[2-9].*' --state revoked
listed 0 --subject '*.org'
listed 0 --subject nobody
want 2 cert list --state good

# --- a name that a stranger chose makes one harmless line (T-48)
want 0 cert list
says 'line\0abreak'
same 'printable lines' "$(LC_ALL=C grep -c '[^ -~]' "$tmp/out")" 0
want 0 cert list --json
same 'printable JSON' "$(LC_ALL=C grep -c '[^ -~]' "$tmp/out")" 0

# --- by serial number, as we and others write it
ca cert list --json --subject r1.
serial=$(json "d['certificates'][0]['serial']")
want 0 cert show "$serial"
says 'CN=r1.example.org,O=Example'
says 'transaction-0'
says '192.0.2.1'
for s in "$(echo "$serial" | tr a-f A-F)" "00$serial" \
	"$(echo "$serial" | sed 's/../&:/g; s/:$//')"; do
	want 0 cert show "$s"
	says 'CN=r1.example.org,O=Example'
done
want 0 cert export "$serial"
cp "$tmp/out" "$tmp/r1.pem"
same subject "$(openssl x509 -in "$tmp/r1.pem" -noout -subject -nameopt \
	RFC2253)" 'subject=CN=r1.example.org,O=Example'
same serial "$(openssl x509 -in "$tmp/r1.pem" -noout -serial |
	tr A-F a-f)" "serial=$serial"
openssl verify -x509_strict -CAfile "$h/certs/ca.pem" "$tmp/r1.pem" \
	>"$tmp/out" 2>"$tmp/err" || fail 'openssl verify'
want 0 cert show "$serial" --json
for alg in sha256 sha1 md5; do
	same $alg "$(json "d['$alg']")" "$(openssl x509 -in "$tmp/r1.pem" \
		-noout -fingerprint -$alg | sed 's/.*=//')"
done
same key "$(json "d['key']")" 'RSA 2048'

# --- the beginning of a serial number, if it is the only one
ca cert list --json
json "'\n'.join(c['serial'] for c in d['certificates'])" >"$tmp/serials"
# those with a zero octet in front of them are shorter on paper
same order "$(json "(lambda s: s == sorted(s))([c['serial']
	for c in d['certificates'] if len(c['serial']) == 40])")" True
while read -r s; do
	i=1
	while [ "$(grep -c "^$(echo "$s" | cut -c "1-$i")" "$tmp/serials")" \
		-gt 1 ]; do
		i=$((i + 1))
	done
	want 0 cert show "$(echo "$s" | cut -c "1-$i")" --json
	same prefix "$(json "d['serial']")" "$s"
done <"$tmp/serials"
first=$(cut -c 1 "$tmp/serials" | sort | uniq -d | head -n 1)
if [ -n "$first" ]; then
	want 1 cert show "$first"
	complains 'more than one'
fi
want 1 cert show "${serial}00"
want 1 cert show ffffffff
want 1 cert show xyz
want 1 cert show ''
want 1 cert show ...
want 2 cert show
want 2 cert show "$serial" "$serial"

# --- by which endpoint it was granted, where that is known (T-21)
for endpoint in phones phones-2; do
	"$seed" "$h" granted "of-$endpoint" $endpoint || fail seed
done
listed 1 --endpoint phones
listed 1 --endpoint phones-2 --state valid
listed 0 --endpoint phone
want 0 cert list --endpoint phones --json
same endpoint "$(json "d['certificates'][0]['endpoint']")" phones
want 0 cert show "$(json "d['certificates'][0]['serial']")"
grep -q '^endpoint *phones$' "$tmp/out" || fail 'no endpoint is shown'
want 0 cert show "$serial" --json
same 'not known' "$(json "d['endpoint']")" None

# --- export: DER is what PEM holds, and a file is not written through a link
want 0 cert export "$serial" --der
cp "$tmp/out" "$tmp/r1.der"
openssl x509 -in "$tmp/r1.pem" -outform DER | cmp - "$tmp/r1.der" || fail DER
want 0 cert export "$serial" --der --out "$tmp/x.der"
cmp "$tmp/x.der" "$tmp/r1.der" || fail '--der --out'
same mode "$(stat -c %a "$tmp/x.der")" 644
want 0 cert export "$serial" --out "$tmp/x.der" # replaced
cmp "$tmp/x.der" "$tmp/r1.pem" || fail '--out'
want 0 cert export "$serial" --json
same pem "$(json "d['pem']")" "$(cat "$tmp/r1.pem")"
want 2 cert export "$serial" --pem --der
echo precious >"$tmp/precious"
ln -s "$tmp/precious" "$tmp/link"
want 3 cert export "$serial" --out "$tmp/link"
same precious "$(cat "$tmp/precious")" precious
want 3 cert export "$serial" --out "$tmp/none/x"
want 3 cert export "$serial" --out "$tmp/none/x" --json
same error "$(json "list(d)")" "['error']"
want 1 cert export ffffffff --out "$tmp/never"
[ ! -e "$tmp/never" ] || fail 'an empty file is left'

finish
