"""The graph as a picture: columns of boxes from left to right, drawn without any program.

Must not: clip a text, cross a box with a line, hold a script, or depend on fonts or colours of the page around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from html import escape

from cnai_gitops.findings.plain import plain, width
from cnai_gitops.review.graph import Edge, Graph, Node

CHARACTER, SMALL = 8, 7  # room for one column of text, in pixels: a monospaced letter of 13 px is 7.8 wide, one of 11 px 6.6
PADDING, MARGIN, LANE, BEND, ARROW = 12, 20, 18, 56, 8
BOX_HEIGHT, TITLE_HEIGHT, BETWEEN = 44, 32, 14
SWEEPS = 4

Slot = str | tuple[int, int]
"""A place in a column: a node by its id, or where edge number `[0]` passes column `[1]`."""

STYLE = (
    ".cnai-graph{--ink:#1b1f24;--paper:#fff;--soft:#f3f5f7;--line:#57606a;--data:#0a4a8f;--model:#0b5d2a;--stage:#5b2a86;"
    "font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;font-size:13px}"
    "@media(prefers-color-scheme:dark){.cnai-graph{--ink:#e8ebee;--paper:#14171a;--soft:#20252a;--line:#9aa4ae;--data:#9cc8ff;"
    "--model:#7ee2a0;--stage:#d3b0f5}}"
    ".cnai-graph text{fill:var(--ink)}.cnai-graph .small{font-size:11px}.cnai-graph .paper{fill:var(--paper)}"
    ".cnai-graph .box{fill:var(--soft);stroke:var(--stage);stroke-width:1.5}.cnai-graph .dataset .box{stroke:var(--data)}"
    ".cnai-graph .model .box{stroke:var(--model);stroke-width:2.5}.cnai-graph .cluster .box{stroke:var(--line);stroke-dasharray:5 3}"
    ".cnai-graph .edge{fill:none;stroke:var(--line)}.cnai-graph .dashed{stroke-dasharray:4 4}.cnai-graph .arrow{fill:var(--line)}"
)


@dataclass(frozen=True, slots=True)
class _Route:
    """The way of one edge through the columns, from left to right; `back` when its arrow points to the left."""

    edge: Edge
    slots: tuple[Slot, ...]
    back: bool

    @property
    def head(self) -> int:
        """Where in `slots` the arrow is."""
        return 0 if self.back else -1


@dataclass(frozen=True, slots=True)
class _Box:
    x: int
    y: int
    width: int
    height: int


@dataclass(slots=True)
class _Layout:
    """Where everything is, in pixels; `before` and `after` are the straight ends of lines on both sides of a column."""

    graph: Graph
    columns: list[list[Slot]]
    routes: list[_Route]
    boxes: dict[Slot, _Box] = field(default_factory=dict)
    before: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)
    width: int = 0
    height: int = 0


def svg(graph: Graph) -> str:
    """The graph as one SVG element with a title; light or dark as the reader's system is."""
    layout = _layout(graph)
    title = _text(graph.title if graph.nodes else f"{graph.title}: nothing to show")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cnai-graph" role="img" width="{layout.width}" height="{layout.height}" '
        f'viewBox="0 0 {layout.width} {layout.height}">',
        f"<title>{title}</title><style>{STYLE}</style>",
        f'<rect class="paper" width="{layout.width}" height="{layout.height}"/>',
        f'<text class="heading" x="{MARGIN}" y="{MARGIN + 8}">{title}</text>',
        *_lines(layout),
        *(_node(node, layout) for node in graph.nodes),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _text(text: str) -> str:
    return escape(plain(text))


# -- columns --------------------------------------------------------------------------------------------


