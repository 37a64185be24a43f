"""Pods of Argo Workflows: the pod spec that a template becomes, put together from workflow, defaults, patches and what is below it.

Must not: count (`walk` does).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from cnai_gitops.resources.argo_workflows.calls import template_key
from cnai_gitops.resources.argo_workflows.text import Scope, filled, mapping, parameters, prefixed
from cnai_gitops.resources.base import Body, Pods, World, key_of
from cnai_gitops.resources.core.strategic import merge

POD_TYPES = ("container", "script", "containerSet")
_BY_EXECUTOR = ("resource", "data")
"""Templates whose main container is Argo's own executor, with the image and the security of the controller's settings."""
_TYPES = (*POD_TYPES, *_BY_EXECUTOR, "steps", "dag", "suspend", "http", "plugin")
_FROM_EITHER = (
    "affinity",
    "nodeSelector",
    "tolerations",
    "securityContext",
    "serviceAccountName",
    "automountServiceAccountToken",
    "schedulerName",
    "hostAliases",
)
_FROM_WORKFLOW = ("hostNetwork", "imagePullSecrets", "resourceClaims", "dnsPolicy", "dnsConfig")
_LISTS = {"templates": ("name",), "parameters": ("name",), "artifacts": ("name",)}
"""Lists of a workflow spec that are merged by name when a workflow is laid over its template (Argo 4.0, `JoinWorkflowSpec`)."""
_NOT_PODS = frozenset(
    {"workflowTemplateRef", "entrypoint", "onExit", "parallelism", "priority", "suspend", "synchronization", "activeDeadlineSeconds"}
    | {
        "ttlStrategy",
        "podGC",
        "workflowMetadata",
        "artifactGC",
        "archiveLogs",
        "metrics",
        "retryStrategy",
        "shutdown",
        "hooks",
        "arguments",
    }
)
"""Fields of a workflow that say nothing of its pods."""


EXECUTOR: Mapping[str, Any] = {
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
}
"""A container of the executor as the controller's `executor.securityContext` has to make it; its image is one of its settings."""


def workflow_spec(body: Body) -> tuple[Mapping[str, Any], str]:
    """The workflow spec of a Workflow, WorkflowTemplate or CronWorkflow, and its path."""
    spec = body.get("spec") or {}
    return (spec.get("workflowSpec") or {}, "spec.workflowSpec") if body.get("kind") == "CronWorkflow" else (spec, "spec")


def spec_below(body: Body, world: World) -> Mapping[str, Any] | None:
    """Spec of the template that a workflow is made from; None without one that is known."""
    ref = workflow_spec(body)[0].get("workflowTemplateRef")
    if not isinstance(ref, Mapping):
        return None
    found = world.get(*template_key(ref, key_of(body).namespace))
    return None if found is None else found.get("spec") or {}


