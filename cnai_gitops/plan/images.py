"""What a stage's release must pin: images by the blueprint's names, and the model of a service.

Must not: know an engine by name; an engine with an `image` field has an image.
"""

from __future__ import annotations

from typing import Any


def images_of(stage: Any) -> list[str]:
    """Names of images that a stage's containers are made from, in the blueprint's words."""
    found = [stage.image] if isinstance(getattr(stage, "image", None), str) else []
    engines = [step.engine for step in stage.graph] if hasattr(stage, "graph") else [getattr(stage, "engine", None)]
    found += [image for engine in engines if isinstance(image := getattr(engine, "image", None), str)]
    return list(dict.fromkeys(found))


def needs_model(stage: Any) -> bool:
    """True when the release must pin a model for a serve stage."""
    return bool(getattr(stage.engine, "needs_model", True))
