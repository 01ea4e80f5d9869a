# serve.sh - a web server for the tests of scepca that need a device; after lib.sh.

serve() { # serve PKICLIENT HOME - at $url, until the test ends
	"$python" "$(dirname "$0")/serve.py" "$1" "$2" >"$tmp/port" \
		2>"$tmp/log" &
	server=$!
	trap 'kill $server 2>/dev/null; rm -rf "$tmp"' EXIT
	n=0
	while [ ! -s "$tmp/port" ] && [ $n -lt 100 ]; do
		sleep 0.1
		n=$((n + 1))
	done
	url=http://127.0.0.1:$(cat "$tmp/port")/scep
	unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
}
