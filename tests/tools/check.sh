# check on a table of broken installations (T-60): each is named by file, with a
# remedy; where the remedy is a command, it is run, and mends it.
#
# usage: sh check.sh SCEPCA DENY.SO SEED
. "$(dirname "$0")/lib.sh"
seed=$(absolute "$3")

me=$(id -un)
good=$tmp/good one=$tmp/one h=$tmp/h
ca init --home "$good" --subject 'CN=Test CA' --key rsa:2048 --ra
want 0 check --home "$good" # who has no challenge waits for the operator
says 'warning  challenges: there is none'
printf '[endpoint default]\nunauthorised = refuse\n' >"$tmp/ca.conf"
cp "$good/ca.conf" "$tmp/good.conf"
cat "$tmp/ca.conf" >"$good/ca.conf"
want 1 check --home "$good" # nobody can enrol
says 'problem  challenges: there is none'
cat "$tmp/good.conf" >"$good/ca.conf"
ca challenge new --home "$good"
want 0 check --home "$good"
says 'Nothing stops enrolment'
silent
ca init --home "$one" --subject 'CN=Test CA' --key rsa:2048
ca challenge new --home "$one"
want 0 check --home "$one"

fresh() { # fresh DIR - a copy of it to be broken
	rm -rf "$h"
	cp -a "$1" "$h"
}

broken() { # broken WHAT TEXT - the copy has this problem, and a remedy for it
	want 1 check --home "$h"
	says "problem  $1: "
	says "$2"
	grep -A 1 "^problem  $1: " "$tmp/out" | grep -q '^ *remedy: .' ||
		fail "no remedy for $1"
}

mended() { # mended - by the commands that check has named
	sed -n '/ USER /d; s/^ *remedy: \(ch[a-z]* .*\)/\1/p' "$tmp/out" \
		>"$tmp/remedy"
	sh "$tmp/remedy" || fail 'the remedy does not run'
	want 0 check --home "$h"
}

warned() { # warned WHAT TEXT - a warning alone
	want 0 check --home "$h"
	says "warning  $1: $2"
	grep -A 1 "^warning  $1: " "$tmp/out" | grep -q '^ *remedy: .' ||
		fail "no remedy for $1"
}

# --- modes of files and directories (R007, T-46)
while read -r name mode; do
	fresh "$good"
	chmod "$mode" "$h/$name"
	broken "$name" "mode 0$mode"
	mended
done <<END
keys 755
keys 750
keys/ca.pem 644
keys/ca.pem 440
keys/ra-sign.pem 640
keys/ra-enc.pem 604
keys/challenge.secret 444
store 755
certs 777
certs/ca.pem 666
ca.conf 662
public 775
END
fresh "$good"
chmod 755 "$h"
warned home 'mode 0755: others can list it'
mended
fresh "$good"
chmod 777 "$h"
broken home 'mode 0777: others can change it'
mended
fresh "$good"
touch "$h/keys/old.pem" # whatever lies there is a secret
chmod 644 "$h/keys/old.pem"
broken keys/old.pem 'mode 0644'
mended
h="$tmp/it's a home" # a remedy is quoted for the shell
fresh "$good"
chmod 644 "$h/keys/ca.pem"
broken keys/ca.pem 'mode 0644'
mended
rm -rf "$h"
h=$tmp/h

# --- the log that scepca why reads: devices enrol without it
for mode in 400 000; do
	fresh "$good"
	touch "$h/service.log"
	chmod $mode "$h/service.log"
	warned service.log "mode 0$mode: it cannot be written"
	mended
done
fresh "$good"
touch "$h/service.log.1"
chmod 644 "$h/service.log.1"
warned service.log.1 'mode 0644: others can get at it'
mended
fresh "$good"
ln -s /dev/null "$h/service.log"
warned service.log 'is no file'

# --- owners; root can make them wrong
if [ "$(id -u)" -eq 0 ]; then
	for name in keys/ca.pem store certs ca.conf service.log; do
		fresh "$good"
		[ -e "$h/$name" ] || (umask 077 && : >"$h/$name")
		chown daemon "$h/$name"
		broken "$name" 'belongs to user id'
		says "chown "
		mended
	done
	fresh "$good"
	warned home 'belongs to root'
fi

