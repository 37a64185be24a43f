"""Requests and files of a step: limits hold, secrets stay out of messages, and a file is there whole or not at all."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnai_gitops.steps import files, web


class Raw(socketserver.TCPServer):
    """Answers every connection with the same bytes, after the request's head."""

    answer = b""


class Handler(socketserver.StreamRequestHandler):
    server: Raw

    def handle(self) -> None:
        while self.rfile.readline().strip():
            pass
        self.wfile.write(self.server.answer)


@pytest.fixture
def raw() -> Iterator[Raw]:
    with Raw(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def url(server: Raw) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def test_an_answer_that_is_no_http_or_too_long_is_an_error(raw: Raw, monkeypatch: pytest.MonkeyPatch) -> None:
    raw.answer = b"hello\r\n\r\n"
    with pytest.raises(web.DeliveryError, match="BadStatusLine"):
        web.send("GET", url(raw))
    raw.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100
    assert web.send("GET", url(raw)).body == b"x" * 100
    monkeypatch.setattr(web, "LARGEST_REPLY", 99)
    with pytest.raises(web.DeliveryError, match="more than 99 bytes"):
        web.send("GET", url(raw))


def test_a_redirect_is_handed_back_and_not_followed(raw: Raw) -> None:
    raw.answer = b"HTTP/1.1 302 Found\r\nLocation: http://other.example/\r\nContent-Length: 0\r\n\r\n"
    reply = web.send("GET", url(raw))
    assert (reply.status, reply.headers["location"]) == (302, "http://other.example/")


@pytest.mark.parametrize(
    "bad", ["ftp://h/", "http://", "nonsense", "http://user:geheim@127.0.0.1/", "http://127.0.0.1:99999/", "http://127.0.0.1/a b"]
)
def test_urls_that_are_refused(bad: str) -> None:
    with pytest.raises(web.DeliveryError) as caught:
        web.send("GET", bad, timeout=1)
    assert "geheim" not in str(caught.value)


def test_encryption_is_required_beyond_loopback() -> None:
    for host in ("localhost", "127.0.0.1", "127.9.9.9", "[::1]"):
        assert web.address(f"http://{host}:5000/", encrypted=True).scheme == "http"
    for host in ("registry.example", "10.0.0.1", "localhost.example", "127.0.0.1.example", "0.0.0.0"):
        with pytest.raises(ValueError, match="https is required"):
            web.address(f"http://{host}/", encrypted=True)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.json"
    files.write_whole(path, "one\n")
    files.write_whole(path, "two\n")
    assert path.read_bytes() == b"two\n"
    assert path.stat().st_mode & 0o777 == 0o644
    with pytest.raises(UnicodeEncodeError):
        files.write_whole(path, "\ud800")
    assert path.read_bytes() == b"two\n"
    assert [p.name for p in path.parent.iterdir()] == ["b.json"]
