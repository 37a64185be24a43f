"""Reading below a root: what is read, what is refused, and that nothing outside is ever touched."""

from __future__ import annotations

import os
import pickle
import socket
from pathlib import Path

import pytest

from cnai_gitops.source.files import MAX_BYTES, SourceError, decode, list_files, read_bytes, read_text


def refusal(root: Path, relative: str) -> str:
    with pytest.raises(SourceError) as caught:
        read_text(root, relative)
    (finding,) = caught.value.findings
    assert finding.help
    return f"{finding.location}: {finding.code} {finding.message}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret.yaml").write_text("password: x\n")
    root = tmp_path / "root"
    (root / "blueprints" / "datasets").mkdir(parents=True)
    (root / "blueprints" / "a.yaml").write_text("name: a\n")
    (root / "blueprints" / "datasets" / "b.yaml").write_text("name: b\n")
    return root


def test_reads_a_file_and_normalises_crlf(root: Path) -> None:
    (root / "crlf.yaml").write_bytes(b"a: 1\r\nb: 2\r\n")
    assert read_text(root, "blueprints/a.yaml") == "name: a\n"
    assert read_text(root, "./blueprints//a.yaml") == "name: a\n"
    assert read_text(root, "crlf.yaml") == "a: 1\nb: 2\n"
    assert read_bytes(root, "crlf.yaml") == b"a: 1\r\nb: 2\r\n"


@pytest.mark.parametrize("path", ["/etc/passwd", "~/x", "~root/x", "C:\\x", "C:x", "file:///etc/passwd", "\\\\host\\share", "a\\b"])
def test_paths_that_are_not_below_the_project(root: Path, path: str) -> None:
    assert refusal(root, path) == f"{path}:1: CNAI108 {path} is not a path below the project"


@pytest.mark.parametrize("path", ["../secret.yaml", "a/../../secret.yaml", "blueprints/..", "blueprints/../blueprints/a.yaml"])
def test_parent_folders(root: Path, path: str) -> None:
    assert refusal(root, path) == f"{path}:1: CNAI108 {path} leaves its folder with `..`"


@pytest.mark.parametrize(("path", "shown"), [("", "."), (".", "."), ("//", "//"), ("...", "..."), (" ", " ")])
def test_empty_names(root: Path, path: str, shown: str) -> None:
    assert refusal(root, path) == f"{shown}:1: CNAI108 {shown} names no file"


@pytest.mark.parametrize(
    "path", ["..%2fsecret.yaml", "CON", "a.yaml.", "blueprints/-x.yaml", "::error file=x.yaml", "a,b%.yaml", "\N{ROCKET}.yaml"]
)
def test_odd_names_are_ordinary_names(root: Path, path: str) -> None:
    assert refusal(root, path) == f"{path}:1: CNAI100 {path} cannot be read: no such file or directory"
    (root / path).write_text("ok\n")
    assert read_text(root, path) == "ok\n"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("a\n::error::x.yaml", "a\\n::error::x.yaml"),
        ("a\x1b[2J.yaml", "a\\u001b[2J.yaml"),
        ("a\0.yaml", "a\\u0000.yaml"),
        ("a\udcff.yaml", "a\\udcff.yaml"),
        ("a\u202efdp.yaml", "a\\u202efdp.yaml"),
    ],
)
def test_control_characters_in_names_are_refused_and_escaped(root: Path, path: str, shown: str) -> None:
    assert refusal(root, path) == f"{shown}:1: CNAI108 {shown} has a control or invisible character in its name"


def test_links(root: Path) -> None:
    def link(name: str, target: str) -> str:
        (root / name).symlink_to(target)
        return name

    assert read_text(root, link("inside.yaml", "blueprints/a.yaml")) == "name: a\n"
    assert read_text(root, link("folder", "blueprints") + "/datasets/b.yaml") == "name: b\n"
    assert read_text(root, link("blueprints/up.yaml", "../blueprints/./a.yaml")) == "name: a\n"
    assert "is a link that leaves the project" in refusal(root, link("outside.yaml", "../secret.yaml"))
    assert "is a link that leaves the project" in refusal(root, link("parent", "..") + "/secret.yaml")
    assert "is an absolute link" in refusal(root, link("absolute.yaml", str(root / "blueprints/a.yaml")))
    assert "is a link that leads back to itself" in refusal(root, link("loop.yaml", "loop.yaml"))
    assert "no such file" in refusal(root, link("dangling.yaml", "nowhere.yaml"))


def test_files_that_are_no_regular_files(root: Path) -> None:
    os.mkfifo(root / "pipe.yaml")  # a plain open() would wait for a writer for ever
    assert refusal(root, "pipe.yaml") == "pipe.yaml:1: CNAI108 pipe.yaml is not a regular file"
    assert refusal(root, "blueprints") == "blueprints:1: CNAI108 blueprints is not a regular file"
    assert refusal(root, "blueprints/a.yaml/x") == "blueprints/a.yaml/x:1: CNAI100 blueprints/a.yaml/x cannot be read: not a directory"


