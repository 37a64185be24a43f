"""The form of what we write, and everything that is refused."""

from __future__ import annotations

from typing import Any

import pytest

from cnai_gitops.emit import Unwritable, emit, emit_one, emit_ops, emit_patches

WRITTEN = """\
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: fraud
  labels: {}
data:
  port: "8080"
  revision: "12e03"
  memory: 4Gi
  cron: 0 2 * * *
  template: '{{workflow.name}}'
  note: "it's: fine"
  both: 'it''s "x": fine'
  hidden: "a\\u200bb\\tc\\\\"
  argument: --rate=0.5
  script: |
    set -eu

    echo "done"
  open: |-
    a
      b
  blank: |+
    a

  spaces: "a \\nb"
items:
- 1
- 1.5
- null
- true
- []
- name: a
  args:
  - x
- - "1"
  - - b
---
{}
"""
PARSED: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "fraud", "labels": {}},
    "data": {
        "port": "8080",
        "revision": "12e03",
        "memory": "4Gi",
        "cron": "0 2 * * *",
        "template": "{{workflow.name}}",
        "note": "it's: fine",
        "both": 'it\'s "x": fine',
        "hidden": "a\u200bb\tc\\",
        "argument": "--rate=0.5",
        "script": 'set -eu\n\necho "done"\n',
        "open": "a\n  b",
        "blank": "a\n\n",
        "spaces": "a \nb",
    },
    "items": [1.0, 1.5, None, True, [], {"name": "a", "args": ["x"]}, ["1", ["b"]]],
}


def test_the_form() -> None:
    assert emit([PARSED, {}]) == WRITTEN


def test_one_object_has_no_document_mark() -> None:
    assert emit_one({"a": ["b"]}) == "a:\n- b\n"
    assert emit_one({}) == "{}\n"


def test_operations_stand_below_their_comments() -> None:
    ops: list[tuple[str | None, dict[str, Any]]] = [
        ('was "a\u2028"', {"op": "replace", "path": "/a", "value": {"b": ["c"]}}),
        (None, {"op": "remove", "path": "/d"}),
    ]
    assert emit_ops(ops) == '# was "a\\u2028"\n- op: replace\n  path: /a\n  value:\n    b:\n    - c\n- op: remove\n  path: /d\n'
    assert emit_ops([]) == "[]\n"


def thing(**annotations: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "x", "annotations": annotations}}


@pytest.mark.parametrize(
    ("body", "path", "reason"),
    [
        ({"a": [2**53 + 1]}, "a[0]", "2^53"),
        ({"a": -(2**53) - 1}, "a", "2^53"),
        ({"a": float("nan")}, "a", "JSON"),
        ({"a": float("-inf")}, "a", "JSON"),
        ({"a": 1e-7}, "a", "exponent"),
        ({"a": 1e22}, "a", "2^53"),
        ({"a": {"<<": 1}}, "a.<<", "does not survive"),
        ({"a": [{"": 1}]}, "a[0].", "does not survive"),
        ({"a": {1: 1}}, "a[1]", "not a string"),
        ({"a": {True: 1}}, "a[True]", "not a string"),
        ({"a": {"k" * 1000: 1}}, "a." + "k" * 1000, "too long"),
        ({"a": (1,)}, "a", "tuple"),
        ({"a": {1}}, "a", "set"),
        ({"a": b"x"}, "a", "bytes"),
        ({"a": "x\x85"}, "a", "U+0085"),
        ({"a": "x\ny\ud800"}, "a", "U+D800"),
        ({"kind": "PodList", "items": []}, "kind", "taken apart"),
        (thing(), "metadata.annotations", "leave it out"),
        ({"metadata": {"annotations": None}}, "metadata.annotations", "leave it out"),
        (thing(a=1), "metadata.annotations.a", "must be a string"),
    ],
)
def test_refusals(body: dict[str, Any], path: str, reason: str) -> None:
    with pytest.raises(Unwritable) as one:
        emit_one(body)
    with pytest.raises(Unwritable) as many:
        emit([{"ok": 1}, body])
    assert one.value.path == many.value.path == path
    assert reason in one.value.reason


@pytest.mark.parametrize("key", ["1", "1e3", "true", "null", "~", "0x1", "1.5", "2024-01-01", "a: b", " a"])
def test_annotation_keys_that_need_quotes_are_refused(key: str) -> None:
    with pytest.raises(Unwritable, match="without quotes"):
        emit_one(thing(**{key: "x"}))


KUSTOMIZE = ["config.kubernetes.io/local-config", "config.kubernetes.io/index", "config.k8s.io/id", "internal.config.kubernetes.io/x"]


@pytest.mark.parametrize("key", KUSTOMIZE)
def test_annotations_of_kustomize_are_refused(key: str) -> None:
    with pytest.raises(Unwritable, match="belongs to kustomize"):
        emit_one(thing(**{key: "x"}))
    assert emit_one(thing(**{"my" + key.replace("/", ".io/"): "x"}))


def test_the_largest_numbers_are_kept() -> None:
    assert emit_one({"a": 2**53, "b": -(2**53), "c": -0.0, "d": 0.0001}) == f"a: {2**53}\nb: -{2**53}\nc: 0\nd: 0.0001\n"


def test_patches_may_delete_annotations_but_hold_no_lost_characters() -> None:
    assert emit_patches([{"metadata": {"annotations": {"a": None}}}]) == "---\nmetadata:\n  annotations:\n    a: null\n"
    with pytest.raises(Unwritable):
        emit_patches([{"a": "\x7f"}])


def test_an_operation_is_refused_with_its_number() -> None:
    with pytest.raises(Unwritable) as refused:
        emit_ops([(None, {"op": "add"}), (None, {"value": ["\x80"]})])
    assert refused.value.path == "[1].value[0]"


def test_a_remembered_key_of_another_type_is_still_refused() -> None:
    assert emit_one({"a": "1"}) == 'a: "1"\n'
    with pytest.raises(Unwritable):
        emit_one({1: "1"})  # type: ignore[dict-item]
