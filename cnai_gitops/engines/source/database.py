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


EXAMPLE = """
beside:
  prepare: {name: rows, engine: {kind: container, image: rows}, reads: [rows]}
example:
  environment:
    datasets: {rows: {uri: "postgres://db.example.com/risk/public/rows", encryption: tde, kms_key: key/rows, secret: login}}
    secrets: {login: {remote: risk/login}}
"""
