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
    honours: ClassVar[frozenset[str]] = frozenset({"encryption", "kms_key", "secret"})
