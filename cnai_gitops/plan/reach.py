"""Data that pods of an application cannot reach, because it lies in the namespace of another team.

Must not: judge who may read it (`references` does).
"""

from __future__ import annotations

from collections.abc import Iterator

from cnai_gitops.findings import Finding
from cnai_gitops.plan.plan import Plan
from cnai_gitops.project import Entry
from cnai_gitops.spec.blueprint import Blueprint


def out_of_reach(plan: Plan, env: str, entry: Entry[Blueprint]) -> Iterator[Finding]:
    """Data in the namespace of its owner must not be wanted in another one: its pods would wait for a volume for ever."""
    project, app = plan.project, entry.value
    for target in plan.targets_of(app.name):
        for use in plan.uses(app) if target.env == env else ():
            place = plan.dataset_place(use.dataset, target)
            dataset = project.datasets.get(use.dataset)
            if place and place.source.of_team and dataset and dataset.value.owner != app.team:
                own = use.dataset in target.environment.datasets and target.cluster in target.environment.datasets[use.dataset].clusters
                at = ("datasets", use.dataset, "clusters", target.cluster, "uri") if own else ("datasets", use.dataset, "uri")
                message = (
                    f"{app.name} {use.stage} of team {app.team!r} {use.access[:-1]}s dataset {use.dataset!r}, "
                    f"but on {target.name} it lies in the namespace of team {dataset.value.owner!r} ({place.uri})"
                )
                yield Finding(
                    code="CNAI232",
                    message=message,
                    location=project.environments[env].place.locate(at),
                    help="keep what several teams use in an object store or a database",
                    target=target.name,
                )
