#!/bin/sh
# paths.sh SERVER - what the web server hands through, and what it must not
# add or take away.
# R006 R012 R013 R014 R015 R021 R023 R024 R025 R027 R030 R038 R039 R041
# R045 R162 R174 R178
# field notes A1 A2 A12 A13 A14 A15 A16 A18
. "${0%/*}/lib.sh"
need openssl curl bash
make_work
make_ca
start_server "$1"

# get NAME CURL-ARGUMENTS... - body in NAME, header lines in head.txt
get() {
	name=$1
	shift
	curl -s -S --max-time 30 -D head.out -o "$name" "$@" || die "curl $*"
	tr -d '\r' <head.out >head.txt
	code=$(sed -n 's,^HTTP/[0-9.]* \([0-9]*\).*,\1,p' head.txt | tail -n 1)
	length=$(sed -n 's/^[Cc]ontent-[Ll]ength: //p' head.txt | tail -n 1)
	type=$(sed -n 's/^[Cc]ontent-[Tt]ype: //p' head.txt | tail -n 1)
}

# answers CODE TYPE - the last one did, with a length, and stayed connected
# (but httpd closes after 400 and 413, whoever says it)
answers() {
	[ "$code" = "$1" ] || die "$name: HTTP $code, not $1"
	[ "$type" = "$2" ] || die "$name: type '$type', not '$2'"
	[ "$length" = "$(wc -c <"$name")" ] || die "$name: length '$length'"
	! grep -qi '^content-encoding' head.txt || die "$name: compressed"
	case $server$1 in
	nginx* | *200)
		! grep -qi '^connection: *close' head.txt ||
			die "$name: closes (A12)"
		;;
	esac
}

# refused CODE - in our words, not in those of the web server
refused() {
	answers "$1" text/plain
	! grep -qi '<html' "$name" || die "$name: page of the web server"
	! grep -q '/' "$name" || die "$name: names a path (R162)"
}

caps='operation=GetCACaps'
get caps "$base/cgi-bin/pkiclient.exe?$caps"
answers 200 text/plain
grep -qx SCEPStandard caps || die "GetCACaps: $(cat caps)"

for path in /cgi-bin/pkiclient.exe /pkiclient.exe \
	/certsrv/mscep/mscep.dll /certsrv/mscep/mscep.dll/pkiclient.exe \
	/scep /scep/ /scep/endpoint/ /scep/x/pkiclient.exe \
	/cgi-bin/pkiclient.exe/ /cgi-bin/pkiclient.exe/pkiclient.exe \
	/x/y/pkiclient.exe/z /app/cert/scep/pkiclient.exe \
	/CertSrv/mscep/MSCEP.DLL /obsolete/pkiclient.exe; do
	get path "$base$path?$caps"
	answers 200 text/plain
	cmp -s caps path || die "$path: another answer (R012)"
