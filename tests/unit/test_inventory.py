"""What policies are told of an object: its pods, its images, and which budgets select the pods of a service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnai_gitops import pipeline
from cnai_gitops.check.blame import place_of
from cnai_gitops.check.evidence import content
from cnai_gitops.check.objects.budgets import Budgets, templates_of
from cnai_gitops.check.objects.neighbours import Offer
from cnai_gitops.plan.build import Plan
from cnai_gitops.plan.target import Target
from cnai_gitops.resolved.identity import DocumentId
from cnai_gitops.resources.base import ALONE, Resource
from cnai_gitops.system.tools import Settings

Body = dict[str, Any]


def service(**spec: Any) -> Body:
    metadata = {"name": "scorer", "namespace": "risk", "labels": {"product": "fraud"}}
    return {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "metadata": metadata, "spec": spec}


def images(body: Body) -> dict[str, str]:
    return {image["path"]: image["image"] for image in content(body, ALONE)["images"]}


# -- pods and images ----------------------------------------------------------------------------------------


def test_the_pods_of_an_inference_service_say_where_the_object_has_their_containers() -> None:
    canary = {"predictor": {"model": {"image": "c"}}}
    body = service(
        predictor={"model": {"image": "m"}, "workerSpec": {"containers": [{"image": "w"}]}},
        transformer={"containers": [{"image": "t"}]},
        explainer={"art": {"image": "a"}, "initContainers": [{"image": "i"}]},
        canary=[{"predictor": {"containers": [{"image": "d"}]}}, canary],
    )
    assert [(pod["path"], pod["places"].get("containers[0]")) for pod in content(body, ALONE)["pods"]] == [
        ("spec.predictor", "spec.predictor.model"),
        ("spec.transformer", None),
        ("spec.explainer", "spec.explainer.art"),
        ("spec.predictor.workerSpec", None),
        ("spec.canary[0].predictor", "spec.predictor.model"),  # a canary lies over the stable predictor
        ("spec.canary[1].predictor", "spec.canary[1].predictor.model"),
    ]
    assert images(body) == {
        "spec.predictor.model.image": "m",
        "spec.predictor.workerSpec.containers[0].image": "w",
        "spec.transformer.containers[0].image": "t",
        "spec.explainer.art.image": "a",
        "spec.explainer.initContainers[0].image": "i",
        "spec.canary[0].predictor.containers[0].image": "d",
        "spec.canary[1].predictor.model.image": "c",
    }


@pytest.mark.parametrize("predictor", [{}, {"containers": None}, {"model": None, "containers": []}])
def test_components_without_containers(predictor: Any) -> None:
    assert images(service(predictor=predictor)) == {}


def test_images_beside_the_model_have_their_own_index() -> None:
    body = service(predictor={"model": {"image": "m"}, "containers": [{"image": "first"}, {"image": "second"}]})
    assert images(body) == {
        "spec.predictor.containers[0].image": "first",
        "spec.predictor.containers[1].image": "second",
        "spec.predictor.model.image": "m",
    }


def test_a_pod_that_was_put_together_travels_along() -> None:
    spec = {"driver": {"image": "d"}, "executor": {"instances": 1}, "image": "s", "type": "Python"}
    body = {"apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication", "metadata": {"name": "x"}, "spec": spec}
    shown = content(body, ALONE)
    assert [sorted(pod) for pod in shown["pods"]] == [["path", "places", "spec"], ["path", "places", "spec"]]
    assert images(body) == {"spec.image": "s", "spec.driver.image": "d"}


# -- budgets ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plan(stories: Path) -> Plan:
    return pipeline.plan_of(stories)


@pytest.fixture(scope="module")
def target(plan: Plan) -> Target:
    return plan.targets_of("fraud-detection")[0]


def budget(name: str, namespace: str, spec: Any) -> Resource:
    return Resource(
        {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name, "namespace": namespace}, "spec": spec}
    )


def asking(**labels: Any) -> Body:
    return {"maxUnavailable": 1, "selector": {"matchLabels": labels}}


def served(body: Body) -> list[dict[str, Any]]:
    return [{"templates": list(templates_of(body))}]


def joined(target: Target, body: Body, *owners: list[Resource]) -> dict[str, list[str]]:
    """Names of the budgets that select the pods of each template, by its path."""
    budgets = Budgets(budget for resources in owners for budget in Offer.of("", target.name, resources).budgets)
    [found] = [row["templates"] for row in budgets.of(served(body))]
    return {template["path"]: sorted(one["id"].rpartition("/")[2] for one in template["budgets"]) for template in found}


def test_budgets_of_the_namespace_whoever_owns_them(target: Target) -> None:
    body = service(predictor={"model": {}})
    mine = asking(**{"serving.kserve.io/inferenceservice": "scorer"})
    owners = [
        [budget("own", "risk", mine), budget("elsewhere", "other", mine), budget("nothing", "risk", None)],
        [
            budget("theirs", "risk", asking(product="fraud")),
            budget("another", "risk", asking(product="other")),
            budget("all", "risk", {"selector": {}}),
        ],
    ]
    assert joined(target, body, *owners) == {"spec.predictor": ["all", "own", "theirs"]}
    [[template]] = [row["templates"] for row in Budgets(Offer.of("", target.name, owners[0]).budgets).of(served(body))]
    assert template["budgets"] == [{"id": str(DocumentId.of(target, owners[0][0].key)), "spec": mine}]
    assert joined(target, body) == {"spec.predictor": []}


def test_pods_have_the_labels_that_the_controller_gives_them(target: Target) -> None:
    of_predictor, of_transformer = (asking(component=name) for name in ("predictor", "transformer"))
    budgets = [
        budget("predictor", "risk", of_predictor),
        budget("transformer", "risk", of_transformer),
        budget("service", "risk", asking(product="fraud")),
        budget("component", "risk", asking(product="scoring")),
    ]
    plain = service(predictor={"model": {}}, transformer={"containers": [{}]}, canary=[{"predictor": {"model": {}}}])
    assert joined(target, plain, budgets) == {"spec.predictor": ["predictor", "service"]}  # what stands beside it is not asked
    labelled = service(predictor={"model": {}, "labels": {"product": "scoring"}})
    assert joined(target, labelled, budgets) == {"spec.predictor": ["component", "predictor"]}


def test_the_head_of_a_ray_cluster_is_not_asked(target: Target) -> None:
    groups = [{"template": {"metadata": {"labels": {"group": name}}, "spec": {"containers": []}}} for name in ("a", "b")]
    cluster = {"headGroupSpec": {"template": {"metadata": {"labels": {"group": "head"}}}}, "workerGroupSpecs": groups}
    body = {
        "apiVersion": "ray.io/v1",
        "kind": "RayService",
        "metadata": {"name": "x", "namespace": "risk"},
        "spec": {"rayClusterConfig": cluster},
    }
    path = "spec.rayClusterConfig.workerGroupSpecs[{}].template.spec"
    assert joined(target, body, [budget("b", "risk", asking(group="b"))]) == {path.format(0): [], path.format(1): ["b"]}


# -- places -------------------------------------------------------------------------------------------------


def test_an_object_of_the_platform_is_where_its_team_is_written(plan: Plan, settings: Settings) -> None:
    shown = set()
    for item in pipeline.resolve(plan, settings).objects():
        for resource in item.resources if item.unit.owner == "_platform" else ():
            team = resource.body["metadata"].get("labels", {}).get("cnai.dev/team")
            place = place_of(plan, item.unit, resource)
            if team and place:
                shown.add(team)
                assert place.text.strip().startswith(f"{team}:"), resource.key
    assert len(shown) > 1
