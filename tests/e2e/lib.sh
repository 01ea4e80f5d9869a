# shellcheck shell=sh
# lib.sh - a CA behind a real web server, for the tests of this folder.
#
# A test sources this file, calls make_work, make_ca, and start_server with the
# name that it was given:
#
#	nginx          nginx, and a fcgiwrap of the CA's own user
#	apache         httpd which runs the program itself (mod_cgid)
#	apache-fcgi    httpd, and the same fcgiwrap
#	nginx-workers, apache-workers
#	               either of them, and the program as a FastCGI server, which
#	               spawn-fcgi has started
#
# Each includes the repository's configuration file as it is.  Started by root,
# web server and CA are two users, as on a real host; otherwise they are one.
#
# From meson: E2E_SRC, E2E_BUILD, and the paths PKICLIENT, SCEPCA, SCEPTOOL and
# OPENSSL_SCEP.  E2E_KEEP=1 keeps the working directory.

set -eu

PATH=$PATH:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
unset SCEPCA_HOME SCEPCA_ENDPOINT REQUEST_METHOD QUERY_STRING

work=
pids=
groups=

if [ "$(id -u)" -eq 0 ]; then
	ca_user=daemon
	web_user=www-data
	as_ca='setpriv --reuid=daemon --regid=daemon --clear-groups'
else
	ca_user=$(id -un)
	web_user=$ca_user
	as_ca=
fi

say() { printf '# %s\n' "$*"; }
ok() { printf 'ok - %s\n' "$*"; }
die() {
	printf 'FAILED: %s\n' "$*" >&2
	exit 1
}

# need COMMAND... - skip the test where a program is not installed
need() {
	for c; do
		command -v "$c" >/dev/null || {
			say "skipped: no $c here"
			exit 77
		}
	done
}

# until_true SECONDS COMMAND... - try four times a second
until_true() {
	left=$(($1 * 4))
	shift
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 0.25
	done
}

# ---------------------------------------------------------------- life cycle

gone() { ! kill -0 "$1" 2>/dev/null; }

stop_server() {
	for p in $pids; do
		kill "$p" 2>/dev/null || :
	done
	for p in $groups; do
		kill -- "-$p" 2>/dev/null || :
	done
	for p in $pids $groups; do
		until_true 10 gone "$p" || kill -9 "$p" 2>/dev/null || :
		wait "$p" 2>/dev/null || :
	done
	pids=
	groups=
}

# check_issued - every certificate that the CA has recorded and not revoked, by
# the eyes of openssl and GnuTLS: those, too, that no device looked at (T-27)
check_issued() {
	cd "$work" && [ -s "$home/certs/ca.pem" ] || return 0
	$as_ca cat "$home/certs/ca.pem" >all-ca.pem
	ca cert list --state valid --json >all.json || return 1
	for serial in $(sed -n 's/.*"serial": *"\([0-9a-f]*\)".*/\1/p' all.json); do
		ca cert export "$serial" >all-cert.pem || return 1
		openssl verify -x509_strict -CAfile all-ca.pem all-cert.pem &&
			certtool --verify --load-ca-certificate all-ca.pem \
				--infile all-cert.pem || return 1
	done >all.out 2>&1
}

finish() {
	rc=$?
	trap - EXIT HUP INT PIPE TERM
	if [ "$rc" -eq 0 ] && [ -n "$work" ] && ! check_issued; then
		rc=1
		cat "$work/all.out" >&2
	fi
	cd /
	stop_server
	if [ "$rc" -ne 0 ] && [ "$rc" -ne 77 ] && [ -n "$work" ]; then
		for f in "$run"/*.log; do
			[ -s "$f" ] || continue
			printf -- '--- the end of %s:\n' "${f##*/}"
			tail -n 20 "$f" | cut -c 1-300
		done >&2
	fi
	if [ -n "$work" ] && [ -z "${E2E_KEEP-}" ]; then
		rm -rf "$work"
	fi
	exit "$rc"
}