# --- files that are not there
for name in ca.conf certs/ca.pem certs/ra-sign.pem certs/ra-enc.pem \
	keys/ca.pem keys/ra-sign.pem keys/ra-enc.pem keys/challenge.secret; do
	fresh "$good"
	rm -f "$h/$name"
	broken "$name" ''
done
for name in certs keys store; do
	fresh "$good"
	rm -rf "${h:?}/$name"
	broken "$name" 'is missing'
done
fresh "$good"
rm "$h/public/ca.crt"
warned public/ca.crt 'is missing'
fresh "$good"
cat "$one/public/ca.crt" >"$h/public/ca.crt"
warned public/ca.crt 'is not the certificate of certs/ca.pem'
fresh "$good"
rm "$h/certs/ca.pem"
ca cert list --home "$h" --json # the remedy for it
serial=$(json "[c['serial'] for c in d['certificates']
	if c['subject'] == c['issuer']][0]")
want 0 cert export "$serial" --out "$h/certs/ca.pem" --home "$h"
want 0 check --home "$h"

# --- files that are something else
for name in keys/ca.pem keys/ra-sign.pem keys/ra-enc.pem; do
	fresh "$good"
	chmod 600 "$h/$name"
	echo garbage >"$h/$name"
	broken "$name" 'no private key'
	: >"$h/$name"
	broken "$name" 'no private key'
	cat "$one/keys/ca.pem" >"$h/$name"
	broken "$name" "is not the key of certs/${name#keys/}"
done
for name in certs/ca.pem certs/ra-sign.pem certs/ra-enc.pem; do
	fresh "$good"
	echo garbage >"$h/$name"
	broken "$name" 'no certificate'
	fresh "$good"
	mv "$h/$name" "$tmp/moved.pem"
	ln -s "$tmp/moved.pem" "$h/$name"
	broken "$name" 'symbolic link'
