"""A git repository over HTTPS in the network of a test, and commits to it.

Must not: need an account, or hold anything that outlives the test.
"""

from __future__ import annotations

import http.server
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

from network import Network


class GitServer:
    """`PATH.git` at https://ADDRESS/; `commit` replaces all of its files, and returns the revision."""

    def __init__(self, network: Network, folder: Path, path: str, address: str, pki: Path) -> None:
        self._bare, self._tree = folder / "git" / path, folder / "tree"
        self._bare.mkdir(parents=True)
        self._tree.mkdir()
        self._git("init", "--quiet", "--bare", "--initial-branch=main", str(self._bare))
        self._git("init", "--quiet", "--initial-branch=main", str(self._tree))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pki / "apiserver.crt", pki / "apiserver.key")
        with network.inside():
            self._server = http.server.ThreadingHTTPServer((address, 443), _handler(folder / "git"))
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()

    def commit(self, files: Mapping[str, str], message: str) -> str:
        """Make the tree hold exactly these files, and push it to main."""
        for item in self._tree.iterdir():
            if item.name != ".git":
                shutil.rmtree(item) if item.is_dir() else item.unlink()
        for name, text in files.items():
            (self._tree / name).parent.mkdir(parents=True, exist_ok=True)
            (self._tree / name).write_text(text, encoding="utf-8")
        self._git("-C", str(self._tree), "add", "--all")
        author = ("-c", "user.name=live", "-c", "user.email=live@example.com")
        self._git(*author, "-C", str(self._tree), "commit", "--quiet", "--allow-empty", "-m", message)
        self._git("-C", str(self._tree), "push", "--quiet", str(self._bare), "HEAD:refs/heads/main")
        return self._git("-C", str(self._tree), "rev-parse", "HEAD").strip()

    @staticmethod
    def _git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


def _handler(root: Path) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        """git's own CGI program behind Python's HTTP server."""

        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            path, _, query = self.path.partition("?")
            body = self._body()
            environment = {
                **os.environ,
                "GIT_PROJECT_ROOT": str(root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "REMOTE_ADDR": "127.0.0.1",
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            }
            said = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False).stdout
            head, _, data = said.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
            self.send_response(int(headers.pop("Status", "200").split()[0]))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = answer

        def _body(self) -> bytes:
            if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = []
            while size := int(self.rfile.readline().strip(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
