"""Whatever is written, reading ends in data or in a SourceError, and accepted data is what other readers read."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from cnai_gitops.source.files import SourceError, decode
from cnai_gitops.source.text import UNSAFE
from cnai_gitops.source.yaml import parse, parse_all

SAMPLE = """\
# a release
app: fraud-detection
images: {"fraud-train": 'sha256:0e1', b: [1, 2.5, true, ~]}
serve.scorer:
  - name: "x\\u00e9"
    text: |
      two
      lines
    more: >-
      folded
...
"""
PIECES = [
    "&a ",
    "*a",
    "!!str ",
    "<<: ",
    "? ",
    ": ",
    "- ",
    "---\n",
    "...\n",
    "\t",
    "[",
    "]",
    "{",
    "}",
    "'",
    '"',
    "|\n",
    "%YAML 1.2\n",
    "#",
    "\n  ",
    "010",
    "\\x85",
    "\x85",
]


class PlainDates(yaml.CSafeLoader):
    """PyYAML's loader without time stamps, which are text here."""


PlainDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read(text: str) -> Any:
    try:
        documents = parse_all(text, "f.yaml")
    except SourceError as error:
        assert error.findings
        for finding in error.findings:
            assert finding.location is not None
            assert 1 <= finding.location.line <= text.count("\n") + 1
            assert not UNSAFE.search(finding.message + finding.location.text)
        return None
    for document in documents:
        assert 1 <= document.locate(("app", 0, "x")).line <= len(document.lines)
    return [document.data for document in documents]


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """The sample with a few pieces put in, taken out or doubled."""
    text = SAMPLE
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        stop = draw(st.integers(start, min(len(text), start + 12)))
        text = text[:start] + draw(st.sampled_from(["", text[start:stop] * 2, *PIECES])) + text[stop:]
    return text


@given(st.text())
def test_any_text(text: str) -> None:
    read(text)


@given(st.lists(st.sampled_from([*PIECES, "a", "b: ", "1"]), max_size=30).map("".join))
def test_any_mixture_of_indicators(text: str) -> None:
    read(text)


@given(mutations())
def test_accepted_text_means_the_same_to_pyyaml(text: str) -> None:
    data = read(text)
    if data is not None:
        assert data == list(yaml.load_all(text, PlainDates))


@given(st.text(alphabet="0123456789+-._:eExXoObBaf~=<nyYN ", min_size=1, max_size=8))
def test_accepted_scalars_mean_the_same_to_pyyaml(text: str) -> None:
    data = read(f"- {text}\n")
    if data is not None:
        (theirs,) = yaml.load_all(f"- {text}\n", PlainDates)
        assert data == [theirs]
        assert repr(data) == repr([theirs])


@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    try:
        text = decode(data, "f.yaml")
    except SourceError as error:
        assert not UNSAFE.search(error.findings[0].message)
    else:
        assert "\r" not in text
        assert text.encode() == data.replace(b"\r\n", b"\n")


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53), 2**53)
        | st.text(alphabet=st.characters(codec="ascii", categories=["L", "N", "P", "Z"])),
        lambda inner: st.lists(inner, max_size=4),
        max_leaves=12,
    )
)
def test_every_value_of_a_written_list_has_its_place(data: Any) -> None:
    text = yaml.dump([data], Dumper=yaml.CSafeDumper, default_style='"' if isinstance(data, str) else None)
    try:
        document = parse(text, "f.yaml")
    except SourceError:
        return
    assert document.data == [data]
    place = document.locate_value((0,))
    assert document.lines[place.line - 1][place.col - 1 :]
