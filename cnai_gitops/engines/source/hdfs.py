"""Hdfs: files of a Hadoop cluster.

Must not: know credentials; the environment names a secret where one is needed.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from cnai_gitops.contract.source import Source


class Hdfs(Source):
    """`hdfs://NAMENODE/PATH`; an encryption zone is `tde`."""

    kind: Literal["hdfs"] = "hdfs"
    schemes: ClassVar[tuple[str, ...]] = ("hdfs",)
    encryptions: ClassVar[tuple[str, ...]] = ("tde",)
    honours: ClassVar[frozenset[str]] = frozenset({"encryption", "kms_key", "secret"})
