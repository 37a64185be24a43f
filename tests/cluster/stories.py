"""The stories of this repository as the API server would get them: every object of every owner on every target.

Must not: write anything, or leave out an object.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cnai_gitops import pipeline
from cnai_gitops.check.objects.inventory import Inventory
from cnai_gitops.plan.build import Plan
from cnai_gitops.plan.target import Target
from cnai_gitops.resolved.units import Objects
from cnai_gitops.resources.base import ALONE, Body, World, kind_of
from cnai_gitops.system.tools import Settings

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Sent:
    """One object of a `world`, and where it comes from: `prod/eu1 fraud-detection`, with the path inside its carrier if it is embedded."""

    where: str
    body: Body
    world: World = ALONE


@dataclass(frozen=True, slots=True)
class Stories:
    """What was planned and everything that was resolved."""

    plan: Plan
    made: list[Objects]

    @classmethod
    def read(cls) -> Stories:
        """Resolve everything; AssertionError when the sources have findings."""
        plan = pipeline.plan_of(ROOT)
        resolved = pipeline.resolve(plan, Settings.of(os.environ))
        assert not [*plan.findings, *resolved.findings()], "the stories have findings of their own: run `cnai check`"
        return cls(plan, list(resolved.objects()))

    def manifests(self) -> list[Sent]:
        """Every object that Argo CD would apply."""
        worlds = {target: Inventory(bodies) for target, bodies in self.by_target().items()}
        return [
            Sent(f"{item.unit.target.name} {item.unit.owner}", resource.body, worlds[item.unit.target])
            for item in self.made
            for resource in item.resources
        ]

    def embedded(self) -> list[Sent]:
        """Every object that a workflow or a sensor would create, parameters filled in. Those that are only waited for have no content."""
        found = []
        for target, bodies in self.by_target().items():
            world = Inventory(bodies)
            for body in bodies:
                for path, inner in world.embedded(body):
                    if not inner.keys() <= {"apiVersion", "kind", "metadata"}:
                        found.append(Sent(f"{target.name} {body['metadata']['name']}#{path}", inner, world))
        return found

    def by_target(self) -> dict[Target, list[Body]]:
        """All objects of each cluster."""
        found: dict[Target, list[Body]] = {}
        for item in self.made:
            found.setdefault(item.unit.target, []).extend(resource.body for resource in item.resources)
        return found


def pods_of(sent: Sent) -> Iterator[Sent]:
    """A Pod for each pod template of the object, as its controller would make it; images that a controller adds are made up."""
    kind = kind_of(sent.body)
    for pods in kind.effective(sent.body, sent.world) if kind and kind.effective else ():
        if pods.count and pods.spec.get("containers"):  # what runs by itself
            made_up = {"image": "registry.example.com/of-the-controller"}
            groups = {
                name: [{**made_up, **one} for one in pods.spec[name]] for name in ("initContainers", "containers") if name in pods.spec
            }
            metadata = {"name": "pod", "namespace": sent.body["metadata"]["namespace"], "labels": dict(pods.labels)}
            pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {**pods.spec, **groups}}
            yield Sent(f"{sent.where} {sent.body['kind']} {pods.path}", pod)
