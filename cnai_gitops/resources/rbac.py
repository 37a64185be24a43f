"""The `rbac.authorization.k8s.io` API group: roles and their bindings.

Must not: describe fields (the schemas that Kubernetes publishes check these kinds).
"""

from __future__ import annotations

from typing import Literal

from cnai_gitops.resources.base import Kind

_GROUP = "rbac.authorization.k8s.io"
# Nothing derives a name from these; form and limit are those of a path segment.
_FORM: Literal["segment"] = "segment"
_LIMIT = 253
_BINDING = ("/roleRef",)

BINDINGS = (
    Kind(
        group=_GROUP,
        version="v1",
        kind="ClusterRoleBinding",
        plural="clusterrolebindings",
        name_form=_FORM,
        namespaced=False,
        name_limit=_LIMIT,
        rank=11,
        wave=-4,
        immutable=_BINDING,
    ),
    Kind(
        group=_GROUP,
        version="v1",
        kind="RoleBinding",
        plural="rolebindings",
        name_form=_FORM,
        name_limit=_LIMIT,
        rank=11,
        wave=-4,
        immutable=_BINDING,
    ),
)

KINDS = (
    Kind(
        group=_GROUP,
        version="v1",
        kind="ClusterRole",
        plural="clusterroles",
        name_form=_FORM,
        namespaced=False,
        name_limit=_LIMIT,
        rank=10,
        wave=-4,
    ),
    Kind(group=_GROUP, version="v1", kind="Role", plural="roles", name_form=_FORM, name_limit=_LIMIT, rank=10, wave=-4),
    *BINDINGS,
)
