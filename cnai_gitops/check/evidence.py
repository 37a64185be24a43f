"""Evidence: what policies are given of each unit, and what is said of it without them.

Must not: decide what is allowed. Objects come from memory (their bytes on disk are proven equal elsewhere).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from cnai_gitops.check.objects import ledger, queues
from cnai_gitops.check.objects.applications import refused
from cnai_gitops.check.objects.budgets import templates_of
from cnai_gitops.check.objects.consistency import contradictions
from cnai_gitops.check.objects.cover import uncovered
from cnai_gitops.check.objects.identity import strangers
from cnai_gitops.check.objects.inventory import Inventory
from cnai_gitops.check.objects.neighbours import Asked
from cnai_gitops.check.objects.payload import payload
from cnai_gitops.check.objects.workflows import lint
from cnai_gitops.check.schemas.schema import check_schema, is_misshapen
from cnai_gitops.contract.queue import queue_of
from cnai_gitops.findings import Finding
from cnai_gitops.plan.plan import Plan, Use
from cnai_gitops.plan.target import Target
from cnai_gitops.resolved.identity import DocumentId
from cnai_gitops.resolved.units import Objects, Unit
from cnai_gitops.resources.accelerators import counting
from cnai_gitops.resources.base import INFINITE, Body, Demand, Key, Pods, Resource, World, kind_of

DIGEST = re.compile(r"@(sha256:[0-9a-f]{64})$")
PATH = re.compile(r"^[A-Za-z]+(\[[0-9]+\]|\.[A-Za-z]+)*$")
STEP = re.compile(r"[A-Za-z]+|[0-9]+")
LOCATION = {"uri", "region", "jurisdiction", "encryption", "kms_key", "access_log"}
CLUSTER = {"region", "jurisdiction", "role", "accelerators"}
STANDS_FOR = ("service", "run", "")
"""What an object can stand for; findings about a stage blame the first object of the first of these."""


@dataclass(slots=True)
class Evidence:
    """What is known of one unit: its documents, what it uses and serves, what it can hold, and what was found without policies.

    `services` are rows of the policies' facts whose templates still have `namespace` and `labels` instead of budgets.
    """

    unit: Unit
    documents: list[dict[str, Any]] = field(default_factory=list)
    uses: list[dict[str, Any]] = field(default_factory=list)
    services: list[dict[str, Any]] = field(default_factory=list)
    demands: dict[Key, Demand] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def shapes_of(objects: Objects, lock_dir: Path | None) -> tuple[list[Finding], tuple[Resource, ...]]:
    """What the schemas say of a unit's objects, and those that can be judged further: one of another form than its kind cannot."""
    target = objects.unit.target
    found = check_schema(((target.name, resource) for resource in objects.resources), target.profile.kubernetes, lock_dir)
    wrong = {finding.resource for finding in found if is_misshapen(finding)}
    return found, tuple(resource for resource in objects.resources if not wrong or str(resource.key) not in wrong)


def gather(
    plan: Plan, unit: Unit, resources: tuple[Resource, ...], asked: Asked, through: Iterable[Key] = (), lock_dir: Path | None = None
) -> Evidence:
    """Everything about a unit; `through` are templates of the target that are counted where they are run."""
    target = unit.target
    with counting(target.facts.accelerators):
        found = _gather(unit, resources, asked, through, lock_dir)
    found.findings += refused(plan, unit, resources)
    if unit.is_app:
        found.uses = list(_uses(plan, unit, resources))
        found.services = list(_services(plan, unit, resources))
    return found


def _gather(unit: Unit, resources: tuple[Resource, ...], asked: Asked, through: Iterable[Key], lock_dir: Path | None) -> Evidence:
    target = unit.target
    world = Inventory((resource.body for resource in resources), asked)
    found = Evidence(unit, demands=ledger.demands(world, set(through), target.facts.accelerators))
    for resource in resources:
        found.documents += _documents(unit, resource, world)
    inner = (document["object"] for document in found.documents if document["embedded"])
    found.findings += check_schema(((target.name, body) for body in inner), target.profile.kubernetes, lock_dir)
    found.findings += lint([resource.body for resource in resources], target.name, asked.templates)
    found.findings += ledger.findings(world, found.demands, target.name)
    found.findings += queues.never_admitted(world, target.name, target.facts.accelerators)
    if queue_of(target).kind == "kueue":
        found.findings += queues.unqueued(world, target.name, target.facts.accelerators)
    found.findings += payload(found.documents)
    found.findings += uncovered(found.documents, world)
    found.findings += contradictions(found.documents)
    if unit.is_app:
        place = target.namespace(unit.team)
        found.findings += strangers(found.documents, namespace=place, team=unit.team, env=target.env)
    return found


def _documents(unit: Unit, resource: Resource, world: Inventory) -> Iterator[dict[str, Any]]:
    identity = DocumentId.of(unit.target, resource.key)
    place = unit.target.place
    common = {
        "env": unit.target.env,
        "tier": unit.target.environment.tier,
        "cluster": unit.target.cluster,
        "region": place.region,
        "jurisdiction": place.jurisdiction,
        "owner": unit.owner,
        "team": unit.team,
        "stage": resource.stage,
    }
    yield {"id": str(identity), **common, "embedded": False, **content(resource.body, world)}
    for path, body in world.embedded(resource.body):
        if not body.keys() <= {"apiVersion", "kind", "metadata"}:  # a template that waits for an object only names it
            yield {"id": str(identity._replace(path=path)), **common, "embedded": True, **content(body, world)}


