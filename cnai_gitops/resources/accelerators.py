"""How many accelerators one pod holds, by class, from its spec alone.

Must not: know any kind (each API group's file multiplies), guess a number that it cannot read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from typing import Any

from cnai_gitops import facts
from cnai_gitops.resources.base import INFINITE, Demand

UNREADABLE = "unreadable quantity"
"""How the words about a quantity begin that is not a whole number."""

INT32_MAX = 2**31 - 1
"""What Kubernetes APIs write for "no limit"."""

_NAMES = frozenset({"nvidia.com/gpu", "nvidia.com/gpu.shared", "amd.com/gpu", "habana.ai/gaudi", "google.com/tpu", "intel.com/gpu"})
_PREFIXES = (facts.MIG_PREFIX, "aws.amazon.com/neuron", "gpu.intel.com/")
_WHOLE = re.compile(r"[0-9]{1,9}")
_known: ContextVar[Mapping[str, facts.Accelerator] | None] = ContextVar("accelerator classes", default=None)


@contextmanager
def counting(known: Mapping[str, facts.Accelerator] | None) -> Iterator[None]:
    """Inside, these are the classes that resource names and node labels are looked up in; ours for None."""
    token = _known.set(known)
    try:
        yield
    finally:
        _known.reset(token)


def is_accelerator(name: str) -> bool:
    """Whether an extended resource of this name is an accelerator."""
    return name in _NAMES or name.startswith(_PREFIXES) or any(name == each.resource for each in (_known.get() or {}).values())


def is_unknown_device(name: str) -> bool:
    """Whether a resource of this name may be an accelerator that nobody here knows: it has a domain, and is listed nowhere."""
    domain, slash, _ = name.partition("/")
    if not slash or domain == "kubernetes.io" or domain.endswith(".kubernetes.io") or is_accelerator(name):
        return False
    return not name.startswith(facts.other_devices())


def count_of(quantity: Any) -> int | None:
    """A whole number of devices as the API accepts it (`8` or `"8"`); None for anything else."""
    if isinstance(quantity, int) and not isinstance(quantity, bool) and quantity >= 0:
        return quantity
    if isinstance(quantity, str) and _WHOLE.fullmatch(quantity):
        return int(quantity)
    return None


def pod_demand(spec: Mapping[str, Any]) -> Demand:
    """Accelerators that one pod of this spec holds at its peak, by class.

    A class is `h100` and the like, or the resource name where the node labels do not tell. The rule is that of
    KEP-753: the larger of what runs together (containers and sidecars) and of each init container with the
    sidecars that were started before it. Each resource name is summed on its own and only then given a class.
    """
    unknown: list[str] = []
    run: dict[str, int] = {}
    start: dict[str, int] = {}
    for wanted in _wanted(spec.get("containers"), "containers", unknown):
        _add(run, wanted)
    sidecars: dict[str, int] = {}
    starters = _maps(spec.get("initContainers"))
    for container, wanted in zip(starters, _wanted(starters, "initContainers", unknown), strict=True):
        if container.get("restartPolicy") == "Always":
            _add(sidecars, wanted)
            _add(run, wanted)
        else:
            start = {name: max(start.get(name, 0), sidecars.get(name, 0) + wanted.get(name, 0)) for name in {*start, *sidecars, *wanted}}
    if spec.get("resourceClaims"):
        unknown.append("devices of resourceClaims are not counted; ask for an extended resource")
    peak = {name: max(run.get(name, 0), start.get(name, 0)) for name in sorted({*run, *start})}
    return _by_class(peak, spec, tuple(unknown))


def class_of(resource: str, spec: Mapping[str, Any]) -> str:
    """Class of an accelerator on the nodes that a pod spec selects, or its resource name when untold."""
    return _class_and_share(resource, spec)[0]


def _by_class(peak: Mapping[str, int], spec: Mapping[str, Any], unknown: tuple[str, ...]) -> Demand:
    result = Demand(unknown=unknown)
    for resource, count in peak.items():
        if not count:
            continue
        name, share = _class_and_share(resource, spec)
        if share is None:
            result += Demand({resource: Fraction(count)}, (f"nobody lists the MIG profile of {resource}",))
        else:
            result += Demand({name: count * share})
    return result


def _class_and_share(resource: str, spec: Mapping[str, Any]) -> tuple[str, Fraction | None]:
    """Class and the share of a card; the largest share where the node labels leave a choice."""
    known, nodes = _known.get(), _node_labels(spec)
    found = [(facts.accelerator_class(resource, node, known), facts.accelerator_share(resource, node, known)) for node in nodes]
    names = {name for name, _ in found}
    shares = [share for _, share in found if share is not None]
    name = names.pop() if len(names) == 1 else None
    return name or facts.whole_resource(resource), max(shares) if len(shares) == len(found) else None


def _node_labels(spec: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """Label sets of the nodes that a pod may run on: its nodeSelector, with each choice of its required affinity."""
    base = dict(_map(spec.get("nodeSelector")))
    required = _map(_map(_map(spec.get("affinity")).get("nodeAffinity")).get("requiredDuringSchedulingIgnoredDuringExecution"))
    choices: list[Mapping[str, str]] = []
    for term in _maps(required.get("nodeSelectorTerms")):
        sets = [base]
        for wanted in _maps(term.get("matchExpressions")):
            if wanted.get("operator") == "In" and isinstance(wanted.get("values"), list):
                sets = [{**labels, str(wanted.get("key")): str(value)} for labels in sets for value in wanted["values"][:16]][:256]
        choices += sets
    return choices or [base]


def _wanted(containers: Any, where: str, unknown: list[str]) -> Iterator[dict[str, int]]:
    for index, container in enumerate(_maps(containers)):
        resources = _map(container.get("resources"))
        amounts = {**_map(resources.get("requests")), **_map(resources.get("limits"))}
        wanted: dict[str, int] = {}
        for name in sorted(n for n in amounts if isinstance(n, str) and is_accelerator(n)):
            count = count_of(amounts[name])
            if count is None:
                unknown.append(f"{UNREADABLE} {amounts[name]!r} of {name} in {where}[{index}]")
            else:
                wanted[name] = count
        for name in sorted(n for n in amounts if isinstance(n, str) and amounts[n] not in (0, "0") and is_unknown_device(n)):
            unknown.append(f"nobody here knows whether {name} of {where}[{index}] is an accelerator")
        yield wanted


def _add(total: dict[str, int], more: Mapping[str, int]) -> None:
    for name, count in more.items():
        total[name] = total.get(name, 0) + count


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _maps(values: Any) -> list[Mapping[str, Any]]:
    return [v for v in values if isinstance(v, Mapping)] if isinstance(values, Iterable) and not isinstance(values, (str, Mapping)) else []


# -- counts ------------------------------------------------------------------------------------------------


def pod_count(value: Any, default: int | None) -> Fraction | float:
    """A count field as a number of pods; INFINITE when it cannot be read or is absent without a default."""
    if value is None and default is not None:
        return Fraction(default)
    count = count_of(value)
    return INFINITE if count is None or count >= INT32_MAX else Fraction(count)


def repeated(demand: Demand, value: Any, default: int | None, where: str) -> Demand:
    """`demand` as often as a count field says; unbounded, and in words if unreadable, else.

    Says nothing about a count of pods without accelerators. `where` names the field.
    """
    if not demand.peak:
        return demand
    return times(demand, pod_count(value, default)) + Demand(unknown=count_words({where: value}))


def count_words(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """What to say of count fields, by path, that are set to something that is not a count."""
    return tuple(f"{path}: {value!r} is not a count" for path, value in fields.items() if value is not None and count_of(value) is None)


def times(demand: Demand, count: Fraction | float) -> Demand:
    """Demand of `count` equal things; nothing for none, even of something unbounded."""
    return demand * count if count else Demand(unknown=demand.unknown)


def total(demands: Iterable[Demand]) -> Demand:
    """Sum of demands."""
    result = Demand()
    for demand in demands:
        result += demand
    return result
