#!/bin/sh
# units.sh SOURCE-DIR - the systemd units are what systemd understands, the
# workers' drop-in among them, and name no file that is not of this project.
set -eu

command -v systemd-analyze >/dev/null || exit 77
units=$(mktemp -d)
trap 'rm -rf "$units"' EXIT
cp "$1"/nginx-conf/*.service "$1"/nginx-conf/*.socket "$1"/nginx-conf/*.timer \
	"$units"
mkdir "$units/scepca-fcgi.service.d"
cp "$1/nginx-conf/scepca-workers.conf" "$units/scepca-fcgi.service.d"

# our programs are not installed here; `|| :` because that is an error to it
systemd-analyze verify --man=no "$units"/*.service "$units"/*.socket \
	"$units"/*.timer >"$units/said" 2>&1 || :
grep -q 'pkiclient.exe is not executable' "$units/said" || {
	echo 'FAILED: the drop-in does not start pkiclient.exe'
	exit 1
}
! grep -v 'Command [^ ]* is not executable: No such file' "$units/said"
