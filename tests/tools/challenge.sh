# Challenges: what they look like, what is kept of them, what --uses, --ttl and
# --for mean.
. "$(dirname "$0")/lib.sh"

h=$tmp/h
SCEPCA_HOME=$h
export SCEPCA_HOME
ca init --subject 'CN=Test CA' --key rsa:2048
want 0 challenge list
want 0 challenge list --json
same none "$(json "d['challenges']")" '[]'

# --- the value alone on standard output (R106)
want 0 challenge new
same lines "$(wc -l <"$tmp/out" | tr -d ' ')" 1
grep -qx '[a-z2-7]\{26\}' "$tmp/out" || fail 'not a challenge'
complains '1 time, for any name'
value=$(cat "$tmp/out")
! grep -q "$value" "$tmp/err" || fail 'told twice'
want 0 challenge new --json
silent
same length "$(json "len(d['challenge'])")" 26

# --- and nowhere else (R110, R111)
! grep -rq "$value" "$h" || fail 'the value is in the home'
want 0 challenge list
! grep -q "$value" "$tmp/out" "$tmp/err" || fail 'the list shows the value'
want 0 challenge list --json
! grep -q "$value" "$tmp/out" "$tmp/err" || fail 'the list shows the value'

# --- a hundred of them are a hundred (R106)
i=0
while [ $i -lt 100 ]; do
	"$scepca" challenge new 2>"$tmp/err"
	i=$((i + 1))
done | sort -u >"$tmp/out"
same unique "$(grep -cx '[a-z2-7]\{26\}' "$tmp/out")" 100
want 0 challenge list --json
same all "$(json "len({c['id'] for c in d['challenges']})")" 102

# --- options (R107, R109)
lifetime() { # lifetime - in seconds, of the challenge that --json has told
	json "(lambda p: int((p(d['expires']) -
		p(d['created'])).total_seconds()))(lambda t:
		__import__('datetime').datetime.strptime(
		t, '%Y-%m-%dT%H:%M:%SZ'))"
}
while read -r ttl seconds; do
	want 0 challenge new --json --ttl "$ttl"
	same "--ttl $ttl" "$(lifetime)" "$seconds"
done <<END
60m 3600
90 90
12h 43200
7d 604800
END
want 0 challenge new --json
same 'default life' "$(lifetime)" 3600
same 'default uses' "$(json "d['uses']")" 1
want 0 challenge new --ttl never --uses 20 --json
same never "$(json "(d['expires'], d['uses'], d['state'])")" \
	"(None, 20, 'good')"
want 0 challenge new --uses unlimited --json
same unlimited "$(json "d['uses']")" unlimited
want 0 challenge new --for ' cn = dev1 , o=X' --json
same for "$(json "d['for']")" CN=dev1,O=X
want 0 challenge new --for 'CN=dev1,O=X'
complains 'for CN=dev1,O=X'
printf '\n[profile router]\n' >>"$h/ca.conf"
want 0 challenge new --for 'cn=*.Branch.example' --endpoint default \
	--profile router --transaction eui-42 --json
same bound "$(json "[d[k] for k in ('for', 'endpoint', 'profile', 'transaction',
	'last_remote', 'reuses', 'reused')]")" "['CN=*.Branch.example', 'default', \
'router', 'eui-42', None, 0, None]"
id=$(json "d['id']")
want 0 challenge list
grep "^$id .* router  *default  *eui-42  *CN=\*.Branch.example\$" "$tmp/out" \
	>"$tmp/line" || fail 'the list shows no bindings'
want 0 challenge new --for 'dns:*.branch.example' --transaction a
complains '1 time, for dns:*.branch.example, transaction a'
for name in ip:192.0.2.0/24 ip:2001:db8::1 'email:*@example.org' \
	'upn:*@corp.example' 'uri:urn:dev:*' 'sid:S-1-5-21-*' \
	'CN=*+serialNumber=*'; do
	want 0 challenge new --for "$name"
done
for name in 'CN=**' 'CN=\2a.example' 'CN=a+CN=b' 'dns:a b' ip:10.0.0.1/8 \
	email:root 'sid:*' '*'; do
	want 2 challenge new --for "$name"
done
want 2 challenge new --endpoint nowhere
complains 'no [endpoint NAME]'
want 2 challenge new --endpoint ../x
want 2 challenge new --profile ''
want 2 challenge new --profile nowhere
complains 'no [profile NAME]'
want 2 challenge new --transaction ''
for bad in '--ttl 0' '--ttl -1' '--ttl x' '--ttl 3w' '--uses 0' '--uses -1' \
	'--uses many' '--uses 99999999999' '--for nothing' '--for' 'more'; do
	want 2 challenge new $bad
done
want 2 challenge new --for ''

# --- an end of life
want 0 challenge new --ttl 1s --json
id=$(json "d['id']")
sleep 2.1
want 0 challenge list --json
same expired "$(json "[c['state'] for c in d['challenges']
	if c['id'] == '$id']")" "['expired']"

# --- revoke
want 0 challenge new --json
id=$(json "d['id']")
want 0 challenge revoke "$id"
says revoked
want 0 challenge revoke "$id" --json # twice is no error
same state "$(json "d['state']")" revoked
want 1 challenge revoke 000000000000000
want 1 challenge revoke ''    # a prefix of all of them
want 2 challenge revoke

finish
