"""The Lua health checks in Lua 5.1, the language of Argo CD, on statuses as the controllers write them."""

from __future__ import annotations

from typing import Any

import pytest
from lupa.lua51 import LuaRuntime

from cnai_gitops.resources.base import kinds


def conditions(**states: str) -> dict[str, Any]:
    return {"conditions": [{"type": name, "status": status, "message": f"{name} is {status}"} for name, status in states.items()]}


def because(reason: str, **states: str) -> dict[str, Any]:
    return {"conditions": [{**one, "reason": reason} for one in conditions(**states)["conditions"]]}


def served(reason: str, ready: str, transition: str, state: str, **more: str) -> dict[str, Any]:
    """Status of an InferenceService whose predictor is `ready` because of `reason`, with a model in that transition and state."""
    predictor = because(reason, PredictorReady=ready, Ready=ready)["conditions"]
    model = {"transitionStatus": transition, "states": {"activeModelState": "Loaded", "targetModelState": state}}
    return {"conditions": [*predictor, *conditions(**more)["conditions"]], "modelStatus": model}


SAMPLES: dict[tuple[str, str], tuple[tuple[dict[str, Any], str], ...]] = {
    ("argoproj.io/v1alpha1", "Application"): (
        ({"health": {"status": "Missing"}, "sync": {"status": "OutOfSync"}}, "Progressing"),
        ({"health": {"status": "Progressing"}}, "Progressing"),
        ({"health": {"status": "Healthy"}, "sync": {"status": "Synced"}}, "Healthy"),
        ({"health": {"status": "Suspended"}}, "Suspended"),
        ({"health": {"status": "Degraded"}}, "Degraded"),
    ),
    ("batch.volcano.sh/v1alpha1", "Job"): (
        ({"state": {"phase": "Pending"}}, "Progressing"),
        ({"state": {"phase": "Running"}}, "Healthy"),
        ({"state": {"phase": "Aborted"}}, "Suspended"),
        ({"state": {"phase": "Failed"}}, "Degraded"),
    ),
    ("scheduling.volcano.sh/v1beta1", "PodGroup"): (
        ({"phase": "Inqueue"}, "Progressing"),
        ({"phase": "Running"}, "Healthy"),
        ({"phase": "Unknown"}, "Degraded"),
    ),
    ("scheduling.volcano.sh/v1beta1", "Queue"): (({"state": "Open"}, "Healthy"), ({"state": "Closed"}, "Suspended")),
    ("jobset.x-k8s.io/v1alpha2", "JobSet"): (
        ({"restarts": 1}, "Progressing"),
        ({"terminalState": "Completed", **conditions(Completed="True")}, "Healthy"),
        ({"terminalState": "Failed", **conditions(Failed="True")}, "Degraded"),
    ),
    ("kubeflow.org/v1beta1", "Experiment"): (
        (conditions(Created="True"), "Progressing"),
        (conditions(Created="True", Running="True"), "Healthy"),
        (conditions(Created="True", Running="False", Succeeded="True"), "Healthy"),
        (conditions(Created="True", Running="False", Failed="True"), "Degraded"),
    ),
    ("argoproj.io/v1alpha1", "EventSource"): (
        (conditions(SourcesProvided="True", Deployed="False"), "Progressing"),
        (conditions(SourcesProvided="True", Deployed="True"), "Healthy"),
        (conditions(SourcesProvided="False", Deployed="Unknown"), "Degraded"),
    ),
    ("argoproj.io/v1alpha1", "Sensor"): (
        (conditions(DependenciesProvided="True", TriggersProvided="True", Deployed="False"), "Progressing"),
        (conditions(DependenciesProvided="True", TriggersProvided="True", Deployed="True"), "Healthy"),
        (conditions(DependenciesProvided="False", Deployed="True"), "Degraded"),
        (conditions(TriggersProvided="False", Deployed="True"), "Degraded"),
    ),
    ("kueue.x-k8s.io/v1beta2", "ClusterQueue"): (
        (conditions(Active="True"), "Healthy"),
        (conditions(Active="False"), "Degraded"),
        (because("FlavorNotFound", Active="False"), "Degraded"),
        (because("Stopped", Active="False"), "Healthy"),
    ),
    ("serving.kserve.io/v1beta1", "InferenceService"): (
        (served("MinimumReplicasUnavailable", "False", "InProgress", "Pending"), "Progressing"),
        (served("NewReplicaSetAvailable", "True", "UpToDate", "Loaded"), "Healthy"),
        # an update whose model cannot load: Ready and UpToDate until the deadline of the Deployment
        (served("MinimumReplicasAvailable", "True", "UpToDate", "Loaded"), "Progressing"),
        (served("NewReplicaSetAvailable", "True", "InProgress", "Loading"), "Progressing"),
        (served("NewReplicaSetAvailable", "True", "", ""), "Progressing"),
        (served("ProgressDeadlineExceeded", "False", "UpToDate", "Loaded"), "Degraded"),
        (served("FailedCreate", "False", "InProgress", "Pending"), "Degraded"),
        (served("ProgressDeadlineExceeded", "False", "BlockedByFailedLoad", "FailedToLoad"), "Degraded"),
        (served("NewReplicaSetAvailable", "True", "InvalidSpec", "FailedToLoad"), "Degraded"),
        (served("NewReplicaSetAvailable", "True", "UpToDate", "Loaded", Stopped="True"), "Suspended"),
        (conditions(Ready="True"), "Progressing"),
    ),
    ("kueue.x-k8s.io/v1beta2", "LocalQueue"): (
        (conditions(Active="True"), "Healthy"),
        (conditions(Active="False"), "Degraded"),
        (because("Stopped", Active="False"), "Healthy"),
        (because("ClusterQueueIsInactive", Active="False"), "Healthy"),
    ),
    ("ray.io/v1", "RayCluster"): (
        ({"state": ""}, "Progressing"),
        ({"state": "ready"}, "Healthy"),
        ({"state": "suspended"}, "Suspended"),
        ({"state": "failed"}, "Degraded"),
    ),
    ("ray.io/v1", "RayJob"): (
        ({"jobDeploymentStatus": "Initializing"}, "Progressing"),
        ({"jobDeploymentStatus": "Running", "jobStatus": "RUNNING"}, "Healthy"),
        ({"jobDeploymentStatus": "Complete", "jobStatus": "SUCCEEDED"}, "Healthy"),
        ({"jobDeploymentStatus": "Suspended"}, "Suspended"),
        ({"jobDeploymentStatus": "Failed", "jobStatus": "FAILED"}, "Degraded"),
    ),
    ("ray.io/v1", "RayService"): (
        (conditions(Ready="False", UpgradeInProgress="False"), "Progressing"),
        (conditions(Ready="True", UpgradeInProgress="True"), "Healthy"),
    ),
    ("trainer.kubeflow.org/v1alpha1", "TrainJob"): (
        (conditions(Suspended="False"), "Progressing"),
        (conditions(Suspended="True"), "Suspended"),
        (conditions(Suspended="False", Complete="True"), "Healthy"),
        (conditions(Suspended="False", Failed="True"), "Degraded"),
    ),
}

