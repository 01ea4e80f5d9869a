#!/bin/sh
# lab.sh - from a fresh Debian to a device with a certificate, in one command.
#
#	sh tools/lab.sh [--apache] [--port N] [--listen ADDRESS] [--dir DIR]
#	sh tools/lab.sh --stop [--dir DIR]
#
# Installs the packages that are missing (as root, or by sudo), builds, makes a
# CA, starts a web server for it, enrols a device over HTTP, and says how other
# devices do the same.  Everything lies in DIR; run again, it keeps the CA and
# starts the web server anew.
#
#	--apache           Apache httpd with mod_cgid, not nginx with fcgiwrap
#	--port N           TCP port [8080]
#	--listen ADDRESS   where to listen [127.0.0.1]; a router needs one that
#	                   it can reach
#	--dir DIR          where the lab lies [lab]
#	--build DIR        use this meson build directory; install and build
#	                   nothing
#	--stop             stop the web server; the CA stays
#	--help             this text
#
# It all runs as the user who calls, or who called sudo.  Web servers do not
# work as root, so root without sudo hands CA and server to the user `daemon`.
set -eu
umask 022
PATH=$PATH:/usr/sbin:/sbin
export PATH

say() { printf '\n== %s\n' "$*"; }
die() {
	printf 'lab.sh: %s\n' "$*" >&2
	exit 1
}
wrong_usage() {
	printf 'lab.sh: %s; --help tells more\n' "$*" >&2
	exit 2
}

# --------------------------------------------------------------- what is asked

server=nginx
port=8080
address=127.0.0.1
lab=lab
build=
stop=no

parse() {
	while [ $# -gt 0 ]; do
		case $1 in
		--apache) server=apache ;;
		--stop) stop=yes ;;
		--help | -h)
			sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
			exit 0
			;;
		--port | --listen | --dir | --build)
			[ $# -ge 2 ] || wrong_usage "$1 needs a value"
			case $1 in
			--port) port=$2 ;;
			--listen) address=$2 ;;
			--dir) lab=$2 ;;
			--build) build=$2 ;;
			esac
			shift
			;;
		*) wrong_usage "what is '$1'?" ;;
		esac
		shift
	done
	case $port in
	'' | *[!0-9]* | ??????*) wrong_usage "--port $port: not a port" ;;
	esac
	[ "$port" -ge 1 ] && [ "$port" -le 65535 ] ||
		wrong_usage "--port $port: not from 1 to 65535"
}

# -------------------------------------------------------------- who and where

# become_caller - from sudo back to the one who called it
become_caller() {
	home=$(getent passwd "$SUDO_UID" | cut -d : -f 6)
	exec setpriv --reuid="$SUDO_UID" --regid="$SUDO_GID" --init-groups \
		env -u SUDO_UID HOME="$home" sh "$0" "$@"
}

# settle - the absolute path of the lab, and who its servers run as
settle() {
	as_owner=
	if [ "$(id -u)" -eq 0 ]; then
		as_owner='setpriv --reuid=daemon --regid=daemon --clear-groups'
	fi
	[ "$stop" = no ] || [ -d "$lab" ] || die "there is no lab in $lab"
	mkdir -p "$lab"
	lab=$(cd "$lab" && pwd -P)
	if ! $as_owner test -x "$lab/."; then
		# below /root, say: keep it elsewhere, and a link to it here
		rmdir "$lab" || die "$as_owner cannot go to $lab"
		mkdir -p /var/lib/scepca-lab
		ln -s /var/lib/scepca-lab "$lab"
		lab=/var/lib/scepca-lab
	fi
	run=$lab/run
	home=$lab/ca
	case $lab in
	*[!A-Za-z0-9._/+-]*)
		die "$lab: web servers want a path without blanks and quotes"
		;;
	esac
}

# ------------------------------------------------------------ the web servers

# ours PID - is this still a process of this lab?
ours() {
	{ tr '\0' ' ' <"/proc/$1/cmdline"; } 2>/dev/null | grep -q -F "$run/"
}

gone() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		ours "$1" || return 0
		sleep 0.25
	done
	return 1
}

