#!/bin/sh
# Make the inputs that fuzzing starts from: our own messages (seeds.c), and what
# openssl and certtool make.  Not part of the build: corpus/ holds the result.
#
# usage: seeds.sh SEEDS-PROGRAM DIR
set -eu

seeds=$1
dir=$2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

mkdir -p "$dir"
"$seeds" "$dir"
openssl x509 -inform DER -in "$dir/cert/ca" -out "$tmp/ca.pem"
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:1024 \
	-out "$tmp/key.pem" 2>/dev/null ||
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 \
		-out "$tmp/key.pem" 2>/dev/null

# A request; $1 is the file, $2 what strings there may be (ASN1_STRING_set_default_mask).
request() {
	cat >"$tmp/req.cnf" <<-END
		[req]
		prompt = no
		utf8 = yes
		string_mask = $2
		distinguished_name = dn
		attributes = attr
		req_extensions = ext
		[dn]
		C = DE
		O = Zürich West
		CN = r1
		[attr]
		challengePassword = geheim-Ä
		[ext]
		keyUsage = critical, digitalSignature, keyEncipherment
		extendedKeyUsage = clientAuth
		subjectAltName = DNS:r1.example, IP:192.0.2.7, IP:2001:db8::7, email:a@b.example, URI:http://x/, otherName:1.3.6.1.4.1.311.20.2.3;UTF8:u@x
		subjectKeyIdentifier = hash
	END
	openssl req -new -batch -config "$tmp/req.cnf" -key "$tmp/key.pem" \
		-outform DER -out "$dir/csr/$1" 2>/dev/null
}
request openssl-utf8 utf8only
request openssl-bmp MASK:0x0802
request openssl-t61 MASK:0x0004

printf 'cn = r1\nchallenge_password = secret\ndns_name = r1.example\n' \
	>"$tmp/certtool.cfg"
certtool --generate-request --load-privkey "$tmp/key.pem" --outder \
	--template "$tmp/certtool.cfg" --outfile "$dir/csr/certtool" 2>/dev/null
openssl ecparam -genkey -noout -name prime256v1 -out "$tmp/ec.pem"
openssl req -new -batch -subj /CN=ec -key "$tmp/ec.pem" -outform DER \
	-out "$dir/csr/openssl-ec"

openssl req -x509 -batch -subj /CN=r1 -key "$tmp/key.pem" -days 1 \
	-out "$tmp/cert.pem"
openssl x509 -in "$tmp/cert.pem" -outform DER -out "$dir/cert/openssl"
openssl req -x509 -batch -subj /CN=ec -key "$tmp/ec.pem" -days 1 \
	-outform DER -out "$dir/cert/openssl-ec"

for cipher in aes128 aes192 aes256 des3; do
	for form in '' -stream -keyid; do
		out=$dir/cms_enveloped/openssl-$cipher$form
		openssl cms -encrypt -binary $form -$cipher -outform DER \
			-in "$dir/csr/openssl-utf8" -out "$out" "$tmp/ca.pem"
	done
	cp "$dir/cms_enveloped/openssl-$cipher-stream" \
		"$dir/ber/openssl-$cipher"
done
openssl cms -encrypt -binary -aes128 -outform DER \
	-in "$dir/csr/openssl-utf8" -out "$dir/cms_enveloped/openssl-three" \
	"$tmp/cert.pem" "$tmp/cert.pem" "$tmp/ca.pem"

for digest in sha1 sha256 sha512 md5; do
	for form in '' -stream -keyid; do
		out=$dir/cms_signed/openssl-$digest$form
		openssl cms -sign -binary -nodetach $form -md $digest \
			-signer "$tmp/cert.pem" -inkey "$tmp/key.pem" \
			-in "$dir/cms_enveloped/openssl-aes128" \
			-outform DER -out "$out"
	done
	cp "$dir/cms_signed/openssl-$digest-stream" "$dir/ber/openssl-$digest"
done
openssl crl2pkcs7 -nocrl -certfile "$tmp/cert.pem" -certfile "$tmp/ca.pem" \
	-outform DER -out "$dir/cms_certs/openssl"
cp "$dir/cms_certs/openssl" "$dir/ca_set/openssl"