# make_work - $work with run/ (servers), bin/ (ours) and tmp/, where the test
# stands.  Below the build tree, unless the users of web server and CA cannot
# go there or the path of a socket in it were too long.
make_work() {
	umask 022
	trap finish EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 141' PIPE
	trap 'exit 143' TERM
	work=$(mktemp -d "$E2E_BUILD/e2e.XXXXXX")
	chmod 755 "$work"
	if [ ${#work} -gt 80 ] || ! $as_ca test -x "$work/."; then
		rmdir "$work"
		work=$(mktemp -d /tmp/scepca-e2e.XXXXXX)
		chmod 755 "$work"
	fi
	run=$work/run
	tmp=$work/tmp
	home=$work/ca
	mkdir "$work/bin" "$run" "$run/socket" "$tmp"
	cp "$PKICLIENT" "$SCEPCA" "$SCEPTOOL" "$work/bin"
	[ "$ca_user" = "$web_user" ] || chown "$ca_user" "$run/socket"
	cd "$tmp"
}

# ------------------------------------------------------------------- the CA

ca() { $as_ca "$work/bin/scepca" --home "$home" "$@"; }
challenge() { ca challenge new "$@" 2>>"$run/challenge.log"; }
sceptool() { "$work/bin/sceptool" "$@"; }

# make_ca [INIT-OPTION...] - a CA in $home and its certificate in ca.pem; with
# an endpoint for those who can nothing better
make_ca() {
	rm -rf "$home"
	[ "$ca_user" = "$web_user" ] || set -- --user "$ca_user" "$@"
	"$work/bin/scepca" --home "$home" init --key rsa:2048 \
		--subject 'CN=Test CA,O=scepca' "$@" \
		>"$run/init.log" 2>&1 || die 'scepca init'
	printf '\n[endpoint obsolete]\nobsolete = yes\n' |
		$as_ca tee -a "$home/ca.conf" >/dev/null
	$as_ca cat "$home/certs/ca.pem" >ca.pem
}

# waiting NAME - the id of the request for CN=NAME that waits for the operator
waiting() {
	ca request list | sed -n "/ CN=$1[, ]/s/ .*//p" | grep .
}

# setting KEY VALUE - in ca.conf, which init wrote with every key in it
setting() {
	grep -q "^#* *$1 *=" "$home/ca.conf" || die "no $1 in ca.conf"
	$as_ca sed -i "s|^#* *$1 *=.*|$1 = $2|" "$home/ca.conf"
}

# ----------------------------------------------------------- the web servers

# start_server NAME - one of the above, and $base is its URL; $server is then
# nginx, apache or apache-fcgi
start_server() {
	case $1 in
	nginx) server=$1 runner=fcgiwrap ;;
	apache) server=$1 runner= ;;
	apache-fcgi) server=$1 runner=fcgiwrap ;;
	nginx-workers) server=nginx runner=workers ;;
	apache-workers) server=apache-fcgi runner=workers ;;
	*) die "no such server: $1" ;;
	esac
	case $server in
	nginx) need nginx curl ;;
	*) need apache2 curl ;;
	esac
	[ -z "$runner" ] || "start_$runner"
	seed=$$
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		seed=$(((seed * 7919 + 104729) % 1000003))
		port=$((20000 + seed % 12000))
		base=http://127.0.0.1:$port
		"start_${server%-fcgi}"
		pids="$pids $httpd"
		until_true 30 server_decided || die "$server does not answer"
		gone "$httpd" || return 0
		wait "$httpd" || :		# the port was taken
	done
	die "$server does not start"
}

# Ours is it that has our CA: another test may have been here first.
server_decided() {
	gone "$httpd" || {
		curl -s -f --max-time 5 -o "$run/ca.crt" "$base/pki/ca.crt" &&
			cmp -s "$run/ca.crt" "$home/public/ca.crt"
	}
}

# For the background, where exec makes $! the pid of the program itself.  The
# environment is clean, as from an init system.
as_daemon() {
	exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"
}

