"""Every place of a pod x every evil: a rule, or the closing guard, names each one at its place. One run judges them all."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from spoiling import MANIFEST, RELEASE, component, override, write

from cnai_gitops.system.tools import Settings

Body = dict[str, Any]
Make = Callable[[Body], Body]

PIN = "registry.example.com/ok@sha256:" + "a" * 64
TAG = "registry.example.com/evil:1"
SOUND = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def container(name: str = "main", **more: Any) -> Body:
    return {"name": name, "image": PIN, "securityContext": SOUND, **more}


def pod(**more: Any) -> Body:
    return {"containers": [container()], **more}


def over(spec: Body, **more: Any) -> Body:
    first, *others = spec["containers"]
    return {**spec, "containers": [{**first, **more}, *others]}


EVILS: Mapping[str, tuple[str, Callable[[Body], Body]]] = {
    "an image by its tag": ("images.digest_pinned", lambda spec: over(spec, image=TAG)),
    "a privileged container": ("security.restricted_pods", lambda spec: over(spec, securityContext={**SOUND, "privileged": True})),
    "a folder of the host": (
        "security.restricted_pods",
        lambda spec: {**spec, "volumes": [{"name": "host", "hostPath": {"path": "/", "type": "Directory"}}]},
    ),
    "a volume by its tag": (
        "images.digest_pinned",
        lambda spec: {**spec, "volumes": [{"name": "model", "image": {"reference": TAG, "pullPolicy": "Always"}}]},
    ),
    "the network of the host": ("security.restricted_pods", lambda spec: {**spec, "hostNetwork": True}),
    "a capability": (
        "security.restricted_pods",
        lambda spec: over(spec, securityContext={**SOUND, "capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}),
    ),
    "root": ("security.restricted_pods", lambda spec: over(spec, securityContext={**SOUND, "runAsNonRoot": False, "runAsUser": 0})),
    "a card that nobody knows": (
        "CNAI602",
        lambda spec: over(spec, resources={"limits": {"huawei.com/Ascend910": "1"}, "requests": {"huawei.com/Ascend910": "1"}}),
    ),
    "half a card": ("accelerators.whole_and_equal", lambda spec: over(spec, resources={"limits": {"nvidia.com/gpu": "0.5"}})),
    "a sidecar by its tag": ("images.digest_pinned", lambda spec: {**spec, "containers": [*spec["containers"], container("x", image=TAG)]}),
    "a first container by its tag": ("images.digest_pinned", lambda spec: {**spec, "initContainers": [container("x", image=TAG)]}),
}


def made(api: str, kind: str, spec: Any) -> Body:
    return {"apiVersion": api, "kind": kind, "metadata": {"namespace": "risk-dev"}, "spec": spec}


def template(spec: Body) -> Body:
    return {"metadata": {"labels": {"app": "x"}}, "spec": spec}


def job(spec: Body) -> Body:
    return {"template": template({"restartPolicy": "Never", **spec})}


def apps(kind: str) -> Make:
    selector = {"selector": {"matchLabels": {"app": "x"}}}
    more = {"serviceName": "x"} if kind == "StatefulSet" else {}
    return lambda spec: made("apps/v1", kind, {**selector, **more, "template": template(spec)})


def component_of(name: str) -> Make:
    """A component of an InferenceService, with the predictor that each one needs."""
    sound = {"predictor": {"model": {"modelFormat": {"name": "triton"}, "image": PIN, "securityContext": SOUND}}}
    return lambda spec: made("serving.kserve.io/v1beta1", "InferenceService", {**sound, name: spec})


def model(spec: Body) -> Body:
    """The pod of a service whose first container is a model server."""
    first, *others = spec["containers"]
    block = {"modelFormat": {"name": "triton"}, **{k: v for k, v in first.items() if k != "name"}}
    predictor = {**spec, "model": block, "containers": others}
    return made("serving.kserve.io/v1beta1", "InferenceService", {"predictor": {k: v for k, v in predictor.items() if v != []}})


def cluster(spec: Body, worker: Body | None = None) -> Body:
    head = {"rayStartParams": {}, "template": {"spec": spec}}
    group = {"groupName": "w", "replicas": 1, "rayStartParams": {}, "template": {"spec": worker or pod()}}
    return {"headGroupSpec": head, "workerGroupSpecs": [group]}


def spark(spec: Body, side: str = "driver") -> Body:
    sound = {"template": {"spec": pod()}, "securityContext": SOUND, "image": PIN}
    return {
        "type": "Python",
        "mode": "cluster",
        "sparkVersion": "4.0.0",
        "mainApplicationFile": "local:///x.py",
        "driver": sound,
        "executor": sound,
        side: {"template": {"spec": spec}},
    }


_OF_POD = ("hostNetwork",)


def step(spec: Body, **more: Any) -> Body:
    """A template of Argo with the first container of a pod, and the others beside it."""
    first, *others = spec["containers"]
    found = {"name": "a", "container": {k: v for k, v in first.items() if k != "name"}, **more}
    found |= {"sidecars": others} if others else {}
    found |= {name: spec[name] for name in ("volumes", "initContainers") if name in spec}
    return {**found, **({"podSpecPatch": json.dumps({"hostNetwork": True})} if spec.get("hostNetwork") else {})}


def flow(kind: str, spec: Body) -> Body:
    whole = {"entrypoint": "a", **spec}
    if kind == "CronWorkflow":
        return made("argoproj.io/v1alpha1", kind, {"schedules": ["0 3 * * *"], "workflowSpec": whole})
    return made("argoproj.io/v1alpha1", kind, whole)


def patch(spec: Body) -> str:
    """The pod as a strategic merge patch over the sound one."""
    return json.dumps(spec)


def calls(call: Body, how: str) -> list[Body]:
    inner = {"name": "s", **call}
    return [{"name": "a", "steps": [[inner]]} if how == "steps" else {"name": "a", "dag": {"tasks": [inner]}}]


def resource(text: Body, **more: Any) -> Body:
    return {"name": "a", "resource": {"action": "create", "manifest": json.dumps({**text, "metadata": {"name": "in"}}), **more}}


def sensor(action: str, value: Body, operation: str) -> Body:
    dependency = {"name": "d", "eventSourceName": "e", "eventName": "event"}
    trigger = {
        "template": {"name": "t", action: {"operation": operation, "source": {"resource": {**value, "metadata": {"generateName": "x-"}}}}}
    }
    return made("argoproj.io/v1alpha1", "Sensor", {"template": sensor_pod(pod()), "dependencies": [dependency], "triggers": [trigger]})


def sensor_pod(spec: Body) -> Body:
    first = {k: v for k, v in spec["containers"][0].items() if k != "name"}
    return {"container": first, **{k: v for k, v in spec.items() if k != "containers"}}


REF = {"workflowTemplateRef": {"name": "scores-train-scorer"}}
JOBSET = {"replicatedJobs": [{"name": "node", "template": {"spec": {}}}]}


def jobset(spec: Body) -> Body:
    return {"replicatedJobs": [{"name": "node", "template": {"spec": job(spec)}}]}


PLACES: Mapping[str, Make] = {
    "Pod": lambda spec: made("v1", "Pod", spec),
    **{kind: apps(kind) for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")},
    "Job": lambda spec: made("batch/v1", "Job", job(spec)),
    "CronJob": lambda spec: made("batch/v1", "CronJob", {"schedule": "0 3 * * *", "jobTemplate": {"spec": job(spec)}}),
    "JobSet": lambda spec: made("jobset.x-k8s.io/v1alpha2", "JobSet", jobset(spec)),
    "ScaledJob": lambda spec: made(
        "keda.sh/v1alpha1", "ScaledJob", {"jobTargetRef": job(spec), "triggers": [{"type": "cron", "metadata": {}}]}
    ),
    "TrainingRuntime": lambda spec: made("trainer.kubeflow.org/v1alpha1", "TrainingRuntime", {"template": {"spec": jobset(spec)}}),
    "Volcano Job": lambda spec: made(
        "batch.volcano.sh/v1alpha1", "Job", {"tasks": [{"name": "t", "replicas": 1, "template": template(spec)}]}
    ),
    "RayCluster, head": lambda spec: made("ray.io/v1", "RayCluster", cluster(spec)),
    "RayCluster, workers": lambda spec: made("ray.io/v1", "RayCluster", cluster(pod(), spec)),
    "RayJob, submitter": lambda spec: made(
        "ray.io/v1",
        "RayJob",
        {"entrypoint": "x", "submitterPodTemplate": {"spec": {"restartPolicy": "Never", **spec}}, "rayClusterSpec": cluster(pod())},
    ),
    "RayJob, head": lambda spec: made(
        "ray.io/v1", "RayJob", {"entrypoint": "x", "submissionMode": "HTTPMode", "rayClusterSpec": cluster(spec)}
    ),
    "RayService, workers": lambda spec: made("ray.io/v1", "RayService", {"serveConfigV2": "", "rayClusterConfig": cluster(pod(), spec)}),
    "InferenceService, model": model,
    "InferenceService, transformer": component_of("transformer"),
    "InferenceService, explainer": component_of("explainer"),
    "InferenceService, predictor": lambda spec: made("serving.kserve.io/v1beta1", "InferenceService", {"predictor": spec}),
    "ServingRuntime": lambda spec: made("serving.kserve.io/v1alpha1", "ServingRuntime", {"supportedModelFormats": [{"name": "x"}], **spec}),
    "SparkApplication, driver": lambda spec: made("sparkoperator.k8s.io/v1beta2", "SparkApplication", spark(spec)),
    "SparkApplication, executor": lambda spec: made("sparkoperator.k8s.io/v1beta2", "SparkApplication", spark(spec, "executor")),
    "Workflow": lambda spec: flow("Workflow", {"templates": [step(spec)]}),
    "WorkflowTemplate": lambda spec: flow("WorkflowTemplate", {"templates": [step(spec)]}),
    "CronWorkflow": lambda spec: flow("CronWorkflow", {"templates": [step(spec)]}),
    "a template that nothing calls": lambda spec: flow("Workflow", {"templates": [step(pod()), step(spec, name="b")]}),
    "a template in a step": lambda spec: flow(
        "WorkflowTemplate", {"templates": calls({"inline": {k: v for k, v in step(spec).items() if k != "name"}}, "steps")}
    ),
    "a template in a task": lambda spec: flow(
        "CronWorkflow", {"templates": calls({"inline": {k: v for k, v in step(spec).items() if k != "name"}}, "dag")}
    ),
    "the patch of a template": lambda spec: flow("Workflow", {"templates": [step(pod(), podSpecPatch=patch(spec))]}),
    "the patch of a workflow": lambda spec: flow("CronWorkflow", {"templates": [step(pod())], "podSpecPatch": patch(spec)}),
    "the patch of a workflow over a template": lambda spec: flow("Workflow", {**REF, "podSpecPatch": patch(spec)}),
    "the patch of a schedule over a template": lambda spec: flow("CronWorkflow", {**REF, "podSpecPatch": patch(spec)}),
    "the patch of a resource template": lambda spec: flow(
        "Workflow", {"templates": [resource(made("v1", "ConfigMap", {})) | {"podSpecPatch": patch(spec)}]}
    ),
    "what a workflow creates": lambda spec: flow("Workflow", {"templates": [resource(made("batch/v1", "Job", job(spec)))]}),
    "what a step inside creates": lambda spec: flow(
        "Workflow", {"templates": calls({"inline": {"resource": resource(made("v1", "Pod", spec))["resource"]}}, "steps")}
    ),
    "what a workflow that a workflow creates creates": lambda spec: flow(
        "Workflow", {"templates": [resource(flow("Workflow", {"templates": [resource(made("v1", "Pod", spec))]}))]}
    ),
    "what a sensor creates": lambda spec: sensor("k8s", made("v1", "Pod", spec), "create"),
    "a workflow that a sensor submits": lambda spec: sensor("argoWorkflow", flow("Workflow", {"templates": [step(spec)]}), "submit"),
    "the patch of a workflow that a sensor submits": lambda spec: sensor(
        "argoWorkflow", flow("Workflow", {**REF, "podSpecPatch": patch(spec)}), "submit"
    ),
    "a patch of a runtime": lambda spec: made(
        "trainer.kubeflow.org/v1alpha1",
        "TrainJob",
        {
            "runtimeRef": {"name": "scores-train-scorer", "kind": "TrainingRuntime"},
            "runtimePatches": [
                {
                    "manager": "m",
                    "trainingRuntimeSpec": {"template": {"spec": {"replicatedJobs": [{"name": "node", "template": {"spec": job(spec)}}]}}},
                }
            ],
        },
    ),
}
IMAGE_AT = {
    "Pod": "spec.containers[0].image",
    "Deployment": "spec.template.spec.containers[0].image",
    "StatefulSet": "spec.template.spec.containers[0].image",
    "DaemonSet": "spec.template.spec.containers[0].image",
    "ReplicaSet": "spec.template.spec.containers[0].image",
    "Job": "spec.template.spec.containers[0].image",
    "CronJob": "spec.jobTemplate.spec.template.spec.containers[0].image",
    "JobSet": "spec.replicatedJobs[0].template.spec.template.spec.containers[0].image",
    "ScaledJob": "spec.jobTargetRef.template.spec.containers[0].image",
    "TrainingRuntime": "spec.template.spec.replicatedJobs[0].template.spec.template.spec.containers[0].image",
    "Volcano Job": "spec.tasks[0].template.spec.containers[0].image",
    "RayCluster, head": "spec.headGroupSpec.template.spec.containers[0].image",
    "RayCluster, workers": "spec.workerGroupSpecs[0].template.spec.containers[0].image",
    "RayJob, submitter": "spec.submitterPodTemplate.spec.containers[0].image",
    "RayJob, head": "spec.rayClusterSpec.headGroupSpec.template.spec.containers[0].image",
    "RayService, workers": "spec.rayClusterConfig.workerGroupSpecs[0].template.spec.containers[0].image",
    "InferenceService, model": "spec.predictor.model.image",
    "InferenceService, transformer": "spec.transformer.containers[0].image",
    "InferenceService, explainer": "spec.explainer.containers[0].image",
    "InferenceService, predictor": "spec.predictor.containers[0].image",
    "ServingRuntime": "spec.containers[0].image",
    "SparkApplication, driver": "spec.driver.image",
    "SparkApplication, executor": "spec.executor.image",
    "Workflow": "spec.templates[0].container.image",
    "WorkflowTemplate": "spec.templates[0].container.image",
    "CronWorkflow": "spec.workflowSpec.templates[0].container.image",
    "a template that nothing calls": "spec.templates[1].container.image",
    "a template in a step": "spec.templates[0].steps[0][0].inline.container.image",
    "a template in a task": "spec.workflowSpec.templates[0].dag.tasks[0].inline.container.image",
    "the patch of a template": "spec.templates[0].container.image",
    "the patch of a workflow": "spec.workflowSpec.templates[0].container.image",
    "the patch of a workflow over a template": "spec.podSpecPatch.templates[1].container.image",
    "the patch of a schedule over a template": "spec.workflowSpec.podSpecPatch.templates[1].container.image",
    "the patch of a resource template": "spec.templates[0].containers[0].image",
    "what a workflow creates": "spec.template.spec.containers[0].image",
    "what a step inside creates": "spec.containers[0].image",
    "what a workflow that a workflow creates creates": "spec.containers[0].image",
    "what a sensor creates": "spec.containers[0].image",
    "a workflow that a sensor submits": "spec.templates[0].container.image",
    "the patch of a workflow that a sensor submits": "spec.podSpecPatch.templates[1].container.image",
    "a patch of a runtime": "spec.runtimePatches[0].trainingRuntimeSpec.template.spec.replicatedJobs[0].containers[1].image",
}
"""Where the image of the first container is said to be."""

RUNS_NOTHING = ("TrainingRuntime", "ServingRuntime", "a template that nothing calls")
"""Rules look at these as at any other pod; the ledger counts what is run."""

CASES = [(place, evil) for place in PLACES for evil, (code, _) in EVILS.items() if not (place in RUNS_NOTHING and code == "CNAI602")]


def name_of(place: str, evil: str) -> str:
    return f"p{list(PLACES).index(place)}-e{list(EVILS).index(evil)}"


def bodies() -> Iterator[Body]:
    for place, evil in CASES:
        body = PLACES[place](EVILS[evil][1](pod()))
        yield {**body, "metadata": {**body["metadata"], "name": name_of(place, evil)}}
    for number, make in enumerate(PLACES.values()):
        body = make(pod())
        yield {**body, "metadata": {**body["metadata"], "name": f"s{number}"}}
    for case, (body, _, _) in GUARDED.items():
        yield {**body, "metadata": {**body["metadata"], "name": guard_name(case)}}


Judged = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def judged(built: Path, tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Judged:
    """Findings by the name of the object, of one check of all cases."""
    root = Path(shutil.copytree(built, tmp_path_factory.mktemp("effective") / "repository"))
    component("resources: [evil.yaml]\n")(root)
    write("environments/dev/patches/scores/evil.yaml", yaml.safe_dump_all(map(json.loads, map(json.dumps, bodies())), sort_keys=False))(
        root
    )
    line = [sys.executable, "-m", "cnai_gitops", "check", "--no-stale", "-o", "json", "--root", str(root)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1, done.stdout + done.stderr
    found: Judged = {}
    for finding in json.loads(done.stdout)["findings"]:
        found.setdefault(finding["resource"].partition("#")[0].rpartition("/")[2], []).append(finding)
    return found


@pytest.mark.parametrize(("place", "evil"), CASES)
def test_nothing_that_runs_is_passed_over(judged: Judged, place: str, evil: str) -> None:
    found = judged.get(name_of(place, evil), [])
    assert EVILS[evil][0] in {finding["code"] for finding in found}, found


@pytest.mark.parametrize("place", PLACES)
def test_it_is_named_at_its_place(judged: Judged, place: str) -> None:
    found = judged[name_of(place, "an image by its tag")]
    assert IMAGE_AT[place] in {finding["path"] for finding in found if finding["code"] == "images.digest_pinned"}


# -- what no file tells, and what looks as if it ran ---------------------------------------------------------


def triggers(template: Body, **more: Any) -> Body:
    dependency = {"name": "d", "eventSourceName": "e", "eventName": "event"}
    trigger = {"template": {"name": "t", **template}, **more}
    return made("argoproj.io/v1alpha1", "Sensor", {"template": sensor_pod(pod()), "dependencies": [dependency], "triggers": [trigger]})


def creates(**more: Any) -> Body:
    sound = {"operation": "create", "source": {"resource": {**made("v1", "Pod", pod()), "metadata": {"generateName": "x-"}}}}
    return {"k8s": {**sound, **more}}


def decided(dest: str) -> Body:
    return creates(parameters=[{"src": {"dependencyName": "d", "dataKey": "k"}, "dest": dest}])


SPARK_UNTOLD = "it may change the pods in a way that no rule sees"
GUARDED: Mapping[str, tuple[Body, str, str]] = {
    "an object from an address": (
        triggers(creates(source={"url": {"path": "https://example.com/job.yaml"}})),
        "spec.triggers[0].template.k8s.source.url",
        "what it creates lies elsewhere; write it here as `resource`",
    ),
    "a patch of an object": (
        triggers(creates(operation="patch")),
        "spec.triggers[0].template.k8s.operation",
        "it changes an object when an event comes, and no file tells into what",
    ),
    "an image that an event decides": (
        triggers(decided("spec.containers.0.image")),
        "spec.triggers[0].template.k8s.parameters[0].dest",
        "an event decides spec.containers.0.image of what it creates",
    ),
    "a trigger that an event decides": (
        triggers(creates(), parameters=[{"src": {"dependencyName": "d", "dataKey": "k"}, "dest": "k8s.source.resource"}]),
        "spec.triggers[0].parameters[0].dest",
        "an event decides k8s.source.resource of the trigger",
    ),
    "a plug-in": (
        flow("Workflow", {"templates": [{"name": "a", "plugin": {"x": {}}}]}),
        "spec.templates[0].plugin",
        "a plug-in of the executor decides what runs",
    ),
    "a patch that cannot be read": (
        flow("Workflow", {"templates": [step(pod(), podSpecPatch="{{inputs.parameters.x}}")]}),
        "spec.templates[0].podSpecPatch",
        "the patch of the pod cannot be read: a placeholder decides what it says",
    ),
    "a pod template in a file": (
        made(
            "sparkoperator.k8s.io/v1beta2",
            "SparkApplication",
            spark(pod()) | {"sparkConf": {"spark.kubernetes.driver.podTemplateFile": "s3://x"}},
        ),
        "spec.sparkConf[spark.kubernetes.driver.podTemplateFile]",
        SPARK_UNTOLD,
    ),
    "an option of a Spark to come": (
        made("sparkoperator.k8s.io/v1beta2", "SparkApplication", spark(pod()) | {"sparkConf": {"spark.kubernetes.executor.surprise": "1"}}),
        "spec.sparkConf[spark.kubernetes.executor.surprise]",
        SPARK_UNTOLD,
    ),
    "a runtime that KServe chooses": (
        made("serving.kserve.io/v1beta1", "InferenceService", {"predictor": {"model": {"modelFormat": {"name": "triton"}}}}),
        "spec.predictor.model.runtime",
        "KServe chooses the runtime, and with it the image",
    ),
    "a sidecar by an annotation": (
        {**made("v1", "Pod", pod()), "metadata": {"namespace": "risk-dev", "annotations": {"sidecar.istio.io/proxyImage": TAG}}},
        "metadata.annotations['sidecar.istio.io/proxyImage']",
        f"the image '{TAG}' is in no pod that is known to be made of it",
    ),
    "an account of the executor": (
        flow("Workflow", {"templates": [step(pod(), executor={"serviceAccountName": "admin"})]}),
        "spec.templates[0].executor.serviceAccountName",
        "the service account 'admin' is in no pod that is known to be made of it",
    ),
    "defaults that nothing takes": (
        flow("Workflow", {"templateDefaults": {"container": container()}, "templates": [{"name": "a", "suspend": {}}]}),
        "spec.templateDefaults.container.image",
        f"the image '{PIN}' is in no pod that is known to be made of it",
    ),
}


def guard_name(case: str) -> str:
    return f"g{list(GUARDED).index(case)}"


@pytest.mark.parametrize("case", GUARDED)
def test_what_cannot_be_told_is_said(judged: Judged, case: str) -> None:
    body, path, words = GUARDED[case]
    name = guard_name(case)
    assert (path, f"{body['kind']} {name}: {words}, so no rule can tell what will run") in {
        (finding["path"], finding["message"]) for finding in judged.get(name, []) if finding["code"] == "CNAI630"
    }, judged.get(name)


@pytest.mark.parametrize("place", PLACES)
def test_a_sound_pod_sets_off_no_alarm(judged: Judged, place: str) -> None:
    found = judged[f"s{list(PLACES).index(place)}"]  # its image was never scanned, so something is said of each
    assert [finding for finding in found if finding["code"] == "CNAI630"] == []


# -- what an override says inside of a workflow ----------------------------------------------------------------


def test_an_override_reaches_what_a_workflow_creates_and_is_named_by_its_line(
    root: Path, cnai: Callable[..., Any], settings: Settings
) -> None:
    override("TrainJob", "scores-train-scorer", {"/spec/trainer/image": TAG, "/metadata/labels/example.com~1cost": "a7"})(root)
    done = cnai("check", "--no-stale", "-o", "json", "--root", root)
    found = [f for f in json.loads(done.out)["findings"] if f["code"] == "images.digest_pinned" and "#" in f["resource"]]
    assert [(f["path"], f["location"]["file"], f["location"]["line"]) for f in found] == [
        ("spec.trainer.image", "environments/dev/scores.yaml", 12),
    ]
    assert cnai("build", "--root", root).code == 0
    [manifest] = [line for line in (root / MANIFEST).read_text().splitlines() if "example.com/cost" in line]
    assert manifest.strip() == "example.com/cost: a7"
    assert cnai("build", "--verify", "--root", root).code == 0


def test_an_override_of_what_no_workflow_creates(root: Path, refused: Callable[..., list[str]], settings: Settings) -> None:
    override("TrainJob", "another", {"/spec/suspend": True})(root)
    assert refused("build") == [f"{RELEASE}:8:3: error[CNAI310]: override of TrainJob/another changes nothing: no such object"]
