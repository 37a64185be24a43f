"""Lake: tables of a catalogue.

Must not: know a login.
"""

from typing import ClassVar, Literal

from cnai_gitops.contract.source import Source


class Lake(Source):
    """`lake://CATALOGUE/TABLE`."""

    kind: Literal["lake"] = "lake"
    schemes: ClassVar[tuple[str, ...]] = ("lake",)
    encryptions: ClassVar[tuple[str, ...]] = ("cmek",)
    honours: ClassVar[frozenset[str]] = frozenset({"encryption", "kms_key", "secret"})


EXAMPLE = """
beside:
  prepare: {name: rows, engine: {kind: container, image: rows}, reads: [rows]}
example:
  environment:
    datasets: {rows: {uri: "lake://nine.example.com/rows", encryption: cmek, kms_key: key/rows, secret: login}}
    secrets: {login: {remote: risk/login}}
"""
