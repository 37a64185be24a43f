"""The parts that every generated pod shares: restricted security, scratch space, accelerators, environment.

Must not: know a stage or a target.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cnai_gitops.facts import Accelerator

USER = 10001


def pod_security() -> dict[str, Any]:
    """Pod security context of the restricted Pod Security Standard."""
    return {"runAsNonRoot": True, "runAsUser": USER, "runAsGroup": USER, "fsGroup": USER, "seccompProfile": {"type": "RuntimeDefault"}}


def container_security() -> dict[str, Any]:
    """Container security context of the restricted Pod Security Standard, with a read-only root file system."""
    return {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}}


def requirements(cpu: str, memory: str, accelerator: tuple[str, int] | None = None) -> dict[str, Any]:
    """Resources of a container: memory and accelerators have equal requests and limits; CPU may burst."""
    held = {accelerator[0]: str(accelerator[1])} if accelerator else {}
    return {"requests": {"cpu": cpu, "memory": memory, **held}, "limits": {"memory": memory, **held}}


def env_list(values: Mapping[str, str]) -> list[dict[str, Any]]:
    """Environment variables in the order given; `$(` is escaped so that the kubelet expands nothing."""
    return [{"name": name, "value": value.replace("$(", "$$(")} for name, value in values.items()]


def secret_env(secrets: Mapping[str, str]) -> list[dict[str, Any]]:
    """Environment variables that hold the key `value` of a Secret, by name of the variable."""
    return [{"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": "value"}}} for name, secret in secrets.items()]


def placement(accelerator: Accelerator | None) -> dict[str, Any]:
    """Node selector and tolerations that lead a pod to nodes of one accelerator class."""
    if accelerator is None:
        return {}
    return {"nodeSelector": dict(accelerator.selector), "tolerations": [dict(t) for t in accelerator.tolerations]}


def service_account(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """A ServiceAccount of its own; tokens are mounted only where a pod spec asks for them."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": dict(metadata), "automountServiceAccountToken": False}


def role(metadata: Mapping[str, Any], rules: Iterable[tuple[str, str, tuple[str, ...]]], account: str) -> list[dict[str, Any]]:
    """A Role and its RoleBinding to one ServiceAccount; a rule is (API group, resource, verbs)."""
    namespace = metadata["namespace"]
    return [
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": dict(metadata),
            "rules": [{"apiGroups": [group], "resources": [resource], "verbs": list(verbs)} for group, resource, verbs in rules],
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": dict(metadata),
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": metadata["name"]},
            "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace}],
        },
    ]


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
