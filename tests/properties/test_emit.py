"""What we write reads back equal in PyYAML, in the Go reader of kubectl and Argo CD, and through kustomize."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cnai_gitops.emit import Unwritable, emit, emit_one, emit_ops
from cnai_gitops.overlay import read_kustomize, same
from cnai_gitops.resources.base import Body
from cnai_gitops.system.tools import Found

GoReads = Callable[[list[str]], list[Any]]
Builds = Callable[[list[Body]], list[Body]]

NUMBER_LIKE = """
1e3 12e03 1E5 1e400 -1e3 +1e3 1. .5 -.5 +5 1.10 0.0 -0 -0.0 08 010 0o14 0O14 0b101 0x1F 0X1f 0x1p-2 1_000 1,000 1:30
190:20:30 190:20:30.15 --- ... -- 2024-01-01 2024-01-01T00:00:00Z 2001-12-14t21:59:43.10-05:00 12:30:45 1e 1d 30d 5m 4Gi 500m 1E
0x 0b 0o .inf -.inf +.inf .Inf .INF .nan
.NaN inf nan NaN
"""
WORD_LIKE = "no No NO yes Yes YES y Y n N on On ON off Off OFF true True TRUE false False FALSE null Null NULL ~ nil None = <<"
INDICATORS = """
< > | - ? : # & * ! % @ ` [ ] { } , ' " \\ _ __ a:b a: :a a#b #a a,b [a] {a} {{a}} $(A) @a %a &a *a !a !!str |a >a -a --a ---a ?a "a" 'a'
a'b a"b a\\b \\n // ~a =a <<a .a ..a ...a _1 $1 (1) 1) +a 1+1 $patch $retainKeys
"""
WITH_SPACES = ["2024-01-01 10:00:00", "- a", "? a", "a #b", "a: b", "--- a", "... a", "0 2 * * *", "0 2 1 1 1", "a  #", 'it\'s "x"', "a -"]
LOOKALIKES = [*NUMBER_LIKE.split(), *WORD_LIKE.split(), *INDICATORS.split(), *WITH_SPACES]

CHARACTERS = st.one_of(
    st.sampled_from("abz09 -:#'\"\\\n\t\r,[]{}&*!|>%@`?~=<.+_eEx/$"),
    st.sampled_from("\0\a\x1b\xa0\xad\u2028\u2029\u200b\u200d\u202e\ufeff\ufffd\u3000é日😀\U000e0041\U0001f469\U0001fffe\ue000"),
)
FREE = st.text(CHARACTERS, max_size=12)
REFUSED = dict.fromkeys([*range(0x7F, 0xA0), 0xFFFE, 0xFFFF])
TEXTS = st.one_of(
    st.sampled_from(LOOKALIKES),
    FREE,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.lists(st.one_of(FREE, st.sampled_from(["", "", "  x", "\tx", "x ", "# x", "- x", "---", "...", "a: b"])), max_size=6).map("\n".join),
    st.tuples(st.sampled_from(LOOKALIKES), st.sampled_from(["\n", " ", "\n\n", ":", "\t", "\r\n", "\n x\n"])).map("".join),
    st.sampled_from(["x" * 3000, "word " * 500, "line\n" * 300, "é" * 500 + "\n"]),
).map(lambda text: text.translate(REFUSED))
KEYS = TEXTS.map(lambda text: "k" if text in ("", "<<") else text[:150])
NUMBERS = st.one_of(st.integers(-(2**53), 2**53), st.sampled_from([0.5, -1.25, 1234567.125, 0.0001]))
VALUES = st.recursive(
    st.one_of(TEXTS, NUMBERS, st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
MAPS = st.dictionaries(KEYS, VALUES, max_size=5)


@pytest.fixture(scope="session")
def go_reads(tool: Callable[[str], Found]) -> GoReads:
    """What the YAML reader of Kubernetes makes of each text."""
    command = tool("yamljson").command

    def read(texts: list[str]) -> list[Any]:
        lines = "\n".join(json.dumps(text, ensure_ascii=False) for text in texts)
        done = subprocess.run(command, input=lines.encode(), capture_output=True, check=True, timeout=60)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert [a["error"] for a in answers if "error" in a] == []
        assert len(answers) == len(texts)
        return [a["json"] for a in answers]

    return read


def strict(value: Any) -> str:
    """JSON text: unlike `==` it tells 1 from True and from 1.0, and it ignores the order of keys."""
    return json.dumps(value, sort_keys=True)


@settings(max_examples=400, deadline=None)
@given(MAPS)
def test_pyyaml_reads_the_same(body: dict[str, Any]) -> None:
    text = emit_one(body)
    assert strict(yaml.load(text, yaml.CSafeLoader)) == strict(body)
    assert strict(yaml.load(text, yaml.SafeLoader)) == strict(body)
    assert strict(read_kustomize(text)) == strict([body])


@settings(max_examples=100, deadline=None)
@given(st.lists(MAPS, max_size=4))
def test_documents_stay_apart(bodies: list[dict[str, Any]]) -> None:
    assert strict(list(yaml.load_all(emit(bodies), yaml.CSafeLoader))) == strict(bodies)
    assert strict(read_kustomize(emit(bodies))) == strict(bodies)


@settings(max_examples=60, deadline=None)
@given(st.lists(MAPS, min_size=1, max_size=20))
def test_go_reads_the_same(go_reads: GoReads, bodies: list[dict[str, Any]]) -> None:
    assert strict(go_reads([emit_one(body) for body in bodies])) == strict(bodies)


def test_go_reads_every_lookalike_as_text_in_every_place(go_reads: GoReads) -> None:
    bodies = [{x: x, "list": [x, [x], {x: [x]}], "text": x + "\n"} for x in LOOKALIKES if x != "<<"]
    assert strict(go_reads([emit_one(body) for body in bodies])) == strict(bodies)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.none() | TEXTS, VALUES), max_size=8))
def test_operations_read_the_same_below_any_comment(go_reads: GoReads, pairs: list[tuple[str | None, Any]]) -> None:
    ops = [(comment, {"op": "add", "path": "/x", "value": value}) for comment, value in pairs]
    text = emit_ops(ops)
    assert strict(yaml.load(text, yaml.CSafeLoader)) == strict([op for _, op in ops])
    assert strict(go_reads([text])) == strict([[op for _, op in ops]])


@pytest.fixture(scope="session")
def kustomize_builds(tool: Callable[[str], Found]) -> Builds:
    """The objects as kustomize writes them."""
    command = tool("kustomize").command

    def build(objects: list[Body]) -> list[Body]:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "all.yaml").write_bytes(emit(objects).encode())
            Path(folder, "kustomization.yaml").write_text("resources: [all.yaml]\n")
            done = subprocess.run([*command, folder], capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        return read_kustomize(done.stdout.decode())

    return build


@settings(max_examples=25, deadline=None)
@given(st.lists(st.dictionaries(KEYS, TEXTS, max_size=5), min_size=1, max_size=15), st.lists(MAPS, max_size=10))
def test_kustomize_keeps_everything(kustomize_builds: Builds, data: list[dict[str, str]], specs: list[Body]) -> None:
    objects = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"c{i}"}, "data": d} for i, d in enumerate(data)]
    objects += [{"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": f"t{i}"}, "spec": s} for i, s in enumerate(specs)]
    assert same(kustomize_builds(objects), objects) == []


def test_kustomize_keeps_the_lookalikes(kustomize_builds: Builds) -> None:
    def config(at: int, text: str) -> dict[str, Any]:
        meta = {"name": f"c{at}", "labels": {"x": text}, "annotations": {"x": text}}
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {text: text}}

    objects = [config(at, text) for at, text in enumerate(LOOKALIKES) if text != "<<"]
    assert same(kustomize_builds(objects), objects) == []


@given(st.text(st.sampled_from("\x7f\x80\x85\x9f\ufffe\uffff\ud800\udfff"), min_size=1, max_size=1), FREE, FREE, st.integers(0, 2))
def test_what_readers_lose_is_refused_with_its_path(bad: str, before: str, after: str, place: int) -> None:
    text = before + bad + after
    body = [{"a": {"b": [1, text]}}, {"a": {"b": [1, [text]]}}, {"a": {"b": [1, {text: 1}]}}][place]
    with pytest.raises(Unwritable) as refused:
        emit([body])
    assert refused.value.steps == ("a", "b", 1, *[(), (0,), (text,)][place])
    assert refused.value.path.startswith("a.b[1]")
    assert bad not in str(refused.value)
    assert "U+" in refused.value.reason