def content(body: Body, world: World) -> dict[str, Any]:
    """An object with the pods that are made of it, and all its images."""
    kind = kind_of(body)
    shown: list[dict[str, Any]] = []
    images = list(kind.images(body)) if kind and kind.images else []
    named = {image for _, image in images}
    for pod in kind.effective(body, world) if kind and kind.effective else ():
        steps = _held(body, pod)
        shown.append({"path": pod.path, "at": steps} if steps else {"path": pod.path, "spec": pod.spec, "places": dict(pod.places)})
        images += (found for found in pod.images if found[1] not in named)
    return {
        "object": body,
        "pods": shown,
        "images": [_image(path, image) for path, image in dict.fromkeys(images)],
    }


def _held(body: Body, pod: Pods) -> list[str | int] | None:
    """Where the object itself holds the pod as it is; None for one that was put together."""
    if not PATH.match(pod.path):
        return None
    steps = [int(step) if step.isdigit() else step for step in STEP.findall(pod.path)]
    node: Any = body
    for step in steps:
        node = node.get(step) if isinstance(node, Mapping) else node[step] if isinstance(node, list) and isinstance(step, int) else None
    return steps if node is pod.spec else None


def _image(path: str, image: str) -> dict[str, str]:
    found = DIGEST.search(image)
    return {"path": path, "image": image.removeprefix("oci://"), "digest": found[1] if found else ""}


# -- facts ----------------------------------------------------------------------------------------------


def environments_of(plan: Plan) -> dict[str, Any]:
    """Tier, clusters and quotas of every environment."""
    return {e.value.name: _environment(e.value) for e in plan.project.environments.values()}


def _environment(environment: Any) -> dict[str, Any]:
    return {
        "tier": environment.tier,
        "clusters": {name: cluster.model_dump(include=CLUSTER) for name, cluster in environment.clusters.items()},
        "teams": {name: {"quota": dict(share.quota)} for name, share in environment.teams.items()},
    }


def datasets_of(plan: Plan, names: Iterable[str], targets: Iterable[Target]) -> dict[str, Any]:
    """What their owners say of these datasets, and where they lie."""
    targets = list(targets)
    found: dict[str, Any] = {}
    for name in sorted(set(names)):
        dataset = plan.project.datasets[name].value
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


def _uses(plan: Plan, unit: Unit, resources: tuple[Resource, ...]) -> Iterator[dict[str, Any]]:
    for use in plan.uses(plan.project.apps[unit.owner].value):
        main = main_of(resources, use.stage)
        if main is not None:
            yield _use(use, unit.target, str(DocumentId.of(unit.target, main.key)))


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


def _services(plan: Plan, unit: Unit, resources: tuple[Resource, ...]) -> Iterator[dict[str, Any]]:
    for stage in plan.app(unit.owner, unit.target).of("serve"):
        main = main_of(resources, stage.key)
        if main is not None:
            yield {
                "id": str(DocumentId.of(unit.target, main.key)),
                "app": unit.owner,
                "stage": stage.key,
                "env": unit.target.env,
                "tier": unit.target.environment.tier,
                "cluster": unit.target.cluster,
                "min_replicas": stage.stage.engine.least(stage.stage),
                "templates": list(templates_of(main.body)),
            }


def totals_of(plan: Plan, demands: Iterable[tuple[Unit, Mapping[Key, Demand]]]) -> dict[str, Any]:
    """The ledger: totals of every team and environment with their holders, and the peak of each object that has one."""
    documents: dict[str, Any] = {}
    team_of: dict[str, str] = {}
    by_env: dict[str, list[tuple[str, Demand]]] = {}
    for unit, mine in demands:
        for key, demand in mine.items():
            if demand.peak or demand.unknown:
                identity = str(DocumentId.of(unit.target, key))
                documents[identity] = {"peak": {c: _number(n) for c, n in demand.peak.items() if n}, "unknown": list(demand.unknown)}
                by_env.setdefault(unit.target.env, []).append((identity, demand))
                team_of[identity] = unit.team
    teams = [row for env in sorted(by_env) for row in _team_rows(plan, env, by_env[env], team_of)]
    return {"teams": teams, "documents": documents}


def _team_rows(plan: Plan, env: str, demands: list[tuple[str, Demand]], team_of: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    environment = plan.project.environments[env].value
    for team, total in sorted(ledger.team_totals(demands, team_of.__getitem__).items()):
        quota = environment.teams[team].quota if team in environment.teams else {}
        for name in sorted(total.peak):
            yield {
                "env": env,
                "tier": environment.tier,
                "team": team,
                "class": name,
                "peak": _number(total.peak[name]),
                "quota": quota.get(name),
                "unknown": [words for _, words in total.unknown],
                "ids": sorted(total.holders.get(name, [])),
            }


def _number(amount: Fraction | float) -> int | float | None:
    """A number for JSON: whole where it is, None where nothing bounds it."""
    if amount == INFINITE:
        return None
    return int(amount) if amount == int(amount) else float(amount)
