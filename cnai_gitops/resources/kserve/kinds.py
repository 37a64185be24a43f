"""KServe 0.20: InferenceService (`serving.kserve.io/v1beta1`) and the serving runtimes (`v1alpha1`).

Must not: describe fields, work out peaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cnai_gitops.resources.base import Body, Kind, Owned, Queued
from cnai_gitops.resources.kserve.health import HEALTH
from cnai_gitops.resources.kserve.pods import (
    COMPONENTS,
    GROUP,
    MODE,
    nothing,
    runtime_pods,
    service_demand,
    service_pods,
    service_untold,
)

_OCI = ("oci://", "oci+native://", "oci+fetch://")


def _models(component: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Models that a component has mounted or loaded: by the image in a registry, else by their address, which pins nothing."""
    for main in ("model", "art"):
        block = component.get(main) or {}
        yield from _model(block.get("storageUri"), f"{path}.{main}.storageUri")
        storage = block.get("storage") or {}
        if storage:
            yield f"{path}.{main}.storage", f"{storage.get('key') or 'default'}/{storage.get('path', '')}"
    for index, item in enumerate(component.get("storageUris") or []):
        yield from _model(item.get("uri"), f"{path}.storageUris[{index}].uri")


def _model(uri: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(uri, str):
        yield path, next((uri.removeprefix(scheme) for scheme in _OCI if uri.startswith(scheme)), uri)


def _service_images(body: Body) -> Iterator[tuple[str, str]]:
    spec = body.get("spec") or {}
    for name in ("predictor", "transformer", "explainer"):
        yield from _models(spec.get(name) or {}, f"spec.{name}")
    for index, canary in enumerate(spec.get("canary") or []):
        yield from _models(canary.get("predictor") or {}, f"spec.canary[{index}].predictor")


_LEFT_OUT = "the manifest leaves it out"

KINDS = (
    Kind(
        group=GROUP,
        version="v1alpha1",
        kind="ClusterServingRuntime",
        plural="clusterservingruntimes",
        operator="kserve",
        model=f"{__package__}.model",
        namespaced=False,
        rank=30,
        wave=-2,
        effective=runtime_pods,
        demand=nothing,
        runs="named",
    ),
    Kind(
        group=GROUP,
        version="v1alpha1",
        kind="ServingRuntime",
        plural="servingruntimes",
        operator="kserve",
        model=f"{__package__}.model",
        rank=30,
        wave=-2,
        effective=runtime_pods,
        demand=nothing,
        runs="named",
    ),
    Kind(
        group=GROUP,
        version="v1beta1",
        kind="InferenceService",
        plural="inferenceservices",
        stands_for="service",
        health=HEALTH,
        name_form="service",
        operator="kserve",
        model=f"{__package__}.model",
        # Its Deployment is `<name>-predictor`, and the pods of that end in `-<10>-<5>`. The host name
        # `<name>-predictor-<namespace>` has the same room for the namespace.
        name_limit=63 - len("-predictor") - len("-0123456789-01234"),
        effective=service_pods,
        untold=service_untold,
        queued=Queued("kueue", "pod"),  # by the label, which its pods get
        demand=service_demand,
        images=_service_images,
        owned=(
            Owned("/metadata/annotations/modelFormat", "kserve-webhook-server", _LEFT_OUT),
            Owned("/spec/predictor/model/name", "kserve-webhook-server", _LEFT_OUT),
        ),
        # Annotations, the logger and the batcher become annotations of the pod template.
        rolls=("/metadata/annotations", *(f"/spec/{name}/{part}" for name in COMPONENTS for part in ("annotations", "logger", "batcher"))),
        # The mode is recorded in the status of the first sync and refused afterwards.
        immutable=("/metadata/annotations/" + MODE.replace("/", "~1"),),
    ),
)
