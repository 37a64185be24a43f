"""The graph as a picture: one SVG without script, font or network, placed by hand.

Must not: clip text; a box is as wide as its words, counted by characters of a fixed width.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnai_gitops.findings.plain import plain, width
from cnai_gitops.review import style
from cnai_gitops.review.graph import Graph, Node
from cnai_gitops.review.layout import MARGIN, Box, Layout, Point, Wire, layout
from cnai_gitops.review.markup import Markup, join, tag

NAME, SMALL = 13, 11
"""Font sizes in pixels."""

_ADVANCE = 0.63  # width of a character of a monospaced font in its size; common ones have 0.55 to 0.62
_PAD = 12
_LONGEST = 48  # columns of text in a box; what is longer is in the box's title
_FILL = {"dataset": "data", "stage": "stage", "model": "model", "service": "service", "alert": "alert", "cluster": "cluster"}


def draw(graph: Graph) -> str:
    """The whole picture, with a description for those who cannot see it."""
    words = {node.id: _words(node) for node in graph.nodes}
    sizes = {node: _size(said) for node, said in words.items()}
    placed = layout(sizes, [(edge.source, edge.target) for edge in graph.edges])
    kinds: dict[tuple[str, str], list[str]] = {}
    for edge in graph.edges:
        kinds.setdefault((edge.source, edge.target), []).append(edge.kind)
    names = {node.id: plain(node.name) for node in graph.nodes}
    wires = [_wire(wire, ", ".join(kinds[wire.source, wire.target]), names) for wire in placed.wires]
    boxes = [_box(node, words[node.id], placed.boxes[node.id]) for node in graph.nodes]
    return _picture(graph, placed, [*wires, *boxes]) + "\n"


def _picture(graph: Graph, placed: Layout, parts: Sequence[Markup]) -> str:
    size = (max(placed.width, 2 * MARGIN), max(placed.height, 2 * MARGIN))
    title = f"{graph.title}: {len(graph.nodes)} nodes, {len(graph.edges)} edges"
    arrow = tag(
        "marker", tag("path", d="M0 0L8 4L0 8z", fill="var(--quiet)"), id="cnai-arrow", viewBox="0 0 8 8", refX=8, refY=4, markerWidth=7, markerHeight=7, orient="auto"
    )
    return tag(
        "svg",
        tag("title", title),
        tag("style", Markup(_style())),
        tag("defs", arrow),
        join(parts, "\n"),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_n(size[0])} {_n(size[1])}",
        width=_n(size[0]),
        height=_n(size[1]),
        role="img",
        class_="cnai-graph",
    )


def _style() -> str:
    light, dark = ("".join(f"--{name}: {value}; " for name, value in colors.items()) for colors in (style.LIGHT, style.DARK))
    mine = ".cnai-graph"
    return (
        f"{mine} {{ {light}background: var(--ground); }} @media (prefers-color-scheme: dark) {{ {mine} {{ {dark}}} }} "
        f"{mine} text {{ font-family: {style.MONO}; fill: var(--ink); }} {mine} .small {{ font-size: {SMALL}px; fill: var(--quiet); }} "
        f"{mine} .name {{ font-size: {NAME}px; font-weight: 600; }} {mine} .wire {{ fill: none; stroke: var(--quiet); stroke-width: 1.4; }} "
        f"{mine} .back, {mine} .pending {{ stroke-dasharray: 5 4; }} {mine} rect {{ stroke: var(--edge); }}"
    )


def _words(node: Node) -> list[tuple[str, str]]:
    """(class, text) of each line in a box."""
    said = f"{node.says} (pending)" if node.pending else node.says
    return [("small", _short(said)), ("name", _short(node.name)), *([("small", _short(node.detail))] if node.detail else [])]


def _short(text: str) -> str:
    text = plain(text)
    while width(text) > _LONGEST:
        text = text[: max(len(text) - 1 - (width(text) - _LONGEST) // 2, 1)].removesuffix("…") + "…" if len(text) > 2 else "…"
    return text


def _size(words: Sequence[tuple[str, str]]) -> tuple[float, float]:
    widest = max(width(text) * _ADVANCE * (NAME if kind == "name" else SMALL) for kind, text in words)
    return round(widest + 2 * _PAD, 1), 12.0 + 16 * len(words)


def _box(node: Node, words: Sequence[tuple[str, str]], box: Box) -> Markup:
    about = " ".join(part for part in (node.says, node.name, node.detail, "(pending)" if node.pending else "") if part)
    shape = tag(
        "rect",
        x=_n(box.x),
        y=_n(box.y),
        width=_n(box.width),
        height=_n(box.height),
        rx={"model": 18, "stage": 3, "service": 3}.get(node.kind, 9),
        fill=f"var(--{_FILL[node.kind]})",
        class_="pending" if node.pending else None,
    )
    lines = [tag("text", text, x=_n(box.x + _PAD), y=_n(box.y + 18 + 16 * i), class_=kind) for i, (kind, text) in enumerate(words)]
    return tag("g", tag("title", about), shape, *lines)


def _wire(wire: Wire, kind: str, names: dict[str, str]) -> Markup:
    about = tag("title", f"{names[wire.source]} {kind} {names[wire.target]}")
    line = tag("path", d=_straight(wire.points) if wire.back else _curve(wire.points), class_="wire back" if wire.back else "wire", marker_end="url(#cnai-arrow)")
    if not wire.back:
        return tag("g", about, line)
    (left, lane), right = wire.points[3], wire.points[2][0]
    label = tag("text", kind, x=_n((min(left, right) + max(left, right)) / 2), y=_n(lane - 3), class_="small", text_anchor="middle")
    return tag("g", about, line, label)


def _curve(points: Sequence[Point]) -> str:
    """Level where it leaves and enters a column, curved between."""
    path = f"M{_n(points[0][0])} {_n(points[0][1])}"
    for i, ((x1, y1), (x2, y2)) in enumerate(zip(points, points[1:], strict=False)):
        middle = _n((x1 + x2) / 2)
        path += f"L{_n(x2)} {_n(y2)}" if i % 2 else f"C{middle} {_n(y1)} {middle} {_n(y2)} {_n(x2)} {_n(y2)}"
    return path


def _straight(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
