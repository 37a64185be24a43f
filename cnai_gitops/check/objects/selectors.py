"""Label selectors: which objects of one namespace select which pods.

Must not: know what the selecting objects are for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

Labels = Mapping[str, Any]
T = TypeVar("T")

_OPERATORS: dict[str, Callable[[Any, list[Any]], bool]] = {
    "In": lambda value, values: value is not None and value in values,
    "NotIn": lambda value, values: value not in values,
    "Exists": lambda value, _: value is not None,
    "DoesNotExist": lambda value, _: value is None,
}


def selects(selector: Any, labels: Labels) -> bool:
    """Whether a LabelSelector (matchLabels and matchExpressions) selects the labels.

    An empty selector selects everything; an absent one, an unknown operator or what is no selector at all, nothing.
    """
    if not isinstance(selector, Mapping):
        return False
    wanted, terms = selector.get("matchLabels") or {}, selector.get("matchExpressions") or []
    if not isinstance(wanted, Mapping) or not isinstance(terms, list):
        return False
    equal = all(isinstance(value, str) and labels.get(key) == value for key, value in wanted.items())
    return equal and all(_holds(term, labels) for term in terms)


class Selectors(Generic[T]):
    """Things with a selector, filed so that a pod meets a handful of them and not all of its namespace."""

    def __init__(self, things: Iterable[tuple[Any, T]]) -> None:
        """`things` are pairs of a LabelSelector and what it belongs to; each is filed under the rarest label it asks for."""
        pairs = [(selector, thing, _items(selector)) for selector, thing in things]
        common = Counter(item for _, _, items in pairs for item in items)
        self._filed: dict[tuple[str, str] | None, list[tuple[Any, T]]] = {}
        for selector, thing, items in pairs:
            self._filed.setdefault(min(items, key=lambda item: common[item], default=None), []).append((selector, thing))

    def of(self, labels: Labels) -> list[T]:
        """What selects a pod with these labels."""
        keys: list[tuple[str, str] | None] = [None, *_texts(labels)]
        return [thing for key in keys for selector, thing in self._filed.get(key, ()) if selects(selector, labels)]


def _items(selector: Any) -> list[tuple[str, str]]:
    wanted = selector.get("matchLabels") if isinstance(selector, Mapping) else None
    return _texts(wanted) if isinstance(wanted, Mapping) else []


def _texts(labels: Labels) -> list[tuple[str, str]]:
    return [(key, value) for key, value in labels.items() if isinstance(value, str)]


def _holds(term: Any, labels: Labels) -> bool:
    if not isinstance(term, Mapping) or not isinstance(term.get("key"), str) or not isinstance(term.get("operator"), str):
        return False
    operator, values = _OPERATORS.get(term["operator"]), term.get("values") or []
    return operator is not None and isinstance(values, list) and operator(labels.get(term["key"]), values)