def joined(below: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    """A workflow's own fields over those of the template that it is made from."""
    return merge(below, {name: value for name, value in spec.items() if name != "workflowTemplateRef"}, _LISTS)


def is_plain(spec: Mapping[str, Any]) -> bool:
    """Whether a workflow over a template runs just what that says: no field of it changes pods, or what is created."""
    return set(spec) <= _NOT_PODS - {"entrypoint", "onExit", "hooks", "arguments"}


def every_template(spec: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(path, template) of each template of a workflow spec, those written inside a step or task included."""
    for index, template in enumerate(spec.get("templates") or ()):
        yield from _with_inner(template, f"{path}.templates[{index}]")


def _with_inner(template: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(template, Mapping):
        return
    yield path, template
    for place, call in calls_of(template, path):
        if call.get("inline"):
            yield from _with_inner(call["inline"], f"{place}.inline")


def calls_of(template: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(path, call) of each step, task and hook of a template."""
    for i, group in enumerate(template.get("steps") or ()):
        for j, step in enumerate(group if isinstance(group, list) else [group]):
            yield from _with_hooks(step, f"{path}.steps[{i}][{j}]")
    tasks = template.get("dag")
    for i, task in enumerate((tasks.get("tasks") or ()) if isinstance(tasks, Mapping) else ()):
        yield from _with_hooks(task, f"{path}.dag.tasks[{i}]")


def _with_hooks(call: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(call, Mapping):
        yield path, call
        hooks = call.get("hooks")
        for name, hook in hooks.items() if isinstance(hooks, Mapping) else ():
            yield from _with_hooks(hook, f"{path}.hooks.{name}")


def with_defaults(spec: Mapping[str, Any], template: Mapping[str, Any]) -> Mapping[str, Any]:
    """A template with the workflow's `templateDefaults` under it; a default never changes what type it is."""
    defaults = {k: v for k, v in (spec.get("templateDefaults") or {}).items() if k not in _TYPES or k in template}
    return merge(defaults, template) if defaults else template


def pod_spec(spec: Mapping[str, Any], template: Mapping[str, Any]) -> dict[str, Any]:
    """The pod of a template (defaults already in it): its containers, and where they may run.

    Patches are not in it, see `patches`. Beside the template's own run those of the executor: `init` and `wait`, and `main` where
    the template has no container of its own (a resource template, say).
    """
    main = template.get("container") or template.get("script")
    containers = [{"name": "main", **main}] if main else list((template.get("containerSet") or {}).get("containers") or ())
    containers = containers or [{"name": "main", **EXECUTOR}]
    pod: dict[str, Any] = {
        "containers": [*containers, *(template.get("sidecars") or ()), {"name": "wait", **EXECUTOR}],
        "initContainers": [*(template.get("initContainers") or ()), {"name": "init", **EXECUTOR}],
    }
    volumes = [*(spec.get("volumes") or ()), *(template.get("volumes") or ())]
    if volumes:
        pod["volumes"] = volumes
    for name in _FROM_EITHER:
        if name in template or name in spec:
            pod[name] = template[name] if name in template else spec[name]
    pod |= {name: spec[name] for name in _FROM_WORKFLOW if name in spec}
    priority = template.get("priorityClassName") or spec.get("podPriorityClassName")
    if priority:
        pod["priorityClassName"] = priority
    if "resourceClaims" in template:
        pod["resourceClaims"] = template["resourceClaims"]
    return pod


def patches(spec: Mapping[str, Any], template: Mapping[str, Any], scope: Scope | None = None) -> Iterator[Mapping[str, Any]]:
    """The podSpecPatches of workflow and template as maps. Raises ValueError for one that cannot be read."""
    for holder in (spec, template):
        if holder.get("podSpecPatch"):
            yield mapping(filled(str(holder["podSpecPatch"]), scope or {}))


def whole_pod(spec: Mapping[str, Any], template: Mapping[str, Any], scope: Scope | None = None) -> dict[str, Any]:
    """The pod of a template with its patches. Raises ValueError for a patch that cannot be read."""
    pod = pod_spec(spec, template)
    for patch in patches(spec, template, scope):
        pod = merge(pod, patch)
    return filled(pod, scope) if scope else pod


def effective(body: Body, world: World) -> Iterator[Pods]:
    """One pod for each template that is run by a pod, as Argo puts it together (count 1: `walk` counts).

    What lies in templates elsewhere is listed where this workflow says something of its pods, or gives it other arguments.
    """
    spec, path = workflow_spec(body)
    below = spec_below(body, world)
    if below is None:
        yield from _pods(spec, path)
    else:
        whole = joined(below, spec)
        pods = _pods(whole, _place(spec, path), _scope(whole))
        yield from pods if _fields(spec) else _other(pods, _pods(below, path, _scope(below)))
        spec = whole
    for place, holder in _borrowed(spec, path, key_of(body).namespace, world):
        pods = _pods({**spec, "templates": holder.get("templates") or ()}, place)
        yield from pods if _fields(spec) - {"templates"} else _other(pods, _pods(holder, place))


def untold(body: Body, world: World) -> Iterator[tuple[str, str]]:
    """What no file tells of the pods: patches that cannot be read, templates of plug-ins."""
    spec, path = workflow_spec(body)
    below = spec_below(body, world)
    whole = spec if below is None else joined(below, spec)
    scope = _scope(whole) if below is not None else {}
    for place, holder in ((path, spec), *every_template(spec, path)):
        if holder.get("podSpecPatch"):
            try:
                mapping(filled(str(holder["podSpecPatch"]), scope))
            except ValueError as error:
                yield f"{place}.podSpecPatch", f"the patch of the pod cannot be read: {error}"
        if holder is not spec and holder.get("plugin"):
            yield f"{place}.plugin", "a plug-in of the executor decides what runs"


def _pods(spec: Mapping[str, Any], path: str, scope: Scope | None = None) -> Iterator[Pods]:
    for place, template in every_template(spec, path):
        whole = with_defaults(spec, template)
        if not any(kind in whole for kind in (*POD_TYPES, *_BY_EXECUTOR)):
            continue
        try:
            pod = whole_pod(spec, whole, scope)
        except ValueError:
            pod = pod_spec(spec, whole)  # as far as it can be told; `untold` says that the patch cannot be read
        labels = {**((spec.get("podMetadata") or {}).get("labels") or {}), **((whole.get("metadata") or {}).get("labels") or {})}
        yield Pods(Fraction(1), pod, place, labels, _places(whole, place))


def _places(template: Mapping[str, Any], path: str) -> dict[str, str]:
    """Where the object has each container of a template's pod."""
    main = next((name for name in ("container", "script") if template.get(name)), "")
    inner = (template.get("containerSet") or {}).get("containers") or ()
    found = [f"{path}.{main}"] if main else [f"{path}.containerSet.containers[{i}]" for i in range(len(inner))]
    found += [f"{path}.sidecars[{i}]" for i in range(len(template.get("sidecars") or ()))]
    return {f"containers[{i}]": place for i, place in enumerate(found)}


def _other(these: Iterator[Pods], those: Iterator[Pods]) -> Iterator[Pods]:
    """These pods without those that are the same elsewhere."""
    known = [(pods.spec, pods.labels) for pods in those]
    return (pods for pods in these if (pods.spec, pods.labels) not in known)


def _place(spec: Mapping[str, Any], path: str) -> str:
    """Where a workflow says something of pods whose templates are elsewhere: the field, where there is only one."""
    fields = _fields(spec)
    return f"{path}.{min(fields)}" if len(fields) == 1 else path


def _fields(spec: Mapping[str, Any]) -> set[str]:
    """Fields of a workflow that say something of its pods."""
    return set(spec) - _NOT_PODS


def _scope(spec: Mapping[str, Any]) -> Scope:
    return prefixed("workflow.parameters", parameters(spec.get("arguments")))


def _borrowed(spec: Mapping[str, Any], path: str, namespace: str, world: World) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(path of the call, spec) of each other template object from which a step or task takes a template: it runs under this workflow."""
    seen: set[Sequence[str]] = set()
    calls = [found for place, template in every_template(spec, path) for found in calls_of(template, place)]
    for at, call in (*calls, *_with_hooks({"hooks": spec.get("hooks")}, path)):
        ref = call.get("templateRef")
        key = template_key(ref, namespace) if isinstance(ref, Mapping) else None
        if key is None or key in seen:
            continue
        seen.add(key)
        found = world.get(*key)
        if found is not None:
            yield at, found.get("spec") or {}
