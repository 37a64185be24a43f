"""How many pods an InferenceService holds at its peak, and what each of them asks for (KServe 0.20).

Must not: declare kinds or models, count the accelerators of one pod.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from cnai_gitops.resources.accelerators import count_of, is_accelerator, pod_count, pod_demand, times
from cnai_gitops.resources.apps import exact, surge
from cnai_gitops.resources.base import INFINITE, Body, Demand, Pods, World
from cnai_gitops.resources.core.fields import container_fields, pod_fields
from cnai_gitops.resources.core.strategic import merge
from cnai_gitops.resources.kserve.injected import with_injected

GROUP = "serving.kserve.io"
MODE = f"{GROUP}/deploymentMode"
CLASS = f"{GROUP}/autoscalerClass"
_MAX_SCALE = "autoscaling.knative.dev/max-scale"
_BACKEND = "multinode/executor-backend"
COMPONENTS = ("predictor", "transformer", "explainer")
_MAIN = "kserve-container"

Pod = Mapping[str, Any]


def own_pod(component: Mapping[str, Any]) -> Pod:
    """Pod spec of a component as far as its own manifest tells: the model's container first, then the others."""
    pod = {k: v for k, v in component.items() if k in pod_fields()}
    main = component.get("model") or component.get("art")
    first = [{"name": _MAIN, **{k: v for k, v in main.items() if k in container_fields()}}] if isinstance(main, Mapping) else []
    return {**pod, "containers": [*first, *(component.get("containers") or [])]}


def service_pods(body: Body, world: World) -> Iterator[Pods]:
    """The pods of an InferenceService at its peak: each component over its runtime, the agent beside it where it logs or batches."""
    spec = body.get("spec") or {}
    predictor = spec.get("predictor") or {}
    service = str((body.get("metadata") or {}).get("name", ""))
    for name in _components(spec):
        scaled = world.scaled_max("apps", "Deployment", _namespace(body), _deployment(body, spec[name], name))
        count = _with_rollout(body, spec[name], _replicas(body, spec[name], scaled))
        pod, _, runtime = _pod(body, spec[name], name, world)
        labels = {**(runtime.get("labels") or {}), **_labels(body, name, spec[name])}
        places, pod = _places(spec[name], f"spec.{name}"), with_injected(pod, spec[name], service)
        yield Pods(count, pod, f"spec.{name}", labels, places, beside=name != "predictor")
    worker = predictor.get("workerSpec")
    if worker:
        labels = _labels(body, "predictor", predictor)
        _, _, runtime = _pod(body, predictor, "predictor", world)
        below = runtime.get("workerSpec") or {}
        pod = _over_runtime(own_pod(worker), below) if below else own_pod(worker)
        yield Pods(2 * _parallel(worker, runtime), pod, "spec.predictor.workerSpec", labels, beside=True)
    for index, canary in enumerate(spec.get("canary") or []):
        own = canary.get("predictor") or {}
        labels = _labels(body, "predictor", predictor, own)
        count, path = _canary_replicas(predictor, canary), f"spec.canary[{index}].predictor"
        whole = _laid_over(predictor, own)
        pod, _, _ = _pod(body, whole, "predictor", world)
        yield Pods(count, with_injected(pod, whole, service), path, labels, _places(own, path, predictor), beside=True)


def service_untold(body: Body, world: World) -> Iterator[tuple[str, str]]:
    """Components whose runtime no file of the target describes."""
    spec = body.get("spec") or {}
    for name in _components(spec):
        model = spec[name].get("model")
        if not isinstance(model, Mapping) or _runtime(model.get("runtime"), _namespace(body), world) is not None:
            continue
        if not model.get("image"):
            named = f"the runtime {model['runtime']} is not in this target" if model.get("runtime") else "KServe chooses the runtime"
            yield f"spec.{name}.model.runtime", f"{named}, and with it the image"


def runtime_pods(body: Body, world: World) -> Iterator[Pods]:
    """The pods of a runtime as far as it tells; none of them run but those of the services that use it."""
    spec = body.get("spec") or {}
    for path, pod in (("spec", spec), ("spec.workerSpec", spec.get("workerSpec") or {})):
        if pod.get("containers"):
            yield Pods(0, own_pod(pod), path, spec.get("labels") or {})


