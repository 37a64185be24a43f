"""Everything that the stories emit, on every target, put before a real API server: accepted, and nothing lost on the way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from api_client import Answer
from control_plane import ControlPlane
from stories import Sent, Stories, pods_of

from cnai_gitops.check.schemas.schema import BAD_VALUE, UNKNOWN_FIELD, check_schema
from cnai_gitops.compile.argocd import HUB, PLATFORM
from cnai_gitops.facts.profiles import newest
from cnai_gitops.resources.base import Body

pytestmark = pytest.mark.e2e

FOR_REAL = ("Namespace", "PriorityClass", "ServiceAccount", "LimitRange")
"""What the admission of other objects asks for, so a dry run of it is not enough."""

CHANGED = {
    ("PriorityClass", "globalDefault"): "its Go field has omitempty, so `false` is not written back; absent means the same",
}
"""Leaves, by kind and path, that do not come back as they were sent, and why. Each must still be needed."""

OPEN = {
    ("Sensor", "spec"): "the CRD of Argo Events describes no fields",
    ("EventSource", "spec"): "the CRD of Argo Events describes no fields",
    ("EventBus", "spec"): "the CRD of Argo Events describes no fields",
    ("WorkflowTemplate", "spec.templates.*.steps.*.*.withItems"): "its Go type is any value, so the CRD keeps everything",
}
"""Places, by kind and path, where the server takes what we refuse, and why. Each must still be needed."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """An object with one mistake at `path`, its indices written as `*`."""

    path: str
    body: Body


@pytest.fixture(scope="module")
def stories() -> Stories:
    return Stories.read()


@pytest.fixture(scope="module")
def ready(cluster: ControlPlane, crds: set[str], stories: Stories) -> ControlPlane:
    """The API server with the namespaces, accounts and priorities that other objects need."""
    manifests = [sent.body for sent in stories.manifests()]
    first = sorted((body for body in manifests if body["kind"] in FOR_REAL), key=lambda body: FOR_REAL.index(body["kind"]))
    cluster.api.make_namespaces(body for body in manifests if body["kind"] == "Application")  # Argo CD's own is there before us
    refused = [answer for answer in cluster.api.apply(_distinct(first)) if not answer.ok]
    assert not refused, _listed((answer.id, answer.message) for answer in refused)
    return cluster


@pytest.fixture(scope="module")
def answers(ready: ControlPlane, stories: Stories) -> list[tuple[Sent, Answer]]:
    return _asked(ready, [*stories.manifests(), *stories.embedded()])


def test_every_owner_is_among_them_on_every_target(stories: Stories) -> None:
    plan = stories.plan
    wanted = {(target.name, app) for app in plan.project.apps for target in plan.targets_of(app)}
    wanted |= {(target.name, PLATFORM) for target in plan.targets} | {(hub.name, HUB) for hub in plan.hubs.values()}
    assert {(item.unit.target.name, item.unit.owner) for item in stories.made if item.resources} == wanted
    assert {sent.body["kind"] for sent in stories.embedded()} == {"SparkApplication", "TrainJob", "RayJob", "Workflow"}


def test_every_object_is_accepted(answers: Sequence[tuple[Sent, Answer]]) -> None:
    refused = [(f"{sent.where} {answer.id}", answer.message) for sent, answer in answers if not answer.ok]
    assert not refused, _listed(refused)


def test_every_leaf_comes_back_as_it_was_sent(answers: Sequence[tuple[Sent, Answer]]) -> None:
    changed, met = [], set()
    for sent, answer in answers:
        for path, before, after in _changes(sent.body, answer.object) if answer.ok else ():
            exception = (sent.body["kind"], path)
            met.add(exception)
            if exception not in CHANGED:
                changed.append((f"{sent.where} {answer.id} {path}", f"{before!r} came back as {after!r}"))
    assert not changed, _listed(changed)
    assert met == set(CHANGED), "an exception is not needed any more"


def test_every_pod_is_admitted_by_its_namespace(ready: ControlPlane, stories: Stories) -> None:
    """CRDs say little of the pods inside them; the server knows pods, accounts, priorities and the restricted level."""
    distinct: dict[str, Sent] = {}
    for sent in (*stories.manifests(), *stories.embedded()):
        for pod in pods_of(sent):
            distinct.setdefault(json.dumps(pod.body, sort_keys=True), pod)
    assert len(distinct) > 100
    refused = [(sent.where, answer.message) for sent, answer in _asked(ready, list(distinct.values())) if not answer.ok]
    assert not refused, _listed(refused)


def test_a_pod_that_is_not_restricted_is_refused(ready: ControlPlane, stories: Stories) -> None:
    pod = next(pod.body for sent in stories.manifests() for pod in pods_of(sent))
    [(_, answer)] = _asked(ready, [Sent("", {**pod, "spec": {**pod["spec"], "hostNetwork": True}})])
    assert not answer.ok
    assert 'violates PodSecurity "restricted' in answer.message


def test_what_our_schemas_refuse_the_server_refuses(ready: ControlPlane, stories: Stories) -> None:
    """One key too many in every map, one value of a wrong type in every other place of every kind that the stories emit."""
    mistakes = list(_planted(sent.body for sent in (*stories.manifests(), *stories.embedded())))
    assert len(mistakes) > 800
    taken, met = [], set()
    for mistake, answer in zip(mistakes, ready.api.apply([m.body for m in mistakes], dry_run=True), strict=True):
        if answer.ok:
            kind = mistake.body["kind"]
            exception = next((e for e in OPEN if e[0] == kind and f"{mistake.path}.".startswith(f"{e[1]}.")), None)
            if exception is None:
                taken.append((f"{answer.id} {mistake.path}", "refused by our schema, taken by the server"))
            else:
                met.add(exception)
    assert not taken, _listed(taken)
    assert met == set(OPEN), "an exception is not needed any more"


def _asked(cluster: ControlPlane, sent: Sequence[Sent]) -> list[tuple[Sent, Answer]]:
    return list(zip(sent, cluster.dry_run([each.body for each in sent]), strict=True))


def _distinct(bodies: Iterable[Body]) -> list[Body]:
    """Clusters of one environment have the same namespaces; one server stands for all of them."""
    return list({json.dumps(body, sort_keys=True): body for body in bodies}.values())


def _changes(sent: Any, stored: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Leaves of `sent` that `stored` does not have with the same type and value. Lists must be as long as they were."""
    if isinstance(sent, dict) and isinstance(stored, dict):
        for key, value in sent.items():
            yield from _changes(value, stored.get(key, "nothing"), f"{path}.{key}" if path else key)
    elif isinstance(sent, list) and isinstance(stored, list) and len(sent) == len(stored):
        for index, (before, after) in enumerate(zip(sent, stored, strict=True)):
            yield from _changes(before, after, f"{path}[{index}]")
    elif type(sent) is not type(stored) or sent != stored:
        yield path, sent, stored


