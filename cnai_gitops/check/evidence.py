"""Evidence: everything that was resolved, as the documents and facts that policies judge.

Must not: decide anything. Objects come from memory (their bytes on disk are proven equal elsewhere).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from cnai_gitops.check.inventory import Inventory, embedded
from cnai_gitops.check.ledger import peaks, team_totals
from cnai_gitops.check.selectors import Selectors
from cnai_gitops.plan.build import Plan, Use
from cnai_gitops.plan.target import Target
from cnai_gitops.resolved.identity import DocumentId
from cnai_gitops.resolved.units import Objects, Unit
from cnai_gitops.resources.base import INFINITE, Body, Demand, Key, Pods, Resource, kind_of
from cnai_gitops.resources.policy import POD_DISRUPTION_BUDGET

DIGEST = re.compile(r"@(sha256:[0-9a-f]{64})$")
PATH = re.compile(r"^[A-Za-z]+(\[[0-9]+\]|\.[A-Za-z]+)*$")
STEP = re.compile(r"[A-Za-z]+|[0-9]+")
LOCATION = {"uri", "region", "jurisdiction", "encryption", "kms_key", "access_log"}
CLUSTER = {"region", "jurisdiction", "role", "accelerators"}
STANDS_FOR = ("service", "run", "")
"""What an object can stand for; findings about a stage blame the first object of the first of these."""


@dataclass(slots=True)
class Evidence:
    """What policies are given, and how to find the way back from a document's id."""

    documents: list[dict[str, Any]] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    resources: dict[str, tuple[Unit, Resource]] = field(default_factory=dict)
    demands: dict[str, dict[Key, Demand]] = field(default_factory=dict)
    """Peaks by target name."""


def gather(plan: Plan, made: Iterable[Objects], scans: Mapping[str, Any], at: str) -> Evidence:
    """Documents and facts of all owners; `scans` are reports by digest, `at` is the day of the verdict."""
    found = Evidence()
    by_target: dict[Target, list[Objects]] = {}
    for item in made:
        by_target.setdefault(item.unit.target, []).append(item)
    for target, items in by_target.items():
        bodies = [resource.body for item in items for resource in item.resources]
        world = Inventory(bodies)
        found.demands[target.name] = peaks(bodies, target.facts.accelerators)
        for item in items:
            for resource in item.resources:
                found.documents += _documents(item, resource, world, found)
    found.data = {
        "run": {"at": at},
        "environments": {e.value.name: _environment(e.value) for e in plan.project.environments.values()},
        "datasets": _datasets(plan, by_target),
        "uses": list(_uses(plan, by_target)),
        "ledger": _ledger(found, by_target),
        "scans": dict(scans),
        "services": list(_services(plan, by_target)),
    }
    return found


def _documents(item: Objects, resource: Resource, world: Inventory, found: Evidence) -> Iterator[dict[str, Any]]:
    identity = str(DocumentId.of(item.unit.target, resource.key))
    found.resources[identity] = (item.unit, resource)
    place = item.unit.target.place
    common = {
        "env": item.unit.target.env,
        "tier": item.unit.target.environment.tier,
        "cluster": item.unit.target.cluster,
        "region": place.region,
        "jurisdiction": place.jurisdiction,
        "owner": item.unit.owner,
        "team": item.unit.team,
        "stage": resource.stage,
    }
    yield {"id": identity, **common, "embedded": False, **content(resource.body)}
    for path, body in embedded(resource.body, world):
        if body.keys() <= {"apiVersion", "kind", "metadata"}:
            continue  # a template that waits for an object only names it
        inner = str(DocumentId.of(item.unit.target, resource.key, path))
        found.resources[inner] = (item.unit, resource)
        yield {"id": inner, **common, "embedded": True, **content(body)}


