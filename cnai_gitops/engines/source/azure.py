"""Azure: files in a container of Azure Data Lake Storage.

Must not: know credentials; pods have an identity, or a secret that the environment names.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from cnai_gitops.contract.source import Source


class Azure(Source):
    """`abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PATH`."""

    kind: Literal["azure"] = "azure"
    schemes: ClassVar[tuple[str, ...]] = ("abfss",)
    encryptions: ClassVar[tuple[str, ...]] = ("csek", "cmek")


EXAMPLE = """
beside:
  prepare: {name: rows, engine: {kind: container, image: rows}, reads: [rows]}
example:
  environment:
    datasets: {rows: {uri: "abfss://rows@account.dfs.core.windows.net/rows", encryption: cmek, kms_key: key/rows, secret: login}}
    secrets: {login: {remote: risk/login}}
"""
