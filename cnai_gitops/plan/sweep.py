"""The trials of a sweep: fixed values, the same for the same blueprint, spread evenly over the space.

Must not: use a random number generator; Halton's sequence needs none and covers the space better.
"""

from __future__ import annotations

import math
from typing import Any

from cnai_gitops.spec.train import Choice, Integers, Sweep, Uniform

PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53)
DIGITS = 6
"""Significant digits of a sampled number: enough for any learning rate, few enough to read."""


def sample(sweep: Sweep | None) -> list[dict[str, Any]]:
    """Parameters of each trial; one trial without parameters when there is no sweep."""
    if sweep is None:
        return [{}]
    # the first points of the sequence are alike in all dimensions, so it starts behind them
    start = 20 + sweep.seed * sweep.trials
    return [
        {name: _value(space, halton(start + i, PRIMES[d % len(PRIMES)])) for d, (name, space) in enumerate(sorted(sweep.space.items()))}
        for i in range(sweep.trials)
    ]


def halton(index: int, base: int) -> float:
    """The `index`-th number of Halton's sequence in `base`, between 0 and 1."""
    result, fraction = 0.0, 1.0
    while index:
        fraction /= base
        index, digit = divmod(index, base)
        result += fraction * digit
    return result


def _value(space: Any, at: float) -> Any:
    if isinstance(space, Choice):
        return space.values[min(int(at * len(space.values)), len(space.values) - 1)]
    if isinstance(space, Integers):
        return min(space.low + int(at * (space.high - space.low + 1)), space.high)
    assert isinstance(space, Uniform)
    low, high = (math.log(space.low), math.log(space.high)) if space.kind == "log_uniform" else (space.low, space.high)
    value = low + at * (high - low)
    return float(f"{math.exp(value) if space.kind == 'log_uniform' else value:.{DIGITS}g}")