# fcgiwrap leaves its children behind: its pid stands for a process group.
stop_server() {
	for name in nginx apache fcgiwrap; do
		[ -f "$run/$name.pid" ] || continue
		pid=$(cat "$run/$name.pid")
		case $pid in
		'' | *[!0-9]*) continue ;;
		esac
		if ours "$pid"; then
			[ "$name" != fcgiwrap ] || pid=-$pid
			# shellcheck disable=SC2016 # the inner shell's own
			$as_owner sh -c 'kill -- "$1"' sh "$pid"
			gone "${pid#-}" || die "$name ($pid) does not end"
		fi
		$as_owner rm -f "$run/$name.pid"
	done
}

# as_daemon COMMAND... - become it, with the environment of an init system; for
# a subshell, which then holds nothing of our standard output.
as_daemon() {
	exec $as_owner env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"
}

start_nginx() {
	$as_owner rm -f "$run/fcgi.sock"
	# shellcheck disable=SC2016 # the inner shell's own
	as_daemon setsid sh -c '
		umask 077
		echo $$ >"$1/fcgiwrap.pid"
		exec fcgiwrap -c 4 -p "$2" -s "unix:$1/fcgi.sock"
	' sh "$run" "$lab/bin/pkiclient.exe" </dev/null \
		>>"$lab/log/scepca.log" 2>&1 &
	$as_owner tee "$run/nginx.conf" >/dev/null <<END
# made by lab.sh, anew each time
pid $run/nginx.pid;
error_log $lab/log/nginx.log;
events {}
http {
	access_log $lab/log/access.log;
	client_body_temp_path $run/body;
	fastcgi_temp_path $run/fastcgi;
	proxy_temp_path $run/proxy;
	scgi_temp_path $run/scgi;
	uwsgi_temp_path $run/uwsgi;
	server {
		listen $address:$port default_server;
		set \$scepca_home $home;
		set \$scepca_cgi $lab/bin/pkiclient.exe;
		set \$scepca_socket unix:$run/fcgi.sock;
		include $lab/conf/nginx-scepca.conf;
	}
}
END
	(as_daemon nginx -e "$lab/log/nginx.log" -c "$run/nginx.conf")
}

start_apache() {
	so=/usr/lib/apache2/modules
	{
		echo '# made by lab.sh, anew each time'
		for m in mpm_event alias authz_core cgid env mime reqtimeout \
			setenvif; do
			echo "LoadModule ${m}_module $so/mod_$m.so"
		done
		cat <<END
ServerRoot $run
ServerName $address
Listen $address:$port
PidFile $run/apache.pid
DefaultRuntimeDir $run
Mutex file:$run default
ErrorLog $lab/log/apache.log
TypesConfig /dev/null
ScriptSock $run/cgid.sock
<Directory />
	AllowOverride None
	Require all denied
</Directory>
Define SCEPCA_HOME $home
Define SCEPCA_CGI $lab/bin/pkiclient.exe
Include $lab/conf/apache-scepca.conf
END
	} | $as_owner tee "$run/apache.conf" >/dev/null
	(as_daemon apache2 -f "$run/apache.conf" -k start)
}

# ----------------------------------------------------------------- the whole

install_packages() {
	packages='gcc libc6-dev meson ninja-build pkg-config libcriterion-dev
		libcurl4-gnutls-dev libdb5.3-dev libfcgi-dev libgmp-dev
		libgnutls28-dev libinih-dev libjansson-dev libseccomp-dev libtasn1-6-dev
		libtasn1-bin libunistring-dev'
	case $server in
	nginx) packages="$packages nginx-light fcgiwrap" ;;
	apache) packages="$packages apache2-bin" ;;
	esac
	# shellcheck disable=SC2086 # a list of words
	sh "$src/tools/packages.sh" $packages
}

build() {
	build=$lab/build
	log=$lab/build.log
	[ -f "$build/build.ninja" ] ||
		meson setup --buildtype=release "$build" "$src" >"$log" 2>&1 ||
		die "meson setup failed: $log"
	ninja -C "$build" cgi/pkiclient.exe tools/scepca tools/sceptool \
		>"$log" 2>&1 || {
		tail -n 30 "$log" >&2
		die "the build failed: $log"
	}
}

# new_challenge [OPTION...] - without the remarks for people
new_challenge() {
	scepca challenge new "$@" 2>"$lab/log/challenge.log" || {
		cat "$lab/log/challenge.log" >&2
		return 1
	}
}

# field NAME - the first one of that name in the JSON on standard input
field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -n 1; }

