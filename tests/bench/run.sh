#!/bin/sh
# The benchmark: what an enrolment costs, as ratios within one run, so that the
# machine does not matter.  Times are user and system time of processes.
#
# usage: run.sh PKICLIENT SCEPCA TOOLS [ROUNDS [STORED [LOAD]]]
#
# TOOLS is the folder of meter, crypto, device, fill, load and empty.  ROUNDS of
# each measurement (50), certificates in the full store (10000), enrolments
# through a web server (200).  Where nginx, fcgiwrap, spawn-fcgi, scepserver or
# valgrind are not installed, their part is left out.
set -eu

PATH=$PATH:/usr/sbin
LC_ALL=C
export PATH LC_ALL

absolute() {
	echo "$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"
}
pkiclient=$(absolute "$1")
scepca=$(absolute "$2")
tools=$(absolute "$3")
rounds=${4-50}
stored=${5-10000}
load=${6-200}
source=$(cd "$(dirname "$0")/../.." && pwd)

work=$(mktemp -d "${TMPDIR:-/tmp}/scepca-bench.XXXXXX")
pids=
# PID and its children
family() {
	# shellcheck disable=SC2046
	echo "$1" $(cat "/proc/$1/task/$1/children" 2>/dev/null)
}
# fcgiwrap leaves its children behind
stop() {
	for p in $pids; do
		# shellcheck disable=SC2046
		kill $(family "$p") 2>/dev/null || :
	done
	wait
	pids=
}
trap 'stop; rm -rf "$work"' EXIT
cd "$work"

# ------------------------------------------------------------------ prepare

openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out device.key \
	2>/dev/null

# home NAME FIRST COUNT - a CA, and requests for it with ids from FIRST on
home() {
	"$scepca" init --home "$work/$1" --subject "CN=Bench CA" --key rsa:2048 \
		--challenge static:bench-secret >>init.log 2>&1
	mkdir "$1.requests"
	"$tools/device" requests "$1/certs/ca.pem" device.key bench-secret \
		"$1.requests" "$2" "$3"
}
home fresh 0 "$rounds"
home full 0 "$rounds"
home web 0 "$load"
home workers 0 "$load"
mkdir alone.requests
"$tools/device" requests workers/certs/ca.pem device.key bench-secret \
	alone.requests "$load" "$load"
"$tools/fill" granted "$work/full" "$stored"

# requests that have their certificate, and some that wait for the operator
home again 0 "$rounds"
home waiting 0 "$rounds"
home few 0 0
home many 0 0
"$tools/fill" waiting "$work/few" $((10 + rounds))
"$tools/fill" waiting "$work/many" $((stored + rounds))
sed -i 's/^\(pending_per_address = \).*/\11000/' waiting/ca.conf
mkdir waiting.polls
"$tools/device" requests waiting/certs/ca.pem device.key '' waiting.requests \
	0 "$rounds"
"$tools/device" polls waiting/certs/ca.pem device.key '' waiting.polls \
	0 "$rounds"
