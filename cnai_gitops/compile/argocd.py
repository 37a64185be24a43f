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

Gvk = tuple[str, str]
"""(apiVersion, kind)."""


@dataclass(frozen=True, slots=True)
class Presence:
    """An owner on a target: its team (none for the platform) and the kinds of its objects there."""

    owner: str
    team: str
    kinds: Collection[Gvk]


def compile_argocd(config: Config, hub: Target, owners: Mapping[Target, Sequence[Presence]]) -> Iterator[Resource]:
    """All objects of one hub; `owners` are those on every target that this hub carries."""
    environments = {target.env: target for target in owners}
    for target in environments.values():
        targets = [t for t in owners if t.env == target.env]
        yield Resource(_platform_project(config, hub, target, targets))
        for team in sorted(target.environment.teams):
            yield Resource(_team_project(config, hub, target, team, targets))
    for target, present in owners.items():
        for one in present:
            yield Resource(_application(config, hub, target, one))


def application_name(owner: str, target: Target) -> str:
    """Name of the Application of an owner on a target."""
    return f"{owner.removeprefix('_')}-{target.env}-{target.cluster}"


def _meta(hub: Target, name: str, **labels: str) -> dict[str, Any]:
    namespace = hub.environment.argocd.namespace
    return {"name": name, "namespace": namespace, "labels": {"app.kubernetes.io/managed-by": "cnai-gitops", **labels}}


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
        "metadata": _meta(hub, name, **{"cnai.dev/environment": target.env}),
        "spec": spec,
    }


def _platform_project(config: Config, hub: Target, target: Target, targets: list[Target]) -> Body:
    namespaces = sorted({t.namespace(team) for t in targets for team in t.environment.teams})
    destinations = [{"server": t.place.server, "namespace": namespace} for t in targets for namespace in namespaces]
    cluster = [
        {"group": "", "kind": "Namespace"},
        {"group": "scheduling.k8s.io", "kind": "PriorityClass"},
        *({"group": group, "kind": kind} for group, kind in dict.fromkeys(gk for t in targets for gk in queue_of(t).cluster_kinds)),
    ]
    return _project(config, hub, target, f"platform-{target.env}", destinations, cluster)


def _team_project(config: Config, hub: Target, target: Target, team: str, targets: list[Target]) -> Body:
    destinations = [{"server": t.place.server, "namespace": t.namespace(team)} for t in targets]
    body = _project(config, hub, target, f"{team}-{target.env}", destinations, [])
    denied = [("", "Namespace"), ("", "ResourceQuota"), ("", "LimitRange")]
    denied += dict.fromkeys(group_kind for t in targets for group_kind in queue_of(t).team_kinds)
    body["spec"]["namespaceResourceBlacklist"] = [{"group": group, "kind": kind} for group, kind in denied]
    del body["spec"]["namespaceResourceWhitelist"]
    return body


def _application(config: Config, hub: Target, target: Target, present: Presence) -> Body:
    owner, team = present.owner, present.team
    platform = owner == PLATFORM
    metadata = _meta(hub, application_name(owner, target), **{"cnai.dev/environment": target.env, "cnai.dev/cluster": target.cluster})
    path = f"deploy/rendered/{target.env}/{target.cluster}/{owner}"
    metadata["annotations"] = {
        # only a change below this path makes Argo CD look again
        "argocd.argoproj.io/manifest-generate-paths": f"/{path}",
        "argocd.argoproj.io/sync-wave": "-10" if platform else "0",
    }
    branches = config.rendered == "branches"
    spec: dict[str, Any] = {
        "project": f"platform-{target.env}" if platform else f"{team}-{target.env}",
        "source": {
            "repoURL": config.git.repository,
            "targetRevision": f"env/{target.env}" if branches else config.git.revision,
            "path": path,
            "directory": {"include": "manifest.yaml"},
        },
        "destination": {"server": target.place.server, "namespace": target.namespace(team) if team else "default"},
        "syncPolicy": {
            "automated": {"prune": True, "selfHeal": target.environment.argocd.self_heal},
            "syncOptions": ["ServerSideApply=true", "PruneLast=true", "ApplyOutOfSyncOnly=true", "RespectIgnoreDifferences=true"],
            "retry": {"limit": 5, "backoff": {"duration": "10s", "factor": 2, "maxDuration": "5m"}},
        },
        "revisionHistoryLimit": 10,
    }
    ignored = list(ignored_fields(present.kinds))
    if ignored:
        spec["ignoreDifferences"] = ignored
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}


def ignored_fields(present: Iterable[Gvk]) -> Iterator[dict[str, Any]]:
    """Fields that controllers own, for each kind that is present, from what the API group's file says."""
    for gvk in sorted(present):
        kind = kinds().get(gvk)
        if kind and kind.owned:
            yield {"group": kind.group, "kind": kind.kind, "jsonPointers": [owned.pointer for owned in kind.owned]}
