#!/bin/sh
# presets.sh SERVER - five devices with five presets enrol at the same time at
# five URLs, and each certificate is what its profile says.
# T-20 T-23
. "${0%/*}/lib.sh"
need openssl certtool curl
make_work
make_ca
oid=1.3.6.1.4.1.99999.1
sid=tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-1104
cat >profiles.conf <<-END

	[endpoint p-strict]
	preset = strict
	profile = server
	[endpoint p-cisco]
	preset = cisco
	profile = router
	[endpoint p-cisco-legacy]
	preset = cisco-legacy
	profile = museum
	[endpoint p-apple]
	preset = apple
	profile = phone
	[endpoint p-windows]
	preset = windows
	profile = laptop

	[profile server]
	days = 30
	key_usage = digitalSignature
	ext_key_usage = serverAuth clientAuth
	san_dns = *.srv.example
	policies = $oid
	[profile router]
	days = 90
	ext_key_usage = ipsecIKE
	subject_fixed = O=Example,C=CH
	subject_allowed = CN O C serialNumber unstructuredName
	san_dns = subject
	san_ip = 192.0.2.0/24
	[profile museum]
	days = 10
	ext_key_usage = none
	san = drop
	[profile phone]
	keys = rsa
	ext_key_usage_allowed = none
	asked_key_usage = drop
	subject_required = CN
	san_dns = none
	san_email = *@example.com
	[profile laptop]
	subject_derived = CN:dns
	san_dns = *.corp.example
	san_upn = none
	san_uri = none
	san_sid = S-1-5-21-1-2-3-*
END
$as_ca tee -a "$home/ca.conf" <profiles.conf >/dev/null

# what the web server's include leaves to the operator: a URL for an endpoint
# shellcheck disable=SC2016 # nginx expands
for e in strict cisco cisco-legacy apple windows; do
	printf 'location ^~ /%s/ {\nset $scepca_endpoint p-%s;\n' $e $e
	printf 'rewrite ^ /scep last;\n}\n'
done >"$run/locations.conf"
start_server "$1"

# enrol NAME SUBJECT OPTION... - at /NAME/, to NAME.pem and NAME.key
enrol() {
	name=$1
	subject=$2
	shift 2
	sceptool enrol "$base/$name/pkiclient.exe" --subject "$subject" \
		--ca "$tmp/ca.pem" --challenge-file "$name.secret" \
		--key-out "$name.key" --cert-out "$name.pem" "$@" \
		>"$name.out" 2>&1
}

names='strict cisco cisco-legacy apple windows'
for n in $names; do
	challenge | head -n 1 >"$n.secret"
done
enrol strict 'CN=web,O=Lab' --san dns:web.srv.example &
strict=$!
enrol cisco 'CN=r1.example+serialNumber=42+unstructuredName=r1.example' \
	--san dns:r1.example --san ip:192.0.2.7 &
cisco=$!
enrol cisco-legacy 'CN=pix,OU=Museum' --san dns:evil.example \
	--digest MD5 --cipher DES &
legacy=$!
enrol apple 'CN=phone-7' --san email:p7@example.com &
apple=$!
enrol windows 'OU=Laptops' --san dns:l1.corp.example \
	--san "uri:$sid" &
windows=$!
for p in $strict $cisco $legacy $apple $windows; do
	wait "$p" || die "$(cat ./*.out)"
done
ok 'five devices at the same time, each at its URL'

# text NAME - its certificate as openssl shows it, names as RFC 2253 has them
text() {
	check_cert "$1.pem" "$1.key"
	openssl x509 -in "$1.pem" -noout -text -nameopt RFC2253 >"$1.txt"
	start=$(date -d "$(openssl x509 -in "$1.pem" -noout -startdate |
		cut -d= -f2)" +%s)
	end=$(date -d "$(openssl x509 -in "$1.pem" -noout -enddate |
		cut -d= -f2)" +%s)
	days=$(((end - start) / 86400))
}

# holds NAME DAYS SUBJECT LINE... - days, subject, and what is in the text, one
# line a piece; behind `not` what is not
holds() {
	text "$1"
	[ "$days" -eq "$2" ] || die "$1: $days days, not $2"
	has_subject "$1.pem" "$3"
	f=$1.txt
	shift 3
	for line; do
		case $line in
		not\ *)
			! grep -q -F "${line#not }" "$f" ||
				die "$f has '${line#not }'"
			;;
		*) grep -q -F "$line" "$f" || die "$f: no '$line'" ;;
		esac
	done
}

ca_false='CA:FALSE'
holds strict 30 'CN=web,O=Lab' $ca_false 'DNS:web.srv.example' \
	'TLS Web Server Authentication, TLS Web Client Authentication' \
	"Policy: $oid" 'not Key Encipherment' 'not Key Agreement'
holds cisco 90 'serialNumber=42' $ca_false ',O=Example,C=CH' \
	'unstructuredName=r1.example' 'DNS:r1.example, IP Address:192.0.2.7' \
	'Digital Signature, Key Encipherment' 'ipsec Internet Key Exchange' \
	'not Certificate Policies' 'not Client Authentication'
holds cisco-legacy 10 'CN=pix,OU=Museum' $ca_false \
	'not Alternative Name' 'not Extended Key Usage' 'not evil'
holds apple 365 'CN=phone-7' $ca_false 'email:p7@example.com' \
	'TLS Web Client Authentication' 'not DNS:'
holds windows 365 'CN=l1.corp.example,OU=Laptops' $ca_false \
	"DNS:l1.corp.example, URI:$sid" 'TLS Web Client Authentication'
ok 'each certificate is what its profile says'

# What the profile of one URL grants is refused at another.
challenge | head -n 1 >no.secret
if sceptool enrol "$base/strict/pkiclient.exe" --subject CN=r1.example \
	--san ip:192.0.2.7 --san dns:r1.example --ca "$tmp/ca.pem" \
	--challenge-file no.secret --key-out no.key --cert-out no.pem \
	>no.out 2>&1; then
	die 'a name of another profile is granted'
fi
grep -q 'dns r1.example is not allowed by san_dns of \[profile server\]' \
	no.out || die "$(cat no.out)"
ok 'and no other URL has it'
