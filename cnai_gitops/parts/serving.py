"""The ServingRuntime that a service names: what KServe lays under the service's own container.

Must not: know a stage or a target. KServe appends a service's arguments to the runtime's and merges everything else, so a
runtime of ours has neither arguments nor resources; what differs between services is in the service.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cnai_gitops.facts.runtimes import Runtime
from cnai_gitops.parts.env import env_list
from cnai_gitops.parts.pods import container_security
from cnai_gitops.system.store import digest_of

if TYPE_CHECKING:
    from cnai_gitops.resources.core.meta import ObjectMeta
    from cnai_gitops.resources.kserve.model import ClusterServingRuntimeSpec, ServingRuntime

MAIN = "kserve-container"
"""The container of a runtime that a service's own is laid over."""

KEPT: Mapping[str, str] = {
    "argocd.argoproj.io/compare-options": "IgnoreExtraneous",
    "argocd.argoproj.io/sync-options": "Prune=false",
}
"""A version that is no longer written stays: services that are not synced yet, and those that are rolled back, still name it."""


def serving_runtime(metadata: ObjectMeta, runtime: Runtime, image: str) -> ServingRuntime:
    """The runtime in the namespace of `metadata`, with its image by digest; only services that name it use it."""
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ServingRuntime",
        "metadata": {**metadata, "annotations": {**KEPT}},
        "spec": _spec(runtime, image),
    }


def runtime_name(name: str, runtime: Runtime, image: str) -> str:
    """Name of the runtime `name` in this version: another image, command or variable is another object.

    KServe rolls all services of a changed runtime at once; under a new name each follows with its own sync.
    """
    return f"{name}-{digest_of(json.dumps(_spec(runtime, image), sort_keys=True))[:8]}"


def _spec(runtime: Runtime, image: str) -> ClusterServingRuntimeSpec:
    return {
        "supportedModelFormats": [{"name": runtime.format}],
        "protocolVersions": [runtime.protocol],
        "containers": [
            {
                "name": MAIN,
                "image": image,
                "command": list(runtime.command),
                "env": env_list(runtime.env),
                # a runtime has no security of a pod, so the container says all of it
                "securityContext": {**container_security(), "seccompProfile": {"type": "RuntimeDefault"}},
            }
        ],
    }
