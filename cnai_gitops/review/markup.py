"""HTML and SVG that is safe by its type: text is escaped unless it is Markup already.

Must not: know a report, a card or a picture.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from cnai_gitops.findings.plain import plain


class Markup(str):
    """Text that is HTML. Only `tag`, `join` and literals of this project make it."""

    __slots__ = ()


EMPTY = Markup()
Content = str | int | float | Markup
_VOID = frozenset(("br", "circle", "line", "meta", "path", "rect"))


def escape(value: Content) -> Markup:
    """One line of harmless text; Markup stays as it is."""
    return value if isinstance(value, Markup) else Markup(html.escape(plain(str(value))))


def tag(name: str, *children: Content, **attributes: Content | None) -> Markup:
    """An element. An attribute's trailing `_` falls away and `_` becomes `-`; None leaves it out."""
    said = "".join(f' {key.rstrip("_").replace("_", "-")}="{html.escape(plain(str(value)))}"' for key, value in attributes.items() if value is not None)
    inner = "".join(map(escape, children))
    return Markup(f"<{name}{said}{'/' if name in ('circle', 'line', 'path', 'rect') else ''}>" if name in _VOID else f"<{name}{said}>{inner}</{name}>")


def join(parts: Iterable[Content], between: str = "") -> Markup:
    """Parts one after the other, each escaped; `between` is markup."""
    return Markup(between.join(map(escape, parts)))


def table(head: Sequence[Content], rows: Iterable[Sequence[Content]], caption: str = "") -> Markup:
    """A table with headers; the first cell of a row is its header. Wide ones scroll in their own box."""
    body = [tag("tr", tag("th", row[0], scope="row"), *(tag("td", cell) for cell in row[1:])) for row in rows]
    inner = tag(
        "table",
        tag("caption", caption) if caption else EMPTY,
        tag("thead", tag("tr", *(tag("th", cell, scope="col") for cell in head))),
        tag("tbody", *body),
    )
    return tag("div", inner, class_="scroll", tabindex="0", role="region", aria_label=caption or None)
