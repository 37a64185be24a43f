"""Quota rows of a review, from the ledger's totals before and after, and their bars as text.

Must not: count accelerators (`check.ledger` does).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnai_gitops.check.ledger import peaks
from cnai_gitops.facts import Accelerator
from cnai_gitops.resources.base import INFINITE, Body, key_of
from cnai_gitops.review.diff import Sides
from cnai_gitops.review.page import QuotaRow

WIDTH = 24


def rows(after: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]] | None = None) -> list[QuotaRow]:
    """Rows of `ledger.teams` (as policies get it), with the peaks of an older ledger beside them."""
    old = {(r["env"], r["team"], r["class"]): r["peak"] for r in before or ()}
    found = [
        QuotaRow(
            r["env"],
            r["team"],
            r["class"],
            old.get((r["env"], r["team"], r["class"]), 0 if before is not None else r["peak"]),
            r["peak"],
            r["quota"],
        )
        for r in after
        if r["team"]
    ]
    return sorted(found, key=lambda row: (row.env, row.team, row.accelerator))


def ledger_of(side: Sides, known: Mapping[str, Accelerator]) -> list[dict[str, Any]]:
    """Totals by `known` classes of a side that was not judged, in the form of `ledger.teams` without quotas."""
    totals: dict[tuple[str, str, str], float] = {}
    targets: dict[str, list[Body]] = {}
    for (target, _), bodies in side.items():
        targets.setdefault(target, []).extend(bodies)
    for target, bodies in targets.items():
        teams = {key_of(body): str(body["metadata"].get("labels", {}).get("cnai.dev/team", "")) for body in bodies}
        for key, demand in peaks(bodies, known).items():
            for accelerator, amount in demand.peak.items():
                place = (target.partition("/")[0], teams.get(key, ""), accelerator)
                totals[place] = totals.get(place, 0) + float(amount)
    return [
        {"env": env, "team": team, "class": accelerator, "peak": None if amount == INFINITE else amount, "quota": None}
        for (env, team, accelerator), amount in totals.items()
    ]


def bar(row: QuotaRow) -> str:
    """`######......  24/48 (+12)`; `!` marks a row over its quota."""
    peak, quota = row.after, row.quota
    if peak is None:
        return f"{'!' * WIDTH}  unbounded"
    if not quota:
        return f"{'?' * WIDTH}  {peak:g}, no quota declared"
    full = min(WIDTH, round(WIDTH * peak / quota))
    delta = f" ({peak - row.before:+g})" if row.before is not None and row.before != peak else ""
    over = f" over by {peak - quota:g}" if peak > quota else ""
    return f"{('!' if over else '#') * full}{'.' * (WIDTH - full)}  {peak:g}/{quota:g}{delta}{over}"
