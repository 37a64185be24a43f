"""Identity: who the pods of an application are for the cloud of their cluster.

Must not: know an application, or what a cloud makes of an annotation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from cnai_gitops.spec.base import Name, Spec

PLACEHOLDERS = ("account", "app", "stage", "team", "namespace")
"""What a value of an identity's annotation may hold in braces."""


def _annotations(value: Mapping[str, str]) -> dict[str, str]:
    for key, text in value.items():
        if not re.fullmatch(r"([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?", key):
            raise ValueError(f"{key!r} is no name of an annotation")
        if key.startswith("azure.workload.identity/"):
            raise ValueError(f"{key} works only with a label on pods, which no word sets yet")
        unknown = [name for name in re.findall(r"\{([^{}]*)\}", text) if name not in PLACEHOLDERS]
        if unknown or text.count("{") != text.count("}"):
            known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            raise ValueError(f"{key} may hold {known}, got {text!r}")
    return dict(sorted(value.items()))


Annotations = Annotated[Mapping[str, str], AfterValidator(_annotations)]


class Identity(Spec):
    """Which identity of the cloud the pods of an application have, as annotations of their ServiceAccounts."""

    annotations: Annotations = Field(default_factory=dict)
    """annotations of every ServiceAccount; a value may hold {account}, {app}, {stage}, {team} and {namespace}"""
    apps: Mapping[Name, Annotations] = Field(default_factory=dict)
    """annotations of the ServiceAccounts of one application, which win over those of all"""
