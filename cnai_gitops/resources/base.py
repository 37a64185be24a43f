"""Resource and Kind: one Kubernetes object in memory, and what is known of its API.

Must not: know any API group (one file each in this package does), read or write files.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple, Protocol

Body = dict[str, Any]
"""A Kubernetes object as plain data. Frozen by convention: nobody edits a body after its Resource was made."""


class Key(NamedTuple):
    """Identity of an object inside one target."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.group}/{self.kind}/{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Resource:
    """One Kubernetes object.

    `stage` is the part of the blueprint that made it (`serve.scorer`; empty for platform objects).
    `trace` maps manifest path prefixes (`spec.maxReplicaCount`, or a JSON pointer) to paths in the user's words
    (`serve.scorer.scaling.max`), so that a finding about the manifest can name the author's line.
    """

    body: Body
    stage: str = ""
    trace: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> Key:
        """Group, kind, namespace and name."""
        return key_of(self.body)


def key_of(body: Body) -> Key:
    """Identity of a plain object; missing parts are empty strings."""
    meta = body.get("metadata") or {}
    group = str(body.get("apiVersion", "")).rpartition("/")[0]
    return Key(group, str(body.get("kind", "")), str(meta.get("namespace", "")), str(meta.get("name", "")))


# -- accelerators: what a kind contributes to the ledger ------------------------------------------------


@dataclass(frozen=True, slots=True)
class Demand:
    """Accelerators held at the peak, by resource name, and why a number could not be told.

    A value of `INFINITE` means that nothing bounds it; `unknown` says in words what is missing.
    """

    peak: Mapping[str, Fraction | float] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    def __add__(self, other: Demand) -> Demand:
        total = dict(self.peak)
        for name, n in other.peak.items():
            total[name] = total.get(name, Fraction(0)) + n
        return Demand(total, self.unknown + other.unknown)

    def __mul__(self, times: Fraction | float) -> Demand:
        return Demand({k: (v * times if v else v) for k, v in self.peak.items()}, self.unknown)

    def join(self, other: Demand) -> Demand:
        """The larger of both, name by name (things that never run at once)."""
        names = {**self.peak, **other.peak}
        peak = {n: max(self.peak.get(n, Fraction(0)), other.peak.get(n, Fraction(0))) for n in names}
        return Demand(peak, self.unknown + other.unknown)


INFINITE = float("inf")


@dataclass(frozen=True, slots=True)
class Pods:
    """A set of equal pods: at most `count` at the peak, each with pod spec `spec`, found at `path`.

    `labels` are those of the pods. `inline` when the object has the fields of `spec` at `path` among others of its
    own, its first container perhaps under `model` or `art`. `beside` when they stand beside the replicas of a service
    (the head of a Ray cluster, a transformer), so that what is said of those does not hold for them.
    """

    count: Fraction | float
    spec: Mapping[str, Any]
    path: str
    labels: Mapping[str, str] = field(default_factory=dict)
    inline: bool = False
    beside: bool = False


class World(Protocol):
    """What a kind may ask about the other objects of its target."""

    def get(self, group: str, kind: str, namespace: str, name: str) -> Body | None:
        """The object of that identity, or None."""

    def scaled_max(self, group: str, kind: str, namespace: str, name: str) -> float | None:
        """Largest replica count that any autoscaler gives the named object; None without an autoscaler."""

    def demand(self, body: Body) -> Demand:
        """Peak of another object (an embedded manifest, a referenced template)."""


class Owned(NamedTuple):
    """A field that a controller owns: `pointer` is RFC 6901, `by` the controller, `when` the condition in words."""

    pointer: str
    by: str
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What this project knows of one Kubernetes kind.

    `model` is a closed TypedDict of the whole object, or None for a core kind that the published
    Kubernetes schemas describe. `name_limit` leaves room for what controllers append. `rank` orders
    objects in a file, `wave` is the Argo CD sync wave. `pods` lists the pod templates of an object at its
    peak; `demand` replaces the plain sum over `pods` where a kind needs more. `images` yields
    (path, image) of images outside pod templates. `owned` lists fields of controllers. `health` is the
    Lua check that Argo CD lacks, empty where it has one. `immutable` lists JSON pointers that cannot change,
    `rolls` those beside the pods whose change replaces running pods.
    """

    group: str
    version: str
    kind: str
    plural: str
    model: type | None = None
    namespaced: bool = True
    name_limit: int = 63
    rank: int = 50
    wave: int = 0
    pods: Callable[[Body], Iterable[Pods]] | None = None
    demand: Callable[[Body, World], Demand] | None = None
    images: Callable[[Body], Iterable[tuple[str, str]]] | None = None
    scales: Callable[[Body], tuple[Key, float] | None] | None = None
    owned: tuple[Owned, ...] = ()
    health: str = ""
    immutable: tuple[str, ...] = ()
    rolls: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        """`group/version`, or the version alone for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version


@cache
def kinds() -> Mapping[tuple[str, str], Kind]:
    """Every known kind by (apiVersion, kind), from the `KINDS` of each module in this package."""
    found: dict[tuple[str, str], Kind] = {}
    for module in _modules():
        for kind in getattr(module, "KINDS", ()):
            key = (kind.api_version, kind.kind)
            if key in found:
                raise RuntimeError(f"two modules declare {key}")
            found[key] = kind
    return found


def _modules() -> Iterator[Any]:
    package = importlib.import_module("cnai_gitops.resources")
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
        if info.name != "base":
            yield importlib.import_module(f"{package.__name__}.{info.name}")


def kind_of(body: Body) -> Kind | None:
    """What is known of this object's kind, or None."""
    return kinds().get((str(body.get("apiVersion", "")), str(body.get("kind", ""))))