done
fresh "$good"
cp "$one/certs/ca.pem" "$h/certs/ca.pem" # another CA of the same name
broken keys/ca.pem 'is not the key of certs/ca.pem'
broken certs/ra-sign.pem 'is not signed by certs/ca.pem'
fresh "$good"
chmod 600 "$h/keys/challenge.secret"
echo short >"$h/keys/challenge.secret"
broken keys/challenge.secret '6 bytes instead of 32'
fresh "$good"
for f in "$h"/store/*.db; do
	dd if=/dev/urandom of="$f" bs=1k count=64 conv=notrunc \
		>"$tmp/out" 2>"$tmp/err"
done
broken store ''
same 'one line of a broken store' "$(grep -c '^problem' "$tmp/out")" 1

# --- certificates that cannot do the work: made for the same key
usage=digitalSignature,keyEncipherment,keyCertSign,cRLSign
remake() { # remake DAYS USAGE CA - certs/ca.pem, self-signed
	printf '%s\n' '[req]' 'distinguished_name = dn' '[dn]' >"$tmp/cnf"
	openssl req -x509 -config "$tmp/cnf" -key "$h/keys/ca.pem" \
		-subj '/CN=Test CA' -days "$1" -addext "keyUsage=critical,$2" \
		-addext "basicConstraints=critical,CA:$3" -out "$tmp/ca.pem" \
		>"$tmp/out" 2>"$tmp/err" || fail 'openssl req'
	cat "$tmp/ca.pem" >"$h/certs/ca.pem"
}
redate() { # redate FROM UNTIL - the same by certtool, which can set dates
	printf '%s\n' 'cn = "Test CA"' ca cert_signing_key \
		"activation_date = \"$1\"" "expiration_date = \"$2\"" \
		>"$tmp/template"
	certtool --generate-self-signed --load-privkey "$h/keys/ca.pem" \
		--template "$tmp/template" --outfile "$tmp/ca.pem" \
		>"$tmp/out" 2>"$tmp/err" || fail certtool
	cat "$tmp/ca.pem" >"$h/certs/ca.pem"
}
fresh "$one"
remake 3650 $usage TRUE
warned store 'does not know' # it is not in the books
redate '2001-01-01 00:00:00 UTC' '2002-01-01 00:00:00 UTC'
broken certs/ca.pem 'expired'
redate '2100-01-01 00:00:00 UTC' '2101-01-01 00:00:00 UTC'
broken certs/ca.pem 'not valid yet'
remake 29 $usage TRUE
warned certs/ca.pem 'expires in 2'
remake 200 $usage TRUE
warned certs/ca.pem ''
says 'days, and with it every certificate'
for bit in digitalSignature keyEncipherment keyCertSign; do # R001
	remake 3650 "$(echo $usage | sed "s/$bit,//")" TRUE
	broken certs/ca.pem 'keyUsage lacks'
done
remake 3650 $usage FALSE
broken certs/ca.pem 'not the certificate of a CA'

# a key too short (R007), and one that cannot decrypt, without an RA (R004)
rekey() { # rekey OPENSSL-ARGUMENT... - a new key, and a certificate for it
	openssl genpkey "$@" -out "$tmp/key.pem" >"$tmp/out" 2>"$tmp/err" ||
		fail 'openssl genpkey'
	chmod 600 "$h/keys/ca.pem"
	cat "$tmp/key.pem" >"$h/keys/ca.pem"
	remake 3650 $usage TRUE
}
rekey -algorithm RSA -pkeyopt rsa_keygen_bits:1024
broken certs/ca.pem '1024 bits'
rekey -algorithm EC -pkeyopt ec_paramgen_curve:P-256
broken keys/ca.pem 'requests are encrypted to RSA keys'

# --- ca.conf, with the line
conf() { # conf LINE TEXT CONTENT - a mistake in this line
	fresh "$good"
	printf '%s\n' "$3" >"$h/ca.conf"
	broken ca.conf "ca.conf:$1: "
	says "$2"
}
conf 2 "unknown setting 'lagacy'" '[endpoint default]
lagacy = yes'
conf 3 'want yes or no' '[endpoint default]
legacy = yes
obsolete = maybe'
conf 1 'unknown section' '[endpint default]'
conf 1 'before the first section' 'days = 3'
conf 2 'neither' '[ca]
hello'
fresh "$good"
printf '[endpoint museum]\nobsolete = yes\n' >"$h/ca.conf"
warned ca.conf '[endpoint museum] takes MD5 and single DES'
warned ca.conf '[endpoint museum] takes MD5 and single DES' # each time
fresh "$good"
printf '[profile default]\nrsa_min = 1024\n' >"$h/ca.conf"
warned ca.conf 'RSA keys of 1024 bits'
fresh "$good"
: >"$h/ca.conf"
want 0 check --home "$h"

# --- what the web server offers, and cannot reach
while read -r name mode; do
	fresh "$good"
	chmod "$mode" "$h/$name"
	warned "$name" "mode 0$mode: the web server cannot offer it"
	mended
done <<END
public 700
public/ca.crl 600
public/ca.crt 600
END
fresh "$good"
chmod 700 "$h"
warned home 'mode 0700: the web server cannot get to public'
mended

# --- the CRL: there, ours, and new enough (R178)
recrl() { # recrl - the remedy is run, and all is well
	sed -n 's/^ *remedy: scepca \(--home .* crl --now\)$/\1/p' "$tmp/out" \
		>"$tmp/remedy"
	[ "$(wc -l <"$tmp/remedy")" -eq 1 ] || fail 'no remedy'
	want 0 $(cat "$tmp/remedy")
	want 0 check --home "$h"
	says 'fine     public/ca.crl: number'
}
fresh "$good"
rm "$h/public/ca.crl"
warned public/ca.crl 'is missing'
recrl
echo garbage >"$h/public/ca.crl"
warned public/ca.crl 'is not a CRL of this CA'
recrl
cat "$one/public/ca.crl" >"$h/public/ca.crl" # another CA of the same name
warned public/ca.crl 'is not a CRL of this CA'
recrl
while read -r hours text; do
	"$seed" "$h" crl $((hours * 3600))
	warned public/ca.crl "$text"
	recrl
done <<END
30 is of
150 ends at
200 ended at
END
"$seed" "$h" crl $((-2 * 86400))
warned public/ca.crl 'begins at'
fresh "$good"
want 0 check --home "$h"
says 'url is not set in [ca]'
ca init --home "$tmp/url" --subject 'CN=Test CA' --key rsa:2048 \
	--url http://scep.example.org/
want 0 check --home "$tmp/url"
! grep -q 'url is not set' "$tmp/out" || fail 'url is set'

# --- those that wait for the operator
openssl req -new -key "$one/keys/ca.pem" -subj /CN=r1 -outform DER \
	-out "$tmp/r1.csr" 2>"$tmp/err"
fresh "$good"
"$seed" "$h" pending "$tmp/r1.csr" one 192.0.2.1 60
want 0 check --home "$h"
says 'fine     requests: 1 waits for you, the oldest since'
"$seed" "$h" pending "$tmp/r1.csr" two 192.0.2.1 $((5 * 86400)) $((7 * 86400))
warned requests '2 wait for you, the oldest since'
fresh "$good"
printf '[ca]\npending_max = 8\n' >"$h/ca.conf"
"$seed" "$h" many "$tmp/r1.csr" 5
want 0 check --home "$h"
says 'fine     requests: 5 wait'
"$seed" "$h" pending "$tmp/r1.csr" six
warned requests '6 wait for you'
says 'no more than 8 can'
"$seed" "$h" approved "$tmp/r1.csr" seven
printf '[ca]\nissue = offline\n' >"$h/ca.conf"
warned requests "1 approved, waiting for the CA's key (issue = offline)"
want 0 maintain --home "$h"
rm -f "$h/keys/ca.pem" # and that is somewhere else now
want 0 check --home "$h"
says "the CA's key is not here"
echo >"$h/ca.conf"
broken keys/ca.pem 'is missing'

# --- challenges (T-12)
fresh "$good"
ca challenge new --uses unlimited --home "$h"
warned challenges '1 can be used any number of times'
ca init --home "$tmp/static" --subject 'CN=Test CA' --key rsa:2048 \
	--challenge static:canary-in-a-mine
want 0 check --home "$tmp/static"
says 'warning  challenges: 1 can be used'
fresh "$good"
ca challenge list --home "$h" --json
id=$(json "d['challenges'][0]['id']")
ca challenge revoke "$id" --home "$h"
warned challenges 'all are used, expired or revoked'

# --- certificates that no URL renews, and the setting for them (T-21)
"$seed" "$h" granted r21 phones || fail seed
"$seed" "$h" granted r22 phones || fail seed
"$seed" "$h" granted r23 default || fail seed
warned ca.conf '2 valid certificates of the endpoint phones, which is not there'
says 'remedy: renewal_of = phones in the section of the URL that'
same 'of that one only' "$(grep -c 'of the endpoint' "$tmp/out")" 1
for line in '[endpoint phones]' 'renewal_of = phones' 'renewal_of = *'; do
	printf '%s\n' '[endpoint default]' "$line" >"$h/ca.conf"
	want 0 check --home "$h"
	[ "$(grep -c 'endpoint phones\|renewal_of' "$tmp/out")" -eq 0 ] ||
		fail "a warning with $line"
done
printf '[endpoint default]\nrenewal = no\nrenewal_of = phones\n' >"$h/ca.conf"
warned ca.conf '2 valid certificates of the endpoint phones'
warned ca.conf 'ca.conf:3: renewal_of has no effect with renewal = no'
says 'remedy: take it out, or renewal = yes'
printf '%s\n' '[endpoint phones]' '' 'renewal_of = default' \
	'renewal_of = phoness' >"$h/ca.conf"
warned ca.conf 'ca.conf:4: renewal_of names phoness: there is no such endpoint'
same 'that one only' "$(grep -c renewal_of "$tmp/out")" 1

# --- certificates of a profile that is gone: they could not be renewed
fresh "$good"
printf '[endpoint default]\nprofile = switch\n[profile switch]\n' >"$h/ca.conf"
"$seed" "$h" granted r24 default || fail seed
want 0 check --home "$h"
: >"$h/ca.conf"
broken ca.conf '1 valid of [profile switch], which is not there'
says 'remedy: put [profile switch] back'

# --- CRLs of other CAs: full ones
fresh "$good"
mkdir "$tmp/vendor"
cat >"$tmp/vendor/cnf" <<END
[ca]
default_ca = vendor
[vendor]
database = $tmp/vendor/index
default_md = sha256
default_crl_days = 30
[idp]
issuingDistributionPoint = critical,@cas
[cas]
onlyCA = TRUE
[req]
distinguished_name = dn
x509_extensions = v3
[dn]
[v3]
basicConstraints = critical,CA:TRUE
END
: >"$tmp/vendor/index"
vendor() { # vendor NAME - a CA
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-config "$tmp/vendor/cnf" -keyout "$tmp/vendor/$1.key" \
		-subj "/CN=$1" -days 365 -out "$tmp/vendor/$1.pem" \
		>"$tmp/out" 2>"$tmp/err" || fail 'openssl req'
}
vendor_crl() { # vendor_crl NAME [OPTION ...] - its CRL, appended
	name=$1
	shift
	openssl ca -gencrl -config "$tmp/vendor/cnf" "$@" \
		-keyfile "$tmp/vendor/$name.key" \
		-cert "$tmp/vendor/$name.pem" >>"$h/certs/vendor.crl" \
		2>"$tmp/err" || fail 'openssl ca'
}
vendor Maker
cat "$tmp/vendor/Maker.pem" >"$h/certs/vendor.pem"
printf '%s\n' '[endpoint default]' 'trust = vendor' '[trust vendor]' \
	'certs = certs/vendor.pem' 'crl = certs/vendor.crl' >"$h/ca.conf"
vendor_crl Maker
want 0 check --home "$h"
[ "$(grep -c '  certs/vendor.crl: ' "$tmp/out")" -eq 0 ] ||
	fail 'something about a full CRL'
cat "$h/certs/ca.pem" >>"$h/certs/vendor.pem"
warned certs/vendor.pem 'certificate 2 is that of this CA'
says 'remedy: take it out: what it has issued renews'
cat "$tmp/vendor/Maker.pem" >"$h/certs/vendor.pem"
: >"$h/certs/vendor.crl"
vendor_crl Maker -crlexts idp
broken certs/vendor.crl 'CRL 1 is not a full one'
says 'remedy: give the full CRL of CA CN=Maker'
says 'problem  certs/vendor.crl: no CRL of CA CN=Maker: devices directly below'

# --- CRLs of other CAs: of each that is named
vendor Other
: >"$h/certs/vendor.crl"
vendor_crl Other # not named
broken certs/vendor.crl 'no CRL of CA CN=Maker: devices directly below'
says 'remedy: give the full CRL of CA CN=Maker'
cat "$tmp/vendor/Other.pem" >>"$h/certs/vendor.pem"
warned certs/vendor.crl 'no CRL of CA CN=Maker: devices directly below'
[ "$(grep -c 'no CRL of CA' "$tmp/out")" -eq 1 ] || fail 'Other has one'
vendor_crl Maker
want 0 check --home "$h"
[ "$(grep -c '  certs/vendor.crl: ' "$tmp/out")" -eq 0 ] ||
	fail 'something about a CRL of each CA'
vendor Maker # the same name, another key
cat "$tmp/vendor/Maker.pem" >"$h/certs/vendor.pem"
broken certs/vendor.crl 'no CRL of CA CN=Maker: devices directly below'
sed -i '/^crl = /d' "$h/ca.conf"
want 0 check --home "$h"
[ "$(grep -c 'no CRL of CA' "$tmp/out")" -eq 0 ] || fail 'CRLs are not asked'

# --- a policy for the whole system (T-65)
fresh "$good"
# a sanitizer wants to be the first library, which does not matter here
preload="LD_PRELOAD=$(absolute "$2")
	ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0"
ca_env="$preload DENY=rsa"
broken 'RSA encryption' 'PKCS#1 v1.5'
ca_env="$preload DENY=sha1"
broken 'SHA-1' 'ca.conf takes it in messages'
echo '[endpoint default]
legacy = no' >"$h/ca.conf" # as the remedy says
want 0 check --home "$h"
ca_env=

# --- the same for scripts
fresh "$good"
chmod 644 "$h/keys/ca.pem"
want 1 check --home "$h" --json
same level "$(json "[(f['level'], f['remedy']) for f in d['findings']
	if f['what'] == 'keys/ca.pem']")" \
	"[('problem', 'chmod 0400 $h/keys/ca.pem')]"
same problems "$(json "d['problems']")" 1
same "every remedy" "$(json "[f for f in d['findings']
	if (f['level'] == 'fine') != (f['remedy'] is None)]")" '[]'

# --- nothing to check at all
want 3 check --home "$tmp/nothing"
complains 'scepca init makes a home'
want 3 check --home "$tmp/cnf"

finish
