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
    rule: str = Field(pattern=r"^[a-z_]+\.[a-z_]+$")
    resource: Text
    path: str = ""
    reason: str = Field(min_length=20)
    ticket: Text
    owner: Name
    approver: Name
    created: Day
    expires: Day


class Waivers(Spec):
    """A file of `policies/waivers/<team>.yaml`."""

    team: Name
    waivers: Annotated[Sequence[WaiverSpec], AfterValidator(tuple)] = ()
