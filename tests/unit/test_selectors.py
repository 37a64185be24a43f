"""Label selectors: what selects what, hostile ones included, and that filing loses nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnai_gitops.check.objects.selectors import Selectors, selects

LABELS: dict[str, Any] = {"app": "d", "tier": "web", "number": 1}


@pytest.mark.parametrize(
    "selector",
    [
        {},
        {"matchLabels": {}},
        {"matchLabels": None, "matchExpressions": None},
        {"matchLabels": {"app": "d"}},
        {"matchExpressions": [{"key": "app", "operator": "In", "values": ["d", "e"]}]},
        {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["e"]}]},
        {"matchExpressions": [{"key": "none", "operator": "NotIn", "values": ["e"]}]},
        {"matchExpressions": [{"key": "app", "operator": "Exists"}]},
        {"matchExpressions": [{"key": "none", "operator": "DoesNotExist"}]},
    ],
)
def test_selects(selector: Any) -> None:
    assert selects(selector, LABELS)
    assert Selectors([(selector, "it")]).of(LABELS) == ["it"]


@pytest.mark.parametrize(
    "selector",
    [
        None,
        "app=d",
        {"matchLabels": {"app": "e"}},
        {"matchLabels": {"app": "d", "none": "x"}},
        {"matchLabels": {"app": ["d"]}},
        {"matchLabels": {"app": "d", "none": None}},
        {"matchLabels": {"number": True}},
        {"matchLabels": ["app"]},
        {"matchLabels": {"app": "d"}, "matchExpressions": [{"key": "tier", "operator": "In", "values": ["db"]}]},
        {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["d"]}]},
        {"matchExpressions": [{"key": "none", "operator": "Exists"}]},
        {"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]},
        {"matchExpressions": [{"key": "app", "operator": "Near", "values": ["d"]}]},
        {"matchExpressions": [{"key": "app", "operator": "In", "values": "d"}]},
        {"matchExpressions": [{"key": ["app"], "operator": ["In"]}]},
        {"matchExpressions": [{"key": "none", "operator": "In", "values": [None]}]},
        {"matchExpressions": [{}]},
        {"matchExpressions": ["app"]},
        {"matchExpressions": {"key": "app"}},
    ],
)
def test_does_not_select(selector: Any) -> None:
    assert not selects(selector, LABELS)
    assert Selectors([(selector, "it")]).of(LABELS) == []


words = st.sampled_from("abc")
label_sets = st.dictionaries(words, words)


@given(st.lists(label_sets), label_sets)
def test_filing_finds_what_looking_at_each_finds(wanted: list[dict[str, str]], labels: dict[str, str]) -> None:
    pairs = [({"matchLabels": one}, index) for index, one in enumerate(wanted)]
    assert sorted(Selectors(pairs).of(labels)) == [index for selector, index in pairs if selects(selector, labels)]