def content(body: Body) -> dict[str, Any]:
    """An object with where its pods are, and all its images."""
    kind = kind_of(body)
    named = list(kind.images(body)) if kind and kind.images else []
    shown: list[dict[str, Any]] = []
    images: list[tuple[str, str]] = []
    for pod in kind.pods(body) if kind and kind.pods else ():
        held = _held(body, pod)
        if held is not None:
            steps, node = held
            shown.append({"path": pod.path, "at": steps})
            images += _images_of_pod(pod.path, node)
        else:
            shown.append({"path": pod.path, "spec": pod.spec})
            if not named:  # else the kind says where the object has the images of a pod that was put together (Spark, Argo)
                images += _images_of_pod(pod.path, pod.spec)
    return {
        "object": body,
        "pods": shown,
        "images": [_image(path, image) for path, image in dict.fromkeys([*images, *named])],
    }


def _held(body: Body, pod: Pods) -> tuple[list[str | int], Mapping[str, Any]] | None:
    """Where the object itself holds the pod, and what it holds there; None for one that was put together."""
    if not PATH.match(pod.path):
        return None
    steps = [int(step) if step.isdigit() else step for step in STEP.findall(pod.path)]
    node: Any = body
    for step in steps:
        node = node.get(step) if isinstance(node, Mapping) else node[step] if isinstance(node, list) and isinstance(step, int) else None
    return (steps, node) if node is pod.spec or (pod.inline and isinstance(node, Mapping)) else None


