"""Pods of a Spark application, put together from its blocks, `sparkConf` and pod templates.

Must not: choose sizes or Spark options; it only reads what they multiply to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from cnai_gitops.resources.accelerators import count_of, count_words, pod_count, pod_demand, times
from cnai_gitops.resources.base import INFINITE, Body, Demand, Pods, World
from cnai_gitops.resources.schedule import overlap

_SIDES = ("driver", "executor")


def _executors(spec: Mapping[str, Any]) -> Fraction | float:
    """Most executors: `instances` or, with dynamic allocation, its maximum; sparkConf can raise either."""
    dynamic, conf = spec.get("dynamicAllocation") or {}, spec.get("sparkConf") or {}
    enabled = bool(dynamic.get("enabled")) or str(conf.get("spark.dynamicAllocation.enabled", "")).lower() == "true"
    fixed = [(spec.get("executor") or {}).get("instances"), conf.get("spark.executor.instances")]
    counts = [pod_count(value, None) for value in fixed if value is not None]
    if enabled:
        most = [dynamic.get("maxExecutors"), conf.get("spark.dynamicAllocation.maxExecutors")]
        first = [dynamic.get("initialExecutors"), conf.get("spark.dynamicAllocation.initialExecutors")]
        counts += [pod_count(value, None) for value in (*most, *first) if value is not None]
        counts += [INFINITE] if most == [None, None] else []
    return max(counts, default=Fraction(1))


def _count_fields(spec: Mapping[str, Any], path: str) -> dict[str, Any]:
    dynamic, conf = spec.get("dynamicAllocation") or {}, spec.get("sparkConf") or {}
    confs = ("spark.executor.instances", "spark.dynamicAllocation.maxExecutors", "spark.dynamicAllocation.initialExecutors")
    return {
        f"{path}.executor.instances": (spec.get("executor") or {}).get("instances"),
        f"{path}.dynamicAllocation.maxExecutors": dynamic.get("maxExecutors"),
        f"{path}.dynamicAllocation.initialExecutors": dynamic.get("initialExecutors"),
        **{f"{path}.sparkConf[{name}]": conf.get(name) for name in confs},
    }


def _pod(spec: Mapping[str, Any], side: str) -> dict[str, Any]:
    """The pod that Spark makes for `side`, put together from its block, sparkConf and the pod template."""
    block = spec.get(side) or {}
    template = (block.get("template") or {}).get("spec") or {}
    first, *others = template.get("containers") or [{}]
    main = {**first, "name": f"spark-kubernetes-{side}", "resources": {"limits": _limits(spec, side, first)}}
    main |= {k: block[k] for k in ("securityContext", "env", "envFrom", "volumeMounts", "lifecycle") if block.get(k)}
    image = block.get("image") or spec.get("image")
    if image:
        main["image"] = image
    pod = {**template, "containers": [main, *others, *(block.get("sidecars") or ())]}
    pod["initContainers"] = [*(template.get("initContainers") or ()), *(block.get("initContainers") or ())]
    pod["nodeSelector"] = {**(template.get("nodeSelector") or {}), **(spec.get("nodeSelector") or {}), **(block.get("nodeSelector") or {})}
    pod |= {k: block[k] for k in ("affinity", "tolerations", "hostNetwork", "priorityClassName", "schedulerName") if block.get(k)}
    if block.get("podSecurityContext"):
        pod["securityContext"] = block["podSecurityContext"]
    if block.get("serviceAccount"):
        pod["serviceAccountName"] = block["serviceAccount"]
    if spec.get("volumes"):
        pod["volumes"] = [*(template.get("volumes") or ()), *spec["volumes"]]
    return {k: v for k, v in pod.items() if v not in ([], {})}


def _limits(spec: Mapping[str, Any], side: str, container: Mapping[str, Any]) -> dict[str, Any]:
    """Accelerators of the Spark container: the largest of the places that can set them."""
    resources = container.get("resources") or {}
    limits = {**(resources.get("requests") or {}), **(resources.get("limits") or {})}
    gpu, conf = (spec.get(side) or {}).get("gpu") or {}, spec.get("sparkConf") or {}
    name = str(gpu.get("name", "nvidia.com/gpu"))
    vendor = conf.get(f"spark.{side}.resource.gpu.vendor")
    asked = [(name, gpu.get("quantity")), (f"{vendor}/gpu" if vendor else name, conf.get(f"spark.{side}.resource.gpu.amount"))]
    for resource, quantity in asked:
        if quantity is not None:
            limits[resource] = _larger(limits.get(resource, 0), quantity)
    return limits


def _larger(one: Any, other: Any) -> Any:
    """The larger of two quantities; one that cannot be read wins, so that it is reported."""
    a, b = count_of(one), count_of(other)
    return one if a is None else other if b is None else max(a, b)


def _spec_pods(spec: Mapping[str, Any], path: str, runs: Fraction | float) -> Iterator[Pods]:
    for side, count in zip(_SIDES, (Fraction(1), _executors(spec)), strict=True):
        labels = (spec.get(side) or {}).get("labels") or {}
        yield Pods(count * runs if count else count, _pod(spec, side), f"{path}.{side}", labels)


def _spec_demand(spec: Mapping[str, Any], path: str) -> Demand:
    one = pod_demand(_pod(spec, "executor"))
    words = count_words(_count_fields(spec, path)) if one.peak else ()
    return pod_demand(_pod(spec, "driver")) + times(one, _executors(spec)) + Demand(unknown=words)


def _spec_images(spec: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    if spec.get("image"):
        yield f"{path}.image", str(spec["image"])
    for side in _SIDES:
        block = spec.get(side) or {}
        if block.get("image"):
            yield f"{path}.{side}.image", str(block["image"])
        lists = {f"{side}.{name}": block.get(name) for name in ("sidecars", "initContainers")}
        pod = (block.get("template") or {}).get("spec") or {}
        lists |= {f"{side}.template.spec.{name}": pod.get(name) for name in ("containers", "initContainers")}
        for place, containers in lists.items():
            yield from ((f"{path}.{place}[{i}].image", str(c["image"])) for i, c in enumerate(containers or ()) if c.get("image"))


def _runs(body: Body) -> Fraction | float:
    """Runs of a schedule that can overlap; a Spark application has no deadline, so Allow is unbounded."""
    spec = body.get("spec") or {}
    return overlap(str(spec.get("concurrencyPolicy") or ""), [str(spec.get("schedule"))], INFINITE)


def application_pods(body: Body) -> Iterator[Pods]:
    """Driver and executors of an application."""
    return _spec_pods(body.get("spec") or {}, "spec", Fraction(1))


def application_demand(body: Body, world: World) -> Demand:
    """Peak of an application."""
    return _spec_demand(body.get("spec") or {}, "spec")


def application_images(body: Body) -> Iterator[tuple[str, str]]:
    """Images of an application and of its pods."""
    return _spec_images(body.get("spec") or {}, "spec")


def scheduled_pods(body: Body) -> Iterator[Pods]:
    """Driver and executors of the runs of a schedule that can overlap."""
    return _spec_pods((body.get("spec") or {}).get("template") or {}, "spec.template", _runs(body))


def scheduled_demand(body: Body, world: World) -> Demand:
    """Peak of the runs of a schedule that can overlap."""
    return times(_spec_demand((body.get("spec") or {}).get("template") or {}, "spec.template"), _runs(body))


def scheduled_images(body: Body) -> Iterator[tuple[str, str]]:
    """Images of the application that a schedule starts."""
    return _spec_images((body.get("spec") or {}).get("template") or {}, "spec.template")


def least(body: Body) -> Body:
    """The same application with as few executors as dynamic allocation may leave."""
    spec = body.get("spec") or {}
    dynamic = spec.get("dynamicAllocation") or {}
    if not dynamic.get("enabled"):
        return body
    executor = {**(spec.get("executor") or {}), "instances": dynamic.get("minExecutors") or 0}
    return {**body, "spec": {**spec, "dynamicAllocation": {}, "executor": executor}}
