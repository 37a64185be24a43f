"""The hub's objects: an AppProject for each team and environment, an Application for each owner and target.

Must not: render anything. The platform is an Application that the others wait for by sync wave.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnai_gitops.contract.queue import queue_of
from cnai_gitops.plan.selection import HUB as HUB
from cnai_gitops.plan.selection import PLATFORM as PLATFORM
from cnai_gitops.plan.target import Target
from cnai_gitops.resources.base import Body, Resource, kinds
from cnai_gitops.spec.config import Config

Field = tuple[str, str, str]
"""(apiVersion, kind, JSON pointer)."""

FINALIZER = "resources-finalizer.argocd.argoproj.io"
"""An Application that is removed takes its objects with it; a project stays as long as an Application refers to it."""

DEFAULT = "default"
"""Destination of the platform's Applications, whose objects all say their own namespace or have none."""

BEFORE_TEAMS = -10
"""By how many waves the platform comes before the applications of teams."""

PROJECT, APPLICATION = ("argoproj.io/v1alpha1", "AppProject"), ("argoproj.io/v1alpha1", "Application")


@dataclass(frozen=True, slots=True)
class Presence:
    """An owner on a target: its team (none for the platform), and the fields that its objects there leave to controllers."""

    owner: str
    team: str
    left: Collection[Field] = ()


def compile_argocd(config: Config, hub: Target, owners: Mapping[Target, Sequence[Presence]]) -> Iterator[Resource]:
    """All objects of one hub; `owners` are those on every target that this hub carries."""
    environments = {target.env: target for target in owners}
    for target in environments.values():
        targets = [t for t in owners if t.env == target.env]
        for team in ("", *sorted(target.environment.teams)):
            yield Resource(project_of(config, hub, target, team, targets))
    for target, present in owners.items():
        for one in present:
            yield Resource(application(config, hub, target, one))


def project_of(config: Config, hub: Target, target: Target, team: str, targets: Sequence[Target]) -> Body:
    """The AppProject of a team in the environment of a target, or of the platform without one; `targets` are all of the environment."""
    make = _team_project if team else _platform_project
    return make(config, hub, target, team, targets)


def application_name(owner: str, target: Target) -> str:
    """Name of the Application of an owner on a target."""
    return f"{owner.removeprefix('_')}-{target.env}-{target.cluster}"


def _meta(hub: Target, name: str, wave: int, **labels: str) -> dict[str, Any]:
    return {
        "name": name,
        "namespace": hub.environment.argocd.namespace,
        "labels": {"app.kubernetes.io/managed-by": "cnai-gitops", **labels},
        "annotations": {"argocd.argoproj.io/sync-wave": str(wave)},
        "finalizers": [FINALIZER],
    }


def _windows(target: Target) -> dict[str, Any]:
    windows = [
        {"kind": w.kind, "schedule": w.schedule, "duration": w.duration, "timeZone": w.timezone, "applications": ["*"], "manualSync": True}
        for w in target.environment.argocd.windows
    ]
    return {"syncWindows": windows} if windows else {}


def _project(
    config: Config, hub: Target, target: Target, name: str, destinations: list[dict[str, str]], cluster: list[dict[str, str]]
) -> Body:
    spec: dict[str, Any] = {
        "description": f"{name} of {config.organisation.name}, written by cnai-gitops",
        "sourceRepos": [config.git.repository],
        "destinations": destinations,
        "clusterResourceWhitelist": cluster,
        "namespaceResourceWhitelist": [{"group": "*", "kind": "*"}],
        "orphanedResources": {"warn": True},
        **_windows(target),
    }
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": _meta(hub, name, kinds()[PROJECT].wave, **{"cnai.dev/environment": target.env}),
        "spec": spec,
    }


def _platform_project(config: Config, hub: Target, target: Target, team: str, targets: Sequence[Target]) -> Body:
    namespaces = sorted({DEFAULT, *(t.namespace(team) for t in targets for team in t.environment.teams)})
    destinations = [{"server": t.place.server, "namespace": namespace} for t in targets for namespace in namespaces]
    cluster = [
        {"group": "", "kind": "Namespace"},
        {"group": "scheduling.k8s.io", "kind": "PriorityClass"},
        *({"group": group, "kind": kind} for group, kind in dict.fromkeys(gk for t in targets for gk in queue_of(t).cluster_kinds)),
    ]
    return _project(config, hub, target, f"platform-{target.env}", destinations, cluster)


def _team_project(config: Config, hub: Target, target: Target, team: str, targets: Sequence[Target]) -> Body:
    destinations = [{"server": t.place.server, "namespace": t.namespace(team)} for t in targets]
    body = _project(config, hub, target, f"{team}-{target.env}", destinations, [])
    denied = [("", "Namespace"), ("", "ResourceQuota"), ("", "LimitRange")]
    denied += [(kind.group, kind.kind) for kind in kinds().values() if kind.operator == "argo-cd"]
    denied += dict.fromkeys(group_kind for t in targets for group_kind in queue_of(t).team_kinds)
    body["spec"]["namespaceResourceBlacklist"] = [{"group": group, "kind": kind} for group, kind in denied]
    del body["spec"]["namespaceResourceWhitelist"]
    return body


def application(config: Config, hub: Target, target: Target, present: Presence) -> Body:
    """The Application of an owner on a target."""
    owner, team = present.owner, present.team
    labels = {"cnai.dev/environment": target.env, "cnai.dev/cluster": target.cluster}
    metadata = _meta(hub, application_name(owner, target), kinds()[APPLICATION].wave + (0 if team else BEFORE_TEAMS), **labels)
    path = f"deploy/rendered/{target.env}/{target.cluster}/{owner}"
    # only a change below this path makes Argo CD look again
    metadata["annotations"] = {"argocd.argoproj.io/manifest-generate-paths": f"/{path}", **metadata["annotations"]}
    branches = config.rendered == "branches"
    spec: dict[str, Any] = {
        "project": f"{team or 'platform'}-{target.env}",
        "source": {
            "repoURL": config.git.repository,
            "targetRevision": f"env/{target.env}" if branches else config.git.revision,
            "path": path,
            "directory": {"include": "manifest.yaml"},
        },
        "destination": {"server": target.place.server, "namespace": target.namespace(team) if team else DEFAULT},
        "syncPolicy": {
            "automated": {"prune": True, "selfHeal": target.environment.argocd.self_heal},
            # Never PruneLast: it waits for health, and while it waits no later commit is applied, a rollback neither.
            "syncOptions": ["ServerSideApply=true", "ApplyOutOfSyncOnly=true"],
            "retry": {"limit": 5, "backoff": {"duration": "10s", "factor": 2, "maxDuration": "5m"}},
        },
        "revisionHistoryLimit": 10,
    }
    ignored = list(ignored_fields(present.left))
    if ignored:
        spec["ignoreDifferences"] = ignored
        spec["syncPolicy"]["syncOptions"].append("RespectIgnoreDifferences=true")
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}


def ignored_fields(left: Iterable[Field]) -> Iterator[dict[str, Any]]:
    """What a sync leaves as it is, kind by kind: fields that no object of the Application sets, so that git wins over all that it says."""
    pointers: dict[tuple[str, str], list[str]] = {}
    for api_version, kind, pointer in sorted(left):
        pointers.setdefault((api_version.rpartition("/")[0], kind), []).append(pointer)
    for (group, kind), mine in pointers.items():
        yield {"group": group, "kind": kind, "jsonPointers": mine}
