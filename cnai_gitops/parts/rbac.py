"""Accounts of pods and what they may do.

Must not: know a stage or a target.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def service_account(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """A ServiceAccount of its own; tokens are mounted only where a pod spec asks for them."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": dict(metadata), "automountServiceAccountToken": False}


def role(metadata: Mapping[str, Any], rules: Iterable[tuple[str, str, tuple[str, ...]]], account: str) -> list[dict[str, Any]]:
    """A Role and its RoleBinding to one ServiceAccount; a rule is (API group, resource, verbs)."""
    namespace = metadata["namespace"]
    return [
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": dict(metadata),
            "rules": [{"apiGroups": [group], "resources": [resource], "verbs": list(verbs)} for group, resource, verbs in rules],
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": dict(metadata),
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": metadata["name"]},
            "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace}],
        },
    ]
