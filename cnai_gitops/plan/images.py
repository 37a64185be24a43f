"""What a stage's release must pin: images by the blueprint's names, and the model of a service.

Must not: know an engine by name; an engine with an `image` field has an image.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache
from typing import Any

from pydantic import BaseModel

STEPS_IMAGE = "cnai-steps"
"""Platform image that carries `cnai_gitops.steps`: lineage, gate, packaging, drift, emissions."""


def images_of(stage: Any) -> list[str]:
    """Names of images that a stage's containers are made from, in the blueprint's words."""
    steps = stage.graph if _has(type(stage), "graph") else (stage,)
    parts = [stage, *(step.engine for step in steps if _has(type(step), "engine"))]
    images = [part.image for part in parts if _has(type(part), "image")]
    return list(dict.fromkeys(image for image in images if isinstance(image, str)))


@cache
def _has(model: Hashable, name: str) -> bool:
    """True when its instances have this field or property; asking the class once is cheaper than asking each of them."""
    return (isinstance(model, type) and issubclass(model, BaseModel) and name in model.model_fields) or hasattr(model, name)


def needs_model(stage: Any) -> bool:
    """True when the release must pin a model for a serve stage."""
    return bool(getattr(stage.engine, "needs_model", True))
