"""The ledger against a real scheduler, on fake nodes of the pools that the environments declare."""

from __future__ import annotations

from fractions import Fraction

import pytest
from control_plane import ControlPlane
from nodes import Pod
from pod_sets import PodSet, deployment, pod_sets, single
from pools import pool_nodes
from stories import Stories

from cnai_gitops.check.objects.ledger import peaks
from cnai_gitops.facts import accelerators
from cnai_gitops.plan.target import Target
from cnai_gitops.resources.accelerators import pod_demand
from cnai_gitops.resources.base import Body

pytestmark = pytest.mark.e2e

TARGETS = ("prod/eu1", "dev/dev2")
"""Between them: services, sweeps, a Ray job, and accelerators of two vendors."""


@pytest.fixture(scope="module")
def stories() -> Stories:
    return Stories.read()


def totals(bodies: list[Body]) -> dict[str, Fraction]:
    """Accelerators by class that the ledger counts on one target."""
    found: dict[str, Fraction] = {}
    for demand in peaks(bodies).values():
        for name, amount in demand.peak.items():
            found[name] = found.get(name, Fraction(0)) + Fraction(amount)
    return found


def held(sets: list[PodSet]) -> dict[str, Fraction]:
    """Accelerators by class that these pods ask for."""
    found: dict[str, Fraction] = {}
    for pods in sets:
        for name, amount in pod_demand(pods.spec).peak.items():
            found[name] = found.get(name, Fraction(0)) + Fraction(amount) * pods.count
    return found


def placed_by_class(pods: list[Pod], target: Target) -> dict[str, int]:
    """Pods by the class of the node they are on."""
    names = [pod.node.removeprefix(f"{target.cluster}-").rpartition("-")[0] for pod in pods if pod.node]
    return {name: names.count(name) for name in names}


@pytest.mark.parametrize("name", TARGETS)
def test_what_the_ledger_says_is_what_the_scheduler_places(cluster: ControlPlane, stories: Stories, name: str) -> None:
    target, bodies = next((target, bodies) for target, bodies in stories.by_target().items() if target.name == name)
    counted = totals(bodies)
    sets = sorted(pod_sets(bodies), key=lambda pods: -max(pod_demand(pods.spec).peak.values()))
    assert held(sets) == counted, "the pods are not what the ledger counted"
    pools = {each: pool.count for each, pool in target.place.accelerators.items()}
    assert all(counted[each] <= pools[each] for each in counted), "this target is chosen because everything fits at once"
    refused = [answer for answer in cluster.api.apply(body for body in bodies if body["kind"] == "PriorityClass") if not answer.ok]
    assert not refused

    space = f"capacity-{target.cluster}"
    nodes = pool_nodes(target)
    fitting = [deployment(f"{index}-{pods.name}"[:63], space, pods) for index, pods in enumerate(sets)]
    expected = sum(pods.count for pods in sets)
    pods = cluster.schedule(fitting, nodes, placed=expected)
    assert all(pod.node.startswith(f"{target.cluster}-") for pod in pods)

    # One accelerator more than each pool has left: all but one are placed.
    free = {each: int(pools[each] - counted.get(each, 0)) for each in pools}
    rest = [deployment(f"rest-{each}", space, single(each, each, count + 1)) for each, count in free.items()]
    pods = cluster.schedule(rest, nodes, placed=expected + sum(free.values()), waiting=len(free))
    waiting = {pod.name.removeprefix("rest-").split("-")[0]: pod.reason for pod in pods if not pod.node}
    assert waiting.keys() == pools.keys()
    assert all(f"Insufficient {accelerators()[each].resource}" in reason for each, reason in waiting.items())
    filled = placed_by_class([pod for pod in pods if pod.name.startswith("rest-")], target)
    assert filled == {each: count for each, count in free.items() if count}