CHECKED = sorted(key for key, kind in kinds().items() if kind.health)


def health(key: tuple[str, str], obj: dict[str, Any]) -> tuple[str, str]:
    """(status, message) as Argo CD would get them: it runs the text with the object in `obj`."""
    lua = LuaRuntime(register_eval=False, register_builtins=False)
    lua.globals().obj = lua.table_from(obj, recursive=True)
    found = lua.execute(kinds()[key].health)
    return found.status, found.message


@pytest.mark.parametrize("key", CHECKED, ids="-".join)
def test_health(key: tuple[str, str]) -> None:
    for status, wanted in SAMPLES[key]:
        found, message = health(key, {"status": status})
        assert found == wanted, (status, message)
        assert message


@pytest.mark.parametrize("key", CHECKED, ids="-".join)
@pytest.mark.parametrize("obj", [{}, {"status": {}}, {"status": {"conditions": []}}], ids=("bare", "empty", "no conditions"))
def test_an_object_that_no_controller_has_seen_is_progressing(key: tuple[str, str], obj: dict[str, Any]) -> None:
    assert health(key, obj)[0] == "Progressing"


def test_why_a_model_cannot_be_loaded() -> None:
    key = ("serving.kserve.io/v1beta1", "InferenceService")
    status = served("NewReplicaSetAvailable", "True", "BlockedByFailedLoad", "FailedToLoad")
    failure = {"reason": "ModelLoadFailed", "message": "no model at /mnt/models"}
    for info, said in ((failure, "no model at /mnt/models"), ({**failure, "message": ""}, "ModelLoadFailed"), ({}, "BlockedByFailedLoad")):
        assert health(key, {"status": {**status, "modelStatus": {**status["modelStatus"], "lastFailureInfo": info}}}) == ("Degraded", said)


def test_every_check_has_samples_on_both_sides() -> None:
    assert set(SAMPLES) == set(CHECKED)
    for samples in SAMPLES.values():
        assert {"Healthy"} < {wanted for _, wanted in samples}


def test_the_worst_condition_wins_whatever_the_order() -> None:
    key = ("trainer.kubeflow.org/v1alpha1", "TrainJob")
    assert health(key, {"status": conditions(Failed="True", Complete="True")}) == ("Degraded", "Failed is True")
    assert health(key, {"status": conditions(Complete="True", Failed="True")}) == ("Degraded", "Failed is True")
