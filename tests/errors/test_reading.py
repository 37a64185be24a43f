"""Bad inputs that must not get past the reader: the exact first line that a user sees for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnai_gitops.source.files import SourceError
from cnai_gitops.source.yaml import read_yaml

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\n"

CASES: dict[str, tuple[bytes | str, list[str]]] = {
    "alias bomb": (
        BOMB,
        [
            "f.yaml:1:4: CNAI105 anchor &a is not allowed here",
            "f.yaml:2:4: CNAI105 anchor &b is not allowed here",
            "f.yaml:2:8: CNAI105 alias *a is not allowed here",
            "f.yaml:2:12: CNAI105 alias *a is not allowed here",
        ],
    ),
    "alias to itself": (
        "&a [*a]\n",
        ["f.yaml:1:1: CNAI105 anchor &a is not allowed here", "f.yaml:1:5: CNAI105 alias *a is not allowed here"],
    ),
    "deep nesting": ("[" * 100_000, ["f.yaml:1:65: CNAI105 values are nested more than 64 deep"]),
    "a million documents": ("---\n" * 1_000_000, ["f.yaml:2:1: CNAI105 the file holds more than one document"]),
    "Python object": (
        "a: !!python/object/apply:os.system ['id']\n",
        ["f.yaml:1:4: CNAI105 tag tag:yaml.org,2002:python/object/apply:os.system is not allowed here"],
    ),
    "unknown tag": ("a: !Foo b\n", ["f.yaml:1:4: CNAI105 tag !Foo is not allowed here"]),
    "harmless tag": ("a: !!str 1\n", ["f.yaml:1:4: CNAI105 tag tag:yaml.org,2002:str is not allowed here"]),
    "tag without a name": ("a: ! 1\n", ["f.yaml:1:4: CNAI105 tag ! is not allowed here"]),
    "duplicate key": ("a: 1\nb: 2\na: 3\n", ["f.yaml:3:1: CNAI105 duplicate key a, first in line 1"]),
    "merge key": ("<<: {securityContext: {}}\n", ["f.yaml:1:1: CNAI105 merge key << is not allowed here"]),
    "quoted merge key": ("'<<': {}\n", ["f.yaml:1:1: CNAI107 the key << is lost by tools that take it for a merge"]),
    "empty key": ("'': 1\n", ["f.yaml:1:1: CNAI107 a key is empty"]),
    "second document": ("a: 1\n--- # c\nb: 2\n", ["f.yaml:2:1: CNAI105 the file holds more than one document"]),
    "document after an end": ("a: 1\n...\nb: 2\n", ["f.yaml:3:1: CNAI104 not YAML: did not find expected <document start>"]),
    "one CRLF": (b"a: 1\nb: 2\r\n", ["f.yaml:2: CNAI107 f.yaml mixes line endings"]),
    "CR only": (b"a: 1\rb: 2\r", ["f.yaml:1: CNAI107 f.yaml mixes line endings"]),
    "byte order mark": (b"\xef\xbb\xbfa: 1\n", ["f.yaml:1: CNAI107 f.yaml starts with a UTF-8 byte order mark"]),
    "UTF-16": ("a: 1\n".encode("utf-16"), ["f.yaml:1: CNAI107 f.yaml starts with UTF-16 or UTF-32"]),
    "not UTF-8": (b"a: \xe9\n", ["f.yaml:1: CNAI107 f.yaml is not UTF-8: byte 0xe9"]),
    "NUL": (b"a: 1\nb: \0\n", ["f.yaml:2: CNAI107 f.yaml holds a NUL character"]),
    "YAML 1.1 words": (
        "a: no\nb: on\n",
        [
            "f.yaml:1:4: CNAI105 no is ambiguous: a boolean in YAML 1.1 and text in YAML 1.2",
            "f.yaml:2:4: CNAI105 on is ambiguous: a boolean in YAML 1.1 and text in YAML 1.2",
        ],
    ),
    "YAML 1.1 numbers": (
        "- 010\n- 0o10\n- 1_000\n- 1:30\n- 1e3\n- .inf\n",
        [
            "f.yaml:1:3: CNAI105 010 is ambiguous: octal in YAML 1.1 and decimal in YAML 1.2",
            "f.yaml:2:3: CNAI105 0o10 is ambiguous: a number in some readers and text in others",
            "f.yaml:3:3: CNAI105 1_000 is ambiguous: a number in some readers and text in others",
            "f.yaml:4:3: CNAI105 1:30 is ambiguous: a number to base 60 in YAML 1.1 and text in YAML 1.2",
            "f.yaml:5:3: CNAI105 1e3 is ambiguous: text in YAML 1.1 and a number in YAML 1.2",
            "f.yaml:6:3: CNAI105 .inf is ambiguous: a number that JSON cannot hold",
        ],
    ),
    "huge integer": ("a: 12345678901234567890123\n", ["f.yaml:1:4: CNAI107 12345678901234567890123 is beyond 2^53, where tools round"]),
    "tab as indentation": ("a:\n\tb: 1\n", ["f.yaml:2:1: CNAI104 not YAML: found character that cannot start any token"]),
    "numeric key": ("1: a\n", ["f.yaml:1:1: CNAI105 a key must be text, got 1"]),
    "boolean key": ("a:\n  on: push\n", ["f.yaml:2:3: CNAI105 on is ambiguous: a boolean in YAML 1.1 and text in YAML 1.2"]),
    "empty plain key": ("?\n: a\n", ["f.yaml:1:2: CNAI105 a key must be text, got nothing"]),
    "list as key": ("? [a]\n: 1\n", ["f.yaml:1:3: CNAI105 a key must be text, got a list or mapping"]),
    "bidirectional text": ("a: x\u202ey\n", ["f.yaml:1:5: CNAI107 character U+202E does not survive every tool"]),
    "escape character": ("a: \x1b[2J\n", ["f.yaml:1:4: CNAI107 character U+001B does not survive every tool"]),
    "next line character": ("a: 1\nb: 'x\u0085'\n", ["f.yaml:2:6: CNAI107 character U+0085 does not survive every tool"]),
    "next line escape": ('a: "x\\N"\n', ["f.yaml:1:4: CNAI107 character U+0085 does not survive every tool"]),
    "long line": (
        "a: " + "x" * 4_000_000 + ": y\n",
        ["f.yaml:1:4000004: CNAI104 not YAML: mapping values are not allowed in this context"],
    ),
    "directive": ("%YAML 1.1\n---\na: 1\n", ["f.yaml:1:1: CNAI105 a %YAML or %TAG directive is not allowed here"]),
    "open bracket": ("a: [1,\nb: 2\n", ["f.yaml:2:5: CNAI104 not YAML: did not find expected ',' or ']'"]),
    "open quote": ("a: 'x\n", ["f.yaml:1:6: CNAI104 not YAML: found unexpected end of stream"]),
}


@pytest.mark.parametrize("case", CASES)
def test_message_and_place(case: str, tmp_path: Path) -> None:
    content, expected = CASES[case]
    (tmp_path / "f.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SourceError) as caught:
        read_yaml(tmp_path, "f.yaml")
    findings = caught.value.findings
    assert [f"{f.location}: {f.code} {f.message}" for f in findings] == expected
    assert all(f.help for f in findings)
    assert not (tmp_path / "__pycache__").exists()


def test_both_lines_of_a_duplicate(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text("a: 1\nb:\n  c: 1\n  c: 2\n")
    with pytest.raises(SourceError) as caught:
        read_yaml(tmp_path, "f.yaml")
    (finding,) = caught.value.findings
    assert [str(finding.location), *(f"{place} {words}" for place, words in finding.notes)] == ["f.yaml:4:3", "f.yaml:3:3 first here"]
