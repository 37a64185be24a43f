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


EXAMPLE = """
beside:
  prepare: {name: rows, engine: {kind: container, image: rows}, reads: [rows]}
example:
  environment:
    datasets: {rows: {uri: "hdfs://namenode.example.com:8020/rows", encryption: tde, kms_key: key/rows, secret: login}}
    secrets: {login: {remote: risk/login}}
"""
