"""Whether a live cluster has what the objects we write need: operators, their kinds, their versions, Argo CD's health checks.

Must not: install anything, or change anything on the cluster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnai_gitops.cluster.health import CONFIG_MAP, customisations
from cnai_gitops.cluster.live import Live, look
from cnai_gitops.cluster.settings import runtimes_of, seen_in
from cnai_gitops.errors import UsageError
from cnai_gitops.facts.operators import Operator, operators
from cnai_gitops.facts.profiles import Profile, newest, profiles
from cnai_gitops.facts.requirements import Requirement, requirements
from cnai_gitops.resources.base import KUBERNETES, Kind, kinds


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a cluster must have, whether it has it, and the cure when not."""

    name: str
    ok: bool
    version: str
    cure: str
    purpose: str


def preflight(context: str, profile: str | None = None, *, role: str = "", kubeconfig: Path | None = None) -> list[Fact]:
    """Ask the cluster of a kubeconfig context for everything that a platform profile (the newest by default) needs.

    `role` is `workload` or `hub`; without it a cluster is taken for one that runs workloads, and Argo CD is judged where it is.
    Raises UsageError for an unknown profile or role, ToolError when the cluster cannot be asked.
    """
    if profile is not None and profile not in profiles():
        raise UsageError(f"platform profile {profile!r} does not exist", help=f"known: {', '.join(sorted(profiles()))}")
    if role not in ("", "workload", "hub"):
        raise UsageError(f"role {role!r} does not exist", help="known: workload, hub")
    live = look(context, (kind.api_version for kind in custom_kinds()), kubeconfig)
    return list(judge(live, profiles()[profile] if profile else newest(), role))


def custom_kinds() -> list[Kind]:
    """Every kind we write that Kubernetes itself does not have, by API version and name."""
    return [kind for _, kind in sorted(kinds().items()) if kind.operator != KUBERNETES]


def judge(live: Live, profile: Profile, role: str = "") -> Iterator[Fact]:
    """Facts about a cluster as it was seen, in the order of facts/operators.yaml."""
    yield _kubernetes(live, profile)
    owned: dict[str, list[Kind]] = {name: [] for name in operators()}
    strangers: dict[str, list[Kind]] = {}
    for kind in custom_kinds():
        (owned if kind.operator in owned else strangers).setdefault(kind.operator, []).append(kind)
    for name, operator in operators().items():
        yield _operator(live, operator, owned[name], profile, role)
    for operator_name, present in strangers.items():
        missing = _missing(live, present)
        yield Fact(operator_name, not missing, "", f"{missing}; no operator is on record for it" if missing else "", "kinds that we write")
    if _here(live, owned["argo-cd"]):
        yield _health(live)
    for requirement in requirements():
        if requirement.component == KUBERNETES or _here(live, owned[requirement.component]):
            yield from _setting(live, requirement, role)


def _kubernetes(live: Live, profile: Profile) -> Fact:
    ok = _numbers(live.kubernetes) >= _numbers(profile.kubernetes)
    cure = "" if ok else f"profile {profile.name} needs {profile.kubernetes} or later: upgrade, or pin an older profile for this cluster"
    return Fact("kubernetes", ok, live.kubernetes, cure, "the cluster itself")


def _operator(live: Live, operator: Operator, wanted: Sequence[Kind], profile: Profile, role: str) -> Fact:
    pinned = profile.versions.get(operator.name, "")
    elsewhere = operator.role != role if role else operator.role == "hub"
    if not _here(live, wanted) and (elsewhere or operator.needed):
        return Fact(operator.name, True, "", "", f"not here; needed {'by ' + operator.needed if operator.needed else _place(operator)}")
    version = _version(live, operator)
    words = _missing(live, wanted) or _behind(operator, version, pinned)
    cure = f"{words}; install {operator.name}{f' {pinned} or later' if pinned else ''}, see {operator.install}" if words else ""
    return Fact(operator.name, not words, version or "", cure, operator.purpose)


def _place(operator: Operator) -> str:
    return "on the hub" if operator.role == "hub" else "on clusters that run workloads"


def _here(live: Live, wanted: Sequence[Kind]) -> bool:
    """True when the cluster serves any of these kinds, in whatever version."""
    served = {(api_version.partition("/")[0], kind) for api_version, names in live.kinds.items() for kind in names}
    return any((kind.group, kind.kind) in served for kind in wanted)


def _missing(live: Live, wanted: Sequence[Kind]) -> str:
    """Kinds that are not served in the version we write, in words; empty when all are."""
    absent: dict[str, list[str]] = {}
    for kind in wanted:
        if kind.kind not in live.kinds.get(kind.api_version, ()):
            absent.setdefault(kind.api_version, []).append(kind.kind)
    return ", ".join(f"{' '.join(names)} of {version} not served{_others(live, version)}" for version, names in absent.items())


def _others(live: Live, api_version: str) -> str:
    group, _, version = api_version.partition("/")
    others = [served for served in live.groups.get(group, ()) if served != version]
    return f" ({group} has {', '.join(others)})" if others else ""


def _version(live: Live, operator: Operator) -> str | None:
    """Version of the operator's controller: None when none runs, empty when it does not say."""
    found = [c.version for c in live.controllers if any(f"/{c.image}".endswith(f"/{image}") for image in operator.images)]
    return min(found, key=_numbers) if found else None


def _behind(operator: Operator, version: str | None, pinned: str) -> str:
    """What is wrong with the controller, in words; empty when nothing is, or when any implementation will do."""
    if not operator.images:
        return ""
    if version is None:
        return f"its kinds are there, but no Deployment runs an image that ends in {' or '.join(operator.images)}"
    if not _numbers(version):
        return "the version of its controller is not in the image's tag nor in the label app.kubernetes.io/version"
    return f"{version} is older than the profile's {pinned}" if pinned and _numbers(version) < _numbers(pinned) else ""


def _health(live: Live) -> Fact:
    wanted: Mapping[str, str] = customisations()
    missing = [key for key in wanted if key not in live.argocd]
    have = f"{len(wanted) - len(missing)}/{len(wanted)}"
    cure = f"add to the ConfigMap {CONFIG_MAP} what `cnai doctor --argocd-cm` prints: {', '.join(missing)}" if missing else ""
    return Fact("argo-cd-health", not missing, have, cure, "Argo CD takes kinds without a health check for healthy at once")


def _setting(live: Live, requirement: Requirement, role: str) -> Iterator[Fact]:
    """Whether a controller or the nodes are set as we need it; nothing of what cannot be seen, or is not needed there."""
    if requirement.runtime and requirement.role == (role or "workload"):
        wrong = runtimes_of(live.runtimes, requirement)
    elif requirement.config_map:
        wrong = seen_in(live.settings, requirement)
    else:
        return
    cure = f"{wrong}; docs/reference/cluster-requirements.md has what to apply" if wrong else ""
    yield Fact(requirement.name, not wrong, "", cure, requirement.setting)


def _numbers(version: str) -> tuple[int, ...]:
    """`1.37.2-gke.1` as (1, 37, 2); empty for what is no version."""
    found = re.match(r"v?(\d+(?:\.\d+)*)", version)
    return tuple(int(part) for part in found[1].split(".")) if found else ()
