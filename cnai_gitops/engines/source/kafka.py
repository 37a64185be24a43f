"""Kafka: records of a topic.

Must not: know a password; the environment names the secret that holds the login.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from cnai_gitops.contract.source import Source


class Kafka(Source):
    """`kafka://BROKER:PORT/TOPIC`; `encryption` is that of the brokers' disks."""

    kind: Literal["kafka"] = "kafka"
    schemes: ClassVar[tuple[str, ...]] = ("kafka",)
    encryptions: ClassVar[tuple[str, ...]] = ("cmek",)


EXAMPLE = """
beside:
  prepare: {name: rows, engine: {kind: container, image: rows}, reads: [rows]}
example:
  environment:
    datasets: {rows: {uri: "kafka://kafka.example.com:9093/rows", encryption: cmek, kms_key: key/rows, secret: login}}
    secrets: {login: {remote: risk/login}}
"""
