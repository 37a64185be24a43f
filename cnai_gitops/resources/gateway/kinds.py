"""Gateway API: what is known of an HTTPRoute.

Must not: describe fields.
"""

from __future__ import annotations

from cnai_gitops.resources.base import Kind

KINDS = (
    Kind(
        group="gateway.networking.k8s.io",
        version="v1",
        kind="HTTPRoute",
        plural="httproutes",
        operator="gateway-api",
        model=f"{__package__}.model",
        name_limit=253,
        rank=60,
        wave=1,
    ),
)
