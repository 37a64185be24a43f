"""Law 6: what git leaves out is left to its controller, and what git says wins: Argo CD ignores no field that an object sets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from applications import plans
from hypothesis import HealthCheck, given
from hypothesis import settings as examples

from cnai_gitops.compile.argocd import HUB
from cnai_gitops.plan.build import Plan
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resources.base import Body, Key, Owned, kinds, left_to_controllers, sets

SCALED = ("ScaledObject", "HorizontalPodAutoscaler")


def owned(plan: Plan) -> Iterator[tuple[str, str, list[Body]]]:
    """(owner, target, objects) of every application and platform."""
    for objects in Resolved(plan).objects():
        if objects.unit.owner != HUB:
            yield objects.unit.owner, objects.unit.target.name, [resource.body for resource in objects.resources]


def applications(plan: Plan) -> dict[tuple[str, str], dict[str, Any]]:
    """Argo CD's Application of each owner and target."""
    found = {}
    resolved = Resolved(plan)
    for hub in resolved.hubs:
        for resource in resolved.load(hub).resources:
            if resource.key.kind == "Application":
                env, cluster, owner = resource.body["spec"]["source"]["path"].split("/")[2:]
                found[owner, f"{env}/{cluster}"] = resource.body["spec"]
    return found


def assert_ownership(plan: Plan) -> None:
    told = applications(plan)
    for owner, target, bodies in owned(plan):
        spec = told[owner, target]
        ignored = {(d["group"], d["kind"], pointer) for d in spec.get("ignoreDifferences", ()) for pointer in d["jsonPointers"]}
        assert ("RespectIgnoreDifferences=true" in spec["syncPolicy"]["syncOptions"]) == bool(ignored)
        for kind in {(body["apiVersion"], body["kind"]): kinds()[body["apiVersion"], body["kind"]] for body in bodies}.values():
            mine = [body for body in bodies if (body["apiVersion"], body["kind"]) == (kind.api_version, kind.kind)]
            left = {field.pointer for field in kind.owned if not any(sets(body, field.pointer) for body in mine)}
            assert {pointer for *gk, pointer in ignored if gk == [kind.group, kind.kind]} == left, (owner, target, kind.kind)
        scaled = {(b["spec"]["scaleTargetRef"]["kind"], b["spec"]["scaleTargetRef"]["name"]) for b in bodies if b["kind"] in SCALED}
        for body in bodies:
            if body["kind"] in ("Deployment", "StatefulSet"):
                assert "replicas" not in body["spec"] or (body["kind"], body["metadata"]["name"]) not in scaled


def test_stories(story_plan: Plan) -> None:
    assert_ownership(story_plan)


@examples(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans())
def test_generated_applications(plan: Plan) -> None:
    assert_ownership(plan)


def test_kinds_say_what_their_controllers_own() -> None:
    stated = {(kind.kind, field.pointer): field for kind in kinds().values() for field in kind.owned}
    assert all(isinstance(field, Owned) and field.pointer.startswith("/") and field.by for field in stated.values())
    assert ("Deployment", "/spec/replicas") in stated


@pytest.mark.parametrize(
    ("body", "pointer", "found"),
    [
        ({"spec": {"replicas": 0}}, "/spec/replicas", True),
        ({"spec": {"replicas": None}}, "/spec/replicas", True),
        ({"spec": {}}, "/spec/replicas", False),
        ({"spec": {"groups": [{"replicas": 1}]}}, "/spec/groups/0/replicas", True),
        ({"spec": {"groups": [{"replicas": 1}]}}, "/spec/groups/1/replicas", False),
        ({"metadata": {"annotations": {"a/b": ""}}}, "/metadata/annotations/a~1b", True),
        ({"spec": "text"}, "/spec/replicas", False),
    ],
)
def test_what_an_object_sets(body: Body, pointer: str, found: bool) -> None:
    assert sets(body, pointer) == found


def test_a_field_that_one_object_sets_is_ignored_for_none_of_its_kind() -> None:
    def service(name: str, **spec: object) -> Body:
        return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}

    both = [("v1", "Service", "/spec/clusterIP"), ("v1", "Service", "/spec/clusterIPs")]
    assert left_to_controllers([service("a"), service("b")]) == both
    assert left_to_controllers([service("a"), service("b", clusterIP="None")]) == both[1:]


def test_a_scaler_scales_something_that_the_service_makes(story_plan: Plan) -> None:
    """An autoscaler whose target nobody makes would never do anything."""
    for _, target, bodies in owned(story_plan):
        services = {f"{b['metadata']['name']}-predictor" for b in bodies if b["kind"] == "InferenceService"}
        deployments = {b["metadata"]["name"] for b in bodies if b["kind"] == "Deployment"}
        names = {b["spec"]["scaleTargetRef"]["name"] for b in bodies if b["kind"] in SCALED}
        assert names <= services | deployments, target


def test_the_key_of_an_object_is_unique_in_its_target(story_plan: Plan) -> None:
    seen: dict[tuple[str, Key], str] = {}
    for owner, target, bodies in owned(story_plan):
        for body in bodies:
            meta = body["metadata"]
            key = Key(body["apiVersion"].rpartition("/")[0], body["kind"], meta.get("namespace", ""), meta["name"])
            assert seen.setdefault((target, key), owner) == owner, key
