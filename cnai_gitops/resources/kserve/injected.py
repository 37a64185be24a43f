"""What KServe's webhook puts into the pods of a component: the model, the agent, the name of the service (KServe 0.20).

Must not: judge it. Records of the real one are the measure (tests/unit/test_recorded.py). Images of KServe's own containers are settings
of its ConfigMap and left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Pod = Mapping[str, Any]

AGENT_PORT = 9081
MODELS = "/mnt/models"
_NATIVE, _MODELCAR = "oci+native://", "oci://"
_MOUNTED = (_NATIVE, _MODELCAR, "pvc://")
"""Addresses of models that nobody has to load into the pod first."""


def with_injected(pod: Pod, component: Mapping[str, Any], service: str) -> Pod:
    """The pod of a component as the webhook leaves it."""
    named = {"name": "INFERENCE_SERVICE_NAME", "value": service}
    containers = [{**c, "env": [*(c.get("env") or ()), named]} for c in pod.get("containers") or ()]
    return _with_agent(_with_models({**pod, "containers": containers}, component), component)


def _models(component: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(address, folder) of each model of a component."""
    for main in ("model", "art"):
        block = component.get(main)
        if isinstance(block, Mapping) and (block.get("storageUri") or block.get("storage")):
            yield str(block.get("storageUri") or ""), MODELS
    for item in component.get("storageUris") or ():
        yield str(item.get("uri", "")), str(item.get("mountPath") or MODELS)


def _with_models(pod: Pod, component: Mapping[str, Any]) -> Pod:
    """The pod with its models: an image volume, a container that shares its files, or one that loads them before the start."""
    volumes: list[dict[str, Any]] = []
    mounts: list[dict[str, Any]] = []
    beside: list[dict[str, Any]] = []
    before: list[dict[str, Any]] = []
    for number, (uri, folder) in enumerate(_models(component)):
        name = "mnt-models" if number == 0 else f"mnt-models-{number}"
        if uri.startswith(_NATIVE):
            volumes.append({"name": name, "image": {"reference": uri.removeprefix(_NATIVE), "pullPolicy": "IfNotPresent"}})
            mounts.append({"name": name, "mountPath": folder, "readOnly": True, "subPath": "models"})
        elif uri.startswith(_MODELCAR):
            image = uri.removeprefix(_MODELCAR)
            before.append({"name": "modelcar-init", "image": image})
            beside.append({"name": "modelcar", "image": image})
        elif not uri.startswith(_MOUNTED):
            before.append({"name": "storage-initializer", "args": [uri, folder]})
    if not (volumes or beside or before):
        return pod
    first, *others = pod.get("containers") or [{}]
    changed = {**pod, "containers": [{**first, "volumeMounts": [*(first.get("volumeMounts") or ()), *mounts]}, *others, *beside]}
    changed["volumes"] = [*(pod.get("volumes") or ()), *volumes]
    changed["initContainers"] = [*(pod.get("initContainers") or ()), *before]
    return {key: value for key, value in changed.items() if value != [] or key in pod}


def _with_agent(pod: Pod, component: Mapping[str, Any]) -> Pod:
    """The pod with the agent that logs and batches, whose security is that of the model's container."""
    if not component.get("logger") and not component.get("batcher"):
        return pod
    main = (pod.get("containers") or [{}])[0]
    agent: dict[str, Any] = {"name": "agent", "ports": [{"containerPort": AGENT_PORT, "name": "agent-port", "protocol": "TCP"}]}
    if main.get("securityContext"):
        agent["securityContext"] = main["securityContext"]
    return {**pod, "containers": [*(pod.get("containers") or ()), agent]}
