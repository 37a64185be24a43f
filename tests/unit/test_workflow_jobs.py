"""Jobs that workflows start: made once, waited for to every end that they have, and gone when the run fails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from examples import APP, plan_of, project_of

from cnai_gitops.check.objects.ledger import peaks
from cnai_gitops.compile.app import compile_app
from cnai_gitops.resources.base import Body

ENGINES: Mapping[str, Mapping[str, Any]] = {
    "sparkapplications.sparkoperator.k8s.io": {
        "prepare": {"name": "rows", "retries": 2, "engine": {"kind": "spark", "image": "rows", "main": "rows.py"}}
    },
    "rayjobs.ray.io": {
        "prepare": {"name": "rows", "retries": 2, "engine": {"kind": "ray", "image": "rows", "entrypoint": "python rows.py"}}
    },
    "trainjobs.trainer.kubeflow.org": {"train": {"name": "rows", "image": "train", "retries": 2, "accelerator": {"type": "h100"}}},
}
EVERY = pytest.mark.parametrize("engine", ENGINES)
LOST = ("pod deleted", "The node was low on resource: memory.", "Pod was terminated in response to imminent node shutdown.", "NotFound")


def objects(parts: Mapping[str, Any]) -> list[Body]:
    """What the parts of a blueprint become in the development cluster."""
    plan = plan_of(project_of(parts))
    [target] = plan.targets_of(APP)
    return [resource.body for resource in compile_app(plan, plan.app(APP, target))[0]]


def one(parts: Mapping[str, Any], kind: str) -> Any:
    return next(body for body in objects(parts) if body["kind"] == kind)


def templates(parts: Mapping[str, Any]) -> dict[str, Any]:
    spec = one(parts, "WorkflowTemplate")["spec"]
    return {template["name"]: template for template in spec["templates"]}


def jobs(parts: Mapping[str, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """(entry, template that creates, template that waits)."""
    found = templates(parts)
    for entry in found.values():
        called = [step["template"] for group in entry.get("steps", ()) for step in group]
        if len(called) == 2 and all("resource" in found[name] for name in called):
            yield entry, found[called[0]], found[called[1]]


def tries_again(template: Mapping[str, Any], message: str) -> bool:
    """What Argo makes of the retry's expression: a negated match of the last message."""
    retry = template["retryStrategy"]
    [pattern] = re.findall(r'^!\(lastRetry\.message matches "([^"]+)"\)$', retry["expression"])
    assert retry["retryPolicy"] == "Always"
    return re.search(pattern, message) is None


@EVERY
def test_a_job_is_created_by_one_pod_and_waited_for_by_another(engine: str) -> None:
    [(entry, create, wait)] = jobs(ENGINES[engine])
    assert [[step["name"] for step in group] for group in entry["steps"]] == [["create"], ["wait"]]
    assert "retryStrategy" not in entry  # what is tried again is never both
    assert (create["resource"]["action"], wait["resource"]["action"]) == ("apply", "get")
    assert "successCondition" not in create["resource"]
    made, awaited = (yaml.safe_load(template["resource"]["manifest"])["metadata"] for template in (create, wait))
    assert made["name"] == awaited["name"]
    assert "{{retries}}" not in create["resource"]["manifest"], "every attempt means the same object"


@EVERY
def test_only_a_decision_ends_the_waiting(engine: str) -> None:
    [(_, _, wait)] = jobs(ENGINES[engine])
    assert all(tries_again(wait, message) for message in LOST)
    clause = wait["resource"]["failureCondition"].split(",")[0]
    assert not tries_again(wait, f"main: Error (exit code 64): failure condition '{clause}' evaluated true")
    assert not tries_again(wait, "The resource has been deleted while its status was still being checked. Will not be retried: x")


@EVERY
def test_what_the_api_server_refuses_is_not_sent_again(engine: str) -> None:
    [(_, create, _)] = jobs(ENGINES[engine])
    assert all(tries_again(create, message) for message in LOST)
    assert not tries_again(create, "Error from server (Forbidden): error when creating")
    assert not tries_again(create, 'admission webhook "v.kueue" denied the request: no')


def test_a_ray_job_that_somebody_stopped_is_over() -> None:
    [(_, _, wait)] = jobs(ENGINES["rayjobs.ray.io"])
    assert wait["resource"]["failureCondition"] == "status.jobDeploymentStatus in (Failed, ValidationFailed),status.jobStatus == STOPPED"


