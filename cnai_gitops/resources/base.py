"""Resource and Kind: one Kubernetes object in memory, and what is known of its API.

Must not: know any API group (a file or a package of this room each), read or write files.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Literal, NamedTuple, Protocol

from cnai_gitops.resources.pods import INFINITE as INFINITE
from cnai_gitops.resources.pods import Demand as Demand
from cnai_gitops.resources.pods import Pods as Pods

Body = dict[str, Any]
"""A Kubernetes object as plain data. Frozen by convention: nobody edits a body after its Resource was made."""

KUBERNETES = "kubernetes"
"""Who serves the kinds of Kubernetes itself, as an operator serves others."""


Change = Callable[[Body], Body]
"""A changed copy of an object, or the object itself."""

Write = Callable[[Body], str]
"""An object as YAML."""


class Key(NamedTuple):
    """Identity of an object inside one target."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.group}/{self.kind}/{self.namespace}/{self.name}"


PATCHED = "patches"
HATCHED = "overrides ("
"""Words of a trace for what no stage says: a hand-written patch, and the beginning of those for an escape hatch."""


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


class World(Protocol):
    """What a kind may ask about the other objects of its target."""

    def get(self, group: str, kind: str, namespace: str, name: str) -> Body | None:
        """The object of that identity, or None."""

    def scaled_max(self, group: str, kind: str, namespace: str, name: str) -> float | None:
        """Largest replica count that any autoscaler gives the named object; None without an autoscaler."""

    def demand(self, body: Body) -> Demand:
        """Peak of another object (an embedded manifest, a referenced template)."""


class _Nobody:
    """A target without other objects."""

    def get(self, group: str, kind: str, namespace: str, name: str) -> Body | None:
        return None

    def scaled_max(self, group: str, kind: str, namespace: str, name: str) -> float | None:
        return None

    def demand(self, body: Body) -> Demand:
        kind = kind_of(body)
        return kind.demand(body, self) if kind and kind.demand else Demand()


ALONE: World = _Nobody()
"""For an object that is looked at by itself: what only other objects tell stays unknown."""


class Owned(NamedTuple):
    """A field that a controller owns: `pointer` is RFC 6901, `by` the controller, `when` the condition in words."""

    pointer: str
    by: str
    when: str = ""


class State(NamedTuple):
    """One of `values` in `field` of an object's status: `terminalState`, or a condition by its type, `conditions[Failed]`."""

    field: str
    values: tuple[str, ...]


class Ends(NamedTuple):
    """How a controller says that an object is over; `frees` when it holds nothing from then on.

    `stopped` is one that somebody stopped, where its controller calls that something else than failed.
    """

    succeeded: State
    failed: State
    frees: bool = True
    stopped: State | None = None


class Queued(NamedTuple):
    """Who admits an object before its pods may run: the operator `by`, for each pod alone or for the object as a whole.

    `least` gives the object at the smallest size with which it is admitted, where it can grow.
    """

    by: str
    each: Literal["object", "pod"] = "object"
    least: Callable[[Body], Body] | None = None


