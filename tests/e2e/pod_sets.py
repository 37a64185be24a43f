"""What the ledger counts, as plain Deployments: each pod set of a target with the accelerators and the placement of its pods.

Must not: take a number from the ledger without a pod behind it; the sums are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cnai_gitops.check.objects.inventory import Inventory
from cnai_gitops.check.objects.ledger import peaks
from cnai_gitops.facts import accelerators
from cnai_gitops.resources.accelerators import pod_demand
from cnai_gitops.resources.base import Body, kind_of

PLACEMENT = ("nodeSelector", "tolerations", "affinity", "priorityClassName")


@dataclass(frozen=True, slots=True)
class PodSet:
    """`count` equal pods that hold accelerators at the peak."""

    name: str
    count: int
    spec: Mapping[str, Any]


def pod_sets(bodies: Sequence[Body]) -> Iterator[PodSet]:
    """Pods that hold accelerators when every object of a target is at its peak."""
    world = Inventory(bodies)
    for key, demand in peaks(bodies).items():
        body = world.get(*key)
        if body is None or not demand.peak:
            continue
        for part, times in _parts(body, demand.peak, world):
            for count, spec in _pods(part, world):
                if pod_demand(spec).peak:
                    yield PodSet(f"{key.kind}-{key.name}".lower(), int(count * times), spec)


def _parts(body: Body, peak: Mapping[str, Any], world: Inventory) -> Iterator[tuple[Body, Fraction]]:
    """The object itself, or what its workflow creates with how many of each there are at once."""
    reference = (body["spec"].get("workflowSpec") or {}).get("workflowTemplateRef")
    carrier = world.get("argoproj.io", "WorkflowTemplate", body["metadata"]["namespace"], reference["name"]) if reference else body
    assert carrier is not None
    inner = [(part, world.demand(part).peak) for _, part in world.embedded(carrier)]
    holding = [(part, held) for part, held in inner if any(held.values())]
    if not holding:
        yield body, Fraction(1)
    for part, held in holding:
        [name] = held
        yield part, Fraction(peak[name]) / Fraction(held[name])


def _pods(part: Body, world: Inventory) -> Iterable[tuple[Fraction | float, Mapping[str, Any]]]:
    """(count, pod spec) as the controller of this kind makes them."""
    kind = kind_of(part)
    assert kind is not None
    assert kind.effective is not None
    return [(pods.count, pods.spec) for pods in kind.effective(part, world)]


def deployment(name: str, namespace: str, pods: PodSet) -> Body:
    """A Deployment of these pods: the same accelerators and the same placement, with nothing to start."""
    containers = [
        {"name": f"c{index}", "image": "registry.example.com/pause", "resources": container.get("resources") or {}}
        for index, container in enumerate(pods.spec["containers"])
    ]
    labels = {"app.kubernetes.io/name": name}
    spec = {**{key: pods.spec[key] for key in PLACEMENT if key in pods.spec}, "containers": containers}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": pods.count,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def single(name: str, accelerator: str, count: int) -> PodSet:
    """Pods with one accelerator of a class each, which push nobody else out."""
    facts = accelerators()[accelerator]
    spec = {
        "priorityClassName": "opportunistic",
        "nodeSelector": dict(facts.selector),
        "tolerations": list(facts.tolerations),
        "containers": [{"name": "one", "resources": {"limits": {facts.resource: "1"}}}],
    }
    return PodSet(name, count, spec)
