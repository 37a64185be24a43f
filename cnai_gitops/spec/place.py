"""DatasetPlace: where a dataset lies. The scheme of its URI says in what, and with it which other fields make sense.

Must not: know a scheme; sources do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, GetJsonSchemaHandler, StringConstraints, ValidationInfo, field_validator
from pydantic_core import core_schema

from cnai_gitops.spec.base import Name, Spec, Text
from cnai_gitops.spec.roles import SourceRole, schemes, source_of
from cnai_gitops.steps.naming import dataset_name


class _Schemes:
    """Annotation of a URI of a source: schemas offer the known schemes."""

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^({'|'.join(sorted(schemes()))})://[^\\s]+$"}


def _differs(value: Mapping[str, Any], info: ValidationInfo) -> Mapping[str, Any]:
    """What is different on one cluster, which must make a place together with the rest."""
    if "clusters" in value:
        raise ValueError("cannot hold `clusters` of its own")
    if info.data.keys() >= {"uri", "region", "jurisdiction", "encryption", "kms_key"}:  # else the place itself is wrong
        DatasetPlace.model_validate({**info.data, **value})
    return value


class DatasetPlace(Spec):
    """Where a dataset lies in this environment, how it is encrypted and where its access log goes."""

    uri: Annotated[str, StringConstraints(pattern=r"^[^\s]+://[^\s]+$"), _Schemes()]
    """where it lies; the scheme says in what (s3://, gs://, pvc:// ...)"""
    region: Text
    """region it lies in"""
    jurisdiction: Text
    """whose law applies there"""
    encryption: Literal["", "sse-s3", "sse-kms", "csek", "cmek", "tde"] = ""
    """how it is encrypted at rest"""
    kms_key: str = ""
    """key of that encryption"""
    access_log: str = ""
    """where every access is logged"""
    secret: Name | None = None
    """secret that is needed to read it"""
    clusters: Mapping[Name, Annotated[Mapping[str, Any], AfterValidator(_differs)]] = {}
    """what is different on one cluster, by cluster"""

    @field_validator("uri")
    @classmethod
    def _known_source(cls, value: str) -> str:
        why = source_of(value).refuses(value)
        if why:
            raise ValueError(why)
        dataset_name(value)  # lineage must have a name for it
        return value

    @field_validator("encryption")
    @classmethod
    def _possible(cls, value: str, info: ValidationInfo) -> str:
        known = source_of(info.data["uri"]).encryptions if "uri" in info.data else (value,)
        if value and known and value not in known:
            raise ValueError(f"must be one of {', '.join(known)} for {info.data['uri'].partition('://')[0]}://, got {value!r}")
        return value

    @field_validator("kms_key")
    @classmethod
    def _for_something(cls, value: str, info: ValidationInfo) -> str:
        if value and info.data.get("encryption") == "":
            raise ValueError("names a key, but `encryption` does not say what it encrypts")
        return value

    @property
    def engines(self) -> tuple[SourceRole, ...]:
        """What it lies in: the variant that says which of these fields have an effect."""
        return (self.source,)

    @property
    def source(self) -> SourceRole:
        """What it lies in, by the scheme of its `uri`."""
        return source_of(self.uri)

    def on(self, cluster: str) -> DatasetPlace:
        """The place as one cluster sees it."""
        if cluster not in self.clusters:
            return self
        said = self.model_dump(exclude_unset=True, exclude={"clusters"})
        return DatasetPlace.model_validate({**said, **self.clusters[cluster]})