class Unsaid(NamedTuple):
    """A maximum that the controller `by` takes to be `most` where the object leaves `field` (`spec.maxReplicaCount`) out."""

    field: str
    by: str
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What this project knows of one Kubernetes kind; whoever asks about a kind asks this, nobody else lists kinds.

    What it is:
    `operator` serves it, by its name in facts/operators.yaml. `model` is the module that holds the closed TypedDict of the whole
    object under the kind's name, empty for a kind that the published Kubernetes schemas describe. `data` when it is there to hold
    data, which must not be shown if it is secret. `stands_for` the service or the run that a stage is there for.
    `name_form` is the API's rule for names, `name_limit` leaves room for what controllers append.
    `rank` orders objects in a file, `wave` is the Argo CD sync wave.

    What comes of it:
    `effective` lists the pods that its controller makes of an object, at their peak, after every merge that happens at run time;
    whoever asks what runs asks this. `untold` yields (path, words) of what it has run that no file of the target tells.
    `demand` replaces the plain sum over pods where a kind needs more. `images` yields (path, image) of what no container runs: models
    in a registry or elsewhere. `runs` says when its pods run: now, on a schedule, or only when another object names it; `calls` yields
    the objects that it has run in that way. `carries` yields (path, object) of whole objects that it has made, parameters filled in.
    `covered` tells an object whose pods are counted through others already. `scales` gives what it scales and how far, `unsaid` how
    far where it does not say. `queued` says who admits it, `ends` when it is over.

    What happens to it:
    `owned` lists fields of controllers, `immutable` JSON pointers that cannot change, `rolls` those beside the pods whose change
    replaces running pods. `health` is the Lua check that Argo CD lacks, or that is right where its own is not.
    """

    group: str
    version: str
    kind: str
    plural: str
    operator: str = KUBERNETES
    model: str = ""
    namespaced: bool = True
    data: Literal["", "plain", "secret"] = ""
    stands_for: Literal["", "run", "service"] = ""
    name_form: Literal["subdomain", "label", "service", "segment"] = "subdomain"
    name_limit: int = 63
    rank: int = 50
    wave: int = 0
    effective: Callable[[Body, World], Iterable[Pods]] | None = None
    untold: Callable[[Body, World], Iterable[tuple[str, str]]] | None = None
    demand: Callable[[Body, World], Demand] | None = None
    images: Callable[[Body], Iterable[tuple[str, str]]] | None = None
    runs: Literal["now", "scheduled", "named"] = "now"
    calls: Callable[[Body, World], Iterable[Key]] | None = None
    carries: Callable[[Body, World], Iterable[tuple[str, Body]]] | None = None
    within: Callable[[Body, Change, Write], Body] | None = None
    covered: Callable[[Body, World], bool] | None = None
    scales: Callable[[Body], tuple[Key, float] | None] | None = None
    unsaid: Unsaid | None = None
    queued: Queued | None = None
    ends: Ends | None = None
    owned: tuple[Owned, ...] = ()
    immutable: tuple[str, ...] = ()
    rolls: tuple[str, ...] = ()
    health: str = ""

    @property
    def api_version(self) -> str:
        """`group/version`, or the version alone for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def typed_dict(self) -> type | None:
        """The closed TypedDict of the whole object, imported now; None for a kind that Kubernetes' own schemas describe."""
        found: type | None = getattr(importlib.import_module(self.model), self.kind) if self.model else None
        return found


@cache
def kinds() -> Mapping[tuple[str, str], Kind]:
    """Every known kind by (apiVersion, kind): the `KINDS` of each module of this room, and of `kinds` in each package of it."""
    found: dict[tuple[str, str], Kind] = {}
    for module in _modules(importlib.import_module("cnai_gitops.resources")):
        for kind in getattr(module, "KINDS", ()):
            key = (kind.api_version, kind.kind)
            if key in found:
                raise RuntimeError(f"two modules declare {key}")
            found[key] = kind
    return found


def _modules(package: ModuleType, only: str = "") -> Iterator[ModuleType]:
    """Modules of a package by name; of a package in it only `kinds`, so that no model is imported before somebody asks for it."""
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
        if info.ispkg:
            yield from _modules(importlib.import_module(f"{package.__name__}.{info.name}"), "kinds")
        elif only in ("", info.name):
            yield importlib.import_module(f"{package.__name__}.{info.name}")


def kind_of_key(key: Key) -> Kind | None:
    """What is known of the kind of an identity, which says nothing of its version; None when that is nothing."""
    return _by_name().get((key.group, key.kind))


@cache
def _by_name() -> Mapping[tuple[str, str], Kind]:
    return {(kind.group, kind.kind): kind for kind in kinds().values()}


def kind_of(body: Body) -> Kind | None:
    """What is known of this object's kind, or None."""
    return kinds().get((str(body.get("apiVersion", "")), str(body.get("kind", ""))))


def left_to_controllers(bodies: Iterable[Body]) -> list[tuple[str, str, str]]:
    """(apiVersion, kind, pointer), sorted, of each field that a controller owns and that no object of its kind among these sets."""
    of_kind: dict[tuple[str, str], list[Body]] = {}
    for body in bodies:
        of_kind.setdefault((str(body.get("apiVersion", "")), str(body.get("kind", ""))), []).append(body)
    return sorted(
        (*gvk, owned.pointer)
        for gvk, same in of_kind.items()
        for owned in (kinds()[gvk].owned if gvk in kinds() else ())
        if not any(sets(body, owned.pointer) for body in same)
    )


def sets(body: Any, pointer: str) -> bool:
    """True when an object has a value at a JSON pointer."""
    for part in (step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]):
        if isinstance(body, Mapping) and part in body:
            body = body[part]
        elif isinstance(body, list) and part.isdigit() and int(part) < len(body):
            body = body[int(part)]
        else:
            return False
    return True
