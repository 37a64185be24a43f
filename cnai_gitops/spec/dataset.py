"""Dataset and Model: nouns of their own, owned, referenced by name.

Must not: say where the bytes are; that is the environment's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from cnai_gitops.spec.base import Name, Names, Positive, Spec, Strings, Text

Classification = Literal["public", "internal", "confidential", "restricted"]


class Column(Spec):
    """One column: its type in words, whether it is about a person, and how it is protected."""

    type: Text
    personal: bool = False
    protection: Literal["none", "encrypted", "hashed", "tokenized", "dropped"] = "none"


class Dataset(Spec):
    """Data with an owner. Consumers refer to it by name and never widen what is said here.

    `purposes` lists what it may be used for, `residency` the jurisdictions it may stay in (EU, US, IN),
    `consumers` the teams that may read it (empty: the owner alone).
    """

    name: Name
    owner: Name = Field(description="the team that answers for this data")
    origin: Text = Field(description="where the data comes from, in words an auditor understands")
    purposes: Names = Field(min_length=1)
    classification: Classification
    personal: bool
    residency: Strings = Field(min_length=1)
    legal_basis: str = Field("", description="for personal data, e.g. gdpr:6(1)(c), dpdp:consent, ccpa:business-purpose")
    retention_days: Positive
    consumers: Names = ()
    description: str = ""
    licence: str = ""
    columns: Mapping[str, Column] = {}


class Model(Spec):
    """A model that no train stage of this repository makes, for example one bought or downloaded."""

    name: Name
    owner: Name
    origin: Text
    licence: Text
    purposes: Names = Field(min_length=1)
