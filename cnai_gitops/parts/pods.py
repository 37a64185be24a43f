"""What every generated pod shares: restricted security, sizes, and the way to nodes of an accelerator class.

Must not: know a stage or a target.
"""

from __future__ import annotations

from typing import Any

from cnai_gitops.facts import Accelerator

USER = 10001


def pod_security() -> dict[str, Any]:
    """Pod security context of the restricted Pod Security Standard."""
    return {"runAsNonRoot": True, "runAsUser": USER, "runAsGroup": USER, "fsGroup": USER, "seccompProfile": {"type": "RuntimeDefault"}}


def container_security() -> dict[str, Any]:
    """Container security context of the restricted Pod Security Standard, with a read-only root file system."""
    return {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}}


def requirements(cpu: str, memory: str, accelerator: tuple[str, int] | None = None) -> dict[str, Any]:
    """Resources of a container: memory and accelerators have equal requests and limits; CPU may burst."""
    held = {accelerator[0]: str(accelerator[1])} if accelerator else {}
    return {"requests": {"cpu": cpu, "memory": memory, **held}, "limits": {"memory": memory, **held}}


def placement(accelerator: Accelerator | None) -> dict[str, Any]:
    """Node selector and tolerations that lead a pod to nodes of one accelerator class."""
    if accelerator is None:
        return {}
    return {"nodeSelector": dict(accelerator.selector), "tolerations": [dict(t) for t in accelerator.tolerations]}
