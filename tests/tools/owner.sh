# Root works on a home as its owner, and nobody else at all (T-46).
. "$(dirname "$0")/lib.sh"

if [ "$(id -u)" -ne 0 ]; then
	echo 'needs root'
	exit 77
fi
user=daemon
stranger=nobody
chmod 755 "$tmp"
h=$tmp/h

roots() { # roots - no file in the home is root's
	same "files of root in the home" "$(find "$h" ! -user $user)" ''
}
as() { # as USER ARGUMENT... - scepca run by this user
	who=$1
	shift
	rc=0
	# the program may lie where only root can go
	[ -x "$tmp/scepca" ] || cp "$scepca" "$tmp/scepca"
	setpriv --reuid="$who" --regid="$(id -g "$who")" --clear-groups \
		"$tmp/scepca" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null ||
		rc=$?
}

# --- root makes a home and gives it away
mkdir "$tmp/closed"
chmod 700 "$tmp/closed"
want 0 init --home "$h" --subject 'CN=Test CA' --user $user --ra --key rsa:2048
silent
same owner "$(stat -c %U "$h")" $user
roots

# --- and whatever root does then, no file becomes his
want 0 show --home "$h"
want 0 challenge new --home "$h"
want 0 check --home "$h"
want 0 challenge list --home "$h" --json
id=$(json "d['challenges'][0]['id']")
want 0 challenge revoke "$id" --home "$h"
i=0
while [ $i -lt 20 ]; do
	"$scepca" challenge new --home "$h" >"$tmp/out" 2>"$tmp/err" &
	i=$((i + 1))
done
wait
want 0 cert list --home "$h"
roots
as $user challenge new --home "$h"
same 'the owner himself' "$rc" 0
as $user check --home "$h"
same 'the owner himself' "$rc" 0
roots

# --- an exported file is the owner's too, so it cannot go where he cannot
ca cert list --home "$h" --json
serial=$(json "d['certificates'][0]['serial']")
want 3 cert export "$serial" --home "$h" --out "$tmp/closed/x.pem"
complains 'redirect'
want 0 cert export "$serial" --home "$h" --out "$h/public/x.pem"
same owner "$(stat -c %U "$h/public/x.pem")" $user

# --- a stranger is told who may
as $stranger check --home "$h"
same 'a stranger' "$rc" 3
complains "belongs to $user"
complains "sudo -u '$user'"
as $stranger init --home "$tmp/mine" --subject CN=x --user $user
same 'a stranger gives' "$rc" 1
complains 'only root'

# --- a user's own place: an empty directory, but its parent is not his
mkdir "$tmp/var"
mkdir "$tmp/var/scepca"
chown $user "$tmp/var/scepca"
as $user init --home "$tmp/var/scepca" --subject CN=x
same 'no right to the parent' "$rc" 3
complains '--user'
want 0 init --home "$tmp/var/scepca" --subject CN=x --user $user --key rsa:2048
same owner "$(stat -c %U "$tmp/var/scepca")" $user

# --- where the owner cannot go, nothing is made
want 3 init --home "$tmp/closed/h" --subject CN=x --user $user
complains 'closed'
same 'left in the closed place' "$(ls -A "$tmp/closed")" ''

# --- what is left by a killed init of root is removed, that of others is not
mkdir "$tmp/.left.init"
chown $stranger "$tmp/.left.init"
want 3 init --home "$tmp/left" --subject CN=x --user $user
complains 'somebody else'
[ -d "$tmp/.left.init" ] || fail 'removed what is not ours'

# --- a file that root put there by hand is found, with the command
want 0 challenge new --home "$h"
touch "$h/store/note" "$h/certs/other.pem"
want 1 check --home "$h"
says 'problem  store/note: belongs to user id 0'
sed -n 's/^ *remedy: \(chown .*\)/\1/p' "$tmp/out" >"$tmp/remedy"
sh "$tmp/remedy"
want 0 check --home "$h"
roots

finish