# fcgiwrap leaves its children behind when it ends, hence a process group.
start_fcgiwrap() {
	need fcgiwrap
	socket=$run/socket/fcgi
	rm -f "$socket"
	as_daemon $as_ca setsid sh -c 'umask 007; exec "$@"' sh \
		fcgiwrap -c 8 -p "$work/bin/pkiclient.exe" -s "unix:$socket" \
		>>"$run/fcgiwrap.log" 2>&1 &
	groups="$groups $!"
	until_true 5 test -S "$socket" || die 'fcgiwrap does not start'
	[ "$ca_user" = "$web_user" ] || chgrp "$web_user" "$socket"
}

# Two, so that most requests meet a worker that has served others.
start_workers() {
	need spawn-fcgi
	socket=$run/socket/fcgi
	rm -f "$socket"
	as_daemon SCEPCA_WORKERS=2 $as_ca spawn-fcgi -n -M 0660 -s "$socket" \
		-- "$work/bin/pkiclient.exe" >>"$run/workers.log" 2>&1 &
	pids="$pids $!"
	until_true 5 test -S "$socket" || die 'the workers do not start'
	[ "$ca_user" = "$web_user" ] || chgrp "$web_user" "$socket"
}

# To workers nginx keeps connections open, which is theirs to end in time: there
# are always more of them than two at once.
start_nginx() {
	to=unix:$run/socket/fcgi keep=
	[ "$runner" != workers ] || to=workers keep='fastcgi_keep_conn on;'
	{
		[ "$(id -u)" -ne 0 ] || echo "user $web_user;"
		cat <<-END
			daemon off;
			pid $run/nginx.pid;
			error_log $run/nginx-error.log warn;
			worker_processes 2;
			events { worker_connections 256; }
			http {
				access_log $run/nginx-access.log;
				client_body_temp_path $run/nginx-body;
				fastcgi_temp_path $run/nginx-fastcgi;
				proxy_temp_path $run/nginx-proxy;
				scgi_temp_path $run/nginx-scgi;
				uwsgi_temp_path $run/nginx-uwsgi;
				gzip on;
				gzip_min_length 1;
				gzip_types text/plain application/x-pki-message;
				upstream workers {
					server unix:$run/socket/fcgi;
					keepalive 2;
				}
				server {
					$keep
					listen 127.0.0.1:$port default_server;
					set \$scepca_home $home;
					set \$scepca_cgi $work/bin/pkiclient.exe;
					set \$scepca_socket $to;
					include $E2E_SRC/nginx-conf/scepca.conf;
					$(cat "$run/locations.conf" 2>/dev/null)
					location ^~ /obsolete/ {
						set \$scepca_endpoint obsolete;
						rewrite ^ /scep last;
					}
				}
			}
		END
	} >"$run/nginx.conf"
	as_daemon nginx -e "$run/nginx-error.log" -p "$run" \
		-c "$run/nginx.conf" >>"$run/nginx.log" 2>&1 &
	httpd=$!
}

