#!/bin/sh
# lost.sh SERVER - answers that never arrive: the connection is gone before the
# answer, or the web server, or all of it.  Who asks again gets what is his.
# R142 R145 R146
. "${0%/*}/lib.sh"
need openssl certtool curl bash
make_work
make_ca
start_server "$1"

# drop NAME - send NAME.msg, and hang up as soon as it is sent
# shellcheck disable=SC2016 # the inner shell expands
drop() {
	timeout 30 bash -c '
		exec 3<>"/dev/tcp/127.0.0.1/$1"
		printf "POST /scep HTTP/1.1\r\nHost: x\r\n" >&3
		printf "Content-Length: %s\r\n\r\n" "$(wc -c <"$2")" >&3
		cat "$2" >&3
	' bash "$port" "$1.msg" || die "$1: not sent"
}

issued() { ca cert list | grep -q "CN=$1"; }

for n in 1 2 3; do
	new_device "d$n"
	make_csr "d$n" "$(challenge)"
	make_message "d$n"
	drop "d$n"
	# a web server may end the CGI, but then nothing has happened
	until_true 3 issued "d$n" || say "d$n: nothing recorded"
	send_again "d$n"
	open_reply "d$n"
	answered "d$n" 0
	check_cert "d$n.pem" "d$n.key"
	[ "$(ca cert list | grep -c "CN=d$n")" = 1 ] || die "d$n: two of them"
done
ok 'granted, not delivered, asked again: one certificate'

# It waits for the operator, and the device does not even know that.
new_device p
make_csr p ''
make_message p
drop p
until_true 3 waiting p || {
	say 'p: nothing recorded'
	send_again p
}
stop_server
start_server "$1"
"$OPENSSL_SCEP" subject ca.pem p.csr >p.poll
send p 20 p.poll
answered p 3
ca request approve id-of-p >/dev/null || die 'request approve'
drop p
stop_server
start_server "$1"
send p 20 p.poll
answered p 0
delivered p
check_cert p.pem p.key
ok 'pending, with two restarts in between'
ca check >check.out 2>&1 || die "scepca check: $(cat check.out)"
