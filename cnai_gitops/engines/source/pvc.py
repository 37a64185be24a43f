"""Pvc: files on a PersistentVolumeClaim of the team's namespace, mounted into the pods that read or write them.

Must not: make the claim; it is the team's or the platform's.
"""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from cnai_gitops.contract.source import Claim, Source

_URI = re.compile(r"pvc://(?P<claim>[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)(/(?P<path>.*))?")


class Pvc(Source):
    """`pvc://CLAIM/PATH`; `encryption` is that of the disk. Pods mount it, so there is no login."""

    kind: Literal["pvc"] = "pvc"
    schemes: ClassVar[tuple[str, ...]] = ("pvc",)
    encryptions: ClassVar[tuple[str, ...]] = ("cmek",)
    of_team: ClassVar[bool] = True
    honours: ClassVar[frozenset[str]] = frozenset({"encryption", "kms_key"})

    def refuses(self, uri: str) -> str:
        """No claim's name, or a path that leaves the volume."""
        found = _URI.fullmatch(uri)
        if found is None:
            return f"must be pvc://CLAIM/PATH with the name of a PersistentVolumeClaim (a DNS label), got {uri!r}"
        if {".", ".."} & set((found["path"] or "").split("/")):
            return f"must name a path inside the volume, without . and .., got {uri!r}"
        return ""

    def claim(self, uri: str) -> Claim:
        """The claim and the path inside it."""
        found = _URI.fullmatch(uri)
        assert found
        return Claim(found["claim"], (found["path"] or "").strip("/"))
