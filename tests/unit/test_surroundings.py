"""What an environment says of its clusters: DNS, ways out, gateways' proxies, identities of pods, the registry's credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops import pipeline
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resources.base import Body

DEV = "environments/dev/environment.yaml"
CIDRS = "    cidrs: [10.10.0.0/16]\n"


@pytest.fixture
def changed(repository: Path) -> Callable[[str, str], Path]:
    """The small repository, with something else in the environment of its development cluster."""

    def change(old: str, new: str) -> Path:
        text = (repository / DEV).read_text()
        assert text.count(old) == 1
        (repository / DEV).write_text(text.replace(old, new))
        return repository

    return change


def objects(root: Path, target: str = "dev/dev1") -> list[Body]:
    plan = pipeline.plan_of(root)
    assert [finding.message for finding in plan.findings] == []
    resolved = Resolved(plan)
    units = [unit for unit in resolved.units() if unit.target.name == target]
    return [resource.body for unit in units for resource in resolved.load(unit).resources]


def policies(bodies: list[Body]) -> Iterator[Body]:
    return (body for body in bodies if body["kind"] == "NetworkPolicy" and body["metadata"]["name"] != "default-deny")


def said(root: Path) -> list[str]:
    """Findings with their places."""
    return [f"{f.location}: {f.severity} {f.code} {f.message}" for f in pipeline.plan_of(root).findings]


def test_who_answers_dns(changed: Callable[[str, str], Path]) -> None:
    dns = "    dns: {namespace: openshift-dns, port: 5353, cidrs: [169.254.20.10/32]}\n"
    found = list(policies(objects(changed(CIDRS, CIDRS + dns))))
    names = {body["metadata"]["name"] for body in found}
    assert {"event-bus", "fraud-detection-retrain", "fraud-detection-scorer", "fraud-detection-train-scorer"} <= names
    for body in found:
        peer = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "openshift-dns"}}}
        assert body["spec"]["egress"][:2] == [
            {"to": [peer], "ports": [{"protocol": "UDP", "port": 5353}, {"protocol": "TCP", "port": 5353}]},
            {
                "to": [{"ipBlock": {"cidr": "169.254.20.10/32"}}],
                "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
            },
        ], body["metadata"]["name"]


def test_every_policy_lets_pods_reach_the_networks_of_the_cluster(repository: Path) -> None:
    for body in policies(objects(repository)):
        assert {"to": [{"ipBlock": {"cidr": "10.10.0.0/16"}}]} in body["spec"]["egress"], body["metadata"]["name"]


def test_requests_come_from_the_proxies_of_a_gateway(changed: Callable[[str, str], Path]) -> None:
    root = changed("{name: internal, namespace: gateway,", "{name: internal, namespace: gateway, proxies: envoy-system,")
    bodies = objects(root)
    (policy,) = (body for body in policies(bodies) if body["metadata"]["name"] == "fraud-detection-scorer")
    namespaces = [
        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
        for rule in policy["spec"]["ingress"]
        for peer in rule["from"]
        if "namespaceSelector" in peer
    ]
    assert "envoy-system" in namespaces and "gateway" not in namespaces
    routes = [body for body in bodies if body["kind"] == "HTTPRoute"]
    assert {parent["namespace"] for body in routes for parent in body["spec"]["parentRefs"]} == {"gateway"}


IDENTITY = """\
    identity:
      annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::1:role/{namespace}-{account}"}
      apps:
        fraud-detection: {example.com/stage: "{app}/{team}/{stage}"}
