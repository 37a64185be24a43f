"""What a stage's release must pin: images by the blueprint's names, and the model of a service.

Must not: know an engine by name; an engine with an `image` field has an image.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from cnai_gitops.facts.known import Facts
from cnai_gitops.spec.accelerator import AcceleratorRequest

STEPS_IMAGE = "cnai-steps"
"""Platform image that carries `cnai_gitops.steps`: lineage, gate, packaging, drift, emissions."""


def images_of(stage: Any) -> list[str]:
    """Names of images that a stage's containers are made from, in the blueprint's words."""
    steps = stage.graph if _has(stage, "graph") else (stage,)
    parts = [stage, *(step.engine for step in steps if _has(step, "engine"))]
    images = [part.image for part in parts if _has(part, "image")]
    return list(dict.fromkeys(image for image in images if isinstance(image, str)))


def platform_images_of(key: str, stage: Any, facts: Facts) -> list[str]:
    """Names of the platform's images that a stage runs in; the environment pins them. A runtime that nobody knows has none."""
    if key.startswith("serve."):
        image = stage.engine.platform_image(stage, facts) if stage.runtime in facts.runtimes else ""
        return [image] if image else []
    return [STEPS_IMAGE] if not key.startswith("observe.") or stage.drift else []


def accelerators_of(stage: Any) -> list[AcceleratorRequest]:
    """What a stage and its engines ask for."""
    steps = stage.graph if _has(stage, "graph") else (stage,)
    parts = [stage, *(step.engine for step in steps if _has(step, "engine"))]
    return [part.accelerator for part in parts if _has(part, "accelerator") and part.accelerator is not None]


def _has(spec: Any, name: str) -> bool:
    cls: Any = type(spec)
    return _knows(cls, name)


@cache
def _knows(cls: Any, name: str) -> bool:
    """True when instances of a spec class have this field or property; asking the class once is cheaper than each of them."""
    return name in getattr(cls, "model_fields", ()) or hasattr(cls, name)


def needs_model(stage: Any) -> bool:
    """True when the release must pin a model for a serve stage."""
    return bool(getattr(stage.engine, "needs_model", True))
