"""Two environments side by side: what differs between staging and prod besides their names.

Must not: hide a name of the wrong environment; on each side only its own names are brought to one word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

from cnai_gitops.compile.argocd import HUB
from cnai_gitops.resources.base import Body, key_of
from cnai_gitops.review.diff import Review, Sides, compare_target

ANY = "*"
"""What the name of either environment becomes: namespace `risk-*`, label `cnai.dev/environment: *`."""

_LABEL = "cnai.dev/environment"


def between(before: Sides, env_before: str, after: Sides, env_after: str) -> Review:
    """Compare what two environments run. Owners that only one of them has are named in the notes, not compared.

    An owner's clusters are paired in order; where one side has fewer, its first stands for the missing ones.
    """
    old, new = (_of(side, env) for side, env in ((before, env_before), (after, env_after)))
    notes = list(_lonely(old, new, env_before, env_after))
    pairs: dict[tuple[str, str], list[str]] = {}
    for owner in new:
        if owner in old:
            for pair in _pairs(list(old[owner]), list(new[owner])):
                pairs.setdefault(pair, []).append(owner)
    order = list(dict.fromkeys(target for target, _ in after))
    targets = [
        compare_target(there, {o: old[o][here] for o in pairs[here, there]}, {o: new[o][there] for o in pairs[here, there]}, base=here)
        for here, there in sorted(pairs, key=lambda pair: order.index(pair[1]))
    ]
    return Review(tuple(targets), tuple(notes))


def normalised(bodies: Iterable[Body], env: str) -> list[Body]:
    """The objects with the names of `env` brought to one word: namespaces of teams wherever they occur, and the label."""
    bodies = list(bodies)
    namespaces = {name for body in bodies for name in _namespaces(body) if name.endswith(f"-{env}")}
    if not namespaces:
        return [_replaced(body, None, env) for body in bodies]
    words = "|".join(re.escape(name.removesuffix(env)) for name in sorted(namespaces))
    pattern = re.compile(rf"(?<![A-Za-z0-9-])({words}){re.escape(env)}(?![A-Za-z0-9-])")
    return [_replaced(body, pattern, env) for body in bodies]


def _of(side: Sides, env: str) -> dict[str, dict[str, list[Body]]]:
    """Normalised objects of one environment by owner, then target."""
    found: dict[str, dict[str, list[Body]]] = {}
    for (target, owner), bodies in side.items():
        if target.partition("/")[0] == env and bodies:
            found.setdefault(owner, {})[target] = normalised(bodies, env)
    return found


def _pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    for one, other in zip_longest(old, new):
        yield one or old[0], other or new[0]


def _lonely(old: dict[str, Any], new: dict[str, Any], env_before: str, env_after: str) -> Iterator[str]:
    for mine, other, here, there in ((old, new, env_before, env_after), (new, old, env_after, env_before)):
        for owner in sorted(mine.keys() - other.keys()):
            if owner == HUB:
                yield f"{owner} of {here} is not compared: it describes every environment"
            else:
                number = sum(len(bodies) for bodies in mine[owner].values())
                yield f"{owner} runs in {here} only: its {number} objects have no counterpart in {there}"


def _namespaces(body: Body) -> Iterator[str]:
    key = key_of(body)
    yield key.name if key.kind == "Namespace" else key.namespace


def _replaced(value: Any, pattern: re.Pattern[str] | None, env: str) -> Any:
    if isinstance(value, dict):
        return {key: ANY if key == _LABEL and inner == env else _replaced(inner, pattern, env) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(item, pattern, env) for item in value]
    if isinstance(value, str) and pattern:
        return pattern.sub(rf"\g<1>{ANY}", value)
    return value
