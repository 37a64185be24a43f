"""Cron lines and time zones: which there are, how close two runs of a schedule can be, and how many runs can overlap.

Must not: know a kind, read the clock (days are those of a fixed span of years).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from cnai_gitops.resources.base import INFINITE

_DAY = 24 * 60
_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MONTHS = {m: i for i, m in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}
_WEEKDAYS = {d: i for i, d in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
# One leap day inside, and enough years that every weekday meets every day of a month.
_FIRST, _LAST = date(2023, 1, 1), date(2032, 1, 1)


def overlap(policy: str, schedules: Sequence[str], deadline: Fraction | float) -> float:
    """Most runs of a schedule that are alive at once.

    `policy` is the concurrencyPolicy of the API (empty means Allow), `deadline` the seconds after which a
    run is ended, INFINITE when nothing ends it. INFINITE when runs can pile up or a cron line is unreadable.
    """
    if policy in ("Forbid", "Replace"):
        return 1
    if deadline == INFINITE:
        return INFINITE
    runs = 0.0
    for line in schedules:
        minutes = interval(line)
        if minutes is None:
            return INFINITE
        runs += math.ceil(deadline / (minutes * 60))
    return runs


@cache
def interval(line: str) -> int | None:
    """Smallest number of minutes between two runs of a cron line of five fields; None when it is unreadable.

    A line that names one day of the year, or none, is taken as yearly.
    """
    words = _MACROS.get(line.strip().lower(), line).lower().split()
    if words and words[0].startswith(("tz=", "cron_tz=")):
        words = words[1:]
    if len(words) != 5:
        return None
    minute, hour = _values(words[0], 0, 59), _values(words[1], 0, 23)
    apart = _days_apart(words[2], words[3], words[4])
    if not minute or not hour or apart is None:
        return None
    times = sorted(h * 60 + m for h in hour for m in minute)
    inside = min((b - a for a, b in pairwise(times)), default=366 * _DAY)
    return min(inside, apart * _DAY - times[-1] + times[0])


@cache
def is_timezone(name: str) -> bool:
    """True for a name of the IANA time zone database; for anything, on a machine that has none."""
    try:
        ZoneInfo("Etc/UTC")
    except (KeyError, OSError, ValueError):
        return True
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True


@cache
def _days_apart(day: str, month: str, weekday: str) -> int | None:
    """Smallest number of days between two that a line names; when both day fields are limited, either is enough (cron's rule)."""
    doms, months = _values(day, 1, 31), _values(month, 1, 12, _MONTHS)
    dows = _values(weekday, 0, 7, _WEEKDAYS)
    if not doms or not months or not dows:
        return None
    dows = {d % 7 for d in dows}
    either = not day.startswith(("*", "?")) and not weekday.startswith(("*", "?"))
    found = []
    for offset in range((_LAST - _FIRST).days):
        it = _FIRST + timedelta(days=offset)
        by_day, by_weekday = it.day in doms, it.isoweekday() % 7 in dows
        if it.month in months and (by_day or by_weekday if either else by_day and by_weekday):
            found.append(it)
    return min(((b - a).days for a, b in pairwise(found)), default=365)


def _values(field: str, low: int, high: int, names: dict[str, int] | None = None) -> set[int] | None:
    """All numbers of one cron field; None when it is unreadable or out of range."""
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        if slash and not (step.isdecimal() and int(step)):
            return None
        first, dash, last = span.partition("-")
        start = low if span in ("*", "?") else _number(first, names)
        end = high if span in ("*", "?") or (slash and not dash) else _number(last if dash else first, names)
        if start is None or end is None or not low <= start <= end <= high:
            return None
        found.update(range(start, end + 1, int(step) if slash else 1))
    return found


def _number(word: str, names: dict[str, int] | None) -> int | None:
    if word.isdecimal():
        return int(word)
    return (names or {}).get(word)
