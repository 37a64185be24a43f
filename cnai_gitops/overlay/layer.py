"""One folder of a Kustomize tree: what turns the objects below it into those wanted.

Must not: know environments, clusters or which folders there are; write files.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from cnai_gitops.emit import Unwritable, emit_one, emit_ops, emit_patches, lawful, within
from cnai_gitops.overlay.delta import delta
from cnai_gitops.resources.base import Body, kind_of
from cnai_gitops.resources.core.kinds import SERVICE_ACCOUNT
from cnai_gitops.resources.rbac import BINDINGS

API_VERSION = "kustomize.config.k8s.io/v1beta1"


class Identity(NamedTuple):
    """What kustomize tells objects apart by, with the namespace that the layer below uses."""

    group: str
    version: str
    kind: str
    namespace: str
    name: str


@dataclass(slots=True)
class Layer:
    """One folder: `below` is the folder it changes (empty for the base), which uses namespace `old`; it uses `new` itself."""

    at: str
    below: str = ""
    old: str = ""
    new: str = ""
    one_namespace: bool = False
    components: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    added: dict[str, str] = field(default_factory=dict)
    merges: list[str] = field(default_factory=list)
    operations: dict[str, tuple[Identity, str]] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """True when this layer is more than a name for the one below."""
        return bool(self.labels or self.added or self.merges or self.operations or self.old != self.new)

    def describe(self, below: Sequence[Body], want: Sequence[Body]) -> Layer:
        """Fill this layer with what turns the objects `below` into those wanted."""
        if below is want and self.old == self.new:
            return self
        with within(self.at):
            self._describe(self._identities(below, self.old), self._identities(want, self.new))
            self._refuse_mistaken_subjects([*below, *want], want)
        self.one_namespace = all(_is_moved_alone(body, self.new) for body in want)
        return self

    def _identities(self, bodies: Sequence[Body], space: str) -> dict[Identity, Body]:
        """Objects by identity, those in this layer's namespace seen as if they were still in the one below."""
        found: dict[Identity, Body] = {}
        for body in bodies:
            identity = _identity(body)
            with within(_title(body)):
                lawful(body)
            if self.old != self.new and identity.namespace in {self.old, self.new} - {space}:
                raise Unwritable(_title(body), f"namespace {identity.namespace} is for another layer; objects here belong to {space}")
            if identity.namespace == space != self.old:
                identity = identity._replace(namespace=self.old)
                body = _in_namespace(body, self.old)
            if identity in found or identity._replace(namespace=_TWIN.get(identity.namespace, "-")) in found:
                raise Unwritable(_title(body), "two objects have this identity")
            found[identity] = body
        return found

    def _refuse_mistaken_subjects(self, known: Sequence[Body], want: Sequence[Body]) -> None:
        """Kustomize takes a subject for the ServiceAccount of that name, whatever its kind, and sets its namespace."""
        accounts = {body["metadata"]["name"] for body in known if kind_of(body) is SERVICE_ACCOUNT}
        for body in want:
            subjects = body.get("subjects") if kind_of(body) in BINDINGS else None
            for at, subject in enumerate(subjects if type(subjects) is list else ()):
                name, space = (subject.get("name"), subject.get("namespace")) if type(subject) is dict else (None, None)
                if type(name) is str and name in accounts and (not space or (space == self.old != self.new)):
                    unsaid = subject.get("kind") == SERVICE_ACCOUNT.kind and not space
                    cure = "write that namespace" if unsaid else "name one of the two differently"
                    reason = f"kustomize takes this for the ServiceAccount {name} here and sets its namespace; {cure}"
                    raise Unwritable((_title(body), "subjects", at), reason)

    def _describe(self, have: dict[Identity, Body], want: dict[Identity, Body]) -> None:
        files = _file_names([*have, *(i for i in want if i not in have)])
        kept = have.keys() & want.keys()
        self.labels = _common_labels([have[i] for i in kept], want.values())
        for identity, file in sorted(files.items(), key=lambda pair: pair[1]):
            if identity not in want:
                self.merges.append(emit_patches([_patch(identity, {"$patch": "delete"})]))
            elif identity not in have:
                self.added[file] = self._added(identity, want[identity])
            else:
                self._change(identity, file, _labelled(have[identity], self.labels), want[identity])

    def _added(self, identity: Identity, body: Body) -> str:
        """A new object as a file; it is in the layer's own namespace from the start."""
        moves = identity.namespace == self.old != self.new
        with within(_title(body)):
            return emit_one(_in_namespace(body, self.new) if moves else body)

    def _change(self, identity: Identity, file: str, have: Body, want: Body) -> None:
        change = delta(have, want)
        with within(_title(want)):
            try:
                if change.merge:
                    self.merges.append(emit_patches([_patch(identity, change.merge)]))
                if change.operations:
                    self.operations[file] = identity, emit_ops(change.operations)
            except Unwritable:
                emit_one(want)  # refuses the same value, with its path in the object instead of in the patch
                raise

    def files(self) -> dict[str, str]:
        """Texts of this folder by path; raises Unwritable."""
        texts = {f"{file}.yaml": text for file, text in self.added.items()}
        if self.merges:
            texts["patch.yaml"] = "".join(self.merges).removeprefix("---\n")
        texts |= {f"{file}.ops.yaml": text for file, (_, text) in self.operations.items()}
        if len(texts) != len(self.added) + bool(self.merges) + len(self.operations):
            raise Unwritable(self.at, "two objects need the same file name")
        texts["kustomization.yaml"] = emit_one(self._kustomization())
        return {f"{self.at}/{name}": text for name, text in texts.items()}

    def _kustomization(self) -> Body:
        body: Body = {"apiVersion": API_VERSION, "kind": "Kustomization"}
        body["resources"] = [self.below] * bool(self.below) + [f"{file}.yaml" for file in self.added]
        if self.components:
            body["components"] = self.components
        if self.old != self.new and self.one_namespace:
            body["namespace"] = self.new
        if self.labels:
            body["labels"] = [{"pairs": self.labels}]
        patches: list[Body] = [{"path": "patch.yaml"}] * bool(self.merges)
        patches += [{"path": f"{file}.ops.yaml", "target": _target(i)} for file, (i, _) in self.operations.items()]
        if self.old != self.new and not self.one_namespace:
            move = emit_ops([(None, {"op": "replace", "path": "/metadata/namespace", "value": self.new})])
            patches.append({"target": {"namespace": self.old}, "patch": move})
        if patches:
            body["patches"] = patches
        return body


