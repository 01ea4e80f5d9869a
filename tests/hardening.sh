#!/bin/sh
# What the programs are built with, read from what the linker made of it (T-64):
# addresses by chance, tables read-only after the start, no stack that runs, a
# guard on the stack, and copies that know the size of what they fill.  (A libc
# that is linked in has the last two itself: of those the tools are the proof.)
#
# usage: hardening.sh PROGRAM...
set -eu

status=0
miss() { # PROGRAM WHAT
	echo "FAIL: $1 $2"
	status=1
}

for program; do
	name=$(basename "$program")
	parts=$(readelf -lW "$program")
	names=$(readelf -sW "$program")

	readelf -hW "$program" | grep -q 'Type: *DYN' ||
		miss "$name" 'is at a fixed address: no PIE'
	case $parts in *GNU_RELRO*) ;; *) miss "$name" 'has no RELRO' ;; esac
	readelf -dW "$program" | grep -Eq 'BIND_NOW|Flags:.* NOW' ||
		miss "$name" 'binds when called: RELRO is partial'
	echo "$parts" | grep -Eq 'GNU_STACK .* RW ' ||
		miss "$name" 'has a stack that can be run'
	if echo "$parts" | grep -Eq 'LOAD .* RWE '; then
		miss "$name" 'has memory that can be written and run'
	fi
	case $names in
	*__stack_chk_fail*) ;;
	*) miss "$name" 'has no stack protector' ;;
	esac
	case $names in
	*__snprintf_chk* | *__vsnprintf_chk*) ;;
	*) miss "$name" 'is built without _FORTIFY_SOURCE' ;;
	esac
done
exit "$status"