start_apache() {
	so=/usr/lib/apache2/modules
	modules='mpm_event alias authz_core env mime reqtimeout setenvif'
	modules="$modules filter deflate"
	case $server in
	apache)
		modules="$modules cgid"
		user=$ca_user
		;;
	apache-fcgi)
		modules="$modules proxy proxy_fcgi"
		user=$web_user
		;;
	esac
	{
		for m in $modules; do
			echo "LoadModule ${m}_module $so/mod_$m.so"
		done
		if [ "$(id -u)" -eq 0 ]; then
			printf 'User %s\nGroup %s\n' "$user" "$(id -gn "$user")"
		fi
		cat <<-END
			ServerRoot $run
			ServerName localhost
			Listen 127.0.0.1:$port
			PidFile $run/apache.pid
			DefaultRuntimeDir $run
			Mutex file:$run default
			ErrorLog $run/apache-error.log
			TypesConfig /dev/null
			AddOutputFilterByType DEFLATE text/plain
			AddOutputFilterByType DEFLATE application/x-pki-message
			<Directory />
				AllowOverride None
				Require all denied
			</Directory>
			<IfModule cgid_module>
				ScriptSock $run/socket/cgid
			</IfModule>
			Define SCEPCA_HOME $home
			Define SCEPCA_CGI $work/bin/pkiclient.exe
		END
		[ "$server" = apache ] ||
			echo "Define SCEPCA_SOCKET $run/socket/fcgi"
		cat <<-END
			Include $E2E_SRC/apache-conf/scepca.conf
			SetEnvIf Request_URI "^/obsolete/" SCEPCA_ENDPOINT=obsolete
		END
	} >"$run/apache.conf"
	as_daemon apache2 -f "$run/apache.conf" -DFOREGROUND \
		>>"$run/apache.log" 2>&1 &
	httpd=$!
}

# -------------------------------------------------------------- certificates

# check_cert FILE KEY - what openssl and GnuTLS think of a certificate of ours
# for that private key; FILE is PEM
check_cert() {
	openssl verify -x509_strict -CAfile ca.pem "$1" >verify.out 2>&1 ||
		die "openssl verify: $(cat verify.out)"
	openssl x509 -in "$1" -noout -checkend 0 >/dev/null ||
		die "$1: expired at birth"
	openssl x509 -in "$1" -noout -pubkey >pub.cert
	openssl pkey -in "$2" -pubout >pub.key
	cmp -s pub.cert pub.key || die "$1: not for the key $2"
	certtool --verify --load-ca-certificate ca.pem --infile "$1" \
		>verify.out 2>&1 || die "certtool --verify: $(cat verify.out)"
	certtool --certificate-info --infile "$1" >info.out 2>&1 ||
		die "certtool: $(cat info.out)"
	! grep -i 'warning\|error' info.out || die "certtool complains of $1"
}

# has_subject FILE TEXT - the subject holds TEXT, as openssl writes it
has_subject() {
	openssl x509 -in "$1" -noout -subject -nameopt RFC2253 >subject.out
	grep -q -F "$2" subject.out || die "$1: $(cat subject.out), not $2"
}

# ------------------------------------------------- messages, made by openssl

# new_device NAME [BITS] - NAME.key, and NAME.self.pem, self-signed
new_device() {
	openssl genrsa -out "$1.key" "${2-2048}" 2>/dev/null
	openssl req -new -x509 -key "$1.key" -subj "/CN=$1" -days 2 \
		-out "$1.self.pem"
}

# make_csr NAME CHALLENGE - NAME.csr, DER; an empty challenge is left out.
# (`openssl req -subj` would drop the challengePassword without a word.)
make_csr() {
	cat >"$1.cnf" <<-END
		[req]
		prompt = no
		utf8 = yes
		string_mask = utf8only
		distinguished_name = dn
		${2:+attributes = attrs}
		req_extensions = ext
		[dn]
		O = scepca
		CN = $1
		[attrs]
		${2:+challengePassword = $2}
		[ext]
		subjectAltName = DNS:$1.example.org
		keyUsage = critical, digitalSignature, keyEncipherment
	END
	openssl req -new -key "$1.key" -config "$1.cnf" -outform DER \
		-out "$1.csr"
}

# make_message NAME [stream] [CIPHER] [DIGEST] - NAME.msg, a PKCSReq (R076)
make_message() {
	stream=
	[ "${2-}" != stream ] || stream=yes
	openssl cms -encrypt -binary -outform DER ${stream:+-stream} \
		"-${3-aes-128-cbc}" -in "$1.csr" -out "$1.env" ca.pem
	"$OPENSSL_SCEP" sign ${stream:+-s} -d "${4-sha256}" -i "id-of-$1" \
		-n "$nonce" -k "$1.key" -c "$1.self.pem" <"$1.env" >"$1.msg"
}
nonce=00112233445566778899aabbccddeeff

