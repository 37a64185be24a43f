"""Gcs: objects in a bucket of Google Cloud Storage.

Must not: know credentials; pods have an identity, or a secret that the environment names.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from cnai_gitops.contract.source import Source


class Gcs(Source):
    """`gs://BUCKET/KEY`."""

    kind: Literal["gcs"] = "gcs"
    schemes: ClassVar[tuple[str, ...]] = ("gs", "gcs")
    encryptions: ClassVar[tuple[str, ...]] = ("csek", "cmek")


EXAMPLE = """
beside:
  prepare: {name: rows, engine: {kind: container, image: rows}, reads: [rows]}
example:
  environment:
    datasets: {rows: {uri: "gs://risk/rows", encryption: cmek, kms_key: key/rows, secret: login}}
    secrets: {login: {remote: risk/login}}
"""
