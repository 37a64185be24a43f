"""nyl asks a cluster for its version before it renders anything; this answers on loopback only.

Ends by itself after 20 minutes.  stub.py PORT
"""

import http.server
import json
import sys
import threading

ANSWERS = {
    "/version": {
        "major": "1",
        "minor": "34",
        "gitVersion": "v1.34.0",
        "gitCommit": "-",
        "gitTreeState": "clean",
        "buildDate": "-",
        "goVersion": "-",
        "compiler": "gc",
        "platform": "linux/amd64",
    },
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(ANSWERS.get(self.path.rstrip("/"), {})).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
threading.Timer(1200, server.shutdown).start()
server.serve_forever()
