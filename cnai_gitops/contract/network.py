"""What the network of a cluster is like, for whoever writes a policy about it.

Must not: know a stage.
"""

from __future__ import annotations

from cnai_gitops.parts.network import Dns
from cnai_gitops.plan.target import Target


def dns_of(target: Target) -> Dns:
    """Who answers DNS on a cluster."""
    dns = target.place.dns
    return Dns(dns.namespace, dns.port, tuple(dns.cidrs))
