# audit: who did what is in audit.log, and whoever touches a line of it is found
# (T-61).
#
# usage: sh audit.sh SCEPCA SEED
. "$(dirname "$0")/lib.sh"
seed=$(absolute "$2")

h=$tmp/h
log=$h/audit.log
SCEPCA_HOME=$h
export SCEPCA_HOME
unset SUDO_USER

events() { # events - of the log, in their order
	cut -d' ' -f3 "$log" | tr '\n' ' '
}

tells() { # tells TEXT - in one line
	grep -qF -e "$1" "$log" || fail "no line has: $1"
}

ca init --subject 'CN=Test CA,O=Example' --key rsa:2048 --ra \
	--challenge 'static:a secret word'
same init "$(events)" 'ca ra ra crl challenge '
tells 'subject="CN=Test CA,O=Example"'
same mode "$(stat -c %a "$log")" 600
want 0 audit verify
says 'good lines   5'
silent

# --- what the operator does, with his name, whatever it is
SUDO_USER='al"ice'
export SUDO_USER
want 0 challenge new --for CN=r1
value=$(cat "$tmp/out")
tells 'challenge id='
tells ' by="al\x22ice" uses=1 expires='
id=$(sed -n 's/.* challenge id=\([0-9a-f]*\) by="al.*/\1/p' "$log")
want 0 challenge revoke "$id"
want 0 challenge revoke "$id" # nothing happens, so nothing is told
unset SUDO_USER
by=by=$(id -un)
openssl genrsa -out "$tmp/key.pem" 2048 2>"$tmp/err"
printf '%s\n' '[req]' 'distinguished_name = dn' '[dn]' >"$tmp/cnf"
openssl req -new -config "$tmp/cnf" -key "$tmp/key.pem" -subj /CN=r1 \
	-outform DER -out "$tmp/r1.csr" 2>"$tmp/err"
for name in one two; do
	"$seed" "$h" pending "$tmp/r1.csr" "$name" 2>"$tmp/err" || fail seed
done
want 0 request approve one
want 0 request reject two --reason 'not "this" one'
tells "approved transaction=one $by "
tells "rejected transaction=two $by reason=\"not \\x22this\\x22 one\""
csr=$(sha256sum <"$tmp/r1.csr" | cut -c1-64)
same csr "$(grep -c " approved .* csr=$csr" "$log")" 1
same csr "$(grep -c " granted .* csr=$csr" "$log")" 1
serial=$(sed -n 's/.* granted transaction=one serial=\([0-9a-f]*\) .*/\1/p' "$log")
tells "granted transaction=one serial=$serial rule=operator $by "
want 0 cert export "$serial" --der --out "$tmp/r1.der"
tells " certificate=$(sha256sum <"$tmp/r1.der" | cut -c1-64) "
want 0 cert revoke "$serial" --reason certificateHold
want 0 cert revoke "$serial" --reason removeFromCRL
want 0 cert revoke "$serial" --reason keyCompromise
want 0 cert revoke "$serial"
tells "revoked serial=$serial $by reason=keyCompromise"
same events "$(events)" 'ca ra ra crl challenge challenge challenge-revoked approved granted rejected held crl released crl revoked crl '
grep -qF -e "$value" -e 'secret word' "$log" && fail 'a secret is in the log'

# --- the chain, by another's arithmetic
"$python" - "$log" >"$tmp/out" 2>"$tmp/err" <<'END' || fail chain
import hashlib, sys
chain = '0' * 64
for n, line in enumerate(open(sys.argv[1]), 1):
    text, have = line.rstrip('\n').split(' chain=')
    chain = hashlib.sha256((chain + text).encode()).hexdigest()
    assert text.split(' ')[0] == str(n) and have == chain, n
END
want 0 audit verify --json
same json "$(json "d['good'], d['lines'], d['waiting'], d['line']")" \
	'(True, 16, 0, None)'
same chain "$(json "d['chain']")" "$(sed -n '$s/.*chain=//p' "$log")"
want 0 check
says 'audit.log: its end is whole, down to number 16'

# --- each line changed, and taken out
cp "$log" "$tmp/log"
for n in 1 8 16; do
	for how in "${n}s/Z /Y /" "${n}d"; do
		sed "$how" "$tmp/log" >"$log"
		want 1 audit verify
		complains "line $n of audit.log, which should have number $n, "
		want 1 audit verify --json
		same "$how" "$(json "d['good'], d['line'], d['lines']")" \
			"(False, $n, $((n - 1)))"
	done
done
want 0 check
says 'warning  audit.log: the line that should have number 16 '
says 'audit verify'
rm "$log"
want 1 audit verify
complains 'there is no audit.log'
cp "$tmp/log" "$log"
chmod 666 "$log"
want 3 audit verify
complains 'chmod go-w'
ca check
says 'audit.log: mode 0666: others can change it'
chmod 600 "$log"
want 0 audit verify

# --- a log that cannot be written: the work is done, the line comes later
mv "$log" "$tmp/log"
mkdir "$log"
want 0 crl --now
want 3 maintain
complains 'audit: '
rmdir "$log"
mv "$tmp/log" "$log"
want 0 audit verify
says 'waiting      1'
want 0 maintain
silent
want 0 audit verify
says 'good lines   17'

finish