def _layout(graph: Graph) -> _Layout:
    ranks = _ranks(graph)
    routes = [_route(number, edge, ranks) for number, edge in enumerate(graph.edges)]
    columns: list[list[Slot]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    for node in graph.nodes:
        columns[ranks[node.id]].append(node.id)
    for passage in (slot for route in routes for slot in route.slots if isinstance(slot, tuple)):
        columns[passage[1]].append(passage)
    _untangle(columns, routes)
    layout = _Layout(graph, columns, routes)
    _measure(layout)
    return layout


def _ranks(graph: Graph) -> dict[str, int]:
    """Column of each node: right of all that flows into it. An edge that would close a circle does not count."""
    waits: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    for edge in sorted(graph.edges, key=lambda edge: edge.label == "retrains"):
        if not _reaches(waits, edge.source, edge.target):
            waits[edge.target].append(edge.source)
    ranks: dict[str, int] = {}
    for name in TopologicalSorter(waits).static_order():
        ranks[name] = max((ranks[other] + 1 for other in waits[name]), default=0)
    following: dict[str, list[int]] = {name: [] for name in waits}
    for name, others in waits.items():
        for other in others:
            following[other].append(ranks[name])
    for name in waits:
        if not waits[name] and following[name]:
            ranks[name] = min(following[name]) - 1  # what nothing flows into stands next to what needs it
    last = max((ranks[node.id] for node in graph.nodes if node.kind != "cluster"), default=-1) + 1
    return ranks | {node.id: last for node in graph.nodes if node.kind == "cluster"}


def _reaches(waits: Mapping[str, Sequence[str]], name: str, wanted: str) -> bool:
    """True when `name` is, or waits for, `wanted`."""
    seen, left = {name}, [name]
    while left:
        for other in waits[left.pop()]:
            if other not in seen:
                seen.add(other)
                left.append(other)
    return wanted in seen


def _route(number: int, edge: Edge, ranks: Mapping[str, int]) -> _Route:
    back = ranks[edge.source] >= ranks[edge.target]
    left, right = (edge.target, edge.source) if back else (edge.source, edge.target)
    return _Route(edge, (left, *((number, rank) for rank in range(ranks[left] + 1, ranks[right])), right), back)


def _untangle(columns: list[list[Slot]], routes: Sequence[_Route]) -> None:
    """Order each column by the middle of its neighbours' places, there and back a few times, so that fewer lines cross."""
    sides: tuple[dict[Slot, list[Slot]], dict[Slot, list[Slot]]] = {}, {}
    for route in routes:
        for left, right in zip(route.slots, route.slots[1:], strict=False):
            sides[0].setdefault(right, []).append(left)
            sides[1].setdefault(left, []).append(right)
    for sweep in range(SWEEPS):
        side = sides[sweep % 2]
        for column in columns if sweep % 2 == 0 else reversed(columns):
            share = {slot: i / len(other) for other in columns for i, slot in enumerate(other)}
            middle = {slot: sum(share[n] for n in side[slot]) / len(side[slot]) if slot in side else share[slot] for slot in column}
            column.sort(key=middle.__getitem__)


# -- places ---------------------------------------------------------------------------------------------


def _measure(layout: _Layout) -> None:
    """Give every slot its box: columns as wide as their widest text, boxes as high as their lines need."""
    nodes: dict[Slot, Node] = {node.id: node for node in layout.graph.nodes}
    ends = _ends(layout.routes)
    heights = {
        slot: max(BOX_HEIGHT, LANE * (1 + max(len(ends[0].get(slot, ())), len(ends[1].get(slot, ()))))) if slot in nodes else LANE
        for column in layout.columns
        for slot in column
    }
    tall = [sum(heights[slot] + BETWEEN for slot in column) - BETWEEN for column in layout.columns]
    x = MARGIN
    for column, high in zip(layout.columns, tall, strict=True):
        wide = max(_room(nodes[slot], layout.graph) for slot in column if slot in nodes)
        arriving = [[route.edge.label for s in column for route in end.get(s, ()) if route.slots[route.head] == s] for end in ends]
        before, after = (ARROW + 4 + max((SMALL * width(plain(label)) + 4 for label in labels), default=0) for labels in arriving)
        x += before if layout.before else 0
        y = MARGIN + TITLE_HEIGHT + (max(tall) - high) // 2
        for slot in column:
            layout.boxes[slot] = _Box(x, y, wide, heights[slot])
            y += heights[slot] + BETWEEN
        layout.before.append(before)
        layout.after.append(after)
        x += wide + after + BEND
    right = max((box.x + box.width for box in layout.boxes.values()), default=0)
    heading = MARGIN + CHARACTER * width(plain(f"{layout.graph.title}: nothing to show"))
    layout.width = max(right, heading) + MARGIN
    layout.height = MARGIN + TITLE_HEIGHT + max(tall, default=0) + MARGIN


def _ends(routes: Sequence[_Route]) -> tuple[dict[Slot, list[_Route]], dict[Slot, list[_Route]]]:
    """Routes that end at a node's left side, and those that begin at its right side."""
    left: dict[Slot, list[_Route]] = {}
    right: dict[Slot, list[_Route]] = {}
    for route in routes:
        right.setdefault(route.slots[0], []).append(route)
        left.setdefault(route.slots[-1], []).append(route)
    return left, right


def _room(node: Node, graph: Graph) -> int:
    return 2 * PADDING + max(CHARACTER * width(plain(node.label)), SMALL * width(plain(_about(node, graph))))


def _about(node: Node, graph: Graph) -> str:
    return f"{node.kind} of {node.group}" if node.group and not graph.app else node.kind


# -- drawing --------------------------------------------------------------------------------------------


def _node(node: Node, layout: _Layout) -> str:
    box = layout.boxes[node.id]
    middle, x, rounding = box.y + box.height // 2, box.x + PADDING, 16 if node.kind == "dataset" else 4
    return (
        f'<g class="{_text(node.kind)}"><rect class="box" x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" '
        f'rx="{rounding}"/><text x="{x}" y="{middle - 3}">{_text(node.label)}</text>'
        f'<text class="small" x="{x}" y="{middle + 13}">{_text(_about(node, layout.graph))}</text></g>'
    )


def _lines(layout: _Layout) -> Iterator[str]:
    left, right = _ends(layout.routes)
    ports = _ports(layout, left, -2) | _ports(layout, right, 1)
    rank = {slot: number for number, column in enumerate(layout.columns) for slot in column}
    for route in layout.routes:
        first = rank[route.slots[0]]
        ways = [ports[route, 1], *(_middle(layout.boxes[slot]) for slot in route.slots[1:-1]), ports[route, -2]]
        start = layout.boxes[route.slots[0]]
        path = [f"M{start.x + start.width} {ways[0]}"]
        for i in range(len(ways) - 1):
            here, there = layout.boxes[route.slots[i]], layout.boxes[route.slots[i + 1]]
            out, into = here.x + here.width + layout.after[first + i], there.x - layout.before[first + i + 1]
            turn = (out + into) // 2
            path.append(f"H{out}C{turn} {ways[i]} {turn} {ways[i + 1]} {into} {ways[i + 1]}H{there.x}")
        dashed = " dashed" if route.edge.label in ("retrains", "runs on") else ""
        yield f'<path class="edge{dashed}" d="{"".join(path)}"/>'
        yield _arrow(route, layout.boxes[route.slots[route.head]], ways[route.head])


def _ports(layout: _Layout, ends: Mapping[Slot, Sequence[_Route]], neighbour: int) -> dict[tuple[_Route, int], int]:
    """Height at which each route meets its box: spread over the side, in the order of where the routes come from."""
    ports = {}
    for slot, routes in ends.items():
        box = layout.boxes[slot]
        for i, route in enumerate(sorted(routes, key=lambda route: _middle(layout.boxes[route.slots[neighbour]])), 1):
            ports[route, neighbour] = box.y + i * box.height // (len(routes) + 1)
    return ports


def _middle(box: _Box) -> int:
    return box.y + box.height // 2


def _arrow(route: _Route, box: _Box, y: int) -> str:
    """The head of an arrow and the word beside it, above the straight end of the line."""
    x, away, anchor = (box.x + box.width, 1, "start") if route.back else (box.x, -1, "end")
    return (
        f'<path class="arrow" d="M{x} {y}l{away * ARROW} -4v8z"/>'
        f'<text class="small label" text-anchor="{anchor}" x="{x + away * (ARROW + 2)}" y="{y - 4}">{_text(route.edge.label)}</text>'
    )
