"""What a cluster should refuse, brought in by a patch folder or an override: each is judged by a rule, at its object."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spoiling import PATCHES, RELEASE, component, override, write

from cnai_gitops.system.tools import Settings

RBAC, NETWORK = "rbac.authorization.k8s.io/v1", "networking.k8s.io/v1"
GROUP = "rbac.authorization.k8s.io"
OWN = {"apiGroup": GROUP, "kind": "Role", "name": "x"}
ACCOUNT = {"kind": "ServiceAccount", "name": "x", "namespace": "risk-dev"}
ALL = {"cidr": "0.0.0.0/0"}
EVERY: dict[str, Any] = {"namespaceSelector": {}}
GET = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}


def role(**change: Any) -> dict[str, Any]:
    return {"apiVersion": RBAC, "kind": "Role", "rules": [GET, GET | change]}


def binding(subject: dict[str, Any], **ref: str) -> dict[str, Any]:
    return {"apiVersion": RBAC, "kind": "RoleBinding", "roleRef": OWN | ref, "subjects": [subject]}


def policy(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": NETWORK, "kind": "NetworkPolicy", "spec": {"podSelector": {}, **spec}}


def service(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Service", "spec": {"selector": {"a": "b"}, "ports": [{"port": 80}], **spec}}


RIGHTS, OPEN, INSIDE = "security.least_privilege", "security.closed_network", "security.inside_services"
EVIL: dict[str, tuple[dict[str, Any], str, str]] = {
    "every verb": (role(verbs=["*"]), RIGHTS, "rules[1].verbs[0]"),
    "escalate": (role(verbs=["get", "escalate"]), RIGHTS, "rules[1].verbs[1]"),
    "bind": (role(verbs=["bind"]), RIGHTS, "rules[1].verbs[0]"),
    "impersonate": (role(verbs=["impersonate"]), RIGHTS, "rules[1].verbs[0]"),
    "every resource": (role(resources=["*"]), RIGHTS, "rules[1].resources[0]"),
    "every part of a resource": (role(resources=["*/scale"]), RIGHTS, "rules[1].resources[0]"),
    "secrets": (role(resources=["pods", "secrets"]), RIGHTS, "rules[1].resources[1]"),
    "a shell": (role(resources=["pods/exec"]), RIGHTS, "rules[1].resources[0]"),
    "tokens": (role(resources=["serviceaccounts/token"]), RIGHTS, "rules[1].resources[0]"),
    "every group": (role(apiGroups=["*"]), RIGHTS, "rules[1].apiGroups[0]"),
    "cluster-admin": (binding(ACCOUNT, kind="ClusterRole", name="cluster-admin"), RIGHTS, "roleRef.kind"),
    "view": (binding(ACCOUNT, kind="ClusterRole", name="view"), RIGHTS, "roleRef.kind"),
    "everybody": (binding({"kind": "Group", "name": "system:authenticated", "apiGroup": GROUP}), RIGHTS, "subjects[0].kind"),
    "a user": (binding({"kind": "User", "name": "x", "apiGroup": GROUP}), RIGHTS, "subjects[0].kind"),
    "another namespace": (binding(ACCOUNT | {"namespace": "grocery-dev"}), RIGHTS, "subjects[0].namespace"),
    "all out": (policy(egress=[{}]), OPEN, "spec.egress[0].to"),
    "all in": (policy(ingress=[{}]), OPEN, "spec.ingress[0].from"),
    "all in by a port": (policy(ingress=[{"ports": [{"port": 80}]}]), OPEN, "spec.ingress[0].from"),
    "all addresses": (policy(egress=[{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}]), OPEN, "spec.egress[0].to[0].ipBlock.cidr"),
    "all addresses but one": (
        policy(egress=[{"to": [{"ipBlock": ALL | {"except": ["10.0.0.1/32"]}}]}]),
        OPEN,
        "spec.egress[0].to[0].ipBlock.cidr",
    ),
    "half of all addresses": (policy(egress=[{"to": [{"ipBlock": {"cidr": "128.0.0.0/1"}}]}]), OPEN, "spec.egress[0].to[0].ipBlock.cidr"),
    "all addresses of IPv6": (policy(egress=[{"to": [{"ipBlock": {"cidr": "::/0"}}]}]), OPEN, "spec.egress[0].to[0].ipBlock.cidr"),
    "all namespaces": (policy(ingress=[{"from": [EVERY]}]), OPEN, "spec.ingress[0].from[0].namespaceSelector"),
    "all pods of all namespaces": (
        policy(ingress=[{"from": [EVERY | {"podSelector": {}}]}]),
        OPEN,
        "spec.ingress[0].from[0].namespaceSelector",
    ),
    "load balancer": (service(type="LoadBalancer"), INSIDE, "spec.type"),
    "node port": (service(type="NodePort"), INSIDE, "spec.type"),
    "external name": (service(type="ExternalName", externalName="example.com"), INSIDE, "spec.type"),
    "external addresses": (service(externalIPs=["10.0.0.1"]), INSIDE, "spec.externalIPs"),
}


@pytest.fixture
def found(root: Path, cnai: Callable[..., Any], settings: Settings) -> Callable[[], list[dict[str, Any]]]:
    def run() -> list[dict[str, Any]]:
        done = cnai("check", "--no-stale", "-o", "json", "--root", root)
        findings = json.loads(done.out)["findings"]
        assert done.code == int(any(finding["severity"] == "error" for finding in findings))
        return [finding for finding in findings if finding["code"] in (RIGHTS, OPEN, INSIDE)]

    return run


@pytest.mark.parametrize("case", EVIL)
def test_by_a_patch(case: str, root: Path, found: Callable[[], list[dict[str, Any]]]) -> None:
    body, code, path = EVIL[case]
    component("resources: [more.yaml]\n")(root)
    write(f"{PATCHES}/more.yaml", json.dumps({**body, "metadata": {"name": "x", "namespace": "risk-dev"}}))(root)
    said = found()
    assert (code, path) in [(finding["code"], finding["path"]) for finding in said]
    assert {finding["code"] for finding in said} == {code}
    assert {finding["severity"] for finding in said} == {"warning" if code == OPEN else "error"}  # in dev


OVERRIDES = {
    "verbs": ("Role", "scores-train-scorer", "/rules/0/verbs", ["*"], RIGHTS, "rules[0].verbs[0]"),
    "role": ("RoleBinding", "scores-train-scorer", "/roleRef/kind", "ClusterRole", RIGHTS, "roleRef.kind"),
    "subject": ("RoleBinding", "scores-train-scorer", "/subjects/0/namespace", "grocery-dev", RIGHTS, "subjects[0].namespace"),
    "one network": (
        "NetworkPolicy",
        "scores-train-scorer",
        "/spec/egress/1/to/0/ipBlock/cidr",
        "0.0.0.0/0",
        OPEN,
        "spec.egress[1].to[0].ipBlock.cidr",
    ),
    "egress": ("NetworkPolicy", "scores-train-scorer", "/spec/egress", [{}], OPEN, "spec.egress[0].to"),
    "ingress": ("NetworkPolicy", "scores-scorer", "/spec/ingress", [{}], OPEN, "spec.ingress[0].from"),
}


@pytest.mark.parametrize("case", OVERRIDES)
def test_by_an_override(case: str, root: Path, found: Callable[[], list[dict[str, Any]]]) -> None:
    kind, name, pointer, value, code, path = OVERRIDES[case]
    override(kind, name, {pointer: value})(root)
    said = [finding for finding in found() if (finding["code"], finding["path"]) == (code, path)]
    assert len(said) == 1
    assert (said[0]["location"]["file"], said[0]["location"]["line"]) == (RELEASE, 12)