enrol() {
	device=device-$(date +%Y%m%d-%H%M%S)-$$
	files=$lab/devices/$device
	mkdir -p "$lab/devices"
	new_challenge | sceptool enrol "$url" --challenge-file - \
		--fingerprint "$sha256" --subject "CN=$device,O=Lab" \
		--key-out "$files.key" --cert-out "$files.pem" --json \
		>"$files.json"
}

instructions() {
	secret=$(new_challenge --ttl 12h)
	cat <<END

URL          $url
             Cisco and NDES paths work too: http://$where/cgi-bin/pkiclient.exe
CA           $lab/ca.pem, and http://$where/pki/ca.crt
  SHA-256    $sha256
  SHA-1      $sha1
challenge    $secret
             good once, for 12 hours; the next one:
             $lab/bin/scepca --home $home challenge new

Cisco IOS
    crypto pki trustpoint LAB
     enrollment url http://$where
     subject-name CN=router1,O=Lab
     password $secret
     fingerprint $(echo "$sha1" | tr -d ':')
     revocation-check none
     rsakeypair LAB 2048
     exit
    crypto pki authenticate LAB
    crypto pki enroll LAB

strongSwan
    pki --gen --type rsa --size 2048 --outform pem >key.pem
    pki --scep --url $url --in key.pem --dn 'CN=gateway1, O=Lab' \\
        --password $secret --cacert-enc $lab/ca.pem \\
        --cacert-sig $lab/ca.pem --outform pem >cert.pem

sscep
    mkrequest -dns host1.example.org $secret
    sscep getca -u $url -c ca.crt
    sscep enroll -u $url -c ca.crt -k local.key -r local.csr -l local.crt \\
        -E aes -S sha256

certmonger
    getcert add-scep-ca -c Lab -u $url -I $lab/ca.pem
    getcert request -c Lab -k /etc/ssl/private/host1.key \\
        -f /etc/ssl/certs/host1.pem -N CN=host1,O=Lab -L $secret -w

To stop it: sh $src/tools/lab.sh --stop --dir $lab
END
}

src=$(cd "$(dirname "$0")/.." && pwd -P)
parse "$@"
if [ "$stop" = no ] && [ -z "$build" ]; then
	say 'packages'
	install_packages
fi
if [ "$(id -u)" -eq 0 ] && [ "${SUDO_UID:-0}" -ne 0 ]; then
	become_caller "$@"
fi
settle
if [ "$stop" = yes ]; then
	stop_server
	exit 0
fi

if [ -z "$build" ]; then
	say "build (about a minute; log: $lab/build.log)"
	build
fi
mkdir -p "$lab/bin" "$lab/conf" "$lab/log" "$run"
install -m 755 "$build/cgi/pkiclient.exe" "$build/tools/scepca" \
	"$build/tools/sceptool" "$lab/bin"
for name in nginx apache; do	# as they are; `daemon` may not see $src
	install -m 644 "$src/$name-conf/scepca.conf" \
		"$lab/conf/$name-scepca.conf"
done
scepca() { "$lab/bin/scepca" --home "$home" "$@"; }
sceptool() { "$lab/bin/sceptool" "$@"; }
[ -z "$as_owner" ] || chown daemon: "$run" "$lab/log"

if [ ! -f "$home/ca.conf" ]; then
	say 'CA'
	scepca init --subject 'CN=Lab CA' --key rsa:2048 \
		${as_owner:+--user daemon} >"$lab/log/init.log"
	echo "made in $home"
fi

where=$address:$port
url=http://$where/scep
say "$server on http://$where"
stop_server
trap stop_server EXIT
"start_$server" || die "$server does not start; --port N if $port is in use"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	sceptool caps "$url" >/dev/null 2>&1 && break
	sleep 0.25
done
sceptool caps "$url" >"$lab/log/caps" || die "no answer; see $lab/log"
trap - EXIT

scepca show --json >"$lab/log/ca.json"
sha256=$(field sha256 <"$lab/log/ca.json")
sha1=$(field sha1 <"$lab/log/ca.json")
sceptool getca "$url" --out "$lab/ca.pem" >/dev/null

say 'a device enrols'
enrol
scepca cert show "$(field serial <"$files.json")"
printf '\nits key and certificate: %s.key, %s.pem\n' "$files" "$files"
instructions
