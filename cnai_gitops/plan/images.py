"""What a stage's release and environment must pin: images by the blueprint's names, images of the platform, the model of a service.

Must not: know a variant by name; each says which images it runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from cnai_gitops.facts.known import Facts
from cnai_gitops.spec.accelerator import AcceleratorRequest
from cnai_gitops.spec.base import Spec
from cnai_gitops.spec.engine import images_in, variants_of

STEPS_IMAGE = "cnai-steps"
"""Platform image that carries `cnai_gitops.steps`: lineage, gate, packaging, drift, emissions."""


def images_of(stage: Spec) -> Sequence[str]:
    """Names of images that a stage's containers are made from, in the blueprint's words."""
    return stage.once(_images)


def _images(stage: Spec) -> Sequence[str]:
    return tuple(dict.fromkeys(images_in(stage)))


def platform_images_of(key: str, stage: Any, facts: Facts) -> list[str]:
    """Names of the platform's images that a stage runs in; the environment pins them."""
    images = [STEPS_IMAGE] if key.startswith(("prepare.", "train.")) else []
    held = [(holder, variant) for _, holder, variants in variants_of(stage) for variant in variants]
    images += [image for holder, variant in held for image in variant.platform_images(holder, facts)]
    return list(dict.fromkeys(image for image in images if image))


def accelerators_of(stage: Spec) -> Sequence[AcceleratorRequest]:
    """What a stage and its engines ask for."""
    return stage.once(_accelerators)


def _accelerators(stage: Spec) -> Sequence[AcceleratorRequest]:
    return tuple(_requests(stage))


def _requests(spec: Spec) -> Iterator[AcceleratorRequest]:
    for name in _fields(type(spec)):
        value = getattr(spec, name)
        for item in value if isinstance(value, list | tuple) else (value,):
            if isinstance(item, AcceleratorRequest):
                yield item
            elif isinstance(item, Spec):
                yield from _requests(item)


@cache
def _fields(model: type[Spec]) -> tuple[str, ...]:
    """Fields that may hold another model; asking the class once is cheaper than each of its values."""
    return tuple(name for name, info in model.model_fields.items() if info.annotation not in (str, int, float, bool))


def needs_model(stage: Any) -> bool:
    """True when the release must pin a model for a serve stage."""
    return bool(stage.engine.needs_model)
