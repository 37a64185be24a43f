"""Database: tables of a database or warehouse.

Must not: know a password; the environment names the secret that holds the login.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from cnai_gitops.contract.source import Source


class Database(Source):
    """`postgres://HOST/DATABASE/SCHEMA/TABLE`, `mysql://`, their JDBC spelling, and `bigquery://PROJECT/DATASET/TABLE`."""

    kind: Literal["database"] = "database"
    schemes: ClassVar[tuple[str, ...]] = ("postgres", "postgresql", "mysql", "jdbc:postgresql", "jdbc:mysql", "bigquery")
    encryptions: ClassVar[tuple[str, ...]] = ("tde", "cmek")
    honours: ClassVar[frozenset[str]] = frozenset({"encryption", "kms_key", "secret"})
