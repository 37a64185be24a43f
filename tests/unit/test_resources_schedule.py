from __future__ import annotations

import pytest

from cnai_gitops.resources.base import INFINITE
from cnai_gitops.resources.schedule import interval, overlap

DAY = 24 * 60


@pytest.mark.parametrize(
    ("line", "minutes"),
    [
        ("* * * * *", 1),
        ("*/7 * * * *", 4),
        ("0 2 * * *", DAY),
        ("0 1,3 * * *", 120),
        ("5,50 1,23 * * *", 45),
        ("@hourly", 60),
        ("@daily", DAY),
        ("@weekly", 7 * DAY),
        ("0 0 * * mon-fri", DAY),
        ("0 0 * * 0,7", 7 * DAY),
        ("0 0 1 * *", 28 * DAY),
        ("0 0 31 JAN,MAR *", 59 * DAY),
        ("0 0 13 * 5", DAY),
        ("0 0 29 2 *", 366 * DAY),
        ("0 0 30 2 *", 365 * DAY),
        ("TZ=Europe/Berlin 0 2 * * *", DAY),
        ("0 2/6 * * *", 360),
    ],
)
def test_the_smallest_time_between_two_runs(line: str, minutes: int) -> None:
    assert interval(line) == minutes


@pytest.mark.parametrize(
    "line", ["", "x", "* * * *", "60 * * * *", "5-1 * * * *", "*/0 * * * *", "0 0 0 * *", "0 0 * * 8", "@every 5m", "1- * * * *"]
)
def test_an_unreadable_line_has_none(line: str) -> None:
    assert interval(line) is None


def test_runs_that_overlap() -> None:
    assert overlap("Forbid", ["* * * * *"], INFINITE) == 1
    assert overlap("", ["* * * * *"], INFINITE) == INFINITE
    assert overlap("Allow", ["0 * * * *"], 3600) == 1
    assert overlap("Allow", ["0 * * * *", "30 * * * *"], 3601) == 4
    assert overlap("Allow", ["0 * * * *", "never"], 60) == INFINITE
