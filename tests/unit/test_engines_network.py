"""Who reaches the pods of Ray and KServe where a namespace denies everything else, and what Ray's autoscaler needs there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops import RayService
from cnai_gitops.compile.app import compile_app
from cnai_gitops.parts.ray import autoscaled, ray_cluster
from cnai_gitops.plan.build import make_plan
from cnai_gitops.project import Project, load

FLEET = Path(__file__).resolve().parents[1] / "repositories" / "fleet"
PUBLIC = {"name": "public", "namespace": "edge", "domain": "example.com"}
INTERNAL = {"name": "inside", "namespace": "mesh", "domain": "internal.example.com"}
API = "10.10.255.1/32"
SERVICES = ("fleet-models", "fleet-surge")
Objects = Mapping[tuple[str, str], Any]


@pytest.fixture(scope="module")
def fleet() -> Project:
    """One application with a RayService, a step on Ray and a KServe service, and one environment without any gateway."""
    return load(FLEET)


def compiled(project: Project, *, stages: Mapping[str, Mapping[str, Any]] | None = None, **endpoints: Any) -> Objects:
    """The application's objects in dev, with other endpoints and other fields of its services."""
    app, dev = project.apps["fleet"], project.environments["dev"]
    serve = [stage.with_(**(stages or {}).get(stage.name, {})) for stage in app.value.serve]
    environment = dev.value.with_(endpoints=dev.value.endpoints.with_(**endpoints))
    plan = make_plan(
        replace(
            project,
            apps={"fleet": replace(app, value=app.value.with_(serve=serve))},
            environments={"dev": replace(dev, value=environment)},
        )
    )
    assert [finding.message for finding in plan.findings if finding.fails] == []
    [target] = plan.targets_of("fleet")
    made, _ = compile_app(plan, plan.app("fleet", target))
    return {(resource.key.kind, resource.key.name): resource.body for resource in made}


def engine_of(project: Project) -> RayService:
    [stage] = [stage for stage in project.apps["fleet"].value.serve if stage.name == "models"]
    assert isinstance(stage.engine, RayService)
    return stage.engine


def admitted(objects: Objects, name: str) -> set[tuple[str, int]]:
    """Namespaces that a policy admits, with the port."""
    rules = objects["NetworkPolicy", name]["spec"]["ingress"]
    return {
        (peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"], port["port"])
        for rule in rules
        for peer in rule["from"]
        if "namespaceSelector" in peer
        for port in rule["ports"]
    }


def networks(objects: Objects, name: str) -> list[str]:
    """Networks that a policy lets its pods reach."""
    rules = objects["NetworkPolicy", name]["spec"]["egress"]
    return [peer["ipBlock"]["cidr"] for rule in rules for peer in rule["to"] if "ipBlock" in peer]


def routes(objects: Objects) -> dict[str, tuple[str, str]]:
    """Gateway and host name of each route."""
    found = {name: body["spec"] for (kind, name), body in objects.items() if kind == "HTTPRoute"}
    return {name: (spec["parentRefs"][0]["name"], spec["hostnames"][0]) for name, spec in found.items()}


# -- the KubeRay operator ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("endpoints", "namespace"), [({}, "ray-system"), ({"ray_operator_namespace": "default"}, "default")])
def test_kuberay_reaches_the_head_of_a_service_and_of_a_job(fleet: Project, endpoints: dict[str, str], namespace: str) -> None:
    objects = compiled(fleet, **endpoints)
    assert admitted(objects, "fleet-models") == {("monitoring", 8080), (namespace, 8265), (namespace, 8000)}
    assert admitted(objects, "fleet-prepare-tables") == {(namespace, 8265)}


def test_kuberay_reaches_nobody_else(fleet: Project) -> None:
    objects = compiled(fleet)
    others = [name for kind, name in objects if kind == "NetworkPolicy" and name not in ("fleet-models", "fleet-prepare-tables")]
    assert others
    assert not any("ray-system" in str(objects["NetworkPolicy", name]) for name in others)


# -- Ray's autoscaler -------------------------------------------------------------------------------------


def cluster(least: int, most: int) -> dict[str, Any]:
    size = ("1", "1Gi")
    return ray_cluster(version="2.56.0", image="i", env=[], labels={}, account="a", head=size, worker=size, workers=(least, most))


def tokens(found: Mapping[str, Any]) -> list[bool]:
    templates = [found["headGroupSpec"]["template"], *(group["template"] for group in found["workerGroupSpecs"])]
    return [template["spec"]["automountServiceAccountToken"] for template in templates]


def test_the_autoscaler_is_as_restricted_as_the_head_and_only_its_pod_has_a_token() -> None:
    found = cluster(1, 3)
    security = found["autoscalerOptions"]["securityContext"]
    assert security == found["headGroupSpec"]["template"]["spec"]["containers"][0]["securityContext"]
    assert security == {"allowPrivilegeEscalation": False, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}}
    assert tokens(found) == [True, False]


def test_without_an_autoscaler_no_pod_has_a_token() -> None:
    found = cluster(2, 2)
    assert "autoscalerOptions" not in found
    assert tokens(found) == [False, False]
    assert not autoscaled((2, 2))


@pytest.mark.parametrize(("most", "reached"), [(4, [API]), (2, [])])
def test_the_api_server_is_reached_where_the_autoscaler_is(fleet: Project, most: int, reached: list[str]) -> None:
    engine = engine_of(fleet).with_(min_workers=2, max_workers=most)
    objects = compiled(fleet, stages={"models": {"engine": engine}})
    assert [cidr for cidr in networks(objects, "fleet-models") if cidr == API] == reached
    assert API not in networks(objects, "fleet-surge")


# -- gateways ---------------------------------------------------------------------------------------------


def test_without_an_internal_gateway_there_is_no_route(fleet: Project) -> None:
    for objects in (compiled(fleet), compiled(fleet, gateway=PUBLIC)):
        assert routes(objects) == {}
        assert {namespace for name in SERVICES for namespace, _ in admitted(objects, name)} == {"monitoring", "ray-system"}


def test_services_that_are_not_public_are_reached_at_the_internal_gateway(fleet: Project) -> None:
    objects = compiled(fleet, gateway=PUBLIC, internal_gateway=INTERNAL)
    assert routes(objects) == {name: ("inside", f"{name}.internal.example.com") for name in SERVICES}
    assert ("mesh", 8000) in admitted(objects, "fleet-models")
    assert ("mesh", 8080) in admitted(objects, "fleet-surge")
    assert not any("edge" in str(objects["NetworkPolicy", name]) for name in SERVICES)


def test_public_services_are_reached_at_the_public_gateway_only(fleet: Project) -> None:
    public = {name: {"public": True} for name in ("models", "surge")}
    objects = compiled(fleet, stages=public, gateway=PUBLIC, internal_gateway=INTERNAL)
    assert routes(objects) == {name: ("public", f"{name}.example.com") for name in SERVICES}
    assert ("edge", 8000) in admitted(objects, "fleet-models")
    assert not any("mesh" in str(objects["NetworkPolicy", name]) for name in SERVICES)
