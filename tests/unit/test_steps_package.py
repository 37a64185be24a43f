"""The packaging step: a push over real HTTP that a strict little registry accepts, and its command line."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from cnai_gitops.steps.image import MANIFEST, blob_path, build, read_layout
from cnai_gitops.steps.package import main
from cnai_gitops.steps.registry import Credentials, Reference, credentials, push
from cnai_gitops.steps.web import DeliveryError


class Registry(ThreadingHTTPServer):
    """As much of the distribution API as a push uses; it verifies every digest."""

    def __init__(self, login: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.login = login  # "", "basic" or "bearer"
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.scopes: list[str] = []
        self.upload_host = ""
        self.tokens = 0
        self.expiring = 0  # 1: every token ends while its upload is under way

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def reference(self) -> Reference:
        return Reference.parse(f"http://{self.host}/risk/fraud-scorer")


class Handler(BaseHTTPRequestHandler):
    server: Registry
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        self.server.requests.append(f"{self.command} {urlsplit(self.path).path}")

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def allowed(self) -> bool:
        sent, login = self.headers.get("Authorization", ""), self.server.login
        basic = "Basic " + base64.b64encode(b"robot:s3cret:x").decode()
        if not login or (login == "basic" and sent == basic) or (login == "bearer" and sent == f"Bearer token-{self.server.tokens}"):
            return True
        challenge = (
            'Basic realm="r"' if login == "basic" else f'Bearer realm="http://{self.server.host}/token",service="reg",scope="x:pull"'
        )
        self.answer(401, WWW_Authenticate=challenge)
        return False

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/token":
            self.token(parse_qs(parts.query))
        elif self.allowed():
            found = self.server.manifests.get(parts.path.rsplit("/", 1)[1])
            self.answer(200 if found else 404, found or b"", Content_Type=MANIFEST)

    def token(self, query: dict[str, list[str]]) -> None:
        self.server.scopes += query["scope"]
        if self.headers.get("Authorization", "").startswith("Basic "):
            self.server.tokens += 1
            self.answer(200, json.dumps({"token": f"token-{self.server.tokens}"}).encode())
        else:
            self.answer(403)

    def do_HEAD(self) -> None:
        if self.allowed():
            self.answer(200 if self.path.rsplit("/", 1)[1] in self.server.blobs else 404)

    def do_POST(self) -> None:
        self.body()
        if self.allowed():
            prefix = f"http://{self.server.upload_host}" if self.server.upload_host else ""
            self.server.tokens += self.server.expiring
            self.answer(202, Location=f"{prefix}{self.path}session-1?state=abc")

    def do_PUT(self) -> None:
        data, parts = self.body(), urlsplit(self.path)
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if not self.allowed():
            return
        if "/manifests/" in parts.path:
            self.put_manifest(parts.path.rsplit("/", 1)[1], data, digest)
        elif parse_qs(parts.query) == {"state": ["abc"], "digest": [digest]}:
            self.server.blobs[digest] = data
            self.answer(201, Docker_Content_Digest=digest)
        else:
            self.answer(400, b"DIGEST_INVALID")

    def put_manifest(self, tag: str, data: bytes, digest: str) -> None:
        manifest = json.loads(data)
        missing = [b["digest"] for b in [manifest["config"], *manifest["layers"]] if b["digest"] not in self.server.blobs]
        if missing or self.headers["Content-Type"] != MANIFEST:
            self.answer(400, b"MANIFEST_BLOB_UNKNOWN")
        else:
            self.server.manifests[tag] = data
            self.answer(201, Docker_Content_Digest=digest)


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    (folder / "1").mkdir(parents=True)
    (folder / "1" / "weights.bin").write_bytes(b"\x00\x01" * 5000)
    (folder / "config.pbtxt").write_text("backend: 'onnxruntime'\n")
    return folder


def test_push_and_push_again(tmp_path: Path, model: Path, registry: Registry) -> None:
    layout = tmp_path / "layout"
    image = build(model, layout)
    done = push(layout, registry.reference, "run-1")
    assert (done.digest, done.sent, done.present) == (image.digest, 2, 0)
    assert f"sha256:{hashlib.sha256(registry.manifests['run-1']).hexdigest()}" == image.digest
    assert registry.blobs.keys() == {entry["digest"] for entry in _blobs(layout)}
    registry.requests.clear()
    assert push(layout, registry.reference, "run-1").sent == 0
    assert registry.requests == ["GET /v2/risk/fraud-scorer/manifests/run-1"]


def _blobs(layout: Path) -> list[dict[str, str]]:
    _, manifest = read_layout(layout)
    return [*manifest["layers"], manifest["config"]]


def test_a_push_that_was_cut_off_goes_on_with_what_is_missing(tmp_path: Path, model: Path, registry: Registry) -> None:
    layout = tmp_path / "layout"
    build(model, layout)
    big = _blobs(layout)[0]["digest"]
    registry.blobs[big] = blob_path(layout, big).read_bytes()
    done = push(layout, registry.reference, "run-1")
    assert (done.sent, done.present) == (1, 1)


def test_a_tag_is_never_moved(tmp_path: Path, model: Path, registry: Registry) -> None:
    build(model, tmp_path / "one")
    push(tmp_path / "one", registry.reference, "run-1")
    (model / "more").write_text("x")
    build(model, tmp_path / "two")
    before = registry.manifests["run-1"]
    with pytest.raises(DeliveryError, match="a tag is never moved"):
        push(tmp_path / "two", registry.reference, "run-1")
    assert registry.manifests["run-1"] == before


@pytest.mark.parametrize("login", ["basic", "bearer"])
def test_login(tmp_path: Path, model: Path, registry: Registry, login: str) -> None:
    registry.login = login
    build(model, tmp_path / "layout")
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"auths": {registry.host: {"auth": base64.b64encode(b"robot:s3cret:x").decode()}}}))
    push(tmp_path / "layout", registry.reference, "run-1", login=credentials(config, registry.host))
    assert "run-1" in registry.manifests
    assert registry.scopes == (["repository:risk/fraud-scorer:pull,push"] if login == "bearer" else [])


def test_a_token_that_expires_during_an_upload_is_renewed(tmp_path: Path, model: Path, registry: Registry) -> None:
    registry.login, registry.expiring = "bearer", 1
    image = build(model, tmp_path / "layout")
    assert push(tmp_path / "layout", registry.reference, "run-1", login=Credentials("robot", "s3cret:x")).digest == image.digest
    assert len(registry.scopes) == 3  # at the start, and once for each of two uploads


@pytest.mark.parametrize("login", ["basic", "bearer"])
def test_no_or_wrong_login_is_told_without_the_password(tmp_path: Path, model: Path, registry: Registry, login: str) -> None:
    registry.login = login
    build(model, tmp_path / "layout")
    for wrong in (Credentials(), Credentials("robot", "guess")):
        if login == "bearer" and wrong.user:
            continue  # the token service of this registry takes any user
        with pytest.raises(DeliveryError) as caught:
            push(tmp_path / "layout", registry.reference, "run-1", login=wrong)
        assert "guess" not in str(caught.value)
    assert "guess" not in repr(Credentials("robot", "guess"))
    assert registry.blobs == {}


def test_an_upload_at_another_host_is_refused(tmp_path: Path, model: Path, registry: Registry) -> None:
    build(model, tmp_path / "layout")
    registry.upload_host = "127.0.0.1:1"
    with pytest.raises(DeliveryError, match="another host"):
        push(tmp_path / "layout", registry.reference, "run-1")
    registry.upload_host = registry.host
    push(tmp_path / "layout", registry.reference, "run-1")


def test_references() -> None:
    assert Reference.parse("oci://registry.example/risk/scorer") == Reference("https://registry.example", "risk/scorer")
    assert Reference.parse("registry.example:5000/scorer").host == "registry.example:5000"
    assert Reference.parse("http://localhost:5000/a/b").base == "http://localhost:5000"
    for bad in (
        "http://registry.example/a",
        "registry.example/a:tag",
        "registry.example/",
        "u:p@registry.example/a",
        "registry.example/A",
        "ftp://x/a",
    ):
        with pytest.raises(ValueError, match=r"."):
            Reference.parse(bad)


def test_credentials_files(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(
        json.dumps({"auths": {"a": {"username": "u", "password": "p"}, "https://b": {"registrytoken": "t"}, "c": {"identitytoken": "i"}}})
    )
    assert credentials(config, "a") == Credentials("u", "p")
    assert credentials(config, "b") == Credentials(token="t")
    assert credentials(config, "other") == Credentials()
    with pytest.raises(ValueError, match="identity token"):
        credentials(config, "c")
    config.write_text(json.dumps({"credHelpers": {"a": "ecr-login"}}))
    with pytest.raises(ValueError, match="credential program"):
        credentials(config, "a")


def test_command_line(tmp_path: Path, model: Path, registry: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    digest_out = tmp_path / "digest"
    options = ["--model-dir", str(model), "--layout", str(tmp_path / "layout"), "--digest-out", str(digest_out)]
    place = f"http://{registry.host}/risk/fraud-scorer"
    assert main([*options, "--push", place, "--tag", "run-1", "--annotation", "a=b=c"], {"SOURCE_DATE_EPOCH": "1795500000"}) == 0
    assert capsys.readouterr().out.strip() == digest_out.read_text() == f"sha256:{hashlib.sha256(registry.manifests['run-1']).hexdigest()}"
    digest_out.unlink()
    (model / "pointer").symlink_to("/etc/passwd")
    assert main([*options, "--push", place, "--tag", "run-2"], {}) == 1
    assert "pointer" in capsys.readouterr().err
    assert not digest_out.exists()


@pytest.mark.parametrize(
    "more", [["--push", "registry.example/a"], ["--push", "http://registry.example/a", "--tag", "t"], ["--annotation", "a"]]
)
def test_wrong_command_lines(tmp_path: Path, model: Path, more: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--model-dir", str(model), "--layout", str(tmp_path / "l"), "--digest-out", str(tmp_path / "d"), *more], {})
    assert caught.value.code == 2


def test_a_malformed_date_is_refused(tmp_path: Path, model: Path) -> None:
    with pytest.raises(SystemExit):
        main(
            ["--model-dir", str(model), "--layout", str(tmp_path / "l"), "--digest-out", str(tmp_path / "d")],
            {"SOURCE_DATE_EPOCH": "today"},
        )


def test_a_registry_that_is_away(tmp_path: Path, model: Path) -> None:
    build(model, tmp_path / "layout")
    with pytest.raises(DeliveryError, match="ConnectionRefusedError"):
        push(tmp_path / "layout", Reference.parse("http://127.0.0.1:1/a"), "t")
