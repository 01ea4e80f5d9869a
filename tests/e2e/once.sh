#!/bin/sh
# once.sh SERVER - of many who come at once with one challenge, one is served.
# R107 R108 security.md T-20
#
# ONCE_ROUNDS is how often they come [1]; test_cgi_race.c has more of them.
. "${0%/*}/lib.sh"
need openssl certtool curl
make_work
make_ca
start_server "$1"
devices=32
rounds=${ONCE_ROUNDS:-1}

for i in $(seq $devices); do
	new_device "d$i"
done
for round in $(seq $rounds); do
	secret=$(challenge)
	for i in $(seq $devices); do
		make_csr "d$i" "$secret"
		make_message "d$i"
	done
	asking=
	for i in $(seq $devices); do
		curl -s -S --max-time 60 --data-binary "@d$i.msg" \
			-o "d$i.reply" "$base/scep?operation=PKIOperation" &
		asking="$asking $!"
	done
	for p in $asking; do
		wait "$p" || die 'curl'
	done
	won=
	for i in $(seq $devices); do
		open_reply "d$i"
		case $result in
		0)
			check_cert "d$i.pem" "d$i.key"
			won="$won d$i"
			;;
		2) grep -qx 'failInfo 2' show.out || die "d$i: $(cat show.out)" ;;
		*) die "d$i: status $result" ;;
		esac
	done
	case $won in
	' d'*' d'*) die "round $round: served more than one:$won" ;;
	' d'*) ok "round $round:$won" ;;
	*) die "round $round: nobody was served" ;;
	esac
done

# The store holds what was handed out, and no serial twice.
ca cert list --json >list.json
held=$(grep -c '"subject": "CN=d[0-9]' list.json)
[ "$held" -eq $rounds ] || die "the store holds $held certificates"
grep -o '"serial": "[0-9a-f]*"' list.json | sort | uniq -d >twice
[ ! -s twice ] || die "a serial twice: $(cat twice)"
ok "$rounds certificates in the store"
