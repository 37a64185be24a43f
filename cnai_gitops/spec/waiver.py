"""Waiver: an exception from one policy for one resource, with an owner and an end.

Must not: decide whether it applies; `check.waivers` does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from cnai_gitops.spec.base import Name, Spec, Text


def _date(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):  # fromisoformat takes weeks and dates without dashes too
        raise ValueError("must be a day such as 2026-11-24")
    return date.fromisoformat(value)


Day = Annotated[date, BeforeValidator(_date)]


class WaiverSpec(Spec):
    """One exception. `resource` is `environment/cluster/group/Kind/namespace/name`, exact; no patterns."""

    id: Name
    """unique; reports name it"""
    rule: str = Field(pattern=r"^[a-z_]+\.[a-z_]+$")
    """`<area>.<rule>`"""
    resource: Text
    """`environment/cluster/group/Kind/namespace/name`, exact"""
    path: str = ""
    """the finding's path, exact; `cnai check -o json` shows it"""
    reason: str = Field(min_length=20)
    """why it is bearable, and until what happens"""
    ticket: Text
    """where it is followed"""
    owner: Name
    """who mends it"""
    approver: Name
    """who allowed it; not the owner"""
    created: Day
    """first day"""
    expires: Day
    """last day; a rule says how long a waiver may last"""


class Waivers(Spec):
    """A file of `policies/waivers/<team>.yaml`."""

    team: Name
    """team whose exceptions these are"""
    waivers: Annotated[Sequence[WaiverSpec], AfterValidator(tuple)] = ()
    """the exceptions"""