# -- parts of a layer -----------------------------------------------------------------------------------

_SPEAKABLE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:_-]*[A-Za-z0-9])?")
_LONGEST = 200  # characters of a file's name before its ending; file systems take 255 bytes
_TWIN = {"": "default", "default": ""}  # kustomize takes no namespace and `default` for the same
_LABEL = re.compile(r"[a-z0-9.-]+\.[a-z]+/[A-Za-z][A-Za-z0-9._-]*")


def _title(body: Body) -> str:
    return f"{body.get('kind')}/{body['metadata'].get('name')}"


def _identity(body: Body) -> Identity:
    """Identity of an object; refused when it cannot stand in a file name and in a pattern."""
    meta = body.get("metadata")
    if type(meta) is not dict:
        raise Unwritable("metadata", "an object needs a name")
    group, _, version = str(body.get("apiVersion", "")).rpartition("/")
    identity = Identity(group, version, str(body.get("kind", "")), str(meta.get("namespace", "")), str(meta.get("name", "")))
    required = (identity.version, identity.kind, identity.name)
    if not all(required) or not all(_SPEAKABLE.fullmatch(part) for part in identity if part):
        raise Unwritable(_title(body), f"{'/'.join(identity)} is not the identity of a Kubernetes object")
    return identity


def _in_namespace(body: Body, namespace: str) -> Body:
    return {**body, "metadata": {**body["metadata"], "namespace": namespace}}


def _is_moved_alone(body: Body, namespace: str) -> bool:
    """True when kustomize's `namespace:` sets nothing of this object but the namespace that it has anyhow.

    It also gives one to cluster-scoped custom resources, overwrites others, and rewrites subjects called `default`.
    """
    subjects = body.get("subjects") or []
    alone = type(subjects) is list and all(type(one) is dict and one.get("name") != "default" for one in subjects)
    return alone and body["metadata"].get("namespace") == namespace


def _patch(identity: Identity, fields: Mapping[str, Any]) -> Body:
    """A merge patch that kustomize finds its object for by exact identity, or fails."""
    api_version = f"{identity.group}/{identity.version}" if identity.group else identity.version
    meta = {"name": identity.name} | ({"namespace": identity.namespace} if identity.namespace else {})
    rest = {key: value for key, value in fields.items() if key != "metadata"}
    return {"apiVersion": api_version, "kind": identity.kind, "metadata": meta | fields.get("metadata", {}), **rest}


def _target(identity: Identity) -> Body:
    """The same for operations: kustomize reads each part as an anchored pattern, and an empty one as anything."""
    parts = {part: text.replace(".", "\\.") for part, text in identity._asdict().items() if text}
    return {"group": "^$", **parts}


def _file_names(identities: Iterable[Identity]) -> dict[Identity, str]:
    """`<kind>-<name>` for each, longer by group, version and namespace only where that is not unique."""
    names: dict[Identity, str] = {}
    left = list(identities)
    for length in range(4):
        drafts = {i: _file_name(i, (i.group, i.version, i.namespace)[:length]) for i in left}
        count = Counter(drafts.values())
        names |= {i: draft for i, draft in drafts.items() if count[draft] == 1}
        left = [i for i in left if i not in names]
    if left or len(set(names.values())) < len(names):
        raise Unwritable("", f"two objects need the same file name{''.join(f' {_file_name(i, ())}' for i in left[:1])}")
    return names


def _file_name(identity: Identity, more: Iterable[str]) -> str:
    """A name that every file system takes; a long one is cut and ends in a digest of the whole."""
    name = ".".join([f"{identity.kind}-{identity.name}", *filter(None, more)]).lower().replace(":", "-")
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 17]}-{blake2b(name.encode(), digest_size=8).hexdigest()}"


def _labels(body: Body) -> dict[str, Any] | None:
    labels = body["metadata"].get("labels")
    return labels if type(labels) is dict else None


def _common_labels(kept: Sequence[Body], want: Iterable[Body]) -> dict[str, str]:
    """Labels that every wanted object has with one value and some object below has not."""
    below = [_labels(body) for body in kept]
    wanted = [_labels(body) for body in want]
    if not below or None in below or None in wanted:
        return {}
    return {
        key: value
        for key, value in sorted((wanted[0] or {}).items())
        if type(value) is str
        and _LABEL.fullmatch(key)
        and all(labels and labels.get(key) == value for labels in wanted)
        and not all(labels and labels.get(key) == value for labels in below)
    }


def _labelled(body: Body, labels: dict[str, str]) -> Body:
    """The object as it looks after kustomize has set the labels."""
    if not labels:
        return body
    return {**body, "metadata": {**body["metadata"], "labels": {**(_labels(body) or {}), **labels}}}
