"""Sound upper bounds for things that run side by side under a cap on pods, as small step functions.

Must not: know workflows; `walk` does.

A bound is a tuple of (pods, amount): with that many pods running at once, at most that amount is held. It starts at
0 pods, and both numbers grow. Where nothing caps the pods (`limit` is None) each pod is free, so a bound is one point.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Sequence
from fractions import Fraction

from cnai_gitops.resources.base import INFINITE

Amount = Fraction | float
Bound = tuple[tuple[int, Amount], ...]

NOTHING: Bound = ((0, Fraction(0)),)
_MANY_POINTS = 250_000
_MANY_CHOICES = 64


def always(amount: Amount) -> Bound:
    """Held whether or not a pod runs for it."""
    return ((0, amount),)


def pod(amount: Amount, limit: int | None) -> Bound:
    """Held by one pod."""
    if not amount or limit == 0:
        return NOTHING
    return always(amount) if limit is None else ((0, Fraction(0)), (1, amount))


def most(bound: Bound) -> Amount:
    """The largest amount."""
    return bound[-1][1]


def either(a: Bound, b: Bound) -> Bound:
    """Never at once: the larger of both."""
    return _pruned((*a, *b))


def both(a: Bound, b: Bound, limit: int | None) -> Bound:
    """At once: the best split of the pods between them."""
    if a == NOTHING or b == NOTHING:
        return b if a == NOTHING else a
    if len(a) * len(b) > _MANY_POINTS:
        return _both_concave(a, b, limit)
    return _pruned((i + j, v + w) for i, v in a for j, w in b if limit is None or i + j <= limit)


def together(bounds: Iterable[Bound], limit: int | None) -> Bound:
    """All of them at once."""
    result = NOTHING
    for bound in bounds:
        result = both(result, bound, limit)
    return result


def copies(bound: Bound, count: Amount, limit: int | None) -> Bound:
    """`count` equal ones at once; pods that the cap does not let run hold nothing."""
    base = bound[0][1]
    extra: Bound = tuple((k, v - base if base != INFINITE else v) for k, v in bound)
    free = always(base * count if base and count else Fraction(0))
    times = min(count, limit if limit is not None else 1)
    result, power, left = NOTHING, extra if len(extra) > 1 else NOTHING, int(times)
    while left:
        result = both(result, power, limit) if left & 1 else result
        left >>= 1
        power = both(power, power, limit) if left else power
    return both(result, free, limit)


def capped(bound: Bound, amount: Amount) -> Bound:
    """The same, and never above `amount`."""
    return _pruned((k, min(v, amount)) for k, v in bound)


def at_most(children: Sequence[tuple[Bound, Amount]], children_at_once: int, limit: int | None) -> Bound:
    """Children (bound, number of copies) of which only so many run at once; exact for few, above it for many."""
    if sum(count for _, count in children) <= children_at_once:
        return together((copies(bound, count, limit) for bound, count in children), limit)
    if len(children) == 1:
        return copies(children[0][0], children_at_once, limit)
    if children_at_once * len(children) > _MANY_CHOICES:
        every = together((copies(bound, min(count, children_at_once), limit) for bound, count in children), limit)
        return capped(every, _largest(children, children_at_once))
    chosen = [NOTHING] * (children_at_once + 1)
    for bound, count in children:
        for used in range(children_at_once, 0, -1):
            for times in range(1, int(min(used, count)) + 1):
                chosen[used] = either(chosen[used], both(chosen[used - times], copies(bound, times, limit), limit))
    return _pruned(point for bound in chosen for point in bound)


def scaled(amount: Amount, count: Amount) -> Amount:
    """An amount `count` times; none of something unbounded is none."""
    return amount * count if amount and count else Fraction(0)


def summed(amounts: Iterable[Amount]) -> Amount:
    """Sum of amounts."""
    return sum(amounts, Fraction(0))


def _largest(children: Sequence[tuple[Bound, Amount]], slots: int) -> Amount:
    total: Amount = Fraction(0)
    for bound, count in sorted(children, key=lambda child: most(child[0]), reverse=True):
        taken = min(slots, count)
        total += most(bound) * taken if taken else 0
        slots -= int(taken)
    return total


def _pruned(points: Iterable[tuple[int, Amount]]) -> Bound:
    kept: list[tuple[int, Amount]] = []
    for cost, amount in sorted(points, key=lambda point: (point[0], -point[1])):
        if not kept or amount > kept[-1][1]:
            kept.append((cost, amount))
    return tuple(kept)


def _both_concave(a: Bound, b: Bound, limit: int | None) -> Bound:
    """`both` for long functions, through their concave hulls: never below the exact one."""
    steps = sorted((*_steps(a), *_steps(b)), key=lambda step: step[1], reverse=True)
    points, cost, amount = [(0, a[0][1] + b[0][1])], 0, a[0][1] + b[0][1]
    for width, slope in steps:
        width = width if limit is None else min(width, limit - cost)
        if width <= 0:
            break
        points += [(cost + i, amount + slope * i) for i in range(1, width + 1)]
        cost, amount = points[-1]
    return _pruned(points)


def _steps(bound: Bound) -> list[tuple[int, Amount]]:
    """(width, slope) of the concave hull."""
    hull: list[tuple[int, Amount]] = []
    for point in bound:
        while len(hull) > 1 and _slope(hull[-2], hull[-1]) <= _slope(hull[-1], point):
            hull.pop()
        hull.append(point)
    return [(b[0] - a[0], _slope(a, b)) for a, b in itertools.pairwise(hull)]


def _slope(a: tuple[int, Amount], b: tuple[int, Amount]) -> Amount:
    return (b[1] - a[1]) / (b[0] - a[0]) if b[1] != INFINITE else INFINITE


def heaviest_antichain(weights: Sequence[Amount], before: Sequence[set[int]]) -> Amount:
    """Largest total weight of nodes of which none comes before another; `before[i]` are all that precede node i.

    By Dilworth's theorem it is the sum of all weights less a largest flow from nodes to their predecessors.
    """
    if any(weight == INFINITE for weight in weights):
        return INFINITE
    nodes = [i for i, weight in enumerate(weights) if weight]
    out = {i: Fraction(weights[i]) for i in nodes}
    into = dict(out)
    flow: dict[tuple[int, int], Fraction] = {}
    reach = {i: [j for j in nodes if j in before[i]] for i in nodes}
    total = sum(out.values(), Fraction(0))
    while pushed := _augment(reach, out, into, flow):
        total -= pushed
    return total


def _augment(
    reach: dict[int, list[int]], out: dict[int, Fraction], into: dict[int, Fraction], flow: dict[tuple[int, int], Fraction]
) -> Fraction:
    """Push flow along one shortest path from a left node with room to a right node with room; 0 when there is none."""
    came: dict[tuple[str, int], tuple[str, int] | None] = {("left", i): None for i, room in out.items() if room}
    queue = deque(came)
    while queue:
        side, node = here = queue.popleft()
        if side == "right" and into[node]:
            return _push(here, came, out, into, flow)
        ahead = [("right", j) for j in reach[node]] if side == "left" else [("left", i) for i in reach if flow.get((i, node))]
        for there in ahead:
            if there not in came:
                came[there] = here
                queue.append(there)
    return Fraction(0)


def _push(
    end: tuple[str, int],
    came: dict[tuple[str, int], tuple[str, int] | None],
    out: dict[int, Fraction],
    into: dict[int, Fraction],
    flow: dict[tuple[int, int], Fraction],
) -> Fraction:
    path = [end]
    while (previous := came[path[-1]]) is not None:
        path.append(previous)
    path.reverse()
    edges = list(itertools.pairwise(path))
    room = [flow[(b[1], a[1])] for a, b in edges if a[0] == "right"]
    amount = min([out[path[0][1]], into[end[1]], *room])
    for a, b in edges:
        if a[0] == "left":
            flow[(a[1], b[1])] = flow.get((a[1], b[1]), Fraction(0)) + amount
        else:
            flow[(b[1], a[1])] -= amount
    out[path[0][1]] -= amount
    into[end[1]] -= amount
    return amount
