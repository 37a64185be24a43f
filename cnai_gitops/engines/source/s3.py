"""S3: objects in a bucket of Amazon S3, or of a store that speaks its protocol.

Must not: know credentials; pods have an identity, or a secret that the environment names.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from cnai_gitops.contract.source import Source


class S3(Source):
    """`s3://BUCKET/KEY`."""

    kind: Literal["s3"] = "s3"
    schemes: ClassVar[tuple[str, ...]] = ("s3", "s3a", "s3n")
    encryptions: ClassVar[tuple[str, ...]] = ("sse-s3", "sse-kms", "csek")


EXAMPLE = """
beside:
  prepare: {name: rows, engine: {kind: container, image: rows}, reads: [rows]}
example:
  environment:
    datasets: {rows: {uri: "s3://risk/rows", encryption: sse-kms, kms_key: key/rows, secret: login}}
    secrets: {login: {remote: risk/login}}
"""
