"""Pods of Argo Workflows: the pod spec that a template becomes, put together from workflow, defaults and patches.

Must not: count (`walk` does), fill in parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from cnai_gitops.resources.argo_workflows.text import mapping
from cnai_gitops.resources.base import Body, Pods

POD_TYPES = ("container", "script", "containerSet")
_TYPES = (*POD_TYPES, "steps", "dag", "resource", "suspend", "http", "data", "plugin")
_FROM_EITHER = (
    "affinity",
    "nodeSelector",
    "tolerations",
    "securityContext",
    "serviceAccountName",
    "automountServiceAccountToken",
    "schedulerName",
)
_FROM_WORKFLOW = ("hostNetwork", "imagePullSecrets", "resourceClaims")


def workflow_spec(body: Body) -> tuple[Mapping[str, Any], str]:
    """The workflow spec of a Workflow, WorkflowTemplate or CronWorkflow, and its path."""
    spec = body.get("spec") or {}
    return (spec.get("workflowSpec") or {}, "spec.workflowSpec") if body.get("kind") == "CronWorkflow" else (spec, "spec")


def with_defaults(spec: Mapping[str, Any], template: Mapping[str, Any]) -> Mapping[str, Any]:
    """A template with the workflow's `templateDefaults` under it; a default never changes what type it is."""
    defaults = {k: v for k, v in (spec.get("templateDefaults") or {}).items() if k not in _TYPES or k in template}
    return merged(defaults, template) if defaults else template


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two maps, the second on top, maps inside them likewise; a list replaces a list."""
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        result[key] = merged(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
    return result


def pod_spec(spec: Mapping[str, Any], template: Mapping[str, Any]) -> dict[str, Any]:
    """The pod of a template (defaults already in it): its containers, and where they may run.

    Patches are not in it, see `patches`. A template without containers of its own (a resource template, say) gives
    a pod without containers.
    """
    main = template.get("container") or template.get("script")
    containers = [{"name": "main", **main}] if main else list((template.get("containerSet") or {}).get("containers") or ())
    pod: dict[str, Any] = {"containers": [*containers, *(template.get("sidecars") or ())]}
    if template.get("initContainers"):
        pod["initContainers"] = list(template["initContainers"])
    volumes = [*(spec.get("volumes") or ()), *(template.get("volumes") or ())]
    if volumes:
        pod["volumes"] = volumes
    for name in _FROM_EITHER:
        if name in template or name in spec:
            pod[name] = template[name] if name in template else spec[name]
    pod |= {name: spec[name] for name in _FROM_WORKFLOW if name in spec}
    if "resourceClaims" in template:
        pod["resourceClaims"] = template["resourceClaims"]
    return pod


def patches(spec: Mapping[str, Any], template: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The podSpecPatches of workflow and template as maps. Raises ValueError for one that cannot be read."""
    for holder in (spec, template):
        if holder.get("podSpecPatch"):
            yield mapping(str(holder["podSpecPatch"]))


def patched(pod: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """A pod spec under a strategic merge patch: containers are merged by name, maps by key."""
    result = merged(pod, {k: v for k, v in patch.items() if k not in ("containers", "initContainers")})
    for name in ("containers", "initContainers"):
        wanted = patch.get(name)
        if isinstance(wanted, list):
            result[name] = _by_name(result.get(name) or [], [c for c in wanted if isinstance(c, Mapping)])
    return result


def _by_name(containers: list[Any], wanted: list[Mapping[str, Any]]) -> list[Any]:
    found = {c.get("name"): c for c in containers}
    for container in wanted:
        name = container.get("name")
        found[name] = merged(found.get(name, {}), container)
    return list(found.values())


def pods(body: Body) -> Iterator[Pods]:
    """One pod for each template that has containers, as Argo puts it together (count 1: `walk` counts)."""
    spec, path = workflow_spec(body)
    for index, template in enumerate(spec.get("templates") or ()):
        whole = with_defaults(spec, template)
        if not any(kind in whole for kind in POD_TYPES):
            continue
        pod = pod_spec(spec, whole)
        try:
            for patch in patches(spec, whole):
                pod = patched(pod, patch)
        except ValueError:
            pass  # the pod as far as it can be told; the walk says that the patch cannot be read
        labels = {**((spec.get("podMetadata") or {}).get("labels") or {}), **((whole.get("metadata") or {}).get("labels") or {})}
        yield Pods(Fraction(1), pod, f"{path}.templates[{index}]", labels)


def images(body: Body) -> Iterator[tuple[str, str]]:
    """(path, image) of every container of every template."""
    spec, path = workflow_spec(body)
    holders = [(f"{path}.templates[{i}]", t) for i, t in enumerate(spec.get("templates") or ())]
    for place, template in [*holders, (f"{path}.templateDefaults", spec.get("templateDefaults") or {})]:
        for name in ("container", "script"):
            if (template.get(name) or {}).get("image"):
                yield f"{place}.{name}.image", str(template[name]["image"])
        inner = {"containerSet.containers": (template.get("containerSet") or {}).get("containers")}
        for name, containers in {**inner, "sidecars": template.get("sidecars"), "initContainers": template.get("initContainers")}.items():
            yield from ((f"{place}.{name}[{i}].image", str(c["image"])) for i, c in enumerate(containers or ()) if c.get("image"))
