"""KServe 0.20: InferenceService (`serving.kserve.io/v1beta1`) and the serving runtimes (`v1alpha1`).

Must not: describe fields, work out peaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cnai_gitops.resources.base import Body, Kind, Owned, Queued
from cnai_gitops.resources.kserve.pods import COMPONENTS, GROUP, MODE, service_demand, service_pods

_OCI = ("oci://", "oci+native://", "oci+fetch://")


def _model_images(predictor: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Images that a component names outside its containers: the server's own, and a model that is an image."""
    for main in ("model", "art"):
        block = predictor.get(main) or {}
        if block.get("image"):
            yield f"{path}.{main}.image", str(block["image"])
        yield from _oci(block.get("storageUri"), f"{path}.{main}.storageUri")
    for index, item in enumerate(predictor.get("storageUris") or []):
        yield from _oci(item.get("uri"), f"{path}.storageUris[{index}].uri")


def _oci(uri: Any, path: str) -> Iterator[tuple[str, str]]:
    for scheme in _OCI:
        if isinstance(uri, str) and uri.startswith(scheme):
            yield path, uri.removeprefix(scheme)


def _service_images(body: Body) -> Iterator[tuple[str, str]]:
    spec = body.get("spec") or {}
    for name in ("predictor", "transformer", "explainer"):
        yield from _model_images(spec.get(name) or {}, f"spec.{name}")
    for index, canary in enumerate(spec.get("canary") or []):
        yield from _model_images(canary.get("predictor") or {}, f"spec.canary[{index}].predictor")


def _runtime_images(body: Body) -> Iterator[tuple[str, str]]:
    """Images of a runtime's containers. It is a template: its pods belong to the services that use it."""
    spec = body.get("spec") or {}
    for path, pod in (("spec", spec), ("spec.workerSpec", spec.get("workerSpec") or {})):
        for index, container in enumerate(pod.get("containers") or []):
            if container.get("image"):
                yield f"{path}.containers[{index}].image", str(container["image"])


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
        images=_runtime_images,
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
        images=_runtime_images,
    ),
    Kind(
        group=GROUP,
        version="v1beta1",
        kind="InferenceService",
        plural="inferenceservices",
        stands_for="service",
        name_form="service",
        operator="kserve",
        model=f"{__package__}.model",
        # Its Deployment is `<name>-predictor`, and the pods of that end in `-<10>-<5>`. The host name
        # `<name>-predictor-<namespace>` has the same room for the namespace.
        name_limit=63 - len("-predictor") - len("-0123456789-01234"),
        pods=service_pods,
        queued=Queued("kueue", "pod"),  # by the label, which its pods get
        demand=service_demand,
        images=_service_images,
        owned=(
            Owned("/spec/predictor/automountServiceAccountToken", "kserve-webhook-server", _LEFT_OUT),
            Owned("/spec/predictor/model/protocolVersion", "kserve-webhook-server", _LEFT_OUT),
            Owned("/spec/predictor/model/resources", "kserve-webhook-server", _LEFT_OUT),
            Owned("/spec/predictor/model/name", "kserve-webhook-server", _LEFT_OUT),
        ),
        # Annotations, the logger and the batcher become annotations of the pod template.
        rolls=("/metadata/annotations", *(f"/spec/{name}/{part}" for name in COMPONENTS for part in ("annotations", "logger", "batcher"))),
        # The mode is recorded in the status of the first sync and refused afterwards.
        immutable=("/metadata/annotations/" + MODE.replace("/", "~1"),),
    ),
)