@EVERY
def test_a_run_that_does_not_succeed_deletes_its_jobs(engine: str) -> None:
    found = templates(ENGINES[engine])
    assert one(ENGINES[engine], "WorkflowTemplate")["spec"]["onExit"] == "exit"
    [group] = found["exit"]["steps"]
    undo = f"delete-{engine.partition('.')[0]}"
    assert group == [
        {"name": "finish", "template": "finish"},
        {"name": undo, "template": undo, "when": "{{workflow.status}} != Succeeded"},
    ]
    flags = [engine, "--selector=cnai.dev/run={{workflow.name}}", "--namespace={{workflow.namespace}}", "--wait=false"]
    assert found[undo]["resource"] == {"action": "delete", "flags": flags}
    [(_, create, _)] = jobs(ENGINES[engine])
    assert yaml.safe_load(create["resource"]["manifest"])["metadata"]["labels"]["cnai.dev/run"] == "{{workflow.name}}"


@EVERY
def test_the_account_may_do_what_the_steps_do(engine: str) -> None:
    """`kubectl apply` reads, creates and patches; `kubectl delete --selector` lists and deletes."""
    roles = [body for body in objects(ENGINES[engine]) if body["kind"] == "Role"]
    rules = {f"{rule['resources'][0]}.{rule['apiGroups'][0]}": set(rule["verbs"]) for role in roles for rule in role["rules"]}
    assert rules[engine] == {"create", "get", "list", "watch", "patch", "delete"}


def test_a_workflow_without_jobs_has_nothing_to_delete() -> None:
    parts = {"prepare": {"name": "rows", "engine": {"kind": "container", "image": "rows"}}}
    assert one(parts, "WorkflowTemplate")["spec"]["onExit"] == "finish"
    assert "exit" not in templates(parts)


def test_the_operator_retries_and_ends_what_takes_too_long() -> None:
    made = {name: yaml.safe_load(next(jobs(parts))[1]["resource"]["manifest"])["spec"] for name, parts in ENGINES.items()}
    spark, ray, train = made.values()
    assert spark["restartPolicy"] == {
        "type": "OnFailure",
        "onFailureRetries": 2,
        "onFailureRetryInterval": 30,
        "onSubmissionFailureRetries": 2,
        "onSubmissionFailureRetryInterval": 30,
    }
    assert (ray["backoffLimit"], ray["activeDeadlineSeconds"]) == (2, 6 * 3600)
    assert train["activeDeadlineSeconds"] == 24 * 3600
    assert one(ENGINES["trainjobs.trainer.kubeflow.org"], "TrainingRuntime")["spec"]["template"]["spec"]["failurePolicy"] == {
        "maxRestarts": 2
    }


def test_spark_without_retries_never_starts_again() -> None:
    parts = {"prepare": {**ENGINES["sparkapplications.sparkoperator.k8s.io"]["prepare"], "retries": 0}}
    [(_, create, _)] = jobs(parts)
    assert yaml.safe_load(create["resource"]["manifest"])["spec"]["restartPolicy"] == {"type": "Never"}


def test_attempts_of_a_container_are_bounded_one_by_one() -> None:
    """A `maxDuration` counts from the first attempt's start, so a long attempt would be the only one."""
    parts = {"prepare": {"name": "rows", "retries": 3, "engine": {"kind": "container", "image": "rows"}}}
    retry = templates(parts)["run"]["retryStrategy"]
    assert retry == {"limit": "3", "retryPolicy": "Always", "backoff": {"duration": "30", "factor": "2", "cap": "10m"}}


def test_a_ray_cluster_stands_on_when_the_step_that_waits_is_over() -> None:
    """Two Ray steps one after the other: the first cluster has not gone yet, so both count."""
    ray = {"kind": "ray", "image": "rows", "entrypoint": "x", "workers": 3, "accelerator": {"type": "h100"}}
    steps = [{"name": "first", "engine": ray}, {"name": "second", "after": ["first"], "engine": ray}]
    [held] = [
        demand for key, demand in peaks(objects({"prepare": {"name": "rows", "steps": steps}})).items() if key.kind == "WorkflowTemplate"
    ]
    assert (list(held.peak.values()), held.unknown) == ([6], ())


