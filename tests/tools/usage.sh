# The command line: words, options, help, exit codes.
#
# usage: sh usage.sh SCEPCA MANUAL
. "$(dirname "$0")/lib.sh"
manual=$(absolute "$2")

h=$tmp/h
want 0 init --home "$h" --subject 'CN=Test CA' --key rsa:2048

# --- options before, between and behind the words
want 0 --home "$h" challenge list --json
same list "$(json "list(d)")" "['challenges']"
want 0 challenge --json --home="$h" list
same list "$(json "list(d)")" "['challenges']"
want 0 --home "$h" -- challenge list
ca_env=SCEPCA_HOME=$h
want 0 show
ca_env=SCEPCA_HOME=$tmp/none
want 0 show --home "$h" # the option wins
want 3 show
ca_env=
(cd "$tmp" && "$scepca" --home h/../h show) >"$tmp/out" 2>"$tmp/err" ||
	fail 'a relative home'
says "home  $h"

# --- with --json each command writes one document
for words in show check 'challenge new' 'challenge list' 'cert list' \
	'request list' crl maintain; do
	ca $words --home "$h" --json
	json "'a document'" >/dev/null
	silent
done
ca cert list --home "$h" --json
serial=$(json "d['certificates'][0]['serial']")
for words in 'cert show' 'cert export'; do
	want 0 $words "$serial" --home "$h" --json
	json "'a document'" >/dev/null
done
ca challenge list --home "$h" --json
id=$(json "d['challenges'][0]['id']")
want 0 challenge revoke "$id" --home "$h" --json
json "'a document'" >/dev/null
want 0 init --home "$tmp/i" --subject 'CN=x' --key rsa:2048 --ra --json
same documents "$(json "sorted(d)")" "['ca', 'home', 'ra_enc', 'ra_sign']"
# and when it fails too
want 1 cert show ff --home "$h" --json
same error "$(json "list(d)")" "['error']"
complains 'no certificate'
want 2 frob --json
same error "$(json "list(d)")" "['error']"
want 3 show --home "$tmp/none" --json
same error "$(json "list(d)")" "['error']"

# what a command does not need may be broken
cp -a "$h" "$tmp/nostore"
rm -rf "$tmp/nostore/store"
want 0 show --home "$tmp/nostore"
want 3 cert list --home "$tmp/nostore"

# --- wrong usage
want 2
complains 'known: init, show, check'
want 2 frob
complains 'known: init, show, check'
want 2 chek
complains '"check", perhaps?'
want 2 challenge
complains 'challenge new'
want 2 chalenge new
complains '"challenge new", perhaps?'
want 2 show --hom "$h"
complains '--home, perhaps?'
want 2 show -x
want 2 show --home
want 2 show --home --json
want 2 show --home "$h" --home "$h"
complains 'twice'
want 2 show --home "$h" --json=yes
want 2 show --home "$h" --uses 3
complains '"show" takes no option --uses'
want 2 show --home "$h" more
want 2 challenge revoke --home "$h"
complains 'it goes: scepca challenge revoke ID'
want 2 show
complains 'SCEPCA_HOME'
want 2 show --home ''
for later in rollover backup restore import; do
	want 2 $later --home "$h"
done

# --- help and version
want 0 --version
grep -qE '^scepca [0-9]+\.[0-9]+\.[0-9]+$' "$tmp/out" || fail version
want 0 --help
for words in init show check 'challenge new' 'challenge list' \
	'challenge revoke ID' 'cert list' 'cert show SERIAL' \
	'cert export SERIAL' 'cert revoke [SERIAL]' 'request list' \
	'request show ID' 'request approve ID' 'request reject ID' crl \
	maintain 'audit verify' 'why [TRANSACTION]'; do
	says "  $words "
done
want 0 challenge new --help
says '--ttl TIME'
want 0 -h
want 2 frob --help

# --- every command and option is in the manual, and every option there exists
mandoc -T ascii "$manual" 2>/dev/null | sed 's/.\x08//g' >"$tmp/manual" ||
	: >"$tmp/manual"
if [ -s "$tmp/manual" ]; then
	"$scepca" --help | sed -n '/^commands/,/^$/s/^  \([a-z ]*[a-z]\).*/\1/p' |
		sed 's/  .*//' >"$tmp/words"
	while read -r words; do
		grep -q "^ *$words" "$tmp/manual" ||
			fail "$words is not in the manual"
		"$scepca" $words --help | sed -n 's/^  \(--[a-z-]*\).*/\1/p'
	done <"$tmp/words" | sort -u >"$tmp/known"
	while read -r option; do
		grep -qF -e "$option" "$tmp/manual" ||
			fail "$option is not in the manual"
	done <"$tmp/known"
	grep -oE -e '--[a-z][a-z-]*' "$tmp/manual" | sort -u |
		while read -r option; do
			[ "$option" = --name ] || # as options are written
				grep -qxF -e "$option" "$tmp/known" ||
				echo "$option"
		done >"$tmp/out"
	[ ! -s "$tmp/out" ] || fail 'the manual has options that are none'
fi

# --- a web server that calls us by mistake (T-40)
for name in REQUEST_METHOD GATEWAY_INTERFACE; do
	ca_env=$name=x
	want 3 --version
	[ ! -s "$tmp/out" ] || fail 'says something'
done
ca_env=

# --- output that cannot be written is no success
if [ -w /dev/full ]; then
	rc=0
	"$scepca" show --home "$h" >/dev/full 2>"$tmp/err" || rc=$?
	same '/dev/full' "$rc" 3
fi

# --- without standard descriptors nothing is written into the store (T-44),
# and what nobody could read was not done for nothing
ca challenge list --home "$h" --json
before=$(json "sum(c['state'] == 'good' for c in d['challenges'])")
for words in 'challenge list' 'challenge new'; do
	rc=0
	"$scepca" $words --home "$h" <&- >&- 2>&- || rc=$?
	same "$words without descriptors" "$rc" 3
	rc=0
	"$scepca" $words --home "$h" >&- 2>"$tmp/err" || rc=$?
	same "$words >&-" "$rc" 3
	complains 'standard output cannot be written'
done
ca challenge list --home "$h" --json
same 'good challenges' \
	"$(json "sum(c['state'] == 'good' for c in d['challenges'])")" "$before"
want 0 challenge list --home "$h"
ca check --home "$h" --json
same 'problems of the store' "$(json "[f for f in d['findings']
	if f['what'] == 'store' and f['level'] != 'fine']")" '[]'

finish
