"""Names of the fields of pods and containers, for groups that have them among fields of their own.

Must not: be asked at import: the models of pods are read when somebody asks first.
"""

from __future__ import annotations

from functools import cache


@cache
def pod_fields() -> frozenset[str]:
    """Fields of a pod spec without its containers."""
    from cnai_gitops.resources.core.pod import PodFields

    return frozenset(PodFields.__annotations__)


@cache
def container_fields() -> frozenset[str]:
    """Fields of a container without its name."""
    from cnai_gitops.resources.core.container import ContainerFields

    return frozenset(ContainerFields.__annotations__)
