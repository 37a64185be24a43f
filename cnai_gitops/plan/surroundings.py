"""What an environment says beside applications, and what these need of it: secrets and applications by name, ways out of the cluster.

Must not: resolve layers or compile.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnai_gitops.findings import Finding, Severity
from cnai_gitops.plan.plan import Plan
from cnai_gitops.plan.target import Target
from cnai_gitops.plan.unknown import unknown
from cnai_gitops.project import Entry
from cnai_gitops.spec.blueprint import Blueprint
from cnai_gitops.spec.environment import Environment


def of_surroundings(plan: Plan) -> Iterator[Finding]:
    """CNAI241 for a secret, CNAI221 for an application that does not exist, CNAI242 for a cluster that nothing can leave."""
    for entry in plan.project.environments.values():
        yield from _secrets(entry)
        for cluster, place in entry.value.clusters.items():
            for app in place.identity.apps:
                if app not in plan.project.apps:
                    at = entry.place.locate(("clusters", cluster, "identity", "apps", app))
                    yield unknown("CNAI221", "application", app, plan.project.apps, at)
    for target in plan.targets:
        if not target.place.cidrs:
            yield from _no_way_out(plan, target)


def _secrets(entry: Entry[Environment]) -> Iterator[Finding]:
    environment = entry.value
    named: list[tuple[tuple[str, ...], str | None]] = [(("registry_secret",), environment.registry_secret)]
    for dataset, place in environment.datasets.items():
        named.append((("datasets", dataset, "secret"), place.secret))
        own = ((cluster, place.on(cluster).secret) for cluster in place.clusters)
        named += [(("datasets", dataset, "clusters", cluster, "secret"), secret) for cluster, secret in own if secret != place.secret]
    for path, name in named:
        if name and name not in environment.secrets:
            yield unknown("CNAI241", "secret", name, environment.secrets, entry.place.locate(path), f" in {environment.name}")


def _no_way_out(plan: Plan, target: Target) -> Iterator[Finding]:
    wanted: dict[str, list[str]] = {}
    for app, entry in plan.project.apps.items():
        if target in plan.targets_of(app):
            for stage, what in _outside(plan, entry.value, target):
                wanted.setdefault(what, []).append(f"{app} {stage}")
    if wanted:
        listed = "; ".join(f"{what} ({users[0]}{f' and {len(users) - 1} more' if users[1:] else ''})" for what, users in wanted.items())
        yield Finding(
            code="CNAI242",
            message=f"cluster {target.cluster} has no cidrs, so its network policies let no pod reach {listed}",
            location=plan.project.environments[target.env].place.locate(("clusters", target.cluster)),
            severity=Severity.WARNING,
            help="add cidrs: the networks of object storage, registry and databases",
            target=target.name,
        )


def _outside(plan: Plan, app: Blueprint, target: Target) -> Iterator[tuple[str, str]]:
    """(stage, what it needs outside of the cluster)."""
    for kind in ("prepare", "train"):
        for key, _ in app.stages(kind):
            yield key, f"object storage {target.artifacts.endpoint}"
    for key, _ in app.stages("train"):
        yield key, f"the registry {plan.project.config.organisation.models}"
    for use in plan.uses(app):
        place = plan.dataset_place(use.dataset, target)
        if place and not place.source.of_team:
            yield use.stage, f"dataset {use.dataset} at {place.uri}"
