"""Pods of a Spark application, put together from its blocks, `sparkConf` and pod templates.

Must not: choose sizes or Spark options; it only reads what they multiply to.
"""

from __future__ import annotations

import re
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
    block, conf = spec.get(side) or {}, _of_kubernetes(spec)
    template = (block.get("template") or {}).get("spec") or {}
    first, *others = template.get("containers") or [{}]
    main = {**first, "name": f"spark-kubernetes-{side}", "resources": {"limits": _limits(spec, side, first)}}
    main |= {k: block[k] for k in ("securityContext", "env", "envFrom", "volumeMounts", "lifecycle") if block.get(k)}
    image = block.get("image") or spec.get("image") or conf.get(f"{side}.container.image") or conf.get("container.image")
    if image:
        main["image"] = image
    pod = {**template, "containers": [main, *others, *(block.get("sidecars") or ())]}
    pod["initContainers"] = [*(template.get("initContainers") or ()), *(block.get("initContainers") or ())]
    chosen = {**_under(conf, "node.selector."), **_under(conf, f"{side}.node.selector.")}
    selectors = (template.get("nodeSelector") or {}, chosen, spec.get("nodeSelector") or {}, block.get("nodeSelector") or {})
    pod["nodeSelector"] = {key: value for each in selectors for key, value in each.items()}
    names = (
        "affinity",
        "tolerations",
        "hostNetwork",
        "hostPID",
        "priorityClassName",
        "schedulerName",
        "dnsConfig",
        "hostAliases",
        "shareProcessNamespace",
    )
    pod |= {k: block[k] for k in names if block.get(k)}
    if block.get("podSecurityContext"):
        pod["securityContext"] = block["podSecurityContext"]
    account = (
        block.get("serviceAccount") or conf.get(f"authenticate.{side}.serviceAccountName") or conf.get("authenticate.serviceAccountName")
    )
    if account:
        pod["serviceAccountName"] = account
    scheduler = conf.get(f"{side}.scheduler.name") or conf.get("scheduler.name")
    if scheduler and "schedulerName" not in pod:
        pod["schedulerName"] = scheduler
    pod["volumes"] = [*(template.get("volumes") or ()), *(spec.get("volumes") or ()), *_volumes(conf, side)]
    if spec.get("imagePullSecrets"):
        pod["imagePullSecrets"] = [{"name": name} for name in spec["imagePullSecrets"]]
    return {k: v for k, v in pod.items() if v not in ([], {})}


_CONF = "spark.kubernetes."


def _of_kubernetes(spec: Mapping[str, Any]) -> dict[str, str]:
    """What `sparkConf` says of pods, by the rest of the name behind `spark.kubernetes.`."""
    return {
        str(name).removeprefix(_CONF): str(value) for name, value in (spec.get("sparkConf") or {}).items() if str(name).startswith(_CONF)
    }


def _under(conf: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in conf.items() if name.startswith(prefix)}


_VOLUME_FIELDS = {"options.path": "path", "options.type": "type", "options.claimName": "claimName", "options.server": "server"}
_VOLUME_FIELDS |= {"options.medium": "medium", "options.sizeLimit": "sizeLimit"}


