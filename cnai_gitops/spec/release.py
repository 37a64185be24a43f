"""Release: what one environment runs of one application.

Must not: repeat the blueprint; it pins digests, sets scale and carries the canary's weight.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnai_gitops.spec.base import Digest, Name, Names, Percent, Spec
from cnai_gitops.spec.blueprint import Overrides


class CanaryRelease(Spec):
    """The model that is tried, and the share of requests it gets in percent (0 keeps it warm)."""

    model: Digest
    """digest of the model that is tried"""
    weight: Percent
    """share of requests in percent; 0 keeps it warm"""


class Pins(Spec):
    """Digests of one stage. `images` pins images by the name the blueprint uses; `model` the served model."""

    images: Mapping[Name, Digest] = {}
    """digest of each image of the stage, by the name in the blueprint"""
    model: Digest | None = None
    """digest of the model that is served"""
    canary: CanaryRelease | None = None
    """the model that is tried"""
    previous: Digest | None = None
    """last known good model; it keeps running without requests, so that going back takes seconds"""
    rollback: bool = False
    """true sends every request to `previous`"""
    suspend: bool = False
    """true stops the schedule of this stage"""


PIN_FIELDS = frozenset(Pins.model_fields)


class Release(Spec):
    """Everything that an environment says of an application.

    `stages` maps `<stage>.<name>` to pins and to fields of that stage that differ here;
    `clusters.<name>` does the same for one cluster and wins.
    """

    app: Name
    """the application; the file has its name"""
    run_on: Names = ()
    """clusters of this environment that run the app; all of them when empty"""
    images: Mapping[Name, Digest] = {}
    """digests of images, for every stage"""
    stages: Mapping[str, Mapping[str, Any]] = {}
    """what each stage has here; written as keys `<stage>.<name>` of the file itself"""
    clusters: Mapping[str, Mapping[str, Mapping[str, Any]]] = {}
    """what one cluster has, by cluster and stage; wins over the rest of the file"""
    overrides: Overrides = ()
    """the escape hatch, for this environment"""
