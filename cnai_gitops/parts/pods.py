"""What every generated pod shares: restricted security, sizes, scratch space, and the accelerators that it holds.

Must not: know a stage or a target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnai_gitops.resources.core.container import ResourceRequirements, SecurityContext
    from cnai_gitops.resources.core.meta import Quantity
    from cnai_gitops.resources.core.pod import PodFields, PodSecurityContext, Toleration
    from cnai_gitops.resources.core.volume import Volume, VolumeMount

USER = 10001
CLAIM = "accelerators"
"""Name inside a pod of the claim that its devices come with."""


@dataclass(frozen=True, slots=True)
class Held:
    """Accelerators as a pod holds them: what its main container asks for, and nodes that have it.

    `devices` is how many a container sees. A whole card or a slice is an extended resource (`resources`, name to amount);
    devices that are claimed come by `claim`, the name of a ResourceClaimTemplate of the pod's namespace.
    """

    devices: int
    resources: Mapping[str, str] = field(default_factory=dict)
    claim: str = ""
    selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Data:
    """Datasets on volumes as a pod has them: its volumes, and the mounts of each container that reads or writes them."""

    volumes: Sequence[Volume] = ()
    mounts: Sequence[VolumeMount] = ()


def pod_security() -> PodSecurityContext:
    """Pod security context of the restricted Pod Security Standard."""
    return {"runAsNonRoot": True, "runAsUser": USER, "runAsGroup": USER, "fsGroup": USER, "seccompProfile": {"type": "RuntimeDefault"}}


def container_security(*, writable: bool = False) -> SecurityContext:
    """Container security context of the restricted Pod Security Standard; its root file system is read-only unless `writable`."""
    if writable:
        return {"allowPrivilegeEscalation": False, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}}
    return {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}}


def requirements(cpu: str, memory: str, held: Held | None = None) -> ResourceRequirements:
    """Resources of a container: memory and accelerators have equal requests and limits; CPU may burst."""
    devices: Mapping[str, Quantity] = held.resources if held else {}
    sizes: ResourceRequirements = {"requests": {"cpu": cpu, "memory": memory, **devices}, "limits": {"memory": memory, **devices}}
    if held and held.claim:
        sizes["claims"] = [{"name": CLAIM}]
    return sizes


def placement(held: Held | None) -> PodFields:
    """The way of a pod to nodes that have its accelerators, and the claim that it gets them by."""
    fields: PodFields = {}
    if held is None:
        return fields
    if held.claim:
        fields["resourceClaims"] = [{"name": CLAIM, "resourceClaimTemplateName": held.claim}]
    if held.selector:
        fields["nodeSelector"] = dict(held.selector)
    if held.tolerations:
        fields["tolerations"] = [_toleration(toleration) for toleration in held.tolerations]
    return fields


def _toleration(fields: Mapping[str, str]) -> Toleration:
    return {**fields}  # type: ignore[typeddict-item]  # facts are plain text; the schema check reads every toleration


def scratch(tmp: str, cnai: str = "", shm: str = "") -> list[Volume]:
    """Empty volumes of a pod by size: `/tmp`, the contract's `/cnai`, and shared memory."""
    volumes: list[Volume] = [{"name": "tmp", "emptyDir": {"sizeLimit": tmp}}]
    if cnai:
        volumes.append({"name": "cnai", "emptyDir": {"sizeLimit": cnai}})
    if shm:
        volumes.append({"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": shm}})
    return volumes


MOUNTS = {"tmp": "/tmp", "cnai": "/cnai", "shm": "/dev/shm"}
"""Where containers find the volumes of `scratch`."""


def mounts(*names: str) -> list[VolumeMount]:
    """Mounts of scratch volumes by name."""
    return [{"name": name, "mountPath": MOUNTS[name]} for name in names]
