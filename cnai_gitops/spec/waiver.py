"""Waiver: an exception from one policy for one resource, with an owner and an end.

Must not: decide whether it applies; `check.waivers` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from cnai_gitops.spec.base import Name, Spec, Text


def _date(value: object) -> object:
    return date.fromisoformat(value) if isinstance(value, str) else value


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
