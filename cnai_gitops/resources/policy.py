"""The `policy` API group: PodDisruptionBudget.

Must not: describe fields (the schemas that Kubernetes publishes check this kind).
"""

from __future__ import annotations

from cnai_gitops.resources.base import Kind

POD_DISRUPTION_BUDGET = Kind(
    group="policy", version="v1", kind="PodDisruptionBudget", plural="poddisruptionbudgets", name_limit=253, rank=60, wave=1
)

KINDS = (POD_DISRUPTION_BUDGET,)
