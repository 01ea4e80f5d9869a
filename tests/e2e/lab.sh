#!/bin/sh
# lab.sh SERVER - tools/lab.sh as a newcomer runs it, but for packages and build:
# twice, because the second run keeps the CA; then it stops what it started.
. "${0%/*}/lib.sh"
need curl openssl
case $1 in
nginx)
	need nginx fcgiwrap
	option=
	;;
apache)
	need apache2
	option=--apache
	;;
esac
make_work
lab=$work/lab
script=$E2E_SRC/tools/lab.sh

stop_server() { env -u SUDO_UID sh "$script" --stop --dir "$lab"; }

# run_lab - on some free port
run_lab() {
	for try in 1 2 3 4 5; do
		port=$((32000 + ($$ * 31 + try * 97) % 700))
		if env -u SUDO_UID sh "$script" --dir "$lab" --port "$port" \
			--build "$E2E_BUILD" $option >"$run/lab.log" 2>&1; then
			return
		fi
		grep -q 'Address already in use' "$run/lab.log" ||
			die 'lab.sh failed'
	done
	die 'no free port'
}

# certificate - the newest device's, checked
certificate() {
	device=$(find "$lab/devices" -name '*.key' -printf '%T@ %p\n' |
		sort -n | tail -n 1)
	device=${device#* }
	device=${device%.key}
	cp "$lab/ca.pem" ca.pem
	check_cert "$device.pem" "$device.key"
}

run_lab
certificate
ok 'a device is enrolled'

base=http://127.0.0.1:$port
fingerprint=$(openssl x509 -in ca.pem -noout -fingerprint -sha256 |
	sed 's/.*=//')
grep -qi "SHA-256 *$fingerprint" "$run/lab.log" || die 'no SHA-256 fingerprint'
for text in "$base/scep" "enrollment url $base" 'pki --scep ' 'sscep enroll' \
	'getcert request'; do
	grep -q -F "$text" "$run/lab.log" || die "it does not say: $text"
done
curl -s -S --max-time 10 -o got.der "$base/pki/ca.crt"
openssl x509 -in ca.pem -outform DER | cmp -s - got.der ||
	die '/pki/ca.crt is another certificate'
ok 'URL, fingerprint, and lines to copy'

# The challenge that was printed is good for another device.
secret=$(sed -n 's/^challenge  *//p' "$run/lab.log" | tail -n 1)
printf '%s\n' "$secret" | sceptool enrol "$base/scep" --subject CN=second \
	--challenge-file - --ca ca.pem --key-out second.key \
	--cert-out second.pem >"$run/second.log" 2>&1 || die 'printed challenge'
check_cert second.pem second.key
ok 'the printed challenge works'

cp ca.pem before.pem
first=$device
run_lab
certificate
cmp -s before.pem ca.pem || die 'the second run made another CA'
[ "$device" != "$first" ] || die 'the second run enrolled nobody'
ok 'run again: same CA, another device'

stop_server
! curl -s -o gone.out --max-time 5 "http://127.0.0.1:$port/" ||
	die 'still there after --stop'
stop_server
ok '--stop, twice'
