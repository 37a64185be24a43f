"""What every kind says about itself: limits, order, what is owned, what a controller would do with it."""

from __future__ import annotations

import pytest

from cnai_gitops.resources.base import kinds

ALL = sorted(kinds().values(), key=lambda k: (k.api_version, k.kind))
IDS = [f"{k.api_version}-{k.kind}" for k in ALL]


def of(api_version: str, kind: str) -> int:
    return kinds()[(api_version, kind)].name_limit


@pytest.mark.parametrize("kind", ALL, ids=IDS)
def test_every_kind_is_complete(kind) -> None:  # type: ignore[no-untyped-def]
    assert kind.plural == kind.plural.lower()
    assert 10 <= kind.name_limit <= 253
    assert all(pointer.startswith("/") for pointer in (*kind.immutable, *(owned.pointer for owned in kind.owned)))
    assert kind.health == "" or kind.health.rstrip().endswith("return hs")


def test_namespaces_come_first_and_monitors_last() -> None:
    order = sorted((k for k in ALL if k.operator != "argo-cd"), key=lambda k: (k.wave, k.rank))  # its own stand on the hub alone
    assert order[0].kind == "Namespace"
    assert order[-1].api_version.startswith("monitoring.coreos.com/")


def test_a_scaler_comes_after_what_it_scales_and_access_before_what_uses_it() -> None:
    rank = {k.kind: (k.wave, k.rank) for k in ALL}
    assert rank["ServiceAccount"] < rank["Deployment"] < rank["ScaledObject"]
    assert rank["NetworkPolicy"] < rank["ExternalSecret"] < rank["ServingRuntime"] < rank["InferenceService"] < rank["PodDisruptionBudget"]
    # A claim that waits for its first consumer would hold up a later wave for ever.
    assert rank["PersistentVolumeClaim"][0] == rank["Deployment"][0]


def test_names_that_controllers_make_are_labels() -> None:
    assert of("batch/v1", "CronJob") == 52
    assert len("keda-hpa-" + "a" * of("keda.sh/v1alpha1", "ScaledObject")) == 63
    assert len("a" * of("apps/v1", "StatefulSet") + "-0123456789") == 63
    assert len("eventbus-" + "a" * of("argoproj.io/v1alpha1", "EventBus") + "-js-0123456789") == 63


def test_what_argo_cd_must_leave_alone() -> None:
    owned = {(k.kind, o.pointer) for k in ALL for o in k.owned}
    assert {("Deployment", "/spec/replicas"), ("ScaledObject", "/spec/maxReplicaCount"), ("Job", "/spec/suspend")} <= owned
