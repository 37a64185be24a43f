"""Models that are made from CRDs are what their CRDs say today, and what is said beside the CRDs is still needed.

The folder of CRDs is named by the environment variable CNAI_CRDS. Without it these tests skip.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops.resources.base import kinds

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import models  # noqa: E402

pytestmark = [
    pytest.mark.crds,
    pytest.mark.skipif(not os.environ.get("CNAI_CRDS"), reason="CNAI_CRDS, the folder of upstream CRDs, is not set"),
]


@pytest.mark.parametrize("module", models.MODULES)
def test_a_model_is_what_its_crds_say(module: str) -> None:
    path = ROOT / "cnai_gitops/resources" / f"{module.replace('.', '/')}.py"
    assert path.read_text(encoding="utf-8") == models.module_text(module), "run `python tools/models.py`"


def test_every_written_model_has_a_row() -> None:
    room = ROOT / "cnai_gitops/resources"
    written = [path for path in room.rglob("*.py") if models.WRITTEN in path.read_text(encoding="utf-8")]
    assert {".".join(path.relative_to(room).with_suffix("").parts) for path in written} == set(models.MODULES)


def paths(schema: Any, path: str) -> set[str]:
    """Every path of a CRD's schema."""
    found = {path}
    for name, below in schema.get("properties", {}).items():
        found |= paths(below, f"{path}.{name}")
    for end, key in (("[]", "items"), (".*", "additionalProperties")):
        if isinstance(schema.get(key), dict):
            found |= paths(schema[key], f"{path}{end}")
    return found


@pytest.mark.parametrize("module", models.MODULES)
def test_what_is_said_beside_a_crd_is_about_a_field_of_it(module: str) -> None:
    beside = models.MODULES[module]
    known: set[str] = set()
    for kind in kinds().values():
        if kind.model.endswith(f".resources.{module}"):
            known |= paths(models.published(kind)[0], kind.kind)
    ends = (*beside.left_out, *beside.required, *beside.narrower)
    assert [end for end in ends if not any(path.endswith(end) for path in known)] == []


def test_a_type_of_kubernetes_is_recognised_and_a_look_alike_is_not() -> None:
    text, number = {"type": "string"}, {"type": "integer"}
    selector = {"type": "object", "required": ["key"], "properties": {"name": text, "key": text, "optional": {"type": "boolean"}}}
    assert models.same_type(selector, False) == "KeySelector"
    assert models.same_type({**selector, "required": []}, False) != "KeySelector"
    assert models.same_type({**selector, "properties": {**selector["properties"], "more": number}}, False) == ""
    narrow = {**text, "pattern": "^[a-z]+$"}
    assert models.same_type({**selector, "properties": {**selector["properties"], "key": narrow}}, False) == ""


@pytest.mark.parametrize(
    ("pattern", "text"), [("^[a-z]+$", "[a-z]+"), ("^(a|b)$", "(a|b)"), ("^a$|^b$", "^a$|^b$"), (r"^[|]\|$", r"[|]\|")]
)
def test_anchors_of_a_whole_pattern(pattern: str, text: str) -> None:
    assert models.whole(pattern) == text
