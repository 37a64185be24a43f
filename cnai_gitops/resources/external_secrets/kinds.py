"""External Secrets: what is known of its kinds.

Must not: describe fields.
"""

from __future__ import annotations

from cnai_gitops.resources.base import Kind

_GROUP = "external-secrets.io"
# The Secret has the same name, and that may be a whole DNS subdomain.
_LIMIT = 253

KINDS = (
    Kind(
        group=_GROUP,
        version="v1",
        kind="ClusterSecretStore",
        plural="clustersecretstores",
        operator="external-secrets",
        model=f"{__package__}.stores",
        namespaced=False,
        name_limit=_LIMIT,
        rank=14,
        wave=-5,
    ),
    Kind(
        group=_GROUP,
        version="v1",
        kind="SecretStore",
        plural="secretstores",
        operator="external-secrets",
        model=f"{__package__}.stores",
        name_limit=_LIMIT,
        rank=14,
        wave=-5,
    ),
    Kind(
        group=_GROUP,
        version="v1",
        kind="ExternalSecret",
        plural="externalsecrets",
        operator="external-secrets",
        model=f"{__package__}.model",
        name_limit=_LIMIT,
        rank=15,
        wave=-4,
    ),
)
