"""Release: what one environment runs of one application.

Must not: repeat the blueprint; it pins digests, sets scale and carries the canary's weight.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from cnai_gitops.spec.base import Digest, Name, Names, Percent, Spec
from cnai_gitops.spec.blueprint import Overrides


class CanaryRelease(Spec):
    """The model that is tried, and the share of requests it gets in percent (0 keeps it warm)."""

    model: Digest
    weight: Percent


class Pins(Spec):
    """Digests of one stage. `images` pins images by the name the blueprint uses; `model` the served model."""

    images: Mapping[Name, Digest] = {}
    model: Digest | None = None
    canary: CanaryRelease | None = None
    previous: Digest | None = Field(
        None, description="last known good model; it keeps running without requests, so that going back takes seconds"
    )
    rollback: bool = Field(False, description="true sends every request to `previous`")
    suspend: bool = Field(False, description="true stops the schedule of this stage")


PIN_FIELDS = frozenset(Pins.model_fields)


class Release(Spec):
    """Everything that an environment says of an application.

    `stages` maps `<stage>.<name>` to pins and to fields of that stage that differ here;
    `clusters.<name>` does the same for one cluster and wins.
    """

    app: Name
    run_on: Names = Field((), description="clusters of this environment that run the app; all of them when empty")
    images: Mapping[Name, Digest] = {}
    stages: Mapping[str, Mapping[str, Any]] = {}
    clusters: Mapping[str, Mapping[str, Mapping[str, Any]]] = {}
    overrides: Overrides = ()