def test_no_step_can_have_the_name_of_the_exit_handler() -> None:
    engine = {"kind": "container", "image": "rows"}
    with pytest.raises(ValueError, match="no step can be called 'exit': main, start, finish, exit are steps of every workflow"):
        project_of({"prepare": {"name": "rows", "steps": [{"name": "exit", "engine": engine}]}})


# -- trials ---------------------------------------------------------------------------------------------------


def train(**fields: Any) -> dict[str, Any]:
    return {"train": {"name": "scorer", "image": "train", "accelerator": {"type": "h100"}, **fields}}


def sweep(kind: str, **fields: Any) -> dict[str, Any]:
    values = {"kind": "choice", "values": [1, 2, 3]}
    size = {"trials": 3} if kind == "halton" else {}
    return train(sweep={"kind": kind, **size, "space": {"depth": values}, "maximize": "auc", **fields})


@pytest.mark.parametrize("kind", ["halton", "grid"])
def test_a_sweep_says_how_many_trials_may_fail(kind: str) -> None:
    strict, lenient = templates(sweep(kind)), templates(sweep(kind, max_failed=1))
    assert "continueOn" not in strict["trials"]["steps"][0][0]
    assert lenient["trials"]["steps"][0][0]["continueOn"] == {"failed": True, "error": True}
    for found, allowed in ((strict, 0), (lenient, 1)):
        args = found["gate"]["container"]["args"]
        assert [arg for arg in args if arg.startswith(("--trials", "--allow-refused"))] == ["--trials=3", f"--allow-refused={allowed}"]


@pytest.mark.parametrize("kind", ["halton", "grid"])
def test_one_trial_must_be_left(kind: str) -> None:
    with pytest.raises(ValueError, match=r"`max_failed` \(3\) must be less than the 3 trials: one must be left to judge"):
        project_of(sweep(kind, max_failed=3))


@pytest.mark.parametrize("trials", [1, 12])
def test_the_gate_takes_the_metrics_of_each_trial_and_nothing_else(trials: int) -> None:
    parts = train(sweep={"kind": "halton", "trials": trials, "space": {"x": {"kind": "uniform", "low": 0, "high": 1}}, "minimize": "loss"})
    artifacts = templates(parts)["gate"]["inputs"]["artifacts"]
    base = "{{workflow.namespace}}/example-train-scorer/{{workflow.name}}"
    assert [artifact["s3"]["key"] for artifact in artifacts] == [f"{base}/{n}/metrics.json" for n in range(trials)]
    assert [artifact["path"] for artifact in artifacts] == [f"/cnai/in/runs/{n}/metrics.json" for n in range(trials)]
    assert all(artifact["optional"] for artifact in artifacts)


def test_checkpoints_lie_below_their_run() -> None:
    [(_, create, _)] = jobs(train())
    env = {entry["name"]: entry["value"] for entry in yaml.safe_load(create["resource"]["manifest"])["spec"]["trainer"]["env"]}
    trial = "s3://{{workflow.parameters.bucket}}/{{workflow.namespace}}/example-train-scorer/{{workflow.name}}/{{inputs.parameters.trial}}"
    assert (env["CNAI_OUTPUT_URI"], env["CNAI_CHECKPOINT_URI"]) == (trial, f"{trial}/checkpoints")


@pytest.mark.parametrize(
    ("parts", "size"),
    [
        (train(), "200Gi"),
        (train(scratch="1Ti"), "1Ti"),
        ({"prepare": {"name": "rows", "engine": {"kind": "container", "image": "rows"}}}, "50Gi"),
        ({"prepare": {"name": "rows", "scratch": "7Gi", "engine": {"kind": "container", "image": "rows"}}}, "7Gi"),
    ],
)
def test_the_stage_says_how_large_its_folder_is(parts: Mapping[str, Any], size: str) -> None:
    specs = [one(parts, "WorkflowTemplate")["spec"]]
    if "train" in parts:
        job = one(parts, "TrainingRuntime")["spec"]["template"]["spec"]["replicatedJobs"][0]
        specs.append(job["template"]["spec"]["template"]["spec"])
    assert [volume["emptyDir"] for spec in specs for volume in spec["volumes"] if volume["name"] == "cnai"] == [{"sizeLimit": size}] * len(
        specs
    )
