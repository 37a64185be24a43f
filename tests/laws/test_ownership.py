"""Law 6: a field that a controller owns is left out, or Argo CD is told to leave it alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from applications import plans
from hypothesis import HealthCheck, given
from hypothesis import settings as examples

from cnai_gitops.compile.argocd import HUB
from cnai_gitops.plan.build import Plan
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resources.base import Body, Key, Owned, kinds

SCALED = ("ScaledObject", "HorizontalPodAutoscaler")


def owned(plan: Plan) -> Iterator[tuple[str, str, list[Body]]]:
    """(owner, target, objects) of every application and platform."""
    for objects in Resolved(plan).objects():
        if objects.unit.owner != HUB:
            yield objects.unit.owner, objects.unit.target.name, [resource.body for resource in objects.resources]


def has(body: Any, pointer: str) -> bool:
    for part in pointer.split("/")[1:]:
        if isinstance(body, list):
            if part != "*" and (not part.isdigit() or int(part) >= len(body)):
                return False
            body = body[0 if part == "*" else int(part)] if body else None
        elif isinstance(body, dict) and part in body:
            body = body[part]
        else:
            return False
    return True


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
        assert "RespectIgnoreDifferences=true" in spec["syncPolicy"]["syncOptions"]
        ignored = {(d["group"], d["kind"], pointer) for d in spec.get("ignoreDifferences", ()) for pointer in d["jsonPointers"]}
        for body in bodies:
            kind = kinds()[body["apiVersion"], body["kind"]]
            for field in kind.owned:
                assert (kind.group, kind.kind, field.pointer) in ignored or not has(body, field.pointer), (owner, target, field)
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
