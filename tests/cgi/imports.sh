#!/bin/sh
# imports.sh PROGRAM - what pkiclient.exe calls, and what it never does.
# R008: no socket is opened, no connection made; no program is started but
# those of ca.conf, by ca/program.c.
# T-01: the unwrapping of keys that tells good from bad padding is not used.
set -eu

nm -D --undefined-only "$1" | sed 's/.* //; s/@.*//' | sort -u >"$1.imports"
trap 'rm -f "$1.imports"' EXIT
status=0

grep -qx gnutls_privkey_sign_data2 "$1.imports" || {
	echo "FAILED: nm finds nothing of what it must call"
	status=1
}
for name in socket connect bind listen accept accept4 getaddrinfo \
	gethostbyname execve execvp execl posix_spawnp system popen vfork \
	gnutls_privkey_decrypt_data; do
	if grep -qx "$name" "$1.imports"; then
		echo "FAILED: $name is called"
		status=1
	fi
done
exit $status
