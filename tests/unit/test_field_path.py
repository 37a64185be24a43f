"""Paths of fields: taken apart into steps, and a field is above another one only by whole steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnai_gitops.check.field_path import leads_to, path_text, steps

PARTS = st.lists(st.one_of(st.integers(0, 99), st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1)), max_size=6)
KEYS = st.sampled_from(["argocd.argoproj.io/sync-wave", "a.b", "x/y", ""])


@pytest.mark.parametrize(
    ("prefix", "path", "leads"),
    [
        ("spec.a", "spec.a", True),
        ("spec.a", "spec.a.b", True),
        ("spec.a", "spec.a[0].b", True),
        ("spec.a", "spec.ab", False),
        ("spec.a.b", "spec.a", False),
        ("spec.a[1]", "spec.a[10]", False),
        ("spec", "specification.x", False),
        ("/spec/containers/0/image", "spec.containers[0].image", True),
        ("/spec/containers/0/image", "spec.containers[0].imagePullPolicy", False),
        ("/metadata/annotations/cnai.dev~1why", "metadata.annotations['cnai.dev/why']", True),
        ("/metadata/annotations/cnai.dev~1w", "metadata.annotations['cnai.dev/why']", False),
        ("spec.image", "spec.image#CVE-2026-1.x", True),
        ("spec.template.spec", "spec.template.spec: annotation x.y/z", True),
        ("", "spec.a", True),
        ("spec.a", "", False),
    ],
)
def test_whole_steps(prefix: str, path: str, leads: bool) -> None:
    assert leads_to(prefix, path) is leads


@given(PARTS.flatmap(lambda parts: st.tuples(st.just(parts), KEYS)))
def test_what_is_written_reads_back(made: tuple[list[str | int], str]) -> None:
    parts = [*made[0], made[1], 3, "end"]
    assert steps(path_text(parts)) == tuple(str(part) for part in parts)