def _planted(bodies: Iterable[Body]) -> Iterator[Mistake]:
    """One mistake for each kind and place, of those that our schemas call an unknown field or a wrong value."""
    seen = set()
    for body in bodies:
        for path, node in _places({key: value for key, value in body.items() if key not in ("apiVersion", "kind", "metadata")}):
            shape = ".".join("*" if isinstance(part, int) else part for part in path)
            if (body["apiVersion"], body["kind"], shape) in seen:
                continue
            seen.add((body["apiVersion"], body["kind"], shape))
            wrong = {**node, "cnaiTypo": 1} if isinstance(node, dict) else "a word" if isinstance(node, list) else {"a": "map"}
            mistake = Mistake(shape, _with(body, path, wrong))
            if {f.code for f in check_schema([("", mistake.body)], newest().kubernetes)} & {UNKNOWN_FIELD, BAD_VALUE}:
                yield mistake


def _places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if path:
        yield path, node
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from _places(child, (*path, key))


def _with(body: Body, path: tuple[Any, ...], value: Any) -> Body:
    copied = deepcopy(body)
    node: Any = copied
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = value
    return copied


def _listed(problems: Iterable[tuple[str, str]]) -> str:
    lines = [f"{where}: {words}" for where, words in problems]
    return "\n".join([f"{len(lines)} in all", *lines[:20]])
