"""What a service is made of, held to what KServe 0.20, KubeRay and Kubernetes make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml
from examples import APP, ENV, plan_of, project_of
from pydantic import ValidationError

from cnai_gitops import RayApplication
from cnai_gitops.compile.argocd import HUB
from cnai_gitops.facts.profiles import Profile, newest
from cnai_gitops.facts.runtimes import runtimes
from cnai_gitops.parts.network import namespace_of
from cnai_gitops.parts.serving import runtime_name
from cnai_gitops.plan import target
from cnai_gitops.plan.build import make_plan
from cnai_gitops.project import Project
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resources.base import Body, kinds

SERVERS = sorted(name for name, one in runtimes().items() if one.image)
NAME = f"{APP}-scorer"
Objects = Mapping[tuple[str, str], Body]


def made(project: Project) -> Objects:
    """Everything on the development cluster, by kind and name."""
    bodies = [r.body for one in Resolved(plan_of(project)).objects() if one.unit.owner != HUB for r in one.resources]
    found = {(body["kind"], body["metadata"]["name"]): body for body in bodies}
    assert len(found) == len(bodies)
    return found


def served(*, stage: Mapping[str, Any] | None = None, **more: Any) -> Objects:
    """One service of KServe's."""
    return made(project_of({"serve": {"name": "scorer", "model": "bought", **(stage or {})}, **more}))


def of_kind(objects: Objects, kind: str) -> list[Body]:
    return [body for (there, _), body in objects.items() if there == kind]


def predictor(objects: Objects, name: str = NAME) -> dict[str, Any]:
    found: dict[str, Any] = objects["InferenceService", name]["spec"]["predictor"]
    return found


def problems(stage: Mapping[str, Any], **more: Any) -> list[str]:
    project = project_of({"serve": {"name": "scorer", "model": "bought", **stage}, **more})
    return [f"{f.code} {f.message}; {f.help}" for f in make_plan(project).findings if f.fails]


# -- the runtime below a service ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVERS)
def test_a_service_names_a_runtime_of_its_own_namespace_that_has_neither_arguments_nor_resources(name: str) -> None:
    objects = served(stage={"runtime": name})
    fact = runtimes()[name]
    [runtime] = of_kind(objects, "ServingRuntime")
    service, model = objects["InferenceService", NAME], predictor(objects)["model"]
    assert runtime["metadata"]["namespace"] == service["metadata"]["namespace"]
    assert runtime["metadata"]["name"] == model["runtime"]
    assert runtime["spec"]["supportedModelFormats"] == [model["modelFormat"]] == [{"name": fact.format}]
    assert runtime["spec"]["protocolVersions"] == [model["protocolVersion"]]
    [container] = runtime["spec"]["containers"]
    assert container.keys() == {"name", "image", "command", "env", "securityContext"}
    assert container["name"] == "kserve-container"
    assert container["command"] == list(fact.command)
    assert {"name": "HOME", "value": "/tmp"} in container["env"]
    assert all(value["value"].startswith("/tmp") for value in container["env"])
    # a runtime has no security of a pod, so it says the profile itself
    assert container["securityContext"] == {**model["securityContext"], "seccompProfile": {"type": "RuntimeDefault"}}
    assert {"image", "command", "storageUri"} & model.keys() == set()
    # KServe appends: what starts the server must not be among the arguments
    assert all(argument.startswith("-") for argument in model["args"])


def test_the_image_of_a_runtime_is_the_one_that_the_environment_pins() -> None:
    [runtime] = of_kind(served(), "ServingRuntime")
    pinned = project_of({"serve": {"name": "scorer", "model": "bought"}}).environments[ENV].value.images["tritonserver"]
    assert runtime["spec"]["containers"][0]["image"] == f"registry.example.com/ml/tritonserver@{pinned}"


def test_services_of_a_namespace_share_a_runtime() -> None:
    both = made(project_of({"serve": [{"name": "scorer", "model": "bought"}, {"name": "other", "model": "bought"}]}))
    [runtime] = of_kind(both, "ServingRuntime")
    assert {predictor(both, name)["model"]["runtime"] for name in (NAME, f"{APP}-other")} == {runtime["metadata"]["name"]}


def test_a_service_that_names_no_runtime_leaves_none_behind() -> None:
    ray = {"kind": "rayservice", "image": "models", "applications": [{"name": "eta", "import_path": "a:b"}]}
    assert of_kind(made(project_of({"serve": {"name": "scorer", "engine": ray}})), "ServingRuntime") == []


