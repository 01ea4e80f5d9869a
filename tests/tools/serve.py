# serve.py - as little of a web server as a CGI program needs (RFC 3875): prints its
# port, then answers one request after the other.  /NAME/scep is the endpoint NAME.
#
# usage: python3 serve.py PKICLIENT HOME
import http.server, os, subprocess, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        path, _, query = self.path.partition('?')
        n = self.headers.get('Content-Length', '')
        env = {'GATEWAY_INTERFACE': 'CGI/1.1', 'REQUEST_METHOD': self.command,
            'QUERY_STRING': query, 'SCRIPT_NAME': path,
            'SERVER_PROTOCOL': 'HTTP/1.1', 'REMOTE_ADDR': '192.0.2.9',
            'SCEPCA_HOME': sys.argv[2], 'CONTENT_LENGTH': n,
            'SCEPCA_ENDPOINT': path.rpartition('/scep')[0].lstrip('/'),
            'CONTENT_TYPE': self.headers.get('Content-Type', '')}
        env.update((k, v) for k, v in os.environ.items() if 'SAN_' in k)
        out = subprocess.run([sys.argv[1]], env=env, stdout=subprocess.PIPE,
            input=self.rfile.read(int(n or 0))).stdout
        head, _, body = out.partition(b'\r\n\r\n')
        fields = [l.split(': ', 1) for l in head.decode().split('\r\n')]
        status = [v for k, v in fields if k == 'Status']
        self.send_response(int(status[0].split()[0]) if status else 200)
        for k, v in fields:
            if k != 'Status':
                self.send_header(k, v)
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = answer

server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