"""


def test_identities_of_pods(changed: Callable[[str, str], Path]) -> None:
    bodies = objects(changed(CIDRS, CIDRS + IDENTITY))
    accounts = {
        body["metadata"]["name"]: body["metadata"]["annotations"]
        for body in bodies
        if body["kind"] == "ServiceAccount" and body["metadata"]["name"] != "event-bus"
    }
    assert accounts["fraud-detection-scorer"] == {
        "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/risk-dev-fraud-detection-scorer",
        "example.com/stage": "fraud-detection/risk/serve-scorer",
    }
    for name, found in accounts.items():
        assert found["eks.amazonaws.com/role-arn"] == f"arn:aws:iam::1:role/risk-dev-{name}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "{namespace}-{account}",
            "{namespaces}",
            "eks.amazonaws.com/role-arn may hold {account}, {app}, {stage}, {team}, {namespace}, got 'arn:aws:iam::1:role/{namespaces}'",
        ),
        ("{namespace}-{account}", "{account", "eks.amazonaws.com/role-arn may hold"),
        (
            "eks.amazonaws.com/role-arn",
            "azure.workload.identity/client-id",
            "azure.workload.identity/client-id works only with a label on pods, which no word sets yet",
        ),
        ("eks.amazonaws.com/role-arn", '"a b"', "'a b' is no name of an annotation"),
    ],
)
def test_identities_that_mean_nothing(changed: Callable[[str, str], Path], old: str, new: str, message: str) -> None:
    (found,) = said(changed(CIDRS, CIDRS + IDENTITY.replace(old, new)))
    assert found.startswith(f"{DEV}:12:") and message in found


def test_an_identity_of_an_application_that_does_not_exist(changed: Callable[[str, str], Path]) -> None:
    root = changed(CIDRS, CIDRS + IDENTITY.replace("fraud-detection:", "fraud-detector:"))
    assert said(root) == [f"{DEV}:14:9: error CNAI221 application 'fraud-detector' does not exist"]


def test_the_packaging_step_has_the_credentials_of_the_registry(changed: Callable[[str, str], Path]) -> None:
    bodies = objects(changed("secrets:\n", "registry_secret: registry\nsecrets:\n  registry: {store: vault, remote: platform/registry}\n"))
    assert [b["metadata"]["name"] for b in bodies if b["kind"] == "ExternalSecret"] == ["registry", "retrain-token"]
    templates: list[dict[str, Any]] = [one for b in bodies if b["kind"] == "WorkflowTemplate" for one in b["spec"]["templates"]]
    steps = [one for one in templates if one["name"] == "package"]
    assert steps
    for step in steps:
        assert "--docker-config=/var/run/cnai/registry/config.json" in step["container"]["args"]
        items = [{"key": "value", "path": "config.json"}]
        assert step["volumes"] == [{"name": "login", "secret": {"secretName": "registry", "items": items}}]
        assert {"name": "login", "mountPath": "/var/run/cnai/registry", "readOnly": True} in step["container"]["volumeMounts"]
    assert not [one for one in templates if one["name"] != "package" and "volumes" in one and one["volumes"][0]["name"] == "login"]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("secrets:\n", "registry_secret: retrain-tokens\nsecrets:\n", "31:1"),
        ("    uri: s3://risk-dev/transactions\n", "    uri: s3://risk-dev/transactions\n    secret: retrain-tokens\n", "19:5"),
    ],
)
def test_a_secret_that_does_not_exist(changed: Callable[[str, str], Path], old: str, new: str, place: str) -> None:
    assert said(changed(old, new)) == [f"{DEV}:{place}: error CNAI241 secret 'retrain-tokens' does not exist in dev"]


def test_a_cluster_that_nothing_can_leave(changed: Callable[[str, str], Path]) -> None:
    (found,) = said(changed(CIDRS, ""))
    start = f"{DEV}:4:3: warning CNAI242 cluster dev1 has no cidrs, so its network policies let no pod reach "
    assert found.startswith(start)
    reached = found.removeprefix(start).split("; ")
    assert reached[0] == "object storage s3.amazonaws.com (fraud-detection prepare.features and 1 more)"
    assert reached[1].startswith("the registry ") and reached[2].startswith("dataset transactions at s3://risk-dev/transactions (")
