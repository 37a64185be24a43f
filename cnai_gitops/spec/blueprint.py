"""Blueprint: the typed description of one AI application.

Must not: say where it runs or which digest; environments do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from cnai_gitops.spec.base import AppName, Name, Spec, TeamName
from cnai_gitops.spec.observe import Observe
from cnai_gitops.spec.prepare import Prepare
from cnai_gitops.spec.serve import Serve
from cnai_gitops.spec.train import Train

__all__ = ["Blueprint", "Override"]

STAGES = ("prepare", "train", "serve", "observe")
Stage = Prepare | Train | Serve | Observe


def _several(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _in_order(value: Any) -> Any:
    """The same data with the keys of every map in order, so that the order in a file reaches no manifest."""
    if isinstance(value, Mapping):
        return {key: _in_order(value[key]) for key in sorted(value)}
    return [_in_order(item) for item in value] if isinstance(value, list | tuple) else value


class Override(Spec):
    """The escape hatch: sets any field of an emitted object, after everything else; counted in every review.

    `kind` and `name` (all of that kind when empty) choose objects; `set` maps JSON pointers to values.
    """

    kind: str = Field(pattern=r"^[A-Z][A-Za-z]+$")
    """kind of the objects to change"""
    name: str = ""
    """name of the object; all of that kind when empty"""
    set: Annotated[Mapping[str, Any], AfterValidator(_in_order)] = Field(min_length=1)
    """JSON pointers (`/spec/minReplicaCount`) and their values; `-` at the end appends to a list"""
    reason: str = Field(min_length=10)
    """why the blueprint cannot say it; reviewers read this"""

    @model_validator(mode="after")
    def _pointers(self) -> Override:
        for pointer, value in self.set.items():
            if not pointer.startswith("/") or pointer.split("/")[1] in ("", "apiVersion", "kind") or pointer == "/metadata":
                raise ValueError(f"{pointer!r} must be a JSON pointer into the object, for example /spec/minReplicaCount")
            if pointer in ("/metadata/name", "/metadata/namespace") and not (isinstance(value, str) and value):
                raise ValueError(f"{pointer!r} must be set to text: it says which object this is")
        return self


Overrides = Annotated[Sequence[Override], AfterValidator(tuple)]


class Blueprint(Spec):
    """One AI application of one team, used for one purpose. Each stage may be one or several."""

    name: AppName
    """the application; unique in the repository"""
    team: TeamName
    """who owns it; its namespace is `<team>-<env>`"""
    purpose: Name
    """what its data is used for; governance compares it with the purposes of every dataset it reads"""
    description: str = ""
    """words for people"""
    prepare: Annotated[Prepare | Sequence[Prepare], BeforeValidator(_several)] = ()
    """stages that read and write datasets"""
    train: Annotated[Train | Sequence[Train], BeforeValidator(_several)] = ()
    """stages that make models"""
    serve: Annotated[Serve | Sequence[Serve], BeforeValidator(_several)] = ()
    """stages that answer requests"""
    observe: Annotated[Observe | Sequence[Observe], BeforeValidator(_several)] = ()
    """stages that watch services"""
    overrides: Overrides = ()
    """the escape hatch, for every environment"""

    @model_validator(mode="after")
    def _unique(self) -> Blueprint:
        keys = [key for key, _ in self.stages()]
        for key in keys:
            if keys.count(key) > 1:
                raise ValueError(f"two stages are called {key}; names are unique within their kind")
        return self

    def stages(self, kind: str = "") -> Sequence[tuple[str, Any]]:
        """All stages, or those of one kind, as (key, stage); a key is `serve.scorer`."""
        return self.once(_stages)[kind]

    def _repr_html_(self) -> str:
        from cnai_gitops.review.cards import blueprint_card

        return blueprint_card(self)


def _stages(blueprint: Blueprint) -> Mapping[str, Sequence[tuple[str, Any]]]:
    """By kind, and all under ""."""
    found = {kind: tuple((f"{kind}.{stage.name}", stage) for stage in getattr(blueprint, kind)) for kind in STAGES}
    return {"": tuple(pair for pairs in found.values() for pair in pairs), **found}
