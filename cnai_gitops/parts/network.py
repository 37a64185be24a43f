"""What pods may talk to, beside their namespace's default deny.

Must not: know a stage or a target.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def network_policy(
    metadata: Mapping[str, Any],
    selector: Mapping[str, str],
    *,
    ingress: Iterable[tuple[str, int]] = (),
    inside: bool = False,
    cidrs: Iterable[str] = (),
    namespaces: Iterable[str] = (),
    pods: Iterable[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """What pods of one stage may talk to, beside the namespace's default deny.

    `ingress` lists (namespace, port) that may connect; `inside` lets pods of the selector reach each other;
    `cidrs` are networks, `namespaces` are namespaces and `pods` are labels of pods of the same namespace that they may
    reach. DNS is always reachable.
    """
    peer = {"podSelector": {"matchLabels": dict(selector)}}
    rules_in = [
        {
            "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}],
            "ports": [{"protocol": "TCP", "port": port}],
        }
        for namespace, port in ingress
    ]
    dns = {
        "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}],
        "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
    }
    rules_out: list[dict[str, Any]] = [dns]
    rules_out += [{"to": [{"ipBlock": {"cidr": cidr}}]} for cidr in cidrs]
    rules_out += [{"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}]} for name in namespaces]
    rules_out += [{"to": [{"podSelector": {"matchLabels": dict(labels)}}]} for labels in pods]
    if inside:
        rules_in.append({"from": [peer]})
        rules_out.append({"to": [peer]})
    spec: dict[str, Any] = {"podSelector": {"matchLabels": dict(selector)}, "policyTypes": ["Ingress", "Egress"]}
    if rules_in:
        spec["ingress"] = rules_in
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": dict(metadata),
        "spec": {**spec, "egress": rules_out},
    }
