"""The page of kinds: what is known of each Kubernetes kind, from the registry of `cnai_gitops.resources`.

Must not: know a kind.
"""

from __future__ import annotations

import re
from itertools import groupby

from cnai_gitops.resources.base import Kind, kinds
from pages.tables import cell, code, table

HEAD = """# Kinds

What is known of each Kubernetes kind: whether it runs pods, how long its name may be (room is left for what controllers append),
the Argo CD wave it syncs in, and the fields that a controller owns and we therefore leave out or tell Argo CD to ignore. An object of
a kind that is not here can be written in a patch; when it holds containers the ledger says that it cannot count it (CNAI602)."""


def pages() -> dict[str, str]:
    """One page for all kinds."""
    known = sorted(kinds().values(), key=lambda kind: (kind.group, kind.kind, kind.version))
    texts = [HEAD]
    for api, members in groupby(known, key=lambda kind: kind.api_version):
        texts += [f"## {api}", table(["kind", "pods", "name", "wave", "fields of controllers"], map(_row, members))]
    return {"kinds.md": "\n\n".join(texts)}


def _row(kind: Kind) -> list[str]:
    fields = dict.fromkeys((re.sub(r"/\d+(?=/)", "/*", o.pointer), o.by, o.when) for o in kind.owned)  # one line for all items of a list
    owned = "; ".join(f"{code(pointer)} {cell(by)}{f' ({cell(when)})' if when else ''}" for pointer, by, when in fields)
    return [code(kind.kind), "counted" if kind.pods or kind.demand else "", str(kind.name_limit), str(kind.wave), owned]
