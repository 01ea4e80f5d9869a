#!/bin/sh
# names.sh SERVER - names come out as they went in, byte for byte: made by
# openssl, taken apart by openssl, with the product in between.
# R090 R099 T-20
. "${0%/*}/lib.sh"
need openssl curl
make_work
make_ca
start_server "$1"
url=$base/cgi-bin/pkiclient.exe

# der_of FILE-DER OFFSET - the element at an offset of it
der_of() {
	openssl asn1parse -inform DER -in "$1" -strparse "$2" -noout -out "$3"
}


# subject_of_csr NAME, subject_of_cert NAME - the Name as it is encoded
subject_of_csr() {
	# SEQUENCE, SEQUENCE, INTEGER, and then the Name
	der_of "$1.csr" "$(openssl asn1parse -inform DER -in "$1.csr" |
		awk -F: '/d=2/ && ++n == 2 { print $1 + 0; exit }')" "$1.in"
}
subject_of_cert() {
	openssl x509 -in "$1.pem" -outform DER -out "$1.der"
	# version, serial, algorithm, issuer, validity, and then the Name
	der_of "$1.der" "$(openssl asn1parse -inform DER -in "$1.der" |
		awk -F: '/d=2/ && ++n == 6 { print $1 + 0; exit }')" "$1.out"
}

# enrol NAME - with the names in NAME.cnf, which this completes
enrol() {
	new_device "$1"
	cat >>"$1.cnf" <<-END
		[req]
		prompt = no
		utf8 = yes
		string_mask = ${mask-utf8only}
		distinguished_name = dn
		attributes = attrs
		[attrs]
		challengePassword = $(challenge)
	END
	[ -z "${san-}" ] || printf '[req]\nreq_extensions = ext\n[ext]\n%s\n' \
		"subjectAltName = $san" >>"$1.cnf"
	openssl req -new -key "$1.key" -config "$1.cnf" -outform DER \
		-out "$1.csr" 2>"$1.log" || die "$1: $(cat "$1.log")"
	make_message "$1"
	curl -s -S --max-time 30 -o "$1.reply" --data-binary "@$1.msg" \
		"$url?operation=PKIOperation"
	open_reply "$1"
	[ "$result" = 0 ] || die "$1: not granted: $(cat show.out)"
	check_cert "$1.pem" "$1.key"
	subject_of_csr "$1"
	subject_of_cert "$1"
	cmp "$1.in" "$1.out" || die "$1: another subject"
	ok "$1: $(wc -c <"$1.out") bytes of subject"
}

cat >cisco.cnf <<'END'
[dn]
CN = r1.example.org
+serialNumber = FTX1234567
+unstructuredName = r1.example.org
END
enrol cisco

cat >utf8.cnf <<'END'
[dn]
O = Käserei Müller
CN = 東京
END
enrol utf8

printf '[dn]\nO = Käserei\nCN = Müller\n' >t61.cnf
mask=MASK:0x4 enrol t61
openssl asn1parse -inform DER -in t61.out | grep -q T61STRING || die 'no T61'

printf '[dn]\nO = Käserei\nCN = Müller\n' >bmp.cnf
mask=MASK:0x800 enrol bmp
openssl asn1parse -inform DER -in bmp.out | grep -q BMPSTRING || die 'no BMP'

# 4 KiB and more; openssl limits the length of most types, not of this one
{
	echo '[dn]'
	for i in $(seq 10 19); do
		printf '%s.unstructuredName = %s%s\n' "$i" "$i" \
			"$(printf '%0420d' 7)"
	done
	echo 'CN = long'
} >long.cnf
enrol long
[ "$(wc -c <long.out)" -ge 4096 ] || die 'long: below 4 KiB'

san=$(seq 1 50 | sed 's/.*/DNS:h&.example.org/' | paste -s -d , -)
printf '[dn]\nCN = many\n' >many.cnf
enrol many
for f in csr der; do # the value of the extension, from its OCTET STRING
	at=$(openssl asn1parse -inform DER -in "many.$f" |
		awk -F: '/X509v3 Subject Alternative Name/ { getline; print $1 + 0 }')
	der_of "many.$f" "$at" "many.san.$f"
done
cmp many.san.csr many.san.der || die 'many: other alternative names'
[ "$(openssl asn1parse -inform DER -in many.san.der | grep -c 'cont \[ 2 \]')" \
	-eq 50 ] || die 'many: not 50 names'
ok 'many: 50 alternative names'
