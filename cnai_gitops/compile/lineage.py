"""Static lineage: which stage reads and writes which dataset, as OpenLineage design-time events, and the data map.

Must not: know a run; run events come from the pods, under the same job names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import orjson

from cnai_gitops.plan.build import Plan, Use
from cnai_gitops.plan.target import Target
from cnai_gitops.project import Project

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


@dataclass(frozen=True, slots=True)
class Consumer:
    """What one application touches: datasets by use, and models by the stage that serves them."""

    app: str
    team: str
    purpose: str
    uses: tuple[Use, ...] = ()
    serves: tuple[tuple[str, str], ...] = ()
    """(stage, model)."""

    def plain(self) -> dict[str, Any]:
        """As plain data."""
        uses = [asdict(use) for use in self.uses]
        return {"app": self.app, "team": self.team, "purpose": self.purpose, "uses": uses, "serves": self.serves}


def consumer(plan: Plan, app: str) -> Consumer:
    """What an application touches, whatever it runs on."""
    blueprint = plan.project.apps[app].value
    serves = tuple((key, stage.model) for key, stage in blueprint.stages("serve") if stage.model)
    return Consumer(app, blueprint.team, blueprint.purpose, tuple(plan.uses(blueprint)), serves)


def data_map(project: Project, consumers: Iterable[Consumer]) -> str:
    """Every dataset and every bought model: who answers for it, what it may be used for, who uses it; for auditors."""
    consumers = list(consumers)
    return _text([*_dataset_rows(project, consumers), *_model_rows(project, consumers)])


def _dataset_rows(project: Project, consumers: Sequence[Consumer]) -> Iterator[dict[str, Any]]:
    uses: dict[str, list[Use]] = {}
    for use in (use for consumer in consumers for use in consumer.uses):
        uses.setdefault(use.dataset, []).append(use)
    for name, entry in project.datasets.items():
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


def _model_rows(project: Project, consumers: Sequence[Consumer]) -> Iterator[dict[str, Any]]:
    used: dict[str, list[tuple[Consumer, str]]] = {}
    for consumer in consumers:
        for key, model in consumer.serves:
            used.setdefault(model, []).append((consumer, key))
    for name, entry in project.models.items():
        spec = entry.value
        yield {
            "model": name,
            "owner": spec.owner,
            "origin": spec.origin,
            "licence": spec.licence,
            "purposes": list(spec.purposes),
            "used_by": [{"app": one.app, "team": one.team, "stage": key, "purpose": one.purpose} for one, key in used.get(name, ())],
        }


def _text(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
