"""The strict YAML reader: values, places, and what it refuses (the exact messages are in tests/errors)."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml

from cnai_gitops.source.document import Document
from cnai_gitops.source.files import SourceError
from cnai_gitops.source.scalars import AmbiguousError, resolve
from cnai_gitops.source.yaml import MAX_DEPTH, MAX_FINDINGS, MAX_NODES, parse, parse_all, read_yaml

TEXT = textwrap.dedent("""\
    name: fraud
    serve:
      scaling:
        kind: rate
        max: 0
      steps: [10, 50]
    trains:
      - name: scorer
        nodes: 2
      - name: ranker
        nodes: 3
    text: |
      two
      lines
    """)


def codes(text: str) -> list[str]:
    with pytest.raises(SourceError) as caught:
        parse(text, "f.yaml")
    return [f"{f.location.line}:{f.location.col} {f.code}" for f in caught.value.findings if f.location]


def test_plain_data(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text(TEXT)
    document = read_yaml(tmp_path, "f.yaml")
    assert document == parse(TEXT, "f.yaml")
    assert document.data == yaml.safe_load(TEXT)
    assert document.lines[4] == "    max: 0"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("name",), "1:1-12 name: fraud"),
        (("serve",), "2:1-6 serve:"),
        (("serve", "scaling", "max"), "5:5-11     max: 0"),
        (("serve", "scaling", "rate", "max"), "5:5-11     max: 0"),
        (("serve", "steps"), "6:3-8   steps: [10, 50]"),
        (("serve", "steps", 1), "6:15-17   steps: [10, 50]"),
        (("trains", 1, "nodes"), "11:5-13     nodes: 3"),
        (("trains", "ranker", "nodes"), "11:5-13     nodes: 3"),
        (("trains", 0), "8:5-17   - name: scorer"),
        (("text",), "12:1-5 text: |"),
        (("serve", "scaling", "missing"), "3:3-10   scaling:"),
        (("serve", "steps", 7), "6:3-8   steps: [10, 50]"),
        (("missing", "deeper"), "1:1-12 name: fraud"),
        ((), "1:1-12 name: fraud"),
    ],
)
def test_places_of_keys(path: tuple[str | int, ...], place: str) -> None:
    found = parse(TEXT, "f.yaml").locate(path)
    assert f"{found.line}:{found.col}-{found.end_col} {found.text}" == place


def test_places_of_values() -> None:
    document = parse(TEXT, "f.yaml")
    assert [str(document.locate_value(p)) for p in [("name",), ("serve", "steps"), ("serve",), ()]] == [
        "f.yaml:1:7",
        "f.yaml:6:10",
        "f.yaml:3:3",
        "f.yaml:1:1",
    ]


def test_places_count_characters_and_documents() -> None:
    first, second = parse_all("a: 1\n---\n{é𝄞: 1, b: 2}\n", "f.yaml")
    assert (first.number, second.number) == (0, 1)
    assert str(second.locate(("b",))) == "f.yaml:3:9"


def test_empty_texts() -> None:
    for text in ("", "# nothing\n", "\n\n"):
        assert parse(text, "f.yaml").data is None
        assert str(parse(text, "f.yaml").locate(("a",))) == "f.yaml:1:1"
        assert parse_all(text, "f.yaml") == []


@pytest.mark.parametrize("end", ["---\n", "--- \n", "---\t\n", "--- # c\n", "...\n---\n"])
def test_every_document_is_seen(end: str) -> None:
    documents = parse_all(f"a: 1\n{end}b: 2\n", "f.yaml")
    assert [d.data for d in documents] == [{"a": 1}, {"b": 2}]
    assert codes(f"a: 1\n{end}b: 2\n") == [f"{documents[1].locate(()).line - 1}:1 CNAI105"]


def test_empty_documents_are_kept() -> None:
    assert [d.data for d in parse_all("---\n---\na: 1\n---\n", "f.yaml")] == [None, {"a": 1}, None]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("NULL", None), ("true", True), ("False", False),
        ("0", 0), ("-7", -7), ("+7", 7), ("9007199254740992", 2**53), ("1.10", 1.1), (".5", 0.5), ("5.", 5.0), ("-0.0", 0.0),
        ("2026-11-24", "2026-11-24"), ("2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z"), ("1.2.3", "1.2.3"), ("10.0.0.0/8", "10.0.0.0/8"),
        ("8080:80", "8080:80"), ("0 2 * * *", "0 2 * * *"), ("1e", "1e"), ("-", "-"), (".", "."), ("500m", "500m"), ("16Gi", "16Gi"),
        ("nO", "nO"), ("None", "None"), ("sha256:0e1", "sha256:0e1"), ("0xg", "0xg"), ("12e", "12e"), ("--1", "--1"), ("nan", "nan"),
    ],
)  # fmt: skip
def test_plain_scalars(text: str, value: Any) -> None:
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        ("yes", 'quote it: "yes", or write true'), ("Off", 'quote it: "Off", or write false'), ("N", 'quote it: "N", or write false'),
        ("010", 'quote it: "010"'), ("08", 'quote it: "08"'), ("0o14", 'quote it: "0o14"'), ("0x1F", 'quote it: "0x1F"'),
        ("0b11", 'quote it: "0b11"'), ("1_000", 'quote it: "1_000"'), ("1_0.5", 'quote it: "1_0.5"'), ("1:30", 'quote it: "1:30"'),
        ("1:30.5", 'quote it: "1:30.5"'), ("1e3", 'quote it: "1e3", or write 1000'), ("1e-4", 'quote it: "1e-4", or write 0.0001'),
        ("12e03", 'quote it: "12e03", or write 12000'), ("1.5e+3", 'quote it: "1.5e+3", or write 1500'), ("1e400", 'quote it: "1e400"'),
        ("1e99", 'quote it: "1e99"'), (".inf", 'quote it: ".inf"'), ("-.Inf", 'quote it: "-.Inf"'), (".nan", 'quote it: ".nan"'),
        ("+.5", 'quote it: "+.5"'), ("00.5", 'quote it: "00.5"'), ("=", 'quote it: "="'), ("-010", 'quote it: "-010"'),
        ("9007199254740993", 'quote it: "9007199254740993"'), ("-9007199254740993", 'quote it: "-9007199254740993"'),
        ("9007199254740994.0", 'quote it: "9007199254740994.0"'), ("1" * 5000, f'quote it: "{"1" * 40}"'),
    ],
)  # fmt: skip
def test_ambiguous_scalars(text: str, help_: str) -> None:
    with pytest.raises(AmbiguousError) as caught:
        resolve(text)
    assert caught.value.help == help_
    assert parse(f"a: '{text}'", "f").data == {"a": text}


def test_quoted_and_block_scalars_are_text() -> None:
    assert parse("a: 'no'\nb: \"1e3\"\nc: |\n  yes\nd: >-\n  010\n", "f").data == {"a": "no", "b": "1e3", "c": "yes\n", "d": "010"}
    assert parse('a: "\\u2028\\e\\r"', "f").data == {"a": "\u2028\x1b\r"}


def test_all_findings_at_once() -> None:
    assert codes("a: yes\na: 1\nb: &x 010\nc: *x\n") == ["1:4 CNAI105", "2:1 CNAI105", "3:4 CNAI105", "3:4 CNAI105", "4:4 CNAI105"]
    assert len(codes("a: yes\n" * 1000)) == MAX_FINDINGS


def test_refused_keys_still_lead_to_the_findings_below_them() -> None:
    assert codes("? [a, yes]\n: {b: no}\n? *x\n: 1\n") == ["1:3 CNAI105", "1:7 CNAI105", "2:7 CNAI105", "3:3 CNAI105"]


def test_comments_have_no_effect() -> None:
    assert codes("# cnai:ignore\na: 1 # cnai:ignore\na: 2 # noqa\n") == ["3:1 CNAI105"]


def test_depth_is_bounded_without_recursion() -> None:
    nested = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert isinstance(parse(nested, "f").locate((0,) * 70).line, int)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        for bomb in ("[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000, "[" + nested + "]"):
            assert codes(bomb)[-1].endswith("CNAI105")
    finally:
        sys.setrecursionlimit(limit)


def test_size_is_bounded() -> None:
    assert len(parse("- 1\n" * (MAX_NODES - 1), "f").data) == MAX_NODES - 1
    assert codes("- 1\n" * MAX_NODES) == [f"{MAX_NODES}:3 CNAI105"]
    with pytest.raises(SourceError, match="100,000 values"):
        parse_all("--- 1\n" * (MAX_NODES + 1), "f")


def test_a_long_line_is_not_shown_but_counted() -> None:
    long = "a: " + "x" * 1_000_000
    document = parse(f"{long}\nb: [{'y' * 2000}, z]\n", "f")
    assert str(document.locate(("b", 1))) == "f:2:2007"
    assert document.locate(("b", 1)).text == ""


def test_a_place_in_an_unusual_line_keeps_its_column() -> None:
    with pytest.raises(SourceError) as caught:
        parse("a: '\u202e' # \x1b[2J\n", "f")
    (first, second) = caught.value.findings
    assert [f.location.col for f in (first, second) if f.location] == [5, 10]
    assert first.location is not None
    assert first.location.text == "a: '\N{REPLACEMENT CHARACTER}' # \N{REPLACEMENT CHARACTER}[2J"


def test_documents_are_values() -> None:
    assert parse("a: 1", "f") == Document("f", {"a": 1}, "a: 1")
    with pytest.raises(AttributeError):
        parse("a: 1", "f").data = {}  # type: ignore[misc]  # that it fails is the point