# status FILE - the pkiStatus of a reply
status() {
	"$OPENSSL_SCEP" show <"$1" >show.out || die "$1 is no reply"
	sed -n 's/^pkiStatus //p' show.out
}

# send NAME TYPE FILE [KEY CERT [ID]] - a message of any type around FILE, by
# POST to $base, and the reply to NAME.reply; NAME's own key and self-signed
# certificate if no others are said.  What came is opened: see open_answer.
send() {
	sent_key=${4-$1.key}
	sent_cert=${5-$1.self.pem}
	sent_id=${6-id-of-$1}
	openssl cms -encrypt -binary -outform DER -aes-128-cbc -in "$3" \
		-out "$1.env" ca.pem
	"$OPENSSL_SCEP" sign -t "$2" -i "$sent_id" -n "$nonce" \
		-k "$sent_key" -c "$sent_cert" <"$1.env" >"$1.msg"
	send_again "$1"
	open_answer "$1" "$sent_key" "$sent_cert" "$sent_id"
}

# send_again NAME - the very same bytes once more
send_again() {
	code=$(curl -s -S --max-time 30 -o "$1.reply" -w '%{http_code}' \
		--data-binary "@$1.msg" "$base/scep?operation=PKIOperation") ||
		die "$1: curl"
	[ "$code" = 200 ] || die "$1: HTTP $code"
}

# answered NAME STATUS [FAILINFO] - that is what the last answer said
answered() {
	[ "$result" = "$2" ] || die "$1: pkiStatus $result: $(cat show.out)"
	[ -z "${3-}" ] || grep -qx "failInfo $3" show.out ||
		die "$1: not failInfo $3: $(cat show.out)"
}

# open_answer NAME KEY CERT ID - verify NAME.reply, check what every CertRep
# must hold, and leave what a SUCCESS delivers in NAME.p7; $result is its
# pkiStatus
open_answer() {
	rm -f "$1.p7"
	openssl cms -verify -inform DER -in "$1.reply" -binary -purpose any \
		-CAfile ca.pem -out "$1.content" 2>cms.out ||
		die "$1: openssl cms -verify: $(cat cms.out)"
	result=$(status "$1.reply")
	grep -qx 'messageType 3' show.out || die "$1: messageType (R149)"
	grep -qx "transactionID $4" show.out || die "$1: id (R068)"
	grep -qx "recipientNonce $nonce" show.out || die "$1: nonce (R071)"
	grep -Eqx 'senderNonce [0-9a-f]{32}' show.out || die "$1: nonce (R072)"
	if [ "$result" != 0 ]; then
		# R153, R154
		[ ! -s "$1.content" ] || die "$1: status $result with content"
		return 0
	fi
	# certtool takes an empty content for none, so not before
	certtool --p7-verify --inder --load-ca-certificate ca.pem \
		--infile "$1.reply" >cms.out 2>&1 ||
		die "$1: certtool --p7-verify: $(cat cms.out)"
	openssl cms -decrypt -inform DER -in "$1.content" -binary \
		-recip "$3" -inkey "$2" -out "$1.p7" 2>cms.out ||
		die "$1: openssl cms -decrypt: $(cat cms.out)"
	certtool --p7-info --inder --infile "$1.p7" >cms.out 2>&1 ||
		die "$1: certtool --p7-info: $(cat cms.out)"
}

# open_reply NAME - the answer to make_message, and the certificate of a SUCCESS
# in NAME.pem
open_reply() {
	rm -f "$1.pem"
	open_answer "$1" "$1.key" "$1.self.pem" "id-of-$1"
	[ "$result" != 0 ] || delivered "$1"
}

# delivered NAME - the one certificate in NAME.p7, to NAME.pem
delivered() {
	openssl pkcs7 -inform DER -in "$1.p7" -print_certs -out "$1.pem"
	[ "$(grep -c BEGIN "$1.pem")" -eq 1 ] || die "$1: not one certificate"
}
