"""Accelerators that teams can hold at their peak, before and after, against their quota.

Must not: count (the ledger does) or judge (policies do).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cnai_gitops.check.ledger import peaks, team_totals
from cnai_gitops.findings.plain import plain
from cnai_gitops.resources.base import INFINITE, Body, Demand, Key, key_of
from cnai_gitops.review.diff import Sides

WIDTH = 20
"""Characters of a bar."""

_NEAR = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRow:
    """One class of accelerators of one team in one environment, in accelerators.

    `before` and `after` are peaks, INFINITE when nothing bounds them; `before` is None when nobody counted it,
    `quota` when none is declared. `unknown` says in words what could not be counted.
    """

    env: str
    team: str
    accelerator: str
    before: float | None
    after: float
    quota: float | None
    unknown: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """unbounded, undeclared (no quota), over, near (90 % or more), or ok."""
        if self.after == INFINITE:
            return "unbounded"
        if self.quota is None:
            return "undeclared"
        if self.after > self.quota:
            return "over"
        return "near" if self.quota and self.after >= _NEAR * self.quota else "ok"

    @property
    def share(self) -> float:
        """Part of the quota that is taken, between 0 and 1; 1 when it is passed or there is none."""
        if self.state in ("unbounded", "undeclared") or not self.quota:
            return 1.0 if self.after else 0.0
        return min(self.after / self.quota, 1.0)

    @property
    def words(self) -> str:
        """`24/48 (+12)`, and what is wrong with it."""
        said = f"{_number(self.after)}/{'no quota' if self.quota is None else _number(self.quota)}"
        if self.before is None:
            said += " (before: not counted)"
        elif self.before != self.after:
            change = self.after - self.before
            said += (
                f" (was {_number(self.before)})"
                if INFINITE in (self.before, self.after)
                else f" ({'+' if change > 0 else ''}{_number(change)})"
            )
        if self.state == "over" and self.quota is not None:
            said += f" over by {_number(self.after - self.quota)}"
        return said + (f" and {len(self.unknown)} not counted" if self.unknown else "")


def quota_rows(before: Mapping[str, Any] | None, after: Mapping[str, Any], environments: Mapping[str, Any] | None = None) -> list[QuotaRow]:
    """Rows from two ledgers (`ledger` of the gate's data, or `ledger_of`), by environment, team and class.

    `environments` (of the gate's data) adds quotas that nobody uses. Without `before` rows say that it was not counted.
    """
    old, new = (_by_row(ledger) for ledger in (before or {}, after))
    declared = {
        (e, t, c): n for e, data in (environments or {}).items() for t, team in data["teams"].items() for c, n in team["quota"].items()
    }
    rows = []
    for key in sorted({*old, *new, *declared}, key=lambda key: (_rank(key[0], environments), *key)):
        env, team, accelerator = key
        entry = new.get(key, {})
        rows.append(
            QuotaRow(
                env=env,
                team=team,
                accelerator=accelerator,
                before=_peak(old.get(key)) if before is not None else None,
                after=_peak(entry),
                quota=entry.get("quota") if entry else declared.get(key, old.get(key, {}).get("quota")),
                unknown=tuple(entry.get("unknown", ())),
            )
        )
    return rows


def ledger_of(sides: Sides, environments: Mapping[str, Any]) -> dict[str, Any]:
    """The ledger of plain objects, for example of a base in git; teams are told by the label `cnai.dev/team`."""
    by_target: dict[str, list[Body]] = {}
    for (target, _), bodies in sides.items():
        by_target.setdefault(target, []).extend(bodies)
    by_env: dict[str, list[tuple[tuple[str, Key], Demand]]] = {}
    teams: dict[tuple[str, Key], str] = {}
    for target, bodies in by_target.items():
        teams |= {(target, key): team for key, team in _teams(bodies)}
        by_env.setdefault(target.partition("/")[0], []).extend(((target, key), demand) for key, demand in peaks(bodies).items())
    rows = []
    for env, demands in by_env.items():
        quotas = environments.get(env, {}).get("teams", {})
        for team, total in sorted(team_totals(demands, lambda identity: teams.get(identity, "")).items()):
            quota = quotas.get(team, {}).get("quota", {})
            unknown = [words for _, words in total.unknown]
            rows += [
                {
                    "env": env,
                    "team": team,
                    "class": c,
                    "peak": None if n == INFINITE else float(n),
                    "quota": quota.get(c),
                    "unknown": unknown,
                }
                for c, n in sorted(total.peak.items())
            ]
    return {"teams": rows}


def _teams(bodies: Iterable[Body]) -> Iterable[tuple[Key, str]]:
    for body in bodies:
        labels = (body.get("metadata") or {}).get("labels") or {}
        yield key_of(body), str(labels.get("cnai.dev/team", ""))


def changed(rows: Sequence[QuotaRow]) -> list[QuotaRow]:
    """Rows worth a reviewer's time: peaks that move, and everything that is not well."""
    return [row for row in rows if row.before not in (None, row.after) or row.unknown or (row.state not in ("ok", "near") and row.after)]


def bars(rows: Sequence[QuotaRow]) -> list[str]:
    """A line for each row, under the name of its environment; `!` ends the bar of a peak above its quota."""
    teams = max((len(plain(row.team)) for row in rows), default=0)
    classes = max((len(plain(row.accelerator)) for row in rows), default=0)
    found: list[str] = []
    env = None
    for row in rows:
        found += [plain(row.env)] if row.env != env else []
        env = row.env
        found.append(f"  {plain(row.team):{teams}}  {plain(row.accelerator):{classes}}  {bar(row)}  {row.words}")
    return found


def bar(row: QuotaRow) -> str:
    """`########............`: what is taken of the quota. A peak that is not zero shows at least one mark."""
    if not row.after:
        return "." * WIDTH
    if row.state not in ("ok", "near"):
        return "#" * (WIDTH - 1) + "!"
    full = WIDTH if row.share == 1 else min(max(round(row.share * WIDTH), 1), WIDTH - 1)
    return "#" * full + "." * (WIDTH - full)


def _by_row(ledger: Mapping[str, Any]) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {(row["env"], row["team"], row["class"]): row for row in ledger.get("teams", ())}


def _peak(entry: Mapping[str, Any] | None) -> float:
    if not entry:
        return 0
    return INFINITE if entry["peak"] is None else entry["peak"]


def _rank(env: str, environments: Mapping[str, Any] | None) -> int:
    tier = (environments or {}).get(env, {}).get("tier", "")
    return ("dev", "staging", "prod").index(tier) if tier in ("dev", "staging", "prod") else 3


def _number(amount: float) -> str:
    if amount == INFINITE:
        return "unbounded"
    exact = Fraction(amount).limit_denominator(1000)
    return str(exact.numerator) if exact.denominator == 1 else f"{float(exact):.2f}"
