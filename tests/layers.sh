#!/bin/sh
# asn1 <- store <- ca <- {cgi, tools}: an upward #include must not compile.
# The include path of each layer is taken from the build itself, so that a slip in
# a meson.build turns this red.
#
# usage: layers.sh BUILD-DIR SOURCE-DIR
set -eu

build=$1
source=$2
status=0

# A line for each folder: its name, every -I option with which a file of it is
# compiled.
paths=$(python3 - "$build/compile_commands.json" <<-'EOF'
	import json, os, shlex, sys
	paths = {}
	for entry in json.load(open(sys.argv[1])):
	    path = os.path.normpath(os.path.join(entry["directory"], entry["file"]))
	    layer = os.path.basename(os.path.dirname(path))
	    paths.setdefault(layer, set()).update(
	        os.path.normpath(os.path.join(entry["directory"], a[2:]))
	        for a in shlex.split(entry["command"]) if a.startswith("-I"))
	for layer in paths:
	    print(layer, " ".join("-I" + p for p in sorted(paths[layer])))
	EOF
)

include_path() { # include_path LAYER
	echo "$paths" | sed -n "s/^$1 //p"
}

# sees LAYER HEADER - can a file of the layer include the header?
sees() {
	# shellcheck disable=SC2046 # the options are words
	echo "#include \"$2\"" |
	    cc -std=gnu11 -D_GNU_SOURCE -fsyntax-only $(include_path "$1") \
	    -x c - 2>/dev/null
}

check() { # LAYER HEADER yes|no
	[ "$(find "$source" -maxdepth 2 -name "$2" | wc -l)" -eq 1 ] || {
		echo "FAIL: there is not one header $2"
		status=1
		return
	}
	if sees "$1" "$2"; then seen=yes; else seen=no; fi
	if [ "$seen" = "$3" ]; then
		echo "ok: $1 sees $2: $seen"
	else
		echo "FAIL: $1 sees $2: $seen, should be $3"
		status=1
	fi
}

check asn1 store.h no
check asn1 ca.h no
check asn1 op.h no
check store buf.h yes
check store ca.h no
check store op.h no
check ca store.h yes
check ca op.h no
check ca opt.h no
check cgi ca.h yes
check cgi opt.h no
check tools ca.h yes
check tools op.h no
exit $status