def _volumes(conf: Mapping[str, str], side: str) -> Iterator[dict[str, Any]]:
    """Volumes that `spark.kubernetes.<side>.volumes.<type>.<name>.*` asks for."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for name, value in _under(conf, f"{side}.volumes.").items():
        kind, _, rest = name.partition(".")
        volume, _, field = rest.partition(".")
        options = found.setdefault((kind, volume), {})
        if field in _VOLUME_FIELDS:
            options[_VOLUME_FIELDS[field]] = value
    for (kind, volume), options in found.items():
        yield {"name": volume, kind: options}


_TOLD = re.compile(
    r"(?:(?:driver|executor)\.)?(?:container\.image(?:\.pull(?:Policy|Secrets))?|node\.selector\..+|scheduler\.name|label\..+|annotation\..+)"
    r"|(?:driver|executor)\.(?:volumes\..+|(?:limit|request)\.cores|request\.timeout|pod\.name|podNamePrefix|secrets\..+"
    r"|service\..+|deleteOnTermination|lostCheck\..+|resource\..+|scheduler\..+|maxPendingPods|missingPodDetectDelta|decommission.*"
    r"|(?:owns|reuse|waitToReuse)PersistentVolumeClaim)"
    r"|authenticate\.(?:(?:driver|executor)\.)?serviceAccountName|namespace|allocation\..+|memoryOverheadFactor|local\.dirs\.tmpfs"
    r"|submission\..+|report\.interval|appKillPodDeletionGracePeriod|dynamicAllocation\..+|trust\.certificates|pyspark\.pythonVersion"
    r"|kerberos\..+|hadoop\..+|jars\.avoidDownloadSchemes|configMap\.maxSize|client\..+|context|file\.upload\.path"
)
"""What of `spark.kubernetes.` (Spark 4.0, Running on Kubernetes, Configuration) is in the pods above, or says nothing of them."""


def _spec_untold(spec: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for name in _of_kubernetes(spec):
        if not _TOLD.fullmatch(name):
            yield f"{path}.sparkConf[{_CONF}{name}]", "it may change the pods in a way that no rule sees"


def application_untold(body: Body, world: World) -> Iterator[tuple[str, str]]:
    """Options of Spark whose pods no file tells."""
    return _spec_untold(body.get("spec") or {}, "spec")


def scheduled_untold(body: Body, world: World) -> Iterator[tuple[str, str]]:
    """The same of the application that a schedule starts."""
    return _spec_untold((body.get("spec") or {}).get("template") or {}, "spec.template")


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
        yield Pods(count * runs if count else count, _pod(spec, side), f"{path}.{side}", labels, _places(spec, side, path))


def _places(spec: Mapping[str, Any], side: str, path: str) -> dict[str, str]:
    """Where the application has the containers of a side, and the image of the first."""
    block, conf = spec.get(side) or {}, _of_kubernetes(spec)
    template = (block.get("template") or {}).get("spec") or {}
    image = next((f"{path}.{place}" for place, value in ((f"{side}.image", block.get("image")), ("image", spec.get("image"))) if value), "")
    named = next((name for name in (f"{side}.container.image", "container.image") if name in conf), "")
    found = {"containers[0]": f"{path}.{side}", "containers[0].image": image or (f"{path}.sparkConf[{_CONF}{named}]" if named else "")}
    others = max(0, len(template.get("containers") or ()) - 1)
    found |= {f"containers[{i + 1}]": f"{path}.{side}.template.spec.containers[{i + 1}]" for i in range(others)}
    found |= {f"containers[{others + 1 + i}]": f"{path}.{side}.sidecars[{i}]" for i in range(len(block.get("sidecars") or ()))}
    starters = len(template.get("initContainers") or ())
    found |= {f"initContainers[{i}]": f"{path}.{side}.template.spec.initContainers[{i}]" for i in range(starters)}
    found |= {
        f"initContainers[{starters + i}]": f"{path}.{side}.initContainers[{i}]" for i in range(len(block.get("initContainers") or ()))
    }
    return {name: place for name, place in found.items() if place}


def _spec_demand(spec: Mapping[str, Any], path: str) -> Demand:
    one = pod_demand(_pod(spec, "executor"))
    words = count_words(_count_fields(spec, path)) if one.peak else ()
    return pod_demand(_pod(spec, "driver")) + times(one, _executors(spec)) + Demand(unknown=words)


def _runs(body: Body) -> Fraction | float:
    """Runs of a schedule that can overlap; a Spark application has no deadline, so Allow is unbounded."""
    spec = body.get("spec") or {}
    return overlap(str(spec.get("concurrencyPolicy") or ""), [str(spec.get("schedule"))], INFINITE)


def application_pods(body: Body, world: World) -> Iterator[Pods]:
    """Driver and executors of an application."""
    return _spec_pods(body.get("spec") or {}, "spec", Fraction(1))


def application_demand(body: Body, world: World) -> Demand:
    """Peak of an application."""
    return _spec_demand(body.get("spec") or {}, "spec")


def scheduled_pods(body: Body, world: World) -> Iterator[Pods]:
    """Driver and executors of the runs of a schedule that can overlap."""
    return _spec_pods((body.get("spec") or {}).get("template") or {}, "spec.template", _runs(body))


def scheduled_demand(body: Body, world: World) -> Demand:
    """Peak of the runs of a schedule that can overlap."""
    return times(_spec_demand((body.get("spec") or {}).get("template") or {}, "spec.template"), _runs(body))


def least(body: Body) -> Body:
    """The same application with as few executors as dynamic allocation may leave."""
    spec = body.get("spec") or {}
    dynamic = spec.get("dynamicAllocation") or {}
    if not dynamic.get("enabled"):
        return body
    executor = {**(spec.get("executor") or {}), "instances": dynamic.get("minExecutors") or 0}
    return {**body, "spec": {**spec, "dynamicAllocation": {}, "executor": executor}}
