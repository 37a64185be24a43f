"""Distances between a reference and a current column: PSI, the KS statistic and total variation.

Must not: read files, or judge a distance; thresholds belong to alerts.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Sequence

FLOOR = 1e-4
"""Smallest share of a bin: an empty bin would make PSI infinite."""


def psi(reference: Sequence[Hashable], current: Sequence[Hashable]) -> float:
    """Population stability index of two columns of labels: the sum of (p - q) ln(p / q), p current and q reference shares.

    0 means the same shares; by convention under 0.1 is stable and over 0.25 has drifted. Both columns must not be empty.
    """
    expected, observed = Counter(reference), Counter(current)
    total = 0.0
    for label in sorted(expected.keys() | observed.keys(), key=repr):
        q = max(expected[label] / len(reference), FLOOR)
        p = max(observed[label] / len(current), FLOOR)
        total += (p - q) * math.log(p / q)
    return total


def binned(reference: Sequence[float | None], current: Sequence[float | None], bins: int = 10) -> tuple[list[str], list[str]]:
    """Both columns of numbers as labels of bins, made from quantiles of the reference; None is a bin of its own.

    Up to `bins` different reference values are a bin each, so that a constant that changes is noticed.
    """
    known = sorted(value for value in reference if value is not None)
    distinct = set(known)
    if len(distinct) <= bins:
        return ([_own_bin(value, distinct) for value in reference], [_own_bin(value, distinct) for value in current])
    edges = sorted({known[len(known) * number // bins] for number in range(1, bins)})
    return ([_bin(value, edges) for value in reference], [_bin(value, edges) for value in current])


def ks(reference: Sequence[float], current: Sequence[float]) -> float:
    """Kolmogorov-Smirnov statistic, the largest gap between two cumulative distributions, 0 to 1; 1 when only one is empty."""
    if not reference or not current:
        return float(bool(reference) is not bool(current))
    first, second = sorted(reference), sorted(current)
    values = sorted(set(first) | set(second))
    return max(abs(bisect_right(first, value) / len(first) - bisect_right(second, value) / len(second)) for value in values)


def total_variation(reference: Sequence[Hashable], current: Sequence[Hashable]) -> float:
    """Half the sum of the differences of shares, 0 to 1: the share of rows that would have to change. Both must not be empty."""
    expected, observed = Counter(reference), Counter(current)
    labels = sorted(expected.keys() | observed.keys(), key=repr)
    return sum(abs(expected[label] / len(reference) - observed[label] / len(current)) for label in labels) / 2


def _own_bin(value: float | None, distinct: set[float]) -> str:
    if value is None:
        return "missing"
    return repr(value) if value in distinct else "other"


def _bin(value: float | None, edges: Sequence[float]) -> str:
    return "missing" if value is None else str(bisect_right(edges, value))
