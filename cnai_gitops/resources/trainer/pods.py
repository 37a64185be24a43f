"""Pods of training runtimes, and what a TrainJob makes of the one it names (Trainer 2.3).

Must not: choose a runtime or a framework.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cnai_gitops.resources.accelerators import pod_count, pod_demand, repeated
from cnai_gitops.resources.base import Body, Demand, Pods, World, key_of
from cnai_gitops.resources.core.strategic import merge
from cnai_gitops.resources.jobset.pods import job_demand, job_pods, replicated_jobs

GROUP = "trainer.kubeflow.org"
ANCESTOR_LABEL = "trainer.kubeflow.org/trainjob-ancestor-step"
TRAINER_STEP = "trainer"
NODE_CONTAINER = "node"

STOCK_RUNTIMES = frozenset({"torch-distributed", "jax-distributed", "xgboost-distributed", "deepspeed-distributed", "mlx-distributed"})
"""Runtimes that Trainer 2.3 installs whose only pods are the training nodes, on any node of the cluster."""


def runtime_pods(body: Body, world: World) -> Iterator[Pods]:
    """The pods of each replicated job of a runtime."""
    for _, job, path in replicated_jobs(_jobset(body), "spec.template.spec"):
        yield job_pods(job, path)


def _jobset(runtime: Mapping[str, Any]) -> Mapping[str, Any]:
    return ((runtime.get("spec") or {}).get("template") or {}).get("spec") or {}


def nothing(body: Body, world: World) -> Demand:
    """A runtime is a template: the TrainJobs that name it are counted."""
    return Demand()


def train_job_pods(body: Body, world: World) -> Iterator[Pods]:
    """The pods of each replicated job of the runtime that a TrainJob names, its patches and its trainer laid over them.

    Of a runtime that nobody here knows only the training nodes are listed, as far as the TrainJob describes them.
    """
    return (pods for _, pods, _ in _jobs(body, world))


def train_job_demand(body: Body, world: World) -> Demand:
    """numNodes x one training node, and the other replicated jobs of the runtime (initializers, launcher)."""
    trainer = (body.get("spec") or {}).get("trainer") or {}
    runtime, words = _runtime(body, world)
    policy = _policy(runtime)
    launcher_is_node = bool((policy.get("mpi") or {}).get("runLauncherAsNode"))
    found = Demand(unknown=words)
    for name, pods, job in _jobs(body, world):
        if _is_trainer(name, job):
            nodes = trainer.get("numNodes", policy.get("numNodes"))
            found += repeated(pod_demand(pods.spec), nodes, 1, "spec.trainer.numNodes")
        elif not (launcher_is_node and name == "launcher"):
            found += job_demand(job, "the runtime's spec.template.spec")
    return found


def _jobs(body: Body, world: World) -> Iterator[tuple[str, Pods, Mapping[str, Any]]]:
    """(name, pods, replicated job) of a TrainJob, patched; of a runtime that is not known there is only the training node."""
    spec = body.get("spec") or {}
    trainer = spec.get("trainer") or {}
    runtime, _ = _runtime(body, world)
    nodes = pod_count(trainer.get("numNodes", _policy(runtime).get("numNodes")), 1)
    for job in _jobset(runtime).get("replicatedJobs") or [{"name": NODE_CONTAINER}]:
        name, place = str(job.get("name", "")), "spec.runtimeRef"
        trains = _is_trainer(name, job)
        for at, patch in _patches(spec, name):
            job, place = merge(job, patch), at
        if trains and trainer:
            job, place = _with_trainer(job, trainer), place if place != "spec.runtimeRef" else "spec.trainer"
        pods = job_pods(job, place)
        labels = {**((body.get("metadata") or {}).get("labels") or {}), **pods.labels}
        own = {
            f"containers[{i}]": "spec.trainer" for i, c in enumerate(pods.spec.get("containers") or ()) if c.get("name") == NODE_CONTAINER
        }
        yield name, Pods(nodes if trains else pods.count, pods.spec, place, labels, own if trains and trainer else {}), job


def _patches(spec: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(path, replicated job) of each patch of the replicated job of this name."""
    for i, patch in enumerate(spec.get("runtimePatches") or ()):
        template = ((patch.get("trainingRuntimeSpec") or {}).get("template") or {}).get("spec") or {}
        for j, job in enumerate(template.get("replicatedJobs") or ()):
            if str(job.get("name", "")) == name:
                yield f"spec.runtimePatches[{i}].trainingRuntimeSpec.template.spec.replicatedJobs[{j}]", job


def _with_trainer(job: Mapping[str, Any], trainer: Mapping[str, Any]) -> dict[str, Any]:
    """The job with what the TrainJob says of its node: image, command, arguments, variables, and resources instead of the runtime's."""
    node = {"name": NODE_CONTAINER, **{field: trainer[field] for field in ("image", "command", "args", "env") if trainer.get(field)}}
    pod = merge(_pod_spec(job), {"containers": [node]})
    if trainer.get("resourcesPerNode"):
        resources = {"resources": trainer["resourcesPerNode"]}
        pod["containers"] = [{**c, **resources} if c.get("name") == NODE_CONTAINER else c for c in pod["containers"]]
    return merge(job, {"template": {"spec": {"template": {"spec": {"$patch": "replace", **pod}}}}})


def _policy(runtime: Mapping[str, Any]) -> Mapping[str, Any]:
    return (runtime.get("spec") or {}).get("mlPolicy") or {}


def _runtime(body: Body, world: World) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The runtime that a TrainJob names, empty for one that Trainer installs; words when nobody knows it."""
    ref = (body.get("spec") or {}).get("runtimeRef") or {}
    kind, name = str(ref.get("kind", "ClusterTrainingRuntime")), str(ref.get("name", ""))
    namespace = key_of(body).namespace if kind == "TrainingRuntime" else ""
    found = world.get(GROUP, kind, namespace, name)
    if found is not None:
        return found, ()
    stock = kind == "ClusterTrainingRuntime" and name in STOCK_RUNTIMES
    return {}, () if stock else (f"spec.runtimeRef: {kind} {name} is not among the manifests",)


def _is_trainer(name: str, job: Mapping[str, Any]) -> bool:
    template = job.get("template") or {}
    pod = ((template.get("spec") or {}).get("template") or {}).get("metadata") or {}
    steps = [(meta.get("labels") or {}).get(ANCESTOR_LABEL) for meta in (template.get("metadata") or {}, pod)]
    return TRAINER_STEP in steps if any(steps) else name == NODE_CONTAINER


def _pod_spec(job: Mapping[str, Any]) -> Mapping[str, Any]:
    return (((job.get("template") or {}).get("spec") or {}).get("template") or {}).get("spec") or {}
