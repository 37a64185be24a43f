"""Bounds of Argo workflows that the golden table does not have."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from cnai_gitops.check.objects.inventory import Inventory
from cnai_gitops.check.objects.ledger import findings, peaks
from cnai_gitops.resources.base import INFINITE, Body

GPU = "nvidia.com/gpu"


def held(*bodies: Body) -> Fraction | float:
    return sum((demand.peak.get(GPU, 0) for demand in peaks(bodies).values()), Fraction(0))


def codes(*bodies: Body) -> list[str]:
    return sorted({finding.code for finding in findings(Inventory(bodies), peaks(bodies))})


def make(kind: str, spec: dict[str, Any], name: str = "w") -> Body:
    meta = {"name": name} if kind.startswith("Cluster") else {"name": name, "namespace": "team"}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": meta, "spec": spec}


def workflow(*templates: dict[str, Any], **spec: Any) -> Body:
    return make("Workflow", {"entrypoint": templates[0]["name"], "templates": list(templates), **spec})


def leaf(count: Any, name: str = "leaf", **more: Any) -> dict[str, Any]:
    return {"name": name, "container": {"image": "i", "resources": {"limits": {GPU: count}}}, **more}


def steps(*groups: list[dict[str, Any]], name: str = "main", **more: Any) -> dict[str, Any]:
    return {"name": name, "steps": list(groups), **more}


def call(template: str, **more: Any) -> dict[str, Any]:
    return {"name": template, "template": template, **more}


def dag(*tasks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "main", "dag": {"tasks": list(tasks)}, **more}


def task(name: str, template: str, *after: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "template": template, "dependencies": list(after), **more}


def manifest(kind: str, name: str = "run", nodes: Any = 2) -> str:
    spec = {"runtimeRef": {"name": "torch-distributed"}, "trainer": {"numNodes": nodes, "resourcesPerNode": {"limits": {GPU: 4}}}}
    versions = {"TrainJob": "trainer.kubeflow.org/v1alpha1", "JobSet": "jobset.x-k8s.io/v1alpha2"}
    return json.dumps({"apiVersion": versions[kind], "kind": kind, "metadata": {"name": name}, "spec": spec if kind == "TrainJob" else {}})


def resource(name: str, action: str, text: str, wait: str = "", **more: Any) -> dict[str, Any]:
    condition = {"successCondition": wait} if wait else {}
    return {"name": name, "resource": {"action": action, "manifest": text, **condition}, **more}


CREATE = resource("create", "create", manifest("TrainJob"))
WAIT = resource("wait", "get", manifest("JobSet"), "status.terminalState == Completed")


def test_groups_run_one_after_the_other() -> None:
    assert held(workflow(steps([call("a"), call("b")], [call("c")]), leaf(1, "a"), leaf(2, "b"), leaf(8, "c"))) == 8
    assert held(workflow(steps([call("a"), call("b")], [call("c")]), leaf(5, "a"), leaf(4, "b"), leaf(8, "c"))) == 9


def test_dag_is_its_heaviest_set_of_independent_tasks() -> None:
    diamond = [task("a", "two"), task("b", "two", "a"), task("c", "three", "a"), task("d", "two", "b", "c")]
    assert held(workflow(dag(*diamond), leaf(2, "two"), leaf(3, "three"))) == 5
    chain = [task("a", "two"), {"name": "b", "template": "three", "depends": "a.Succeeded || a.Failed"}]
    assert held(workflow(dag(*chain), leaf(2, "two"), leaf(3, "three"))) == 3


def test_dag_under_a_cap_on_pods() -> None:
    tasks = [task(f"t{i}", "leaf") for i in range(5)]
    assert held(workflow(dag(*tasks), leaf(2), parallelism=3)) == 6
    assert held(workflow(dag(*tasks, parallelism=2) | {"parallelism": 2}, leaf(2))) == 4


def test_children_of_different_size_under_a_cap_on_children() -> None:
    inner = steps([call("small", withItems=[1, 2, 3])], name="inner")
    both = [call("inner"), call("big")]
    assert held(workflow(steps(both, parallelism=1), inner, leaf(1, "small"), leaf(2, "big"))) == 3
    assert held(workflow(steps(both, parallelism=2), inner, leaf(1, "small"), leaf(2, "big"))) == 5
    assert held(workflow(steps(both, parallelism=1), inner, leaf(1, "small"), leaf(2, "big"), parallelism=2)) == 2


def test_daemons_stay_beside_what_follows() -> None:
    assert held(workflow(steps([call("server")], [call("leaf")]), leaf(1, "server", daemon=True), leaf(4))) == 5
    assert held(workflow(dag(task("s", "server"), task("l", "leaf", "s")), leaf(1, "server", daemon=True), leaf(4))) == 5


def test_exit_handlers_come_after_and_hooks_beside() -> None:
    assert held(workflow(leaf(4), leaf(6, "end"), onExit="end")) == 6
    hooks = {"exit": {"template": "end"}, "running": {"template": "end", "expression": "true"}}
    assert held(workflow(leaf(4), leaf(6, "end"), hooks=hooks)) == 10
    assert held(workflow(steps([call("leaf", hooks={"on": {"template": "end", "expression": "true"}})]), leaf(4), leaf(1, "end"))) == 5


def test_recursion_is_unbounded_only_with_accelerators() -> None:
    assert held(workflow(steps([call("leaf")], [call("main", when="false")]), leaf(1))) == INFINITE
    assert held(workflow(steps([call("leaf")], [call("main", when="false")]), leaf(0))) == 0


def test_created_and_waited_for_is_held_once() -> None:
    assert held(workflow(steps([call("create")], [call("wait")], [call("leaf")]), CREATE, WAIT, leaf(1))) == 8
    assert (
        held(workflow(steps([call("create")], [call("leaf")], [call("wait")], [call("big")]), CREATE, WAIT, leaf(1), leaf(9, "big"))) == 9
    )
    sweep = steps([call("trial", withItems=[1, 2, 3, 4, 5])], parallelism=2)
    assert held(workflow(sweep, steps([call("create")], [call("wait")], name="trial"), CREATE, WAIT)) == 16


def test_created_and_never_waited_for_stays() -> None:
    assert held(workflow(steps([call("create", withItems=[1, 2, 3])], [call("leaf")]), CREATE, leaf(1), parallelism=1)) == 25
    assert held(workflow(steps([call("create")], [call("end")]), CREATE, leaf(1, "end"), onExit="end")) == 9
    other = resource("wait", "get", manifest("JobSet", "other"), "status.terminalState == Completed")
    assert held(workflow(steps([call("create")], [call("wait")], [call("leaf")]), CREATE, other, leaf(1))) == 9


def test_a_condition_holds_the_object_as_long_as_its_pod() -> None:
    waits = resource("create", "create", manifest("TrainJob"), "status.jobsStatus == x")
    assert held(workflow(steps([call("create", withItems=[1, 2, 3])], [call("leaf")]), waits, leaf(1), parallelism=2)) == 16


def test_parameters_reach_embedded_manifests() -> None:
    create = resource(
        "create", "create", manifest("TrainJob", nodes="{{inputs.parameters.nodes}}"), inputs={"parameters": [{"name": "nodes"}]}
    )
    arguments = {"parameters": [{"name": "nodes", "value": "{{workflow.parameters.nodes}}"}]}
    run = workflow(steps([call("create", arguments=arguments)]), create, arguments={"parameters": [{"name": "nodes", "value": "3"}]})
    assert held(run) == 12
    [(path, found)] = Inventory([run]).embedded(run)
    assert path == "spec.templates[1].resource.manifest"
    assert found["spec"]["trainer"]["numNodes"] == "3"
    assert found["metadata"] == {"name": "run", "namespace": "team"}


def test_open_parameters_take_the_largest_choice_or_are_unknown() -> None:
    gpus = {"name": "gpus", "enum": ["1", "8", "2"]}
    assert held(workflow(leaf("{{inputs.parameters.gpus}}", inputs={"parameters": [gpus]}))) == 8
    assert held(workflow(leaf("{{inputs.parameters.gpus}}", inputs={"parameters": [{**gpus, "default": "2"}]}))) == 2
    assert codes(workflow(leaf("{{inputs.parameters.gpus}}", inputs={"parameters": [{"name": "gpus"}]}))) == ["CNAI603"]


def test_items_can_decide_the_size() -> None:
    inputs = {"parameters": [{"name": "gpus"}]}
    arguments = {"parameters": [{"name": "gpus", "value": "{{item.gpus}}"}]}
    loop = call("leaf", withItems=[{"gpus": 1}, {"gpus": 4}], arguments=arguments)
    assert held(workflow(steps([loop]), leaf("{{inputs.parameters.gpus}}", inputs=inputs))) == 5


@pytest.mark.parametrize("text", ["a: &x [1]\nb: *x", "{", "a: " + "[" * 100 + "]" * 100])
def test_manifests_that_cannot_be_read_are_unknown(text: str) -> None:
    assert codes(workflow(resource("main", "create", text))) == ["CNAI602"]


def test_patches_raise_the_pod() -> None:
    patch = json.dumps({"containers": [{"name": "main", "resources": {"limits": {GPU: 8}}}]})
    assert held(workflow(leaf(1, podSpecPatch=patch))) == 8
    assert held(workflow(leaf(1), podSpecPatch=patch)) == 8
    assert codes(workflow(leaf(1, podSpecPatch="{{inputs.parameters.patch}}"))) == ["CNAI602"]


def test_defaults_of_the_workflow_reach_its_templates() -> None:
    run = workflow({"name": "main", "container": {"image": "i"}}, templateDefaults={"container": {"resources": {"limits": {GPU: 2}}}})
    assert held(run) == 2


def test_templates_are_counted_through_what_runs_them() -> None:
    template = make("WorkflowTemplate", {"entrypoint": "leaf", "templates": [leaf(3)]}, "t")
    cron = make("CronWorkflow", {"schedules": ["0 2 * * *"], "workflowSpec": {"workflowTemplateRef": {"name": "t"}}}, "c")
    forbid = {**cron, "spec": {**cron["spec"], "concurrencyPolicy": "Forbid"}}
    assert held(template) == 3
    assert held(template, forbid) == held(forbid, template) == 3
    assert held(template, cron) == INFINITE
    assert codes(forbid) == ["CNAI602"]


def test_overlapping_schedules() -> None:
    spec = {"entrypoint": "leaf", "templates": [leaf(3)], "activeDeadlineSeconds": 7200}
    cron = {"schedules": ["0 * * * *"], "workflowSpec": spec}
    assert held(make("CronWorkflow", cron)) == 6
    assert held(make("CronWorkflow", {**cron, "concurrencyPolicy": "Replace"})) == 3
    assert held(make("CronWorkflow", {**cron, "schedules": ["0 * * * *", "30 0 * * *"]})) == 9


def test_templates_of_other_objects() -> None:
    library = make("ClusterWorkflowTemplate", {"templates": [leaf(5, "train")]}, "library")
    ref = {"name": "a", "templateRef": {"name": "library", "template": "train", "clusterScope": True}}
    assert held(workflow(steps([ref])), library) == 5
    assert codes(workflow(steps([ref]))) == ["CNAI602"]


def test_templates_that_call_each_other_are_not_lost() -> None:
    def to(name: str) -> dict[str, Any]:
        return steps([{"name": "next", "templateRef": {"name": name, "template": "main"}}, call("leaf")])

    one = make("WorkflowTemplate", {"entrypoint": "main", "templates": [to("b"), leaf(1)]}, "a")
    two = make("WorkflowTemplate", {"entrypoint": "main", "templates": [to("a"), leaf(1)]}, "b")
    assert held(one, two) > 0


def test_a_workflow_that_creates_itself_ends() -> None:
    text = json.dumps(make("Workflow", {"workflowTemplateRef": {"name": "t"}}, "child"))
    template = make("WorkflowTemplate", {"entrypoint": "main", "templates": [resource("main", "create", text)]}, "t")
    assert codes(template) == ["CNAI602"]


def test_many_templates_in_a_chain_end() -> None:
    chain = [steps([call(f"t{i + 1}")], name=f"t{i}") for i in range(199)]
    assert codes(workflow(*chain, leaf(1, "t199"))) == ["CNAI602"]


def test_wide_graphs_stay_cheap() -> None:
    tree = [steps([call(f"t{i + 1}"), {**call(f"t{i + 1}"), "name": "again"}], name=f"t{i}") for i in range(30)]
    assert held(workflow(*tree, leaf(1, "t30"))) == 2**30
    assert held(workflow(*tree, leaf(1, "t30"), parallelism=50)) == 50