def _images_of_pod(path: str, spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for group in ("initContainers", "containers", "ephemeralContainers"):
        for i, container in enumerate(spec.get(group) or ()):
            if "image" in container:
                yield f"{path}.{group}[{i}].image", str(container["image"])


def _image(path: str, image: str) -> dict[str, str]:
    found = DIGEST.search(image)
    return {"path": path, "image": image.removeprefix("oci://"), "digest": found[1] if found else ""}


# -- facts ----------------------------------------------------------------------------------------------


def _environment(environment: Any) -> dict[str, Any]:
    return {
        "tier": environment.tier,
        "clusters": {name: cluster.model_dump(include=CLUSTER) for name, cluster in environment.clusters.items()},
        "teams": {name: {"quota": dict(share.quota)} for name, share in environment.teams.items()},
    }


def _datasets(plan: Plan, targets: Iterable[Target]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, entry in plan.project.datasets.items():
        dataset = entry.value
        locations = {}
        for target in targets:
            place = plan.dataset_place(name, target)
            if place:
                locations[target.name] = place.model_dump(include=LOCATION)
        found[name] = {
            "owner": dataset.owner,
            "origin": dataset.origin,
            "purposes": list(dataset.purposes),
            "classification": dataset.classification,
            "personal": dataset.personal,
            "jurisdictions": list(dataset.residency),
            "legal_basis": dataset.legal_basis,
            "retention_days": dataset.retention_days,
            "consumers": list(dataset.consumers),
            "locations": locations,
        }
    return found


def main_of(resources: Iterable[Resource], stage: str) -> Resource | None:
    """The object that stands for a stage."""
    mine = [resource for resource in resources if resource.stage == stage]
    return min(mine, key=lambda r: STANDS_FOR.index(kind.stands_for if (kind := kind_of(r.body)) else ""), default=None)


def _of_apps(plan: Plan, by_target: Mapping[Target, Sequence[Objects]]) -> Iterator[tuple[Target, Objects, Any]]:
    for target, items in by_target.items():
        for item in items:
            entry = plan.project.apps.get(item.unit.owner)
            if entry is not None:
                yield target, item, entry.value


def _uses(plan: Plan, by_target: Mapping[Target, Sequence[Objects]]) -> Iterator[dict[str, Any]]:
    for target, item, app in _of_apps(plan, by_target):
        for use in plan.uses(app):
            main = main_of(item.resources, use.stage)
            if main is not None:
                yield _use(use, target, str(DocumentId.of(target, main.key)))


def _use(use: Use, target: Target, identity: str) -> dict[str, Any]:
    return {
        "id": identity,
        "app": use.app,
        "team": use.team,
        "stage": use.stage,
        "purpose": use.purpose,
        "dataset": use.dataset,
        "access": use.access.removesuffix("s"),
        "env": target.env,
        "tier": target.environment.tier,
        "cluster": target.cluster,
        "region": target.place.region,
        "jurisdiction": target.place.jurisdiction,
    }


def _services(plan: Plan, by_target: Mapping[Target, Sequence[Objects]]) -> Iterator[dict[str, Any]]:
    budgets = {target: budgets_of(target, items) for target, items in by_target.items()}
    for target, item, app in _of_apps(plan, by_target):
        for stage in plan.app(app.name, target).of("serve"):
            main = main_of(item.resources, stage.key)
            if main is not None:
                yield {
                    "id": str(DocumentId.of(target, main.key)),
                    "app": app.name,
                    "stage": stage.key,
                    "env": target.env,
                    "tier": target.environment.tier,
                    "cluster": target.cluster,
                    "min_replicas": stage.stage.engine.least(stage.stage),
                    "templates": list(templates_of(main.body, budgets[target])),
                }


def budgets_of(target: Target, items: Iterable[Objects]) -> dict[str, Selectors[dict[str, Any]]]:
    """PodDisruptionBudgets of a target by namespace, each as {id, spec}."""
    by_namespace: dict[str, list[tuple[Any, dict[str, Any]]]] = {}
    for item in items:
        for resource in item.resources:
            if kind_of(resource.body) is POD_DISRUPTION_BUDGET:
                spec = resource.body.get("spec")
                spec = spec if isinstance(spec, Mapping) else {}
                pair = spec.get("selector"), {"id": str(DocumentId.of(target, resource.key)), "spec": spec}
                by_namespace.setdefault(resource.key.namespace, []).append(pair)
    return {namespace: Selectors(pairs) for namespace, pairs in by_namespace.items()}


def templates_of(body: Body, budgets: Mapping[str, Selectors[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """The pod templates of a service's replicas, each with the budgets that select its pods."""
    kind = kind_of(body)
    mine = budgets.get(body["metadata"].get("namespace", ""))
    for pod in kind.pods(body) if kind and kind.pods else ():
        if not pod.beside:
            yield {"path": pod.path, "budgets": mine.of(pod.labels) if mine else []}


def _ledger(found: Evidence, by_target: Mapping[Target, Sequence[Objects]]) -> dict[str, Any]:
    teams: list[dict[str, Any]] = []
    documents: dict[str, Any] = {}
    team_of = {identity: unit.team for identity, (unit, _) in found.resources.items()}
    by_env: dict[str, list[tuple[str, Demand]]] = {}
    for target in by_target:
        for key, demand in found.demands[target.name].items():
            if demand.peak or demand.unknown:
                identity = str(DocumentId.of(target, key))
                documents[identity] = {"peak": {c: _number(n) for c, n in demand.peak.items() if n}, "unknown": list(demand.unknown)}
                by_env.setdefault(target.env, []).append((identity, demand))
    for env, demands in sorted(by_env.items()):
        environment = next(t.environment for t in by_target if t.env == env)
        for team, total in sorted(team_totals(demands, lambda identity: team_of.get(identity, "")).items()):
            quota = environment.teams[team].quota if team in environment.teams else {}
            for name in sorted(total.peak):
                teams.append(
                    {
                        "env": env,
                        "tier": environment.tier,
                        "team": team,
                        "class": name,
                        "peak": _number(total.peak[name]),
                        "quota": quota.get(name),
                        "unknown": [words for _, words in total.unknown],
                        "ids": sorted(total.holders.get(name, [])),
                    }
                )
    return {"teams": teams, "documents": documents}


def _number(amount: Fraction | float) -> int | float | None:
    """A number for JSON: whole where it is, None where nothing bounds it."""
    if amount == INFINITE:
        return None
    return int(amount) if amount == int(amount) else float(amount)