for home in again waiting; do
	for file in "$home".requests/*.der; do
		SCEPCA_HOME=$work/$home REQUEST_METHOD=POST \
			QUERY_STRING=operation=PKIOperation \
			CONTENT_LENGTH=$(wc -c <"$file") \
			"$pkiclient" <"$file" >answer 2>>log
	done
done

# ------------------------------------------------------------ one by one

# Without a length, to the end of the file: requests differ by a few bytes.
post="REQUEST_METHOD=POST QUERY_STRING=operation=PKIOperation"
post="$post HTTP_TRANSFER_ENCODING=chunked"
mkdir out
cat >cases <<END
enrol $work/fresh.requests/%d.der SCEPCA_HOME=$work/fresh $post $pkiclient
full $work/full.requests/%d.der SCEPCA_HOME=$work/full $post $pkiclient
again $work/again.requests/%d.der SCEPCA_HOME=$work/again $post $pkiclient
poll $work/waiting.polls/%d.der SCEPCA_HOME=$work/waiting $post $pkiclient
=crypto - $tools/crypto enrolment $work/fresh/keys/ca.pem $work/device.key
=signature - $tools/crypto signature $work/fresh/keys/ca.pem $work/device.key
caps - SCEPCA_HOME=$work/fresh REQUEST_METHOD=GET QUERY_STRING=operation=GetCACaps $pkiclient
empty - $tools/empty
END
# Apart from these: a list of thousands leaves the caches cold for the next.
cat >operator <<END
approve10 - $scepca request approve wait-%d --home $work/few
approve - $scepca request approve wait-%d --home $work/many
list - $scepca request list --home $work/many
END
for list in cases operator; do
	"$tools/meter" "$rounds" "$list" out >>measured 2>>log || {
		tail -n 5 log >&2
		exit 1
	}
done
for home in fresh full again; do
	case $home in fresh) name=enrol ;; *) name=$home ;; esac
	"$tools/device" check "$home/certs/ca.pem" device.key "out/$name" \
		"$home.requests" 0 "$rounds"
done
grep -q '^AES' out/caps.0
[ "$("$scepca" cert list --home "$work/again" --json |
	grep -c '"transaction": "bench-')" -eq "$rounds" ] || {
	echo 'a retransmission was issued anew' >&2
	exit 1
}
all_pending() { # LOG COUNT
	[ "$(grep -c 'type=CertPoll .* result=PENDING' "$1")" -eq "$2" ] || {
		echo "$1: a poll was not PENDING" >&2
		exit 1
	}
}
all_pending log "$rounds"

# -------------------------------------------------------------- instructions

# What a start and a page of memory cost is the machine's; how many instructions
# a process takes, outside the kernel, is ours.

# instructions NAME VARIABLES COMMAND... - appends to `counted`
instructions() {
	name=$1 variables=$2
	shift 2
	# shellcheck disable=SC2086
	env $variables valgrind --tool=callgrind \
		--callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null |
		tr -d , | sed -n "s/.* refs: */$name /p" >>counted
}
: >counted
if command -v valgrind >/dev/null; then
	home once 0 1
	instructions enrol "SCEPCA_HOME=$work/once $post" "$pkiclient" \
		<once.requests/0.der
	instructions poll "SCEPCA_HOME=$work/waiting $post" "$pkiclient" \
		<waiting.polls/0.der
	instructions empty '' "$tools/empty"
	for what in enrolment signature; do
		for n in 1 2; do # what the second round takes more
			instructions "$what$n" '' "$tools/crypto" "$what" \
				fresh/keys/ca.pem device.key "$n"
		done
	done
fi

# ------------------------------------------------------ behind a web server

