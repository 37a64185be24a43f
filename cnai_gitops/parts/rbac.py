"""Accounts of pods and what they may do.

Must not: know a stage or a target.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnai_gitops.resources.core.meta import ObjectMeta
    from cnai_gitops.resources.kubernetes import Role, RoleBinding, ServiceAccount

Rule = tuple[str, str, tuple[str, ...]]
"""(API group, resource, verbs)."""


def service_account(metadata: ObjectMeta, *, token: bool = False) -> ServiceAccount:
    """A ServiceAccount of its own; a token is mounted only where pods must talk to the API server."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {**metadata}, "automountServiceAccountToken": token}


def role(metadata: ObjectMeta, rules: Iterable[Rule], account: str) -> tuple[Role, RoleBinding]:
    """A Role and its RoleBinding to one ServiceAccount of the same namespace."""
    return (
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": {**metadata},
            "rules": [{"apiGroups": [group], "resources": [resource], "verbs": list(verbs)} for group, resource, verbs in rules],
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {**metadata},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": metadata["name"]},
            "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": metadata["namespace"]}],
        },
    )
