"""What a drift alert starts: one run for each alert, by an account that may do what the sensor does, on a bus that the controller runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from examples import APP, documents, plan_of, project_of

from cnai_gitops.check.objects.ledger import peaks
from cnai_gitops.compile.app import compile_app
from cnai_gitops.facts.profiles import profiles
from cnai_gitops.parts.retraining import SINCE
from cnai_gitops.resources.base import INFINITE

PARTS: Mapping[str, Any] = {
    "train": {"name": "scorer", "image": "train", "reads": ["rows"], "accelerator": {"type": "h100"}},
    "serve": {"name": "scorer", "model": "scorer"},
    "observe": {"signals": [{"kind": "drift", "then": "retrain"}]},
}
Objects = Mapping[tuple[str, str], Any]


@pytest.fixture(scope="module")
def objects() -> Objects:
    """Every object of the development cluster, those of the platform too."""
    found = [yaml.safe_load(text) for text in documents(project_of(PARTS))]
    return {(body["kind"], body["metadata"]["name"]): body for body in found}


def test_the_bus_is_one_that_the_controller_can_run(objects: Objects) -> None:
    """Argo Events 1.9.11 knows some versions of NATS only; another one gives no StatefulSet at all."""
    assert {profile.versions["jetstream"] for profile in profiles().values() if profile.versions["argo-events"] == "1.9.11"} == {"2.10.29"}
    assert objects["EventBus", "default"]["spec"]["jetstream"]["version"] == "2.10.29"


def test_servers_of_the_bus_have_no_token_and_one_of_them_may_be_missing(objects: Objects) -> None:
    bus = objects["EventBus", "default"]["spec"]["jetstream"]
    account = objects["ServiceAccount", bus["serviceAccountName"]]
    assert (account["metadata"]["name"], account["automountServiceAccountToken"]) == ("event-bus", False)
    budget = objects["PodDisruptionBudget", "event-bus"]["spec"]
    policy = objects["NetworkPolicy", "event-bus"]["spec"]
    assert (budget["maxUnavailable"], bus["replicas"]) == (1, 3)
    assert budget["selector"] == policy["podSelector"]


def test_the_sensor_may_list_what_it_submitted(objects: Objects) -> None:
    rules = {rule["resources"][0]: rule["verbs"] for rule in objects["Role", f"{APP}-retrain"]["rules"]}
    assert rules == {"workflows": ["create", "list"], "workflowtemplates": ["get", "list"]}


def test_one_alert_starts_one_run(objects: Objects) -> None:
    """The name follows from when the alert began, so another delivery of it meets the run that is there already."""
    [trigger] = objects["Sensor", f"{APP}-retrain"]["spec"]["triggers"]
    assert set(trigger) == {"template"}, "retries without atLeastOnce do nothing, and a rate limit delays and never drops"
    action = trigger["template"]["argoWorkflow"]
    template = f"{APP}-train-scorer"
    assert action["parameters"] == [{"src": {"dependencyName": "drift", "dataTemplate": f"{template}-{SINCE}"}, "dest": "metadata.name"}]
    run = action["source"]["resource"]
    assert "generateName" not in run["metadata"]
    assert run["spec"] == {"workflowTemplateRef": {"name": template}, "ttlStrategy": {"secondsAfterCompletion": 604800}}


def test_the_name_of_a_run_is_as_long_as_that_of_a_schedule() -> None:
    """Unix seconds have ten digits until 2286; all alerts of a notification count, and the first that began is the window."""
    assert SINCE.endswith("unixEpoch }}")
    assert re.findall(r"\.\w+", SINCE) == [".Input", ".body", ".alerts", ".startsAt"]
    assert "sortAlpha | first" in SINCE


def test_pods_of_the_retraining_match_their_own_policy_alone(objects: Objects) -> None:
    policies = {
        name: body["spec"]["podSelector"].get("matchLabels", {}) for (kind, name), body in objects.items() if kind == "NetworkPolicy"
    }
    for kind in ("EventSource", "Sensor"):
        labels = objects[kind, f"{APP}-retrain"]["spec"]["template"]["metadata"]["labels"]
        assert labels["cnai.dev/team"] == "risk"
        matched = {name for name, wanted in policies.items() if wanted.items() <= labels.items()}
        assert matched == {"default-deny", f"{APP}-retrain"}


def test_a_name_that_an_event_gives_is_no_bound() -> None:
    """With a mutex one run holds cards; without one there are as many runs as there are names."""
    plan = plan_of(project_of(PARTS))
    [target] = plan.targets_of(APP)
    bodies = [resource.body for resource in compile_app(plan, plan.app(APP, target))[0]]
    assert {amount for demand in peaks(bodies).values() for amount in demand.peak.values()} == {1}
    for body in bodies:
        body["spec"].pop("synchronization", None) if body["kind"] == "WorkflowTemplate" else None
    held = {key.kind: demand.peak for key, demand in peaks(bodies).items() if demand.peak}
    assert set(held["Sensor"].values()) == {INFINITE}