# ticks PID... - clock ticks that these processes used
ticks() {
	sum=0
	for p; do
		# shellcheck disable=SC2046
		set -- $(sed 's/.*) //' "/proc/$p/stat")
		sum=$((sum + ${12} + ${13}))
	done
	echo "$sum"
}
free_port() {
	python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
listening() { # PORT - within five seconds
	i=0
	until python3 -c 'import socket, sys
socket.create_connection(("127.0.0.1", int(sys.argv[1])))' "$1" 2>/dev/null; do
		i=$((i + 1))
		[ "$i" -lt 50 ] || return 1
		sleep 0.1
	done
}

# under_load NAME PORT PATH REQUESTS AT-ONCE PID... - appends to `loads`
under_load() {
	name=$1 port=$2 path=$3 requests=$4 at_once=$5
	shift 5
	before=$(ticks "$@")
	seconds=$("$tools/load" "$port" "$path" "$requests" "$load" "$at_once")
	after=$(ticks "$@")
	echo "$name $seconds $((after - before)) $(getconf CLK_TCK)" >>loads
}
: >loads

start_workers() { # COUNT - at $work/fcgi.sock
	rm -f fcgi.sock
	SCEPCA_WORKERS=$1 spawn-fcgi -n -s "$work/fcgi.sock" -- "$pkiclient" \
		2>>workers.log &
	fcgi=$!
	pids="$pids $fcgi"
}
start_nginx() { # HOME - before $work/fcgi.sock; sets $port and $nginx
	port=$(free_port)
	cat >nginx.conf <<-END
		daemon off;
		worker_processes 1;
		pid $work/nginx.pid;
		error_log $work/nginx.log;
		$([ "$(id -u)" -ne 0 ] || echo 'user root;')
		events {}
		http {
			access_log off;
			client_body_temp_path $work/nginx.tmp;
			fastcgi_temp_path $work/nginx.tmp2;
			proxy_temp_path $work/nginx.tmp3;
			uwsgi_temp_path $work/nginx.tmp4;
			scgi_temp_path $work/nginx.tmp5;
			server {
				listen 127.0.0.1:$port;
				set \$scepca_home $work/$1;
				set \$scepca_cgi $pkiclient;
				set \$scepca_socket unix:$work/fcgi.sock;
				include $source/nginx-conf/scepca.conf;
			}
		}
	END
	nginx -c "$work/nginx.conf" -p "$work" 2>nginx.err &
	nginx=$!
	pids="$pids $nginx"
	listening "$port"
}
all_enrolled() { # HOME COUNT
	got=$("$scepca" cert list --home "$work/$1" --json | grep -c serial)
	[ "$got" -ge "$2" ] || {
		echo "only $got of $2 were enrolled" >&2
		exit 1
	}
}

if command -v nginx >/dev/null && command -v fcgiwrap >/dev/null; then
	fcgiwrap -c 2 -s "unix:$work/fcgi.sock" >fcgi.log 2>&1 &
	fcgi=$!
	pids="$pids $fcgi"
	start_nginx web
	# shellcheck disable=SC2046
	under_load scepca "$port" /scep web.requests 2 \
		$(family "$fcgi") $(family "$nginx")
	stop
	all_enrolled web "$load"
fi

if command -v nginx >/dev/null && command -v spawn-fcgi >/dev/null; then
	mkdir again.polls
	for i in $(seq 0 $((load - 1))); do
		ln -s "$work/waiting.polls/$((i % rounds)).der" "again.polls/$i.der"
	done
	start_workers 1
	start_nginx waiting
	# shellcheck disable=SC2046
	under_load polls "$port" /scep again.polls 1 $(family "$fcgi")
	stop
	all_pending workers.log "$load"
	start_workers 2
	start_nginx workers
	# shellcheck disable=SC2046
	under_load alone "$port" /scep alone.requests 1 $(family "$fcgi")
	# shellcheck disable=SC2046
	under_load workers "$port" /scep workers.requests 2 \
		$(family "$fcgi") $(family "$nginx")
	stop
	all_enrolled workers $((2 * load))
fi

if command -v scepserver >/dev/null; then
	port=$(free_port)
	scepserver ca -init -depot "$work/depot" -keySize 2048 >scep.log 2>&1
	mkdir scep.requests
	"$tools/device" requests depot/ca.pem device.key bench-secret \
		scep.requests 0 "$load"
	scepserver -depot "$work/depot" -port "$port" -challenge bench-secret \
		>>scep.log 2>&1 &
	scep=$!
	pids="$pids $scep"
	listening "$port"
	under_load scepserver "$port" /scep scep.requests 2 "$scep"
	memory=$(awk '/VmHWM/ { print $2 }' "/proc/$scep/status")
	stop
	kept=$(find depot -name 'device-*' | wc -l)
fi

# ------------------------------------------------------------------- report

awk -v rounds="$rounds" -v stored="$stored" -v load="$load" \
	-v memory="${memory-0}" -v kept="${kept-0}" '
FILENAME == "measured" {
	least[$1] = $2; median[$1] = $3; kib[$1] = $4
	next
}
FILENAME == "counted" {
	count[$1] = $2
	next
}
{ seconds[$1] = $2; cpu[$1] = $3 / $4 * 1000 / load }
function rate(name, title, more) {
	if (name in seconds)
		printf "  %-42s %8.0f %5.2f ms%s\n", title,
			load / seconds[name], cpu[name], more
}
function judge(what, min, med, target, unit) {
	printf "%-44s %8.2f %8.2f %8.1f %-3s %s\n", what, min, med, target,
		unit, min <= target ? "pass" : "MISSED"
}
END {
	printf "%-44s %8s %8s %6s\n", "CPU of a process, start to exit", "least",
		"median", "memory"
	split("enrol full again poll caps empty", names)
	title["enrol"] = "enrolment, empty store"
	title["full"] = "enrolment, " stored " certificates stored"
	title["again"] = "its retransmission"
	title["poll"] = "CertPoll of a pending request"
	title["caps"] = "GetCACaps"
	title["empty"] = "empty program, same libraries"
	for (i = 1; i <= 6; i++) {
		k = names[i]
		printf "  %-42s %5.2f ms %5.2f ms %4.1f MB\n", title[k],
			least[k] / 1000, median[k] / 1000, kib[k] / 1024
	}
	printf "  %-42s %5.2f ms %5.2f ms\n",
		"public-key operations of an enrolment", least["crypto"] / 1000,
		median["crypto"] / 1000
	printf "\n%-44s %8s %8s %8s\n", "against the targets (" rounds " rounds)",
		"least", "median", "target"
	judge("enrolment / its public-key operations",
		least["enrol"] / least["crypto"],
		median["enrol"] / median["crypto"], 1.6, "")
	printf "%-44s %8.2f %8.2f\n", "  of this, an empty program and those alone",
		(least["empty"] + least["crypto"]) / least["crypto"],
		(median["empty"] + median["crypto"]) / median["crypto"]
	if ("alone" in cpu)
		judge("  by a worker, FastCGI / those operations",
			cpu["alone"] * 1000 / least["crypto"],
			cpu["alone"] * 1000 / median["crypto"], 1.6, "")
	judge("CertPoll / one signature and an empty program",
		least["poll"] / (least["signature"] + least["empty"]),
		median["poll"] / (median["signature"] + median["empty"]), 1.3,
		"")
	if ("polls" in cpu) {
		polls = cpu["polls"] * 1000
		judge("  by a worker, FastCGI / those",
			polls / (least["signature"] + least["empty"]),
			polls / (median["signature"] + median["empty"]), 1.3, "")
	}
	if (count["enrol"] > 0) {
		count["crypto"] = count["enrolment2"] - count["enrolment1"]
		count["sign"] = count["signature2"] - count["signature1"]
		printf "%-44s %8.2f\n", "in instructions, without the kernel: enrolment",
			count["enrol"] / count["crypto"]
		printf "%-44s %8.2f\n", "  CertPoll",
			count["poll"] / (count["sign"] + count["empty"])
	}
	judge("request approve, " stored " waiting / 10",
		least["approve"] / least["approve10"],
		median["approve"] / median["approve10"], 1.5, "")
	printf("  request list, %d waiting: %.3f ms each\n", stored,
		least["list"] / 1000 / stored)
	judge("GetCACaps / empty program", least["caps"] / least["empty"],
		median["caps"] / median["empty"], 1.5, "")
	judge("memory of an enrolment", kib["full"] / 1024, kib["enrol"] / 1024,
		16, "MB")
	judge(stored " certificates / empty store",
		least["full"] / least["enrol"],
		median["full"] / median["enrol"], 1.2, "")
	printf "\n%-44s %8s %8s\n", load " enrolments, 2 at once", "per s",
		"CPU"
	# fcgiwrap does not wait for its children, so theirs are added
	cpu["scepca"] += median["enrol"] / 1000
	rate("scepca", "nginx, fcgiwrap, pkiclient.exe", "")
	rate("workers", "nginx, pkiclient.exe (FastCGI)", "")
	rate("scepserver", "scepserver (resident)",
		sprintf("  %d kept, %.0f MB", kept, memory / 1024))
}' measured counted loads
