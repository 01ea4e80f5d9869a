#!/bin/sh
# handmade.sh SERVER - requests that openssl made, in every wrapping that is
# found in the field; the replies are read by openssl and GnuTLS.
# R009 R010 R016 R017 R018 R022 R026 R058 R068 R071 R072 R076 R077 R081 R105
# R145 R149 R153 R155 R157 R158 R159 R160
# field notes A3 A4 A8 A9 A12 A14 A15 C1 E7 E12
. "${0%/*}/lib.sh"
need openssl certtool curl
make_work
make_ca
start_server "$1"
url=$base/cgi-bin/pkiclient.exe

# ask NAME CURL-ARGUMENTS... - the reply to NAME.reply; a CertRep says so
ask() {
	name=$1
	shift
	curl -s -S --max-time 30 -D head.out -o "$name.reply" "$@" ||
		die "$name: curl"
	tr -d '\r' <head.out >head.txt
	grep -q '^HTTP/1.1 200 ' head.txt || die "$name: $(head -n 1 head.txt)"
	grep -qix 'content-type: application/x-pki-message' head.txt ||
		die "$name: content type (R105, R160)"
	grep -qi '^cache-control:.*no-store' head.txt ||
		die "$name: may be cached (R026)"
	length=$(sed -n 's/^[Cc]ontent-[Ll]ength: //p' head.txt)
	[ "$length" = "$(wc -c <"$name.reply")" ] ||
		die "$name: Content-Length is '$length' (R025)"
	! grep -qi '^connection: *close' head.txt || die "$name: closes (A12)"
}

post() {
	name=$1
	shift
	ask "$name" --data-binary "@$name.msg" "$@" \
		"$url?operation=PKIOperation"
}

granted() {
	open_reply "$1"
	[ "$result" = 0 ] || die "$1: not granted: $(cat show.out)"
	check_cert "$1.pem" "$1.key"
	has_subject "$1.pem" "CN=$1"
	openssl x509 -in "$1.pem" -noout -ext subjectAltName |
		grep -q "DNS:$1.example.org" || die "$1: no SAN (R099)"
}

# device NAME [stream] [CIPHER] [DIGEST] - NAME.msg with a new challenge
device() {
	[ -f "$1.key" ] || new_device "$1"
	make_csr "$1" "$(challenge)"
	make_message "$@"
}

# percent-encoding of what base64 has and a query cannot hold
escape() { sed 's/%/%25/g; s/+/%2B/g; s,/,%2F,g; s/=/%3D/g'; }

device post
post post
granted post
ok 'POST'

# The same bytes again: the same certificate, and nobody pays twice.
mv post.pem first.pem
post post
granted post
cmp -s first.pem post.pem || die 'the retransmission got another certificate'
ok 'retransmission (R145)'

device chunked
case $server in
apache-fcgi) post chunked -H 'Content-Type:' ;;
*) post chunked -H 'Transfer-Encoding: chunked' -H 'Content-Type:' ;;
esac
granted chunked
device expect
post expect -H 'Expect: 100-continue'
granted expect
device old
ask old --data-binary @old.msg --http1.1 -H 'Content-Type: text/plain' \
	"$url/anything?operation=PKIOperation&message="
granted old
ok 'POST with chunks, Expect, odd types and an empty message'

device get
ask get "$url?operation=PKIOperation&message=$(base64 -w 0 get.msg | escape)"
granted get
ok 'GET, one line'

device lines
message=$(base64 -w 64 lines.msg | escape | sed 's/$/%0A/' | tr -d '\n')
case $message in *%0A*%0A) ;; *) die 'no %0A in the query' ;; esac
ask lines "$url?operation=PKIOperation&message=$message"
granted lines
ok 'GET with %0A every 64 characters'

# A key of 4096 bits, on one line and escaped: field note A19.
new_device big 4096
device big
message=$(base64 -w 0 big.msg | escape)
[ ${#message} -gt 5000 ] || die 'this is no long request line'
ask big "$url?operation=PKIOperation&message=$message"
granted big
ok "GET, ${#message} characters"

# A message whose base64 has a plus and a slash: nearly every one.
device plus
message=$(base64 -w 0 plus.msg | sed 's/=/%3D/g')
case $message in *+*) ;; *) die 'no + in the query' ;; esac
case $message in */*) ;; *) die 'no / in the query' ;; esac
ask plus "$url?operation=PKIOperation&message=$message"
granted plus
ok 'GET with raw plus and slash'

device ber stream
[ "$(od -An -tx1 -N2 ber.msg | tr -d ' ')" = 3080 ] || die 'this is not BER'
post ber
granted ber
device berget stream
ask berget \
	"$url?operation=PKIOperation&message=$(base64 -w 0 berget.msg | escape)"
granted berget
ok 'BER with indefinite lengths, POST and GET'

# The reply answers in the client's own algorithms (R081).
while read -r cipher digest oid; do
	device "x$cipher$digest" no "$cipher" "$digest"
	post "x$cipher$digest"
	granted "x$cipher$digest"
	openssl asn1parse -inform DER -in "x$cipher$digest.content" |
		grep -q ":$oid\$" || die "$cipher: another cipher in the reply"
done <<END
aes-128-cbc sha256 aes-128-cbc
aes-192-cbc sha384 aes-192-cbc
aes-256-cbc sha512 aes-256-cbc
des-ede3-cbc sha1 des-ede3-cbc
END
ok 'AES and 3DES, SHA-1 and SHA-2'

# A wrong challenge is a signed FAILURE that names no cause (R095, R153).
new_device wrong
make_csr wrong 'no-such-challenge'
make_message wrong
post wrong
open_reply wrong
[ "$result" = 2 ] || die "wrong challenge: status $result"
grep -qx 'failInfo 2' show.out || die 'wrong challenge: not badRequest'
ok 'FAILURE for a wrong challenge'

# One flipped bit of the signature: badMessageCheck (R057).
device bent
n=$(wc -c <bent.msg)
{
	head -c $((n - 1)) bent.msg
	tail -c 1 bent.msg | tr '\000-\177\200-\377' '\200-\377\000-\177'
} >bent.new
mv bent.new bent.msg
post bent
open_reply bent
[ "$result" = 2 ] && grep -qx 'failInfo 1' show.out ||
	die "flipped bit: $(cat show.out)"
ok 'FAILURE badMessageCheck'

ca check >check.out 2>&1 || die "scepca check: $(cat check.out)"