def _places(component: Mapping[str, Any], path: str, stable: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Where the object has the containers of a component, of which a canary may take the first from the stable one."""
    mains = [(f"{path}.{main}", component.get(main)) for main in ("model", "art")]
    mains += [(f"spec.predictor.{main}", (stable or {}).get(main)) for main in ("model", "art")]
    first = next((place for place, main in mains if isinstance(main, Mapping)), "")
    if not first:
        return {}
    own = len(component.get("containers") or ())
    return {"containers[0]": first} | {f"containers[{i + 1}]": f"{path}.containers[{i}]" for i in range(own)}


def _labels(body: Body, name: str, *components: Mapping[str, Any]) -> dict[str, Any]:
    """Labels of a component's pods: the service's, its own, and those that the controller sets."""
    metadata = body.get("metadata") or {}
    labels: dict[str, Any] = {}
    for source in (metadata, *components):
        labels |= source.get("labels") or {}
    own = {"app": f"isvc.{_deployment(body, components[0], name)}", "component": name}
    return {**labels, f"{GROUP}/inferenceservice": metadata.get("name", ""), **own}


def service_demand(body: Body, world: World) -> Demand:
    """Peak of all components, canaries and worker nodes of an InferenceService."""
    spec = body.get("spec") or {}
    stable = spec.get("predictor") or {}
    total = Demand()
    for name in _components(spec):
        component = spec[name]
        pod, words, runtime = _pod(body, component, name, world)
        if component.get("workerSpec"):
            total += _nodes(component, pod, runtime) + Demand(unknown=words)
        else:
            scaled = world.scaled_max("apps", "Deployment", _namespace(body), _deployment(body, component, name))
            total += times(pod_demand(pod), _with_rollout(body, component, _replicas(body, component, scaled))) + Demand(unknown=words)
    for canary in spec.get("canary") or []:
        pod, words, _ = _pod(body, _laid_over(stable, canary.get("predictor") or {}), "predictor", world)
        total += times(pod_demand(pod), _canary_replicas(stable, canary)) + Demand(unknown=words)
    return total


# -- how many pods ------------------------------------------------------------------------------------------


def _standard(body: Body) -> bool:
    """Whether the controller makes Deployments; without the annotation the shipped configuration uses Knative."""
    return _annotations(body).get(MODE) in ("Standard", "RawDeployment")


def _replicas(body: Body, component: Mapping[str, Any], scaled: float | None) -> Fraction | float:
    """Most replicas of a component; `scaled` is the maximum of an autoscaler of ours on its Deployment."""
    floor = max(Fraction(1), pod_count(component.get("minReplicas"), 1))
    ceiling = pod_count(component.get("maxReplicas"), 0)
    if not _standard(body):
        written = {**_annotations(body), **(component.get("annotations") or {})}.get(_MAX_SCALE)
        ceiling = pod_count(written, None) if written is not None else ceiling
        return max(floor, ceiling) if ceiling else INFINITE
    if scaled is None:
        return max(floor, ceiling)
    # Under class external KServe makes no autoscaler, so maxReplicas has no effect.
    return max(floor, exact(scaled)) if _annotations(body).get(CLASS) == "external" else max(floor, ceiling, exact(scaled))


def _with_rollout(body: Body, component: Mapping[str, Any], replicas: Fraction | float) -> Fraction | float:
    """Pods during a rollout: Knative keeps the previous revision, a Deployment surges."""
    return replicas + surge(component.get("deploymentStrategy"), replicas) if _standard(body) else replicas * 2


def _canary_replicas(stable: Mapping[str, Any], canary: Mapping[str, Any]) -> Fraction | float:
    """Replicas of a canary: its own minReplicas, else its share of the stable ones, rounded up."""
    own = (canary.get("predictor") or {}).get("minReplicas")
    if own is not None:
        return pod_count(own, None)
    share = pod_count(stable.get("minReplicas"), 1) * pod_count(canary.get("trafficPercent"), 100) / 100
    return share if share == INFINITE else Fraction(math.ceil(share))


def _deployment(body: Body, component: Mapping[str, Any], name: str) -> str:
    """Name of the Deployment that the controller makes for a component."""
    service = str((body.get("metadata") or {}).get("name", ""))
    own = component.get("name") if name == "predictor" else None
    return f"{service}-{own}-{name}" if own else f"{service}-{name}"


# -- what a pod asks for ------------------------------------------------------------------------------------


def _pod(body: Body, component: Mapping[str, Any], name: str, world: World) -> tuple[Pod, tuple[str, ...], Mapping[str, Any]]:
    """Pod spec of a component with its runtime laid under it, what could not be told, and the runtime's spec."""
    pod = own_pod(component)
    model = component.get("model")
    if not isinstance(model, Mapping):
        told = name != "predictor" or pod["containers"]
        return pod, () if told else ("the predictor names neither a model nor containers",), {}
    runtime = _runtime(model.get("runtime"), _namespace(body), world)
    if runtime is not None:
        return _over_runtime(pod, runtime), (), runtime
    resources = model.get("resources") or {}
    if resources.get("limits") or resources.get("requests"):
        return pod, (), {}
    named = f"the runtime {model['runtime']!r} is not in this target" if model.get("runtime") else "KServe chooses the runtime"
    return pod, (f"{name} sets no resources and {named}",), {}


def _runtime(name: Any, namespace: str, world: World) -> Mapping[str, Any] | None:
    found = world.get(GROUP, "ServingRuntime", namespace, str(name)) or world.get(GROUP, "ClusterServingRuntime", "", str(name))
    return (found.get("spec") or {}) if found else None


def _over_runtime(pod: Pod, runtime: Mapping[str, Any]) -> Pod:
    """A component laid over its runtime: main containers are merged, arguments one after the other; all others run beside it."""
    containers = list(runtime.get("containers") or [])
    main = next((c for c in containers if c.get("name") == _MAIN), None) or (containers[0] if containers else {})
    first, *others = pod["containers"] or [{}]
    named = {c.get("name") for c in others}
    beside = [c for c in containers if c is not main and c.get("name") not in named]
    under = {k: v for k, v in runtime.items() if k in pod_fields()}
    merged = merge(main, first)
    if main.get("args") and first.get("args"):
        merged["args"] = [*main["args"], *first["args"]]
    return {**_laid_over(under, pod), "containers": [merged, *others, *beside]}


def _laid_over(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Maps merged key by key, everything else of `over` wins."""
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _laid_over(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


# -- several nodes for one replica --------------------------------------------------------------------------


def _parallel(worker: Mapping[str, Any], runtime: Mapping[str, Any]) -> Fraction | float:
    return _size("pipelineParallelSize", worker, runtime) * _size("tensorParallelSize", worker, runtime)


def _size(field: str, worker: Mapping[str, Any], runtime: Mapping[str, Any]) -> Fraction | float:
    own = worker.get(field)
    return pod_count(own if own is not None else (runtime.get("workerSpec") or {}).get(field), 1)


def _nodes(predictor: Mapping[str, Any], head: Pod, runtime: Mapping[str, Any]) -> Demand:
    """Head and workers of one multi-node replica while it is rolled out: workers surge by 100 %, the head like a Deployment."""
    worker_spec = predictor["workerSpec"]
    below = runtime.get("workerSpec") or {}
    worker = _over_runtime(own_pod(worker_spec), below) if below else own_pod(worker_spec)
    sizes = _size("pipelineParallelSize", worker_spec, runtime), _size("tensorParallelSize", worker_spec, runtime)
    if INFINITE in sizes:
        return Demand(unknown=("workerSpec: a parallel size is not a count",))
    pipeline, tensor = int(sizes[0]), int(sizes[1])
    name = _gpu(worker)[0] or _gpu(head)[0] or "nvidia.com/gpu"
    if (runtime.get("annotations") or {}).get(_BACKEND) == "mp":
        nodes, each, first = pipeline, tensor, tensor
    else:
        nodes, each, first = _ray_nodes(pipeline * tensor, _gpu(worker)[1], _gpu(head)[1])
    heads = 1 + surge(predictor.get("deploymentStrategy"), Fraction(1))
    return times(_asking(head, name, first), heads) + times(_asking(worker, name, each), Fraction(2 * (nodes - 1)))


def _ray_nodes(needed: int, worker: int, head: int) -> tuple[int, int, int]:
    """Nodes, GPUs of each worker and GPUs of the head, as KServe works them out for Ray; 0 means not set."""
    if worker:
        nodes = math.ceil(needed / worker)
        if nodes == 1 or head >= needed:
            return 1, 0, needed
        return nodes, worker, head or needed - worker * (nodes - 1)
    if head:
        return max(0, needed - head) + 1, 1, head
    return needed, 1, 1


def _gpu(pod: Pod) -> tuple[str, int]:
    """Name and number of the accelerators that the first container asks for; ("", 0) without."""
    resources = (pod["containers"] or [{}])[0].get("resources") or {}
    amounts = {**(resources.get("limits") or {}), **(resources.get("requests") or {})}
    return next(((name, count_of(amounts[name]) or 0) for name in sorted(amounts) if is_accelerator(name)), ("", 0))


def _asking(pod: Pod, name: str, count: int) -> Demand:
    """Demand of the pod with the number of accelerators that KServe writes into its first container."""
    first, *others = pod["containers"] or [{}]
    resources = {"limits": {**((first.get("resources") or {}).get("limits") or {}), name: count}}
    return pod_demand({**pod, "containers": [{**first, "resources": resources}, *others]})


def _components(spec: Mapping[str, Any]) -> list[str]:
    return [name for name in COMPONENTS if spec.get(name)]


def _annotations(body: Body) -> Mapping[str, Any]:
    return (body.get("metadata") or {}).get("annotations") or {}


def _namespace(body: Body) -> str:
    return str((body.get("metadata") or {}).get("namespace", ""))


def nothing(body: Body, world: World) -> Demand:
    """A runtime is a template: the services that use it are counted."""
    return Demand()