def test_another_version_of_a_runtime_is_another_object_and_the_one_before_stays() -> None:
    fact = runtimes()["vllm"]
    before = runtime_name("vllm", fact, "r/vllm@sha256:1")
    others = [
        runtime_name("vllm", fact, "r/vllm@sha256:2"),
        runtime_name("vllm", replace(fact, command=("vllm",)), "r/vllm@sha256:1"),
        runtime_name("vllm", replace(fact, env={}), "r/vllm@sha256:1"),
    ]
    assert len({before, *others}) == 4
    assert before == runtime_name("vllm", replace(fact, args=("--other",)), "r/vllm@sha256:1")  # which the service says itself
    [runtime] = of_kind(served(), "ServingRuntime")
    assert runtime["metadata"]["annotations"] == {
        "argocd.argoproj.io/compare-options": "IgnoreExtraneous",
        "argocd.argoproj.io/sync-options": "Prune=false",
    }


def test_a_runtime_is_there_before_the_services_that_name_it() -> None:
    waves = {kind.kind: kind.wave for kind in kinds().values()}
    assert waves["ServingRuntime"] < waves["InferenceService"]


# -- the model ---------------------------------------------------------------------------------------------


def test_a_model_is_mounted_as_an_image() -> None:
    project = project_of({"serve": {"name": "scorer", "model": "bought"}})
    pinned = project.releases[ENV, APP].value.stages["serve.scorer"]["model"]
    uri = f"oci+native://registry.example.com/models/risk/bought@{pinned}"
    assert predictor(made(project))["storageUris"] == [{"uri": uri, "mountPath": "/mnt/models"}]


@pytest.mark.parametrize(("component", "has", "least"), [("containerd", "2.1.9", "2.2"), ("kubernetes", "1.32", "1.33")])
def test_a_platform_that_would_leave_the_model_out_is_refused(
    component: str, has: str, least: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Profile(newest().name, {**newest().versions, component: has})
    monkeypatch.setattr(target, "profiles", lambda: {old.name: old})
    [found] = problems({})
    assert found.startswith(
        f"CNAI234 serve.scorer: kserve needs {component} {least} or later, and the profile {old.name} has {component} {has}"
    )


@pytest.mark.parametrize(
    ("name", "path"), [("triton", "/v2/models/bought/ready"), ("sklearn", "/v2/models/bought/ready"), ("vllm", "/health")]
)
def test_a_server_without_its_model_is_not_ready(name: str, path: str) -> None:
    model = predictor(served(stage={"runtime": name}))["model"]
    assert model["startupProbe"]["httpGet"]["path"] == model["readinessProbe"]["httpGet"]["path"] == path


# -- times -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "grace"), [({}, 65), ({"timeout": "5s"}, 30), ({"timeout": "5m"}, 305), ({"timeout": "10s", "grace": "15s"}, 15)]
)
def test_a_pod_outlives_its_last_request(stage: dict[str, str], grace: int) -> None:
    found = predictor(served(stage=stage))
    assert found["terminationGracePeriodSeconds"] == grace
    sleep = found["model"]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert sleep == 5
    assert found["timeout"] + sleep <= grace


def test_a_grace_that_is_shorter_than_a_request_is_refused() -> None:
    assert problems({"timeout": "60s", "grace": "64s"}) == [
        "CNAI610 serve.scorer.grace: 64s is shorter than a request of 60s and the 5s in which requests still arrive; "
        "65s or more, or leave it out: then it follows from `timeout`"
    ]
    assert problems({"timeout": "60s", "grace": "65s"}) == []


def test_a_start_ends_before_the_rollout_is_given_up() -> None:
    assert problems({"startup": "15m"}) == [
        "CNAI611 serve.scorer.startup: 15m, and 60s to place the pod, are longer than the 600s that KServe gives a rollout; 540s at most"
    ]
    assert problems({"startup": "9m"}) == []
    for stage in ({}, {"startup": "9m"}):
        probe = predictor(served(stage=stage))["model"]["startupProbe"]
        assert probe["periodSeconds"] * probe["failureThreshold"] + 60 <= 600


def test_a_contradiction_lies_where_the_value_that_counts_was_said(repository: Any) -> None:
    """The blueprint leaves it open, and the release of production says it."""
    from cnai_gitops import pipeline

    release = repository / "environments/prod/fraud-detection.yaml"
    text = release.read_text()
    assert "serve.scorer:\n" in text
    release.write_text(text.replace("serve.scorer:\n", "serve.scorer:\n  startup: 20m\n", 1))
    line = release.read_text().split("\n").index("  startup: 20m") + 1
    found = {str(f.location) for f in pipeline.plan_of(repository).findings if f.code == "CNAI611"}
    assert found == {f"environments/prod/fraud-detection.yaml:{line}:3"}


# -- who reaches it ----------------------------------------------------------------------------------------

DRIFT = {"signals": [{"kind": "drift", "reference": "rows"}]}


