#!/bin/sh
# coverage.sh - is there a test for every row of requirements.md and of
# field-notes.md, the tables beside this script?
#
#	sh tests/coverage.sh [-v] SOURCE-DIR
#
# A test names a row of requirements.md by its id (R145), and rows of
# field-notes.md behind the words "field note" (field notes A10, B3 and E8), in
# a comment where it shows them.  A range (R016-R018) names nothing: it says
# nothing of what stands between.
#
# Exit status 1: a finished row has no test, or a test names a row that is in no
# table.  -v prints every row: id, strength, the files that name it.
set -eu

verbose=
if [ "${1-}" = -v ]; then
	verbose=yes
	shift
fi
if [ $# -ne 1 ] || [ ! -f "$1/tests/requirements.md" ]; then
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '$d'
	exit 2
fi
cd "$1/tests"

# What is finished: sections of requirements.md, tables of field-notes.md.
finished='A B C D E F G H I J K L M N'
tables='A B C D E F'

# Rows in there of which all or a part has to wait, and what for.
waiting() {
	cat <<-'END'
		R043 intermediate CAs: a CA is its own root as yet
		R047 rollover: GetNextCACert
		R048 rollover: GetNextCACert
		R049 rollover: GetNextCACert
		R084 no RSA-OAEP in GnuTLS 3.7.9 or nettle 3.8: refused by name
		R085 devices with EC keys: PasswordRecipientInfo
		D2 no RSA-OAEP, see R084
		D15 devices with EC keys, see R085
	END
}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# rows FILE TABLES - "id strength" of every row in the sections or tables
# named.  field-notes.md has no strengths.
rows() {
	awk -F ' *[|] *' -v want=" $2 " '
		/^## / { section = substr($0, 4, 1) }
		/^[|] [A-Z][0-9]+ [|]/ && index(want, " " section " ") {
			print $2, $4
		}' "$1"
}
{
	rows requirements.md "$finished" | grep '^R'
	rows field-notes.md "$tables" | sed 's/ .*/ FIELD/'
} >"$tmp/rows"
{
	rows requirements.md 'A B C D E F G H I J K L M N O P' | grep '^R'
	rows field-notes.md 'A B C D E F G'
} | cut -d ' ' -f 1 | sort >"$tmp/known"
waiting | sort >"$tmp/waiting"

# "id file" wherever a test names a row.  A comment may break a line behind any
# word, so lines are joined, without what begins a line of a comment.
find . \( -name '*.[ch]' -o -name '*.sh' -o -name meson.build \) \
	! -name "${0##*/}" | sort >"$tmp/files"
xargs awk '
	# take one more id off the front of what follows "field notes"
	function notes(s) {
		while (match(s, /^[, ]*(and )?[A-G][0-9]+/)) {
			id = substr(s, 1, RLENGTH)
			s = substr(s, RLENGTH + 1)
			sub(/^[, ]*(and )?/, "", id)
			if (s ~ /^[A-Za-z0-9_]/)
				return
			print id, file
			sub(/^ \([^)]*\)/, "", s)
		}
	}
	function look() {
		text = " " text " "
		gsub(/R[0-9]+ *(-|to) *R[0-9]+/, " ", text)
		rest = text
		while (match(rest, /[^A-Za-z0-9_]R[0-9][0-9][0-9][^A-Za-z0-9_]/)) {
			print substr(rest, RSTART + 1, 4), file
			rest = substr(rest, RSTART + RLENGTH - 1)
		}
		rest = text
		while (match(rest, /[Ff]ield[- ]notes?(\.md)?,? /)) {
			rest = substr(rest, RSTART + RLENGTH)
			notes(rest)
		}
		text = ""
	}
	FNR == 1 && file != "" { look() }
	FNR == 1 { file = substr(FILENAME, 3) }
	{
		sub(/^[ \t]*(#|\/\*|\*)*[ \t]*/, "")
		text = text $0 " "
	}
	END { look() }
' <"$tmp/files" | sort -u >"$tmp/named"

awk -v verbose="$verbose" '
	FILENAME ~ /known$/ { known[$1] = 1; next }
	FILENAME ~ /waiting$/ {
		id = $1; $1 = ""; waits[id] = substr($0, 2); next
	}
	FILENAME ~ /named$/ {
		if (!($1 in known))
			complain($2 " names " $1 ", which is in no table")
		files[$1] = files[$1] " " $2; next
	}
	{
		if ($1 in waits)
			waited++
		else if ($1 in files)
			tested++
		else
			complain($1 " has no test")
		if (verbose)
			print $1, $2 ($1 in files ? files[$1] : " -") \
			    ($1 in waits ? " (waits: " waits[$1] ")" : "")
		seen[$1] = 1
	}
	function complain(what) { bad++; print "FAILED: " what }
	END {
		for (id in waits)
			if (!(id in seen))
				complain(id " waits, and is in no table")
		printf "%d rows with a test, %d that wait, %d complaints\n",
		    tested, waited, bad
		exit bad > 0 || tested == 0
	}' "$tmp/known" "$tmp/waiting" "$tmp/named" "$tmp/rows"
