# notify: the operator's program is told, by commands too, and of each
# certificate that ends soon once; what check says of programs and of the CAs of
# others.
#
# usage: sh notify.sh SCEPCA SEED
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

cat >"$tmp/program" <<END
#!/bin/sh
# not echo, which reads backslashes
cert=\$(openssl x509 -inform der -noout -subject 2>/dev/null)
printf '%s %s %s %s%s\n' "\$SCEPCA_EVENT" "\$SCEPCA_SUBJECT" \
	"\$SCEPCA_REASON" "\$SCEPCA_RENEWED" "\${cert:+ \$cert}" >>$tmp/told
END
cat >>"$tmp/program" <<END
printf '%s %s %s %s\n' "\$SCEPCA_TYPE" "\$SCEPCA_CSR_SHA256" \
	"\$SCEPCA_KEY_SHA256" "\$SCEPCA_ENDPOINT" >$tmp/facts
END
csr=$(openssl dgst -sha256 -r "$tmp/r1.csr" | cut -d' ' -f1)
key=$(openssl pkey -in "$tmp/key.pem" -pubout -outform DER |
	openssl dgst -sha256 -r | cut -d' ' -f1)
chmod 0755 "$tmp/program"
printf '[ca]\nnotify = %s\nnotify_expiring = 365d\n' "$tmp/program" \
	>"$h/ca.conf"

told_is() { # told_is TEXT - since the last time
	[ -e "$tmp/told" ] || : >"$tmp/told"
	same told "$(LC_ALL=C sort "$tmp/told")" "$1"
	rm -f "$tmp/told"
}

# --- what ends soon: each once, whatever came later
"$seed" "$h" >"$tmp/out" 2>"$tmp/err" || fail seed # expired ones among them
sleep 2 # what is due in this second waits for the next
want 0 maintain
silent
grep -q '^expiring CN=r1.example.org,O=Example  no subject=' "$tmp/told" ||
	fail "not told of r1: $(cat "$tmp/told")"
grep -q 'r2\.\|r3\.\|R4\.' "$tmp/told" &&
	fail 'told of one that is revoked, held or over'
rm "$tmp/told"
want 0 maintain
told_is ''

# --- the commands
seeded pending "$tmp/r1.csr" one
want 0 request approve one
told_is 'issued CN=r1   subject=CN = r1'
same facts "$(cat "$tmp/facts")" "PKCSReq $csr $key default"
# one that is issued for less time than expiring takes is due at once
sleep 2
want 0 maintain
told_is 'expiring CN=r1  no subject=CN = r1'
same facts "$(cat "$tmp/facts")" "  $key default"
want 0 maintain
told_is ''
seeded pending "$tmp/r1.csr" two
want 0 request reject two --reason 'not ours'
told_is 'refused CN=r1 rejected: not ours '
same facts "$(cat "$tmp/facts")" "PKCSReq $csr $key default"
seeded approved "$tmp/r1.csr" three
want 0 maintain
same facts "$(cat "$tmp/facts")" "PKCSReq $csr $key default"
sleep 2
want 0 maintain
told_is "$(printf '%s\n' 'expiring CN=r1  yes subject=CN = r1' \
	'issued CN=r1   subject=CN = r1')"
ca cert list --json --subject CN=r1
serial=$(json "[c['serial'] for c in d['certificates']
	if c['subject'] == 'CN=r1'][0]")
want 0 cert revoke "$serial" --reason keyCompromise
told_is 'revoked CN=r1 1  subject=CN = r1'
want 0 cert revoke "$serial"
told_is ''

# --- a program that cannot be run stops nothing, and is told of
chmod 0777 "$tmp/program"
seeded pending "$tmp/r1.csr" four
want 0 request approve four
complains 'notify: '
complains 'chmod go-w'
want 1 check
says 'others can change it'
chmod 0755 "$tmp/program"
want 0 check
says 'can be run'

# --- the CAs of others
cat >>"$h/ca.conf" <<END
[endpoint factory]
trust = vendor
authorise = $tmp/none
[trust vendor]
certs = certs/vendor.pem
crl = certs/vendor.crl
tie = serialNumber
END
want 1 check
says "$h/certs/vendor.pem: No such file or directory; want"
: >"$h/certs/vendor.pem"
: >"$h/certs/vendor.crl"
: >"$tmp/none"
chmod 0777 "$tmp/none"
want 1 check
says 'trust vendor: [trust vendor]:'
says 'authorise of factory'
sed -i '/authorise/d; /^crl/d' "$h/ca.conf"
cp "$h/certs/ca.pem" "$h/certs/vendor.pem"
want 0 check
says 'below 1 CA gets a name with its serial number; no CRL'
openssl req -new -x509 -config "$tmp/cnf" -key "$tmp/key.pem" -subj /CN=r1 \
	-out "$h/certs/vendor.pem" 2>"$tmp/err"
want 1 check
says 'is not one of a CA'
finish
