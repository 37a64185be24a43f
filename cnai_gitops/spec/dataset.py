"""Dataset and Model: nouns of their own, owned, referenced by name.

Must not: say where the bytes are; that is the environment's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from cnai_gitops.spec.base import Name, Names, Positive, Spec, Strings, Text

__all__ = ["Column", "Dataset", "Model"]

Classification = Literal["public", "internal", "confidential", "restricted"]


class Column(Spec):
    """One column: its type in words, whether it is about a person, and how it is protected."""

    type: Text
    """type in words"""
    personal: bool = False
    """true when it is about a person"""
    protection: Literal["none", "encrypted", "hashed", "tokenized", "dropped"] = "none"
    """how its values are protected"""


class Dataset(Spec):
    """Data with an owner. Consumers refer to it by name and never widen what is said here.

    `purposes` lists what it may be used for, `residency` the jurisdictions it may stay in (EU, US, IN),
    `consumers` the teams that may read it (empty: the owner alone).
    """

    name: Name
    """unique in the repository"""
    owner: Name
    """the team that answers for this data"""
    origin: Text
    """where the data comes from, in words an auditor understands"""
    purposes: Names = Field(min_length=1)
    """what it may be used for"""
    classification: Classification
    """how confidential it is"""
    personal: bool
    """true when it is about people"""
    residency: Strings = Field(min_length=1)
    """jurisdictions it may lie in and be read in"""
    legal_basis: str = ""
    """for personal data, e.g. gdpr:6(1)(c), dpdp:consent, ccpa:business-purpose"""
    retention_days: Positive
    """days until it is deleted"""
    consumers: Names = ()
    """teams besides the owner that may read it"""
    description: str = ""
    """words for people"""
    licence: str = ""
    """licence, where it came with one"""
    columns: Mapping[str, Column] = {}
    """columns that are worth saying something about"""


class Model(Spec):
    """A model that no train stage of this repository makes, for example one bought or downloaded."""

    name: Name
    """unique in the repository"""
    owner: Name
    """team that answers for it"""
    origin: Text
    """where it comes from"""
    licence: Text
    """its licence"""
    purposes: Names = Field(min_length=1)
    """what it may be used for"""