def test_devices_and_sockets_are_no_regular_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "is not a regular file" in refusal(Path("/dev"), "zero")
    monkeypatch.chdir(tmp_path)  # the name of a socket has a short limit
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.yaml")
        assert "is not a regular file" in refusal(tmp_path, "s.yaml")


def test_a_file_that_may_not_be_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "read", denied)
    assert refusal(root, "blueprints/a.yaml") == "blueprints/a.yaml:1: CNAI100 blueprints/a.yaml cannot be read: permission denied"


def test_size_limit(root: Path) -> None:
    (root / "fits.yaml").write_bytes(b"#" * MAX_BYTES)
    with (root / "huge.yaml").open("wb") as stream:
        stream.truncate(500_000_000)
    assert len(read_text(root, "fits.yaml")) == MAX_BYTES
    assert refusal(root, "huge.yaml") == "huge.yaml:1: CNAI108 huge.yaml is larger than 5,242,880 bytes"
    with pytest.raises(SourceError, match="larger than 3 bytes"):
        read_bytes(root, "blueprints/a.yaml", limit=3)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xef\xbb\xbfa: 1\n", "f:1: CNAI107 f starts with a UTF-8 byte order mark"),
        ("a: 1\n".encode("utf-16"), "f:1: CNAI107 f starts with UTF-16 or UTF-32"),
        ("a: 1\n".encode("utf-16-be"), "f:1: CNAI107 f holds a NUL character"),
        (b"a: 1\nb: \xff\n", "f:2: CNAI107 f is not UTF-8: byte 0xff"),
        (b"a: \xed\xa0\x80\n", "f:1: CNAI107 f is not UTF-8: byte 0xed"),
        (b"a: 1\nb: \0\n", "f:2: CNAI107 f holds a NUL character"),
        (b"a: 1\nb: 2\r\nc: 3\n", "f:2: CNAI107 f mixes line endings"),
        (b"a: 1\r\nb: 2\r\nc: 3\n", "f:3: CNAI107 f mixes line endings"),
        (b"a: 1\rb: 2\r", "f:1: CNAI107 f mixes line endings"),
    ],
)
def test_bytes_that_are_no_plain_text(data: bytes, expected: str) -> None:
    with pytest.raises(SourceError) as caught:
        decode(data, "f")
    (finding,) = caught.value.findings
    assert f"{finding.location}: {finding.code} {finding.message}" == expected


def test_listing(root: Path) -> None:
    for name in (".hidden.yaml", "notes.txt", "c.yml"):
        (root / "blueprints" / name).touch()
    (root / "blueprints" / "__pycache__").mkdir()
    (root / "blueprints" / "__pycache__" / "x.yaml").touch()
    (root / "blueprints" / "more").symlink_to("datasets")
    (root / "blueprints" / "link.yaml").symlink_to("a.yaml")
    expected = ["a.yaml", "datasets/b.yaml", "link.yaml", "more/b.yaml"]
    assert list_files(root, "blueprints", [".yaml"]) == [f"blueprints/{name}" for name in expected]
    assert list_files(root, "blueprints", [".yml"]) == ["blueprints/c.yml"]
    assert list_files(root, ".", [".yml"]) == list_files(root, "", [".yml"]) == ["blueprints/c.yml"]
    assert list_files(root, "nowhere", [".yaml"]) == []


def test_listing_says_everything_that_is_wrong(root: Path) -> None:
    blueprints = root / "blueprints"
    (blueprints / "bad\nname.yaml").touch()
    (blueprints / "out.yaml").symlink_to("../../secret.yaml")
    (blueprints / "absolute.yaml").symlink_to(blueprints / "a.yaml")
    (blueprints / "circle").symlink_to(".")
    (blueprints / "away").symlink_to("../..")
    (blueprints / "self.yaml").symlink_to("self.yaml")
    os.close(os.open(os.fsencode(blueprints) + b"/\xff.yaml", os.O_CREAT))
    with pytest.raises(SourceError) as caught:
        list_files(root, "blueprints", [".yaml"])
    assert [f.message for f in caught.value.findings] == [
        "blueprints/\\udcff.yaml has a control or invisible character in its name",
        "blueprints/absolute.yaml is an absolute link",
        "blueprints/away is a link that leaves the project",
        "blueprints/bad\\nname.yaml has a control or invisible character in its name",
        "blueprints/circle is a link that leads back to itself",
        "blueprints/out.yaml is a link that leaves the project",
    ]
    assert "leads back to itself" in refusal(root, "blueprints/self.yaml")


def test_listing_refuses_a_folder_outside(root: Path) -> None:
    (root / "out").symlink_to("..")
    for folder, words in (
        ("out", "leaves the project"),
        ("../root", "with `..`"),
        ("/etc", "is not a path below"),
        ("blueprints/a.yaml", "cannot be read"),
    ):
        with pytest.raises(SourceError, match=words):
            list_files(root, folder, [".yaml"])


def test_the_error_survives_the_way_between_processes() -> None:
    with pytest.raises(SourceError) as caught:
        decode(b"\0", "f")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(copy, SourceError)
    assert copy.findings == caught.value.findings
