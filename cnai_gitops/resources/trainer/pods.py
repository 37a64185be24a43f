"""Pods of training runtimes, and what a TrainJob makes of the one it names (Trainer 2.3).

Must not: choose a runtime or a framework.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cnai_gitops.resources.accelerators import pod_demand, repeated, total
from cnai_gitops.resources.base import Body, Demand, Pods, World, key_of
from cnai_gitops.resources.jobset.pods import job_demand, job_pods, replicated_jobs

GROUP = "trainer.kubeflow.org"
ANCESTOR_LABEL = "trainer.kubeflow.org/trainjob-ancestor-step"
TRAINER_STEP = "trainer"
NODE_CONTAINER = "node"

STOCK_RUNTIMES = frozenset({"torch-distributed", "jax-distributed", "xgboost-distributed", "deepspeed-distributed", "mlx-distributed"})
"""Runtimes that Trainer 2.3 installs whose only pods are the training nodes, on any node of the cluster."""


def runtime_pods(body: Body) -> Iterator[Pods]:
    """The pods of each replicated job of a runtime."""
    for _, job, path in replicated_jobs(_jobset(body), "spec.template.spec"):
        yield job_pods(job, path)


def _jobset(runtime: Mapping[str, Any]) -> Mapping[str, Any]:
    return ((runtime.get("spec") or {}).get("template") or {}).get("spec") or {}


def nothing(body: Body, world: World) -> Demand:
    """A runtime is a template: the TrainJobs that name it are counted."""
    return Demand()


def train_job_images(body: Body) -> Iterator[tuple[str, str]]:
    """The trainer's image, where the TrainJob names its own."""
    image = ((body.get("spec") or {}).get("trainer") or {}).get("image")
    if image:
        yield "spec.trainer.image", str(image)


def train_job_demand(body: Body, world: World) -> Demand:
    """numNodes x one training node, and the other replicated jobs of the runtime (initializers, launcher)."""
    spec = body.get("spec") or {}
    trainer = spec.get("trainer") or {}
    runtime, words = _runtime(body, world)
    policy = (runtime.get("spec") or {}).get("mlPolicy") or {}
    launcher_is_node = bool((policy.get("mpi") or {}).get("runLauncherAsNode"))
    node: Mapping[str, Any] = {}
    others = []
    for name, job, path in replicated_jobs(_jobset(runtime), "the runtime's spec.template.spec"):
        if _is_trainer(name, job):
            node = _pod_spec(job)
        elif not (launcher_is_node and name == "launcher"):
            others.append(job_demand(job, path))
    one = pod_demand(_node_pod({**node, **_patch(spec)}, trainer))
    nodes = trainer.get("numNodes", policy.get("numNodes"))
    return repeated(one, nodes, 1, "spec.trainer.numNodes") + total(others) + Demand(unknown=words)


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


def _node_pod(pod: Mapping[str, Any], trainer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The runtime's pod with the accelerators that the TrainJob asks for instead of the runtime's."""
    resources = trainer.get("resourcesPerNode")
    if not resources:
        return pod
    others = [c for c in pod.get("containers") or () if c.get("name") != NODE_CONTAINER]
    return {**pod, "containers": [{"name": NODE_CONTAINER, "resources": resources}, *others]}


def _patch(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Where the patched training nodes may run (a patch can change neither their number nor their resources)."""
    placed: dict[str, Any] = {}
    for patch in spec.get("runtimePatches") or ():
        template = (patch.get("trainingRuntimeSpec") or {}).get("template") or {}
        for job in (template.get("spec") or {}).get("replicatedJobs") or ():
            if job.get("name") == NODE_CONTAINER:
                placed |= {k: v for k, v in _pod_spec(job).items() if k in ("nodeSelector", "affinity")}
    return placed
