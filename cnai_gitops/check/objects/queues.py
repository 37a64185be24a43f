"""Kueue queues against the workloads that name them, or do not: one that its queue can never admit waits forever.

Must not: judge what a team may hold (policies do), simulate admission over time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from cnai_gitops.check.objects.inventory import Inventory
from cnai_gitops.facts import Accelerator
from cnai_gitops.findings import Finding
from cnai_gitops.resources.accelerators import class_of, counting, is_accelerator, pod_demand
from cnai_gitops.resources.base import INFINITE, Body, Demand, World, key_of, kind_of
from cnai_gitops.resources.kueue.quotas import MEMBERS, PRIORITY_LABEL, QUEUE_LABEL, Amount, ceilings, flavor_labels, queue_of

HELP = "add the labels that the team's other work has"


def never_admitted(inventory: Inventory, target: str = "", known: Mapping[str, Accelerator] | None = None) -> list[Finding]:
    """CNAI604 for each workload, embedded ones too, whose smallest need is above all that its queue can ever give."""
    with counting(known):
        return _never_admitted(inventory, target)


def _never_admitted(inventory: Inventory, target: str) -> list[Finding]:
    found = []
    for body in inventory:
        for path, workload in (("", body), *inventory.embedded(body)):
            for name, need, limit in _too_large(workload, inventory):
                queue = _labels(workload)[QUEUE_LABEL]
                message = (
                    f"{workload.get('kind')} needs {_text(need)} {name} at once; queue {queue} can never give more than {_text(limit)}"
                )
                found.append(Finding(code="CNAI604", message=message, path=path, resource=str(key_of(body)), target=target))
    return found


def unqueued(inventory: Inventory, target: str = "", known: Mapping[str, Accelerator] | None = None) -> list[Finding]:
    """CNAI605 for each run, embedded ones too, that holds accelerators and says no queue that there is, or no priority.

    Services are none: they are there before any quota is asked, and what they hold is counted against it.
    """
    with counting(known):
        return [
            Finding(code="CNAI605", message=words, path=path, resource=str(key_of(body)), target=target, help=HELP)
            for body in inventory
            for path, workload in (("", body), *inventory.embedded(body))
            for words in _unsaid(workload, inventory)
        ]


def _unsaid(body: Body, inventory: Inventory) -> Iterator[str]:
    kind = kind_of(body)
    if kind is None or kind.stands_for == "service" or kind.queued is None or (kind.queued.by, kind.queued.each) != ("kueue", "object"):
        return
    held = ", ".join(f"{_text(need)} {name}" for name, need in sorted(inventory.demand(body).peak.items()) if need)
    if not held:
        return
    what, queue = f"{kind.kind} holds {held}", _labels(body).get(QUEUE_LABEL)
    if not queue:
        yield f"{what} and names no queue (label {QUEUE_LABEL}), so it runs outside of every quota"
    elif queue_of(body, inventory) is None:
        yield f"{what} and names the queue {queue}, which is not there, so it waits for ever"
    if not _labels(body).get(PRIORITY_LABEL):
        yield f"{what} and names no priority (label {PRIORITY_LABEL}), so any other work comes before it"


def single_workload(body: Body, world: World) -> Demand:
    """The least that one workload needs at once to be admitted, by class.

    Its kind says whether Kueue admits it pod by pod or as a whole, and how small it may start; nothing that Kueue does not
    admit waits for a queue. Of an unknown kind the whole is taken.
    """
    kind = kind_of(body)
    if kind is None:
        return world.demand(body)
    if kind.queued is None or kind.queued.by != "kueue":
        return Demand()
    if kind.queued.each == "pod":
        result = Demand()
        for pods in kind.effective(body, world) if kind.effective else ():
            result = result.join(pod_demand(pods.spec))
        return result
    return world.demand(kind.queued.least(body) if kind.queued.least else body)


def _too_large(body: Body, inventory: Inventory) -> Iterator[tuple[str, Amount, Amount]]:
    """(class, need, limit) of each class that the workload's queue cannot give enough of."""
    queue = queue_of(body, inventory)
    if queue is None:
        return
    limits = ceilings(queue, inventory.all(*MEMBERS))
    for name, need in single_workload(body, inventory).peak.items():
        limit = sum((amount for pair, amount in limits.items() if _serves(pair, name, inventory)), Fraction(0))
        if need > limit:
            yield name, need, limit


def _serves(pair: tuple[str, str], name: str, inventory: Inventory) -> bool:
    """Whether a (flavor, resource) can serve a need of this class; a flavor without labels may be any class."""
    flavor, resource = pair
    if not is_accelerator(resource):
        return False
    class_name = class_of(resource, {"nodeSelector": flavor_labels(flavor, inventory)})
    return name in (class_name, resource) or class_name == resource


def _labels(body: Body) -> Mapping[str, Any]:
    return (body.get("metadata") or {}).get("labels") or {}


def _text(amount: Amount) -> str:
    return str(amount if amount == INFINITE or Fraction(amount).denominator > 1 else int(amount))
