#!/bin/sh
# Every certificate that the tests of this folder have issued, before the
# verifiers of others (T-27): openssl, GnuTLS, and zlint where it is installed.
# Runs last; what has passed is forgotten.
#
# usage: issued.sh ISSUED-VERIFY DIR
set -eu

verify=$1
dir=$2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

command -v openssl >/dev/null || exit 77
set -- "$dir"/home-*
[ -f "$1" ] || exit 77 # nothing was issued: the tests were not run

"$verify" "$@"
bad=0 count=0
for file in "$@"; do
	rm -f "$tmp"/*.pem
	# 000.pem is the CA
	awk -v dir="$tmp" '/-BEGIN/ { f = sprintf("%s/%05d.pem", dir, n++) }
		{ print >f } /-END/ { close(f) }' "$file"
	mv "$tmp/00000.pem" "$tmp/ca"
	# at no time in particular: tests take place in another year
	openssl verify -x509_strict -no_check_time -CAfile "$tmp/ca" \
		"$tmp"/*.pem >"$tmp/out" 2>&1 ||
		{ bad=1 && echo "$file:" && grep -v ': OK$' "$tmp/out"; }
	for cert in "$tmp"/*.pem; do
		count=$((count + 1))
		command -v zlint >/dev/null || continue
		# a CA of its own: nothing of the Web PKI, RFC 5280 only
		zlint -includeSources RFC5280 "$cert" >"$tmp/out" || bad=1
		! grep -E '"result": *"(error|fatal)"' "$tmp/out" || bad=1
	done
done
echo "$count certificates of $# CAs"
[ "$bad" -eq 0 ] || exit 1
rm -f "$@"
