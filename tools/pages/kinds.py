"""The page of kinds: what is known of each Kubernetes kind, from the registry of `cnai_gitops.resources`.

Must not: know a kind.
"""

from __future__ import annotations

import re
from itertools import groupby

from cnai_gitops.resources.base import Kind, kinds
from pages.tables import cell, code, table

HEAD = """# Kinds

What is known of each Kubernetes kind: which operator serves it, whether it runs pods and when, who admits it (as a whole or pod by pod),
what in its status says that it is over, how long its name may be (room is left for what controllers append), the Argo CD wave it syncs
in, and the fields that a controller owns and we therefore leave out or tell Argo CD to ignore. An object of
a kind that is not here can be written in a patch; when it holds containers the ledger says that it cannot count it (CNAI602)."""


def pages() -> dict[str, str]:
    """One page for all kinds."""
    known = sorted(kinds().values(), key=lambda kind: (kind.group, kind.kind, kind.version))
    texts = [HEAD]
    for api, members in groupby(known, key=lambda kind: kind.api_version):
        rows = list(members)
        served = ", ".join(dict.fromkeys(kind.operator for kind in rows))
        columns = ["kind", "pods", "admitted by", "over when", "name", "wave", "fields of controllers"]
        texts += [f"## {api}", f"Served by {served}.", table(columns, map(_row, rows))]
    return {"kinds.md": "\n\n".join(texts)}


def _row(kind: Kind) -> list[str]:
    fields = dict.fromkeys((re.sub(r"/\d+(?=/)", "/*", o.pointer), o.by, o.when) for o in kind.owned)  # one line for all items of a list
    owned = "; ".join(f"{code(pointer)} {cell(by)}{f' ({cell(when)})' if when else ''}" for pointer, by, when in fields)
    return [code(kind.kind), _pods(kind), _queued(kind), _ends(kind), str(kind.name_limit), str(kind.wave), owned]


def _pods(kind: Kind) -> str:
    when = {"now": "", "scheduled": ", on a schedule", "named": ", when something names it"}[kind.runs]
    return f"counted{when}" if kind.effective or kind.demand else ""


def _queued(kind: Kind) -> str:
    return f"{kind.queued.by}{', pod by pod' if kind.queued.each == 'pod' else ''}" if kind.queued else ""


def _ends(kind: Kind) -> str:
    states = kind.ends[:2] if kind.ends else ()
    return ", ".join(dict.fromkeys(code(f"{field} = {' or '.join(values)}") for field, values in states))
