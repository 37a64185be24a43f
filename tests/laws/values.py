"""Other values of a field: of the words and numbers that fit many types those that fit this one, or values said here.

Must not: hold values of a variant's fields; they lie beside the variant, in its EXAMPLE.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import ValidationError

from cnai_gitops.spec.base import Spec

DIGEST = "sha256:" + "b" * 64
FITTING: tuple[Any, ...] = (
    "other", "https://other.example.com", DIGEST, "5 4 * * *", "7m", "3Gi", "Europe/Berlin", "570.1.1", "1999.01", "2026-11-02",
    7, 9999, 0.5, 0, True, False, None, {}, (), ["other"], {"A": "2"}, {"cpu": "3", "memory": "1Gi"}, ["10.9.9.9/32"],
)  # fmt: skip
"""Values of every simple type; those that a field's type refuses are no values of it."""

SAID: dict[str, Any] = {
    "AcceleratorClass.resource": "example.com/other",
    "AcceleratorRequest.form": {"kind": "mig", "profile": "1g.10gb"},
    "AcceleratorRequest.per_node": 3,
    "AcceleratorRequest.type": "l4",
    "CanaryRelease.model": "sha256:" + "a" * 64,
    "Choice.values": ["a", "c"],
    "Cluster.artifacts": {"bucket": "near", "region": "eu-west-1"},
    "Cluster.dns": {"namespace": "other"},
    "Cluster.identity": {"annotations": {"example.com/role": "other"}},
    "Cluster.queue": {"kind": "volcano"},
    "Config.approvers": {"images": ["security"]},
    "Config.git": {"repository": "https://git.example.com/other.git"},
    "Config.organisation": {"name": "other", "registry": "r", "models": "m"},
    "DatasetPlace.clusters": {"dev1": {"region": "eu-north-1"}},
    "DatasetPlace.uri": "s3://other/place",
    "Endpoints.artifacts": {"bucket": "other", "region": "eu-west-1"},
    "Environment.endpoints": {"artifacts": {"bucket": "other", "region": "eu-west-1"}},
    "Environment.clusters": {
        "eu1": {"region": "r", "jurisdiction": "EU", "server": "https://a", "profile": "2026.11", "api_cidrs": ["10.9.9.9/32"]},
    },
    "Observe.serves": ["scorer"],
    "Override.kind": "Role",
    "Pins.canary": {"model": DIGEST, "weight": 0},
    "Pool.form": {"kind": "mig", "profile": "1g.6gb"},
    "Prepare.reads": ["rows"],
    "Prepare.steps": [{"name": "one", "engine": {"kind": "container", "image": "one"}}],
    "Prepare.writes": ["columns"],
    "Scaling.fallback": 5,
    "Scaling.max": 9,
    "Scaling.min": 2,
    "Scaling.triggers": [{"kind": "rate", "requests_per_replica": 9}],
    "Serve.accelerator": {"type": "l4"},
    "Serve.engine": {"kind": "rayservice", "image": "many", "applications": [{"name": "b", "import_path": "b:c"}]},
    "Serve.reads": ["rows"],
    "Serve.rollout": {"kind": "canary"},
    "Serve.grace": "9m",  # longer than the timeout
    "Serve.runtime": "vllm",
    "Serve.scaling": {"max": 9},
    "Step.engine": {"kind": "spark", "image": "join", "main": "b.py"},
    "Train.accelerator": {"type": "l4", "per_node": 3},
    "Train.checkpoint": {"interval": "1h"},
    "Train.engine": {"kind": "trainer", "framework": "jax"},
    "Train.gate": {"auc": ">= 0.5"},
    "Train.reads": ["rows"],
    "Train.sweep": {"kind": "grid", "minimize": "loss", "space": {"lr": {"kind": "choice", "values": [1, 2]}}},
    "WaiverSpec.rule": "images.other",
}
"""Values where the type does not tell, or where one must differ from the default and have an effect without anything else."""


def candidates(model: type[Spec], name: str) -> Iterator[Any]:
    """Values that a field may have, the most telling one first."""
    field = f"{model.__name__}.{name}"
    if field in SAID:
        yield SAID[field]
    yield from literals(model.model_fields[name].annotation)
    yield from FITTING


def literals(annotation: Any) -> Iterator[Any]:
    """Words that an annotation lists."""
    for part in get_args(annotation):
        if isinstance(part, str | bool):
            yield part
        else:
            yield from literals(part)


def of_type(model: type[Spec], name: str, value: Any, beside: Mapping[str, Any] | None = None) -> bool:
    """False when the field itself refuses the value beside others; a rule of the model may still do so."""
    try:
        model.model_validate({**(beside or {}), name: value})
    except ValidationError as error:
        return not any(details["loc"][:1] == (name,) for details in error.errors(include_url=False))
    return True


def set_fields(spec: Spec) -> dict[str, Any]:
    """What somebody said of a model."""
    return {name: getattr(spec, name) for name in spec.model_fields_set}
