"""Static lineage: which stage reads and writes which dataset, as OpenLineage design-time events, and the data map.

Must not: know a run; run events come from the pods, under the same job names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import orjson

from cnai_gitops.plan.build import Plan, Use
from cnai_gitops.plan.target import Target
from cnai_gitops.spec.blueprint import Blueprint

if TYPE_CHECKING:
    from cnai_gitops.steps.lineage import Dataset

FIXED = "2026-01-01T00:00:00Z"
"""Event time of design-time events. They describe a state, not a moment; a real clock would change every build."""


def lineage(plan: Plan, app: str, target: Target) -> str:
    """JobEvents of every stage of an app that touches data on one target, as JSON text; empty when none does."""
    blueprint = plan.project.apps[app].value
    used = {use.stage for use in plan.uses(blueprint)}
    if not used:
        return ""
    from cnai_gitops.steps.lineage import job_event, job_name, job_namespace  # comes with an HTTP client

    events: list[dict[str, Any]] = []
    for key, stage in blueprint.stages():
        if key not in used:
            continue
        inputs = [_dataset(plan, name, target) for name in getattr(stage, "reads", ())]
        outputs = [_dataset(plan, name, target) for name in getattr(stage, "writes", ())]
        events.append(
            job_event(
                job_namespace(target.env, blueprint.team),
                job_name(app, key),
                inputs,
                outputs,
                [blueprint.team],
                blueprint.description or f"{key} of {app}",
                FIXED,
                tags={"purpose": blueprint.purpose},
                processing="SERVICE" if key.startswith("serve.") else "BATCH",
            )
        )
    return _text(events)


def _dataset(plan: Plan, name: str, target: Target) -> Dataset:
    from cnai_gitops.steps.lineage import Dataset

    spec = plan.project.datasets[name].value
    place = plan.dataset_place(name, target)
    return Dataset(
        uri=place.uri if place else f"unknown://{name}",
        owners=[spec.owner],
        columns={column: field.type for column, field in sorted(spec.columns.items())},
        personal=spec.personal,
        personal_columns=[column for column, field in sorted(spec.columns.items()) if field.personal],
        purposes=list(spec.purposes),
        classification=spec.classification,
        documentation=spec.origin,
    )


def data_map(plan: Plan) -> str:
    """Every dataset and every bought model: who answers for it, what it may be used for, who uses it; for auditors."""
    return _text([*_dataset_rows(plan), *_model_rows(plan)])


def _dataset_rows(plan: Plan) -> Iterator[dict[str, Any]]:
    uses: dict[str, list[Use]] = {}
    for use in (use for app in plan.project.apps.values() for use in plan.uses(app.value)):
        uses.setdefault(use.dataset, []).append(use)
    for name, entry in plan.project.datasets.items():
        spec = entry.value
        yield {
            "dataset": name,
            "description": spec.description,
            "owner": spec.owner,
            "origin": spec.origin,
            "licence": spec.licence,
            "classification": spec.classification,
            "personal": spec.personal,
            "legal_basis": spec.legal_basis,
            "residency": list(spec.residency),
            "purposes": list(spec.purposes),
            "consumers": list(spec.consumers),
            "retention_days": spec.retention_days,
            "columns": {n: {"type": c.type, "personal": c.personal, "protection": c.protection} for n, c in sorted(spec.columns.items())},
            "used_by": [
                {"app": u.app, "team": u.team, "stage": u.stage, "access": u.access.removesuffix("s"), "purpose": u.purpose}
                for u in uses.get(name, ())
            ],
        }


def _model_rows(plan: Plan) -> Iterator[dict[str, Any]]:
    used: dict[str, list[tuple[Blueprint, str]]] = {}
    for app in (entry.value for entry in plan.project.apps.values()):
        for key, stage in app.stages("serve"):
            used.setdefault(stage.model, []).append((app, key))
    for name, entry in plan.project.models.items():
        spec = entry.value
        yield {
            "model": name,
            "owner": spec.owner,
            "origin": spec.origin,
            "licence": spec.licence,
            "purposes": list(spec.purposes),
            "used_by": [{"app": app.name, "team": app.team, "stage": key, "purpose": app.purpose} for app, key in used.get(name, ())],
        }


def _text(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
