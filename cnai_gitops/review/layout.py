"""Places the nodes of a graph in columns, from left to right, so that edges cross little and never run under a box.

Must not: draw. Same graph, same places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

Point = tuple[float, float]

GAP_X, GAP_Y, MARGIN, LANE = 76.0, 18.0, 16.0, 14.0
"""Between columns, between boxes, around everything, between edges that lead back. Pixels."""

_PASS = 8.0  # height that an edge takes where it passes a column
_SWEEPS = 6


@dataclass(frozen=True, slots=True)
class Box:
    """A node's rectangle, in pixels from the upper left."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Wire:
    """An edge's way: points from its source's right side to its target's left side; `back` when it leads to the left."""

    source: str
    target: str
    points: tuple[Point, ...]
    back: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is, and how large the picture is."""

    width: float
    height: float
    boxes: Mapping[str, Box]
    wires: tuple[Wire, ...]


@dataclass(slots=True)
class _Column:
    slots: list[str] = field(default_factory=list)
    width: float = 0.0
    x: float = 0.0


def layout(sizes: Mapping[str, tuple[float, float]], edges: Sequence[tuple[str, str]]) -> Layout:
    """Places boxes of `sizes` (width, height in pixels, by id) so that `edges` go from left to right where no circle forbids it."""
    edges = list(dict.fromkeys(edges))
    back = _leading_back(list(sizes), edges)
    forward = [edge for edge in edges if edge not in back]
    ranks = _ranks(list(sizes), forward)
    chains = {edge: _chain(edge, ranks) for edge in forward}
    columns = _columns(sizes, ranks, chains)
    boxes = _boxes(columns, sizes)
    wires = [Wire(*edge, _through(chains[edge], boxes, columns, ranks), False) for edge in forward]
    bottom = max((box.y + box.height for box in boxes.values()), default=0.0)
    for lane, edge in enumerate(edge for edge in edges if edge in back):
        wires.append(Wire(*edge, _around(boxes[edge[0]], boxes[edge[1]], bottom + GAP_Y + lane * LANE, lane), True))
    right = max((column.x + column.width for column in columns), default=0.0)
    height = bottom + (GAP_Y + len(back) * LANE if back else 0) + MARGIN
    # Edges that lead back leave the last column on its right and enter the first on its left.
    room = GAP_X if any(ranks[source] == len(columns) - 1 for source, _ in back) else 0.0
    return Layout(right + room + MARGIN, height, {name: boxes[name] for name in sizes}, tuple(wires))


def _leading_back(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Edges that close a circle, found depth first in the order of the nodes."""
    after: dict[str, list[str]] = {node: [] for node in nodes}
    entered = {target for source, target in edges if source != target}
    for source, target in edges:
        after[source].append(target)
    done: set[str] = set()
    back: set[tuple[str, str]] = set()
    for root in sorted(nodes, key=lambda node: node in entered):
        stack = [] if root in done else [(root, iter(after[root]))]
        active = {root} if stack else set()
        while stack:
            node, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                stack.pop()
                active.discard(node)
                done.add(node)
            elif target in active:
                back.add((node, target))
            elif target not in done:
                active.add(target)
                stack.append((target, iter(after[target])))
    return back


