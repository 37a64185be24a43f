"""Static lineage: which stage reads and writes which dataset, as OpenLineage design-time events, and the data map.

Must not: know a run; run events come from the pods, under the same job names.
"""

from __future__ import annotations

from typing import Any

import orjson

from cnai_gitops.plan.build import Plan
from cnai_gitops.plan.target import Target
from cnai_gitops.steps.lineage import Dataset, job_event, job_name, job_namespace

FIXED = "2026-01-01T00:00:00Z"
"""Event time of design-time events. They describe a state, not a moment; a real clock would change every build."""


def lineage(plan: Plan, app: str, target: Target) -> str:
    """JobEvents of every stage of an app that touches data on one target, as JSON text; empty when none does."""
    blueprint = plan.project.apps[app].value
    events: list[dict[str, Any]] = []
    for key, stage in blueprint.stages():
        inputs = [_dataset(plan, name, target) for name in getattr(stage, "reads", ())]
        outputs = [_dataset(plan, name, target) for name in getattr(stage, "writes", ())]
        if not inputs and not outputs:
            continue
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
    return _text(events) if events else ""


def _dataset(plan: Plan, name: str, target: Target) -> Dataset:
    spec = plan.project.datasets[name].value
    place = plan.dataset_place(name, target)
    return Dataset(
        uri=place.uri if place else f"unknown://{name}",
        owners=[spec.owner],
        columns={column: field.type for column, field in spec.columns.items()},
        personal=spec.personal,
        personal_columns=[column for column, field in spec.columns.items() if field.personal],
        purposes=list(spec.purposes),
        classification=spec.classification,
        documentation=spec.origin,
    )


def data_map(plan: Plan) -> str:
    """Every dataset, who answers for it, what it may be used for, and which stages use it; for auditors."""
    rows = []
    for name, entry in plan.project.datasets.items():
        spec = entry.value
        uses = [use for app in plan.project.apps.values() for use in plan.uses(app.value) if use.dataset == name]
        rows.append(
            {
                "dataset": name,
                "owner": spec.owner,
                "origin": spec.origin,
                "classification": spec.classification,
                "personal": spec.personal,
                "legal_basis": spec.legal_basis,
                "residency": list(spec.residency),
                "purposes": list(spec.purposes),
                "consumers": list(spec.consumers),
                "retention_days": spec.retention_days,
                "used_by": [
                    {"app": u.app, "team": u.team, "stage": u.stage, "access": u.access.removesuffix("s"), "purpose": u.purpose}
                    for u in uses
                ],
            }
        )
    return _text(rows)


def _text(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