done
! grep -q 'client denied' "$run"/*.log || die 'the web server complains'
ok 'every path (R012, R013, R014)'

for path in / /scepx /cgi-bin/ /cgi-bin/other /pkiclient.exex; do
	get path "$base$path?$caps"
	case $code in 403 | 404) ;; *) die "$path: HTTP $code" ;; esac
done
ok 'and no other path'

get old --http1.0 -H 'Host:' "$base/cgi-bin/pkiclient.exe?$caps"
[ "$code" = 200 ] && cmp -s caps old || die "HTTP/1.0 without Host: $code"
[ "$length" = "$(wc -c <old)" ] || die "HTTP/1.0: length '$length'"
ok 'HTTP/1.0 without Host (R015)'

# Three requests, one connection (A12).
curl -s -S --max-time 30 -w '%{num_connects}\n' \
	-o k1 "$base/scep?$caps" -o k2 "$base/scep?operation=GetCACert" \
	-o k3 "$base/scep?$caps" >connects
[ "$(tr '\n' ' ' <connects)" = '1 0 0 ' ] || die "connects: $(cat connects)"
ok 'keep-alive'

get squeezed -H 'Accept-Encoding: gzip, deflate' "$base/scep?$caps"
answers 200 text/plain
cmp -s caps squeezed || die 'compressed'
ok 'no compression, which would take Content-Length away (A13)'

# The CA certificate, whatever `message` says (R024, R039, R041).
openssl x509 -in ca.pem -outform DER -out ca.der
for message in '' '&message=' '&message=CAIdentifier' '&message=0' \
	'&message=1' '&message=TP-self-signed'; do
	get cacert "$base/scep?operation=GetCACert$message"
	answers 200 application/x-x509-ca-cert
	cmp -s ca.der cacert || die "GetCACert$message: not the certificate"
	get more "$base/scep?$caps$message"
	cmp -s caps more || die "GetCACaps$message: another answer"
done
get chain "$base/scep?operation=GetCACertChain"
answers 200 application/x-x509-ca-ra-cert-chain
openssl pkcs7 -inform DER -in chain -print_certs -outform PEM 2>&1 |
	openssl x509 -outform DER -out chain.der || die 'GetCACertChain'
cmp -s ca.der chain.der || die 'GetCACertChain: another certificate (R045)'
ok 'GetCACert, GetCACertChain and GetCACaps with any message'

# As a file (R006, R174), and nothing beside it.
get file "$base/pki/ca.crt"
answers 200 application/pkix-cert
cmp -s ca.der file || die '/pki/ca.crt is another one'

# The CRL likewise, from the first day on (R027, R174, R178).
openssl_number() { openssl crl -inform DER -in "$1" -noout -crlnumber; }
get crl "$base/pki/ca.crl"
answers 200 application/pkix-crl
openssl crl -inform DER -in crl -CAfile ca.pem -noout 2>&1 |
	grep -qx 'verify OK' || die '/pki/ca.crl: does not verify'
for file in ca.crt ca.crl; do
	get file "$base/pki/$file"
	since=$(sed -n 's/^[Ll]ast-[Mm]odified: //p' head.txt)
	[ -n "$since" ] || die "/pki/$file: no Last-Modified"
	get none -H "If-Modified-Since: $since" "$base/pki/$file"
	[ "$code" = 304 ] || die "/pki/$file, not modified: HTTP $code"
	get none -I "$base/pki/$file"
	[ "$code" = 200 ] && [ "$length" = "$(wc -c <file)" ] ||
		die "HEAD /pki/$file: HTTP $code, length '$length'"
	get none -X DELETE "$base/pki/$file"
	case $code in 403 | 405) ;; *) die "DELETE: HTTP $code" ;; esac
done
ca crl --now >/dev/null || die 'scepca crl --now'
get again "$base/pki/ca.crl"
[ "$(openssl_number crl)" != "$(openssl_number again)" ] ||
	die '/pki/ca.crl is the old one'
sceptool getcrl "$base/scep" --ca ca.pem --out asked --der >/dev/null 2>&1 ||
	die 'GetCRL'
cmp -s asked again || die 'GetCRL and /pki/ca.crl are two'
ok 'CA certificate and CRL as files'

for path in /pki/../keys/ca.pem /pki/..%2fkeys/ca.pem /pki/%2e%2e/ca.conf \
	/pki../keys/ca.pem /pki/ /keys/ca.pem /ca.conf /store/; do
	get path --path-as-is "$base$path"
	case $code in 400 | 403 | 404) ;; *) die "$path: HTTP $code" ;; esac
	! grep -q 'PRIVATE KEY' path || die "$path: a private key"
done
ok 'public files, and no others'

for query in '' '?' '?operation=' '?operation=Foo' '?message=x' \
	'?operation=PKIOperation' '?operation=PKIOperation&message=' \
	'?operation=PKIOperation&message=AAAA' '?--version' '?-c+/tmp/x'; do
	get refusal "$base/scep$query"
	refused 400
done
ok 'refusals are short and plain (R023, R162, T-40)'

for method in PUT DELETE OPTIONS; do
	get refusal -X "$method" "$base/scep?$caps"
	case $code in 405 | 501) ;; *) die "$method: HTTP $code" ;; esac
done

# 30 KiB of request line reach us.  mod_proxy_fcgi cannot carry that much, and
# says so.
long=$(head -c 30000 /dev/zero | tr '\0' A)
get long "$base/scep?operation=PKIOperation&message=$long"
case $server in
apache-fcgi) [ "$code" = 414 ] || die "long line: HTTP $code" ;;
*) refused 400 ;;
esac
get long "$base/scep?operation=PKIOperation&message=$(echo "$long" |
	head -c 15000)"
refused 400
ok 'long request lines (A18, R019)'

head -c 65537 /dev/zero >big
head -c 200000 /dev/zero >huge
head -c 65536 big >limit
head -c 100 big >junk
post="$base/scep?operation=PKIOperation"
get reply --data-binary @junk "$post"
refused 400
get reply --data-binary @junk "$base/scep"
refused 400
get reply --data-binary @limit "$post"
refused 400
case $server in
apache-fcgi)
	get reply -H 'Transfer-Encoding: chunked' --data-binary @junk "$post"
	[ "$code" = 411 ] || die "chunks: HTTP $code"
	;;
*)
	for f in junk limit; do
		get reply -H 'Transfer-Encoding: chunked' \
			--data-binary "@$f" "$post"
		refused 400
	done
	;;
esac
get reply -H 'Expect: 100-continue' --data-binary @junk "$post"
refused 400
ok 'POST: plain, in chunks, with Expect, without operation (R021, A14, A15)'

# Above the limit in our words, far above it by the web server.
for how in 'Content-Type:' 'Transfer-Encoding: chunked'; do
	[ "$server" != apache-fcgi ] || how=Content-Type:
	get reply -H "$how" --data-binary @big "$post"
	refused 413
	get reply -H "$how" --data-binary @huge "$post"
	[ "$code" = 413 ] || die "200000 bytes: HTTP $code"
	[ "$type" != text/plain ] || die '200000 bytes came to the CGI'
done
ok 'POST above the limit'

# A request that never ends, in its head or in its body, holds no connection
# for long (T-34).
# shellcheck disable=SC2016 # the inner shell expands
slow() {
	timeout 30 bash -c '
		exec 3<>"/dev/tcp/127.0.0.1/$1"
		printf "%b" "$2" >&3
		cat <&3 >/dev/null 2>&1
	' bash "$port" "$1" || [ $? -ne 124 ]	# a reset is fine, too
}
before=$(date +%s)
slow "GET /scep?$caps HTTP/1.1\\r\\nHost: x\\r\\n" &
head=$!
slow 'POST /scep HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\njunk' &
body=$!
wait $head || die 'slow head: not sent away in 30 s'
wait $body || die 'slow body: not sent away in 30 s'
ok "slow clients sent away within $(($(date +%s) - before)) s"

get again "$base/scep?$caps"
answers 200 text/plain
