"""What pods may talk to, beside their namespace's default deny.

Must not: know a stage or a target.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from cnai_gitops.resources.core.meta import ObjectMeta
    from cnai_gitops.resources.kubernetes import EgressRule, IngressRule, NetworkPeer, NetworkPolicy, NetworkPolicySpec


class Dns(NamedTuple):
    """Who answers DNS: pods of a namespace at their port, and addresses outside of pods (a cache on each node) at port 53."""

    namespace: str
    port: int
    cidrs: tuple[str, ...] = ()


def network_policy(
    metadata: ObjectMeta,
    selector: Mapping[str, str],
    *,
    dns: Dns,
    ingress: Iterable[tuple[str, int]] = (),
    inside: bool = False,
    cidrs: Iterable[str] = (),
    namespaces: Iterable[str] = (),
    pods: Iterable[Mapping[str, str]] = (),
    clients: int = 0,
) -> NetworkPolicy:
    """What pods of one stage may talk to, beside the namespace's default deny.

    `ingress` lists (namespace, port) that may connect, `clients` is a port that every pod of the namespace may connect to;
    `inside` lets pods of the selector reach each other; `cidrs` are networks, `namespaces` are namespaces and `pods` are
    labels of pods of the same namespace that they may reach. `dns` is always reachable.
    """
    peer: NetworkPeer = {"podSelector": {"matchLabels": {**selector}}}
    rules_in: list[IngressRule] = [
        {"from": [_namespace(namespace)], "ports": [{"protocol": "TCP", "port": port}]} for namespace, port in ingress
    ]
    rules_out = [_dns([_namespace(dns.namespace)], dns.port)]
    if dns.cidrs:
        rules_out.append(_dns([{"ipBlock": {"cidr": cidr}} for cidr in dns.cidrs], 53))
    rules_out += [{"to": [{"ipBlock": {"cidr": cidr}}]} for cidr in cidrs]
    rules_out += [{"to": [_namespace(name)]} for name in namespaces]
    rules_out += [{"to": [{"podSelector": {"matchLabels": {**labels}}}]} for labels in pods]
    if inside:
        rules_in.append({"from": [peer]})
        rules_out.append({"to": [peer]})
    if clients:
        rules_in.append({"from": [{"podSelector": {}}], "ports": [{"protocol": "TCP", "port": clients}]})
    spec: NetworkPolicySpec = {"podSelector": {"matchLabels": {**selector}}, "policyTypes": ["Ingress", "Egress"]}
    if rules_in:
        spec["ingress"] = rules_in
    spec["egress"] = rules_out
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {**metadata}, "spec": spec}


def namespace_of(url: str) -> str:
    """Namespace of the in-cluster Service that a URL leads to (`http://log.monitoring.svc:8080`); empty for one outside."""
    labels = (urlsplit(url).hostname or "").split(".")
    return labels[1] if len(labels) == 2 or labels[2:3] == ["svc"] else ""


def _dns(to: list[NetworkPeer], port: int) -> EgressRule:
    return {"to": to, "ports": [{"protocol": "UDP", "port": port}, {"protocol": "TCP", "port": port}]}


def _namespace(name: str) -> NetworkPeer:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}
