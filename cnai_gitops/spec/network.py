"""The network of a cluster, as far as policies must name parts of it.

Must not: know an application.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network
from typing import Annotated

from annotated_types import Ge, Le
from pydantic import AfterValidator

from cnai_gitops.spec.base import Name, Spec


def _cidrs(value: Sequence[str]) -> tuple[str, ...]:
    for cidr in value:
        ip_network(cidr)
    return tuple(value)


Port = Annotated[int, Ge(1), Le(65535)]
Cidrs = Annotated[Sequence[str], AfterValidator(_cidrs)]


class Dns(Spec):
    """Who answers DNS on a cluster, which every pod may ask."""

    namespace: Name = "kube-system"
    """namespace of its pods"""
    port: Port = 53
    """port of its pods: 53, or 5353 where the Service maps it"""
    cidrs: Cidrs = ()
    """addresses of a cache on each node, where there is one: 169.254.20.10/32"""