def _ranks(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Column of each node: right of everything that leads to it; what nothing leads to stands beside its first use."""
    before: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in edges:
        before[target].append(source)
    ranks: dict[str, int] = {}
    for node in TopologicalSorter(before).static_order():
        ranks[node] = max((ranks[source] + 1 for source in before[node]), default=0)
    for node in nodes:
        uses = [ranks[target] for source, target in edges if source == node]
        if not before[node] and uses:
            ranks[node] = min(uses) - 1
    return ranks


def _chain(edge: tuple[str, str], ranks: Mapping[str, int]) -> list[str]:
    """The edge's slots: its ends, and one that holds its way open in every column between them."""
    source, target = edge
    return [source, *(f"{source}\0{target}\0{rank}" for rank in range(ranks[source] + 1, ranks[target])), target]


def _columns(sizes: Mapping[str, tuple[float, float]], ranks: Mapping[str, int], chains: Mapping[tuple[str, str], list[str]]) -> list[_Column]:
    columns = [_Column() for _ in range(max(ranks.values(), default=-1) + 1)]
    for node in sizes:
        columns[ranks[node]].slots.append(node)
    for (source, _), chain in chains.items():
        for i, slot in enumerate(chain[1:-1]):
            columns[ranks[source] + 1 + i].slots.append(slot)
    links = [pair for chain in chains.values() for pair in zip(chain, chain[1:], strict=False)]
    _untangle(columns, links)
    x = MARGIN
    for column in columns:
        column.x, column.width = x, max((sizes[slot][0] for slot in column.slots if slot in sizes), default=0.0)
        x += column.width + GAP_X
    return columns


def _untangle(columns: Sequence[_Column], links: Sequence[tuple[str, str]]) -> None:
    """Order each column by the mean place of its neighbours, to the right and back again."""
    left: dict[str, list[str]] = {}
    right: dict[str, list[str]] = {}
    for source, target in links:
        left.setdefault(target, []).append(source)
        right.setdefault(source, []).append(target)
    for sweep in range(_SWEEPS):
        forth = sweep % 2 == 0
        place = {slot: i / max(len(column.slots), 1) for column in columns for i, slot in enumerate(column.slots)}
        for column in columns if forth else reversed(columns):
            near = left if forth else right
            wanted = {slot: _mean([place[other] for other in near.get(slot, ())], place[slot]) for slot in column.slots}
            column.slots.sort(key=lambda slot, wanted=wanted: (wanted[slot], slot))  # type: ignore[misc]
            place |= {slot: i / max(len(column.slots), 1) for i, slot in enumerate(column.slots)}


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _boxes(columns: Sequence[_Column], sizes: Mapping[str, tuple[float, float]]) -> dict[str, Box]:
    """Rectangles of all slots, each column centred on the tallest."""
    heights = [sum(_height(slot, sizes) + GAP_Y for slot in column.slots) - GAP_Y for column in columns]
    tallest = max(heights, default=0.0)
    boxes: dict[str, Box] = {}
    for column, height in zip(columns, heights, strict=True):
        y = MARGIN + (tallest - height) / 2
        for slot in column.slots:
            boxes[slot] = Box(column.x, y, column.width if slot in sizes else 0.0, _height(slot, sizes))
            y += boxes[slot].height + GAP_Y
    return boxes


def _height(slot: str, sizes: Mapping[str, tuple[float, float]]) -> float:
    return sizes[slot][1] if slot in sizes else _PASS


def _through(chain: Sequence[str], boxes: Mapping[str, Box], columns: Sequence[_Column], ranks: Mapping[str, int]) -> tuple[Point, ...]:
    """From the source's right side, level through every column between, to the target's left side."""
    source, target = boxes[chain[0]], boxes[chain[-1]]
    points = [(source.x + source.width, source.y + source.height / 2)]
    for i, slot in enumerate(chain[1:-1]):
        column, y = columns[ranks[chain[0]] + 1 + i], boxes[slot].y + _PASS / 2
        points += [(column.x, y), (column.x + column.width, y)]
    return (*points, (target.x, target.y + target.height / 2))


def _around(source: Box, target: Box, lane: float, number: int) -> tuple[Point, ...]:
    """Down in the gap right of the source, to the left below everything, up in the gap left of the target."""
    out = source.x + source.width + 10 + number % 5 * 4
    into = max(target.x - 14 - number % 5 * 4, 2.0)
    start, end = source.y + source.height / 2 + 6, target.y + target.height / 2 + 6
    return ((source.x + source.width, start), (out, start), (out, lane), (into, lane), (into, end), (target.x, end))