def ports(objects: Objects) -> dict[str, set[int]]:
    """Ports that each namespace reaches the service's pods on."""
    found: dict[str, set[int]] = {}
    for rule in objects["NetworkPolicy", NAME]["spec"]["ingress"]:
        for peer in rule["from"]:
            if "namespaceSelector" in peer:
                name = peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
                found.setdefault(name, set()).update(port["port"] for port in rule["ports"])
    return found


def reached(objects: Objects) -> set[str]:
    """Namespaces that the service's pods reach."""
    peers = [peer for rule in objects["NetworkPolicy", NAME]["spec"]["egress"] for peer in rule["to"] if "namespaceSelector" in peer]
    return {peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for peer in peers}


def test_logged_requests_pass_the_agent() -> None:
    plain, logged = served(), served(observe=DRIFT)
    assert "logger" not in predictor(plain)
    assert predictor(logged)["logger"] == {"mode": "request", "url": "http://log.observability.svc/requests"}
    assert (ports(plain)["gateway"], reached(plain)) == ({8080}, {"kube-system"})
    assert (ports(logged)["gateway"], reached(logged)) == ({8080, 9081}, {"kube-system", "observability"})
    assert ports(logged)["monitoring"] == {8002}


def test_the_namespace_of_an_address() -> None:
    urls = (
        "http://log.tools.svc/x",
        "http://log.tools.svc.cluster.local:80",
        "http://log.tools:8080",
        "https://log.example.com",
        "http://log",
    )
    assert [namespace_of(url) for url in urls] == ["tools", "tools", "tools", "", ""]


@pytest.mark.parametrize("name", SERVERS)
def test_a_gateway_lets_through_the_model_and_nothing_else(name: str) -> None:
    [route] = of_kind(served(stage={"runtime": name, "public": True}), "HTTPRoute")
    matches = [match["path"] for rule in route["spec"]["rules"] for match in rule["matches"]]
    assert {match["type"] for match in matches} == {"Exact"}
    paths = {match["value"] for match in matches}
    assert not [path for path in paths if "health" in path or "repository" in path or "lora" in path or path == "/metrics"]
    assert paths >= {"sklearn": {"/v1/models/bought:predict", "/v2/models/bought/infer"}, "triton": {"/v2/models/bought/infer"}}.get(
        name, {"/v1/chat/completions"}
    )


def test_a_path_that_ends_in_a_slash_is_for_all_below_it() -> None:
    ray = {"kind": "rayservice", "image": "models", "applications": [{"name": "eta", "import_path": "a:b"}]}
    [route] = of_kind(made(project_of({"serve": {"name": "scorer", "engine": ray}})), "HTTPRoute")
    assert route["spec"]["rules"][0]["matches"] == [{"path": {"type": "PathPrefix", "value": "/eta"}}]


# -- Ray Serve ---------------------------------------------------------------------------------------------


def ray(applications: list[dict[str, Any]], **more: Any) -> Objects:
    engine = {"kind": "rayservice", "image": "models", "applications": applications, **more}
    return made(project_of({"serve": {"name": "scorer", "engine": engine}}))


def deployment(objects: Objects) -> dict[str, Any]:
    [application] = yaml.safe_load(objects["RayService", NAME]["spec"]["serveConfigV2"])["applications"]
    [found] = application["deployments"]
    assert isinstance(found, dict)
    return found


def test_the_code_keeps_its_accelerators() -> None:
    """Options that are written here replace those of the code as a whole."""
    application = {"name": "eta", "import_path": "a:b"}
    assert "ray_actor_options" not in deployment(ray([application]))
    assert deployment(ray([{**application, "cpus": 2, "gpus": 0.5}]))["ray_actor_options"] == {"num_cpus": 2, "num_gpus": 0.5}
    assert deployment(ray([{**application, "cpus": 2, "gpus": 0}]))["ray_actor_options"] == {"num_cpus": 2, "num_gpus": 0}


@pytest.mark.parametrize(("given", "missing"), [("cpus", "gpus"), ("gpus", "cpus")])
def test_half_of_the_options_would_take_the_other_half_away(given: str, missing: str) -> None:
    with pytest.raises(ValidationError, match=f"`{given}` needs `{missing}` beside it: Ray takes both from here, or both from the code"):
        RayApplication.model_validate({"name": "eta", "import_path": "a:b", given: 1})


def test_hundreds_of_models_have_several_routes_of_one_host() -> None:
    """A route of the Gateway API has 128 matches at most."""
    routes = of_kind(ray([{"name": f"m{i}", "import_path": "a:b"} for i in range(300)]), "HTTPRoute")
    counts = [[len(rule["matches"]) for rule in route["spec"]["rules"]] for route in routes]
    assert counts == [[64, 64], [64, 64], [44]]
    assert [route["metadata"]["name"] for route in routes] == [NAME, f"{NAME}-2", f"{NAME}-3"]
    assert {host for route in routes for host in route["spec"]["hostnames"]} == {f"{NAME}.internal.dev.example.com"}
