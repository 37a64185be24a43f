"""Accelerators that an Argo workflow holds at its peak: a sound bound, read from its manifest alone.

Must not: trust `when`, `memoize`, locks or retries to lower it; look at the controller's own limits.

What counts: `spec.parallelism` caps the pods of the whole workflow. `parallelism` of a template caps its direct children
only, and a child may run many pods. An object that a resource template creates is held by that pod while a condition
keeps the pod waiting for it to finish. Where a later group of the same steps template waits for it with `get` (a
TrainJob is created, its JobSet waited for), it is held by creator and waiter as if one pod ran all the time. Any other
created object stays until the workflow ends, however few pods may run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from cnai_gitops.resources.accelerators import count_of, pod_count, pod_demand
from cnai_gitops.resources.argo_workflows.bound import (
    NOTHING,
    Amount,
    Bound,
    always,
    at_most,
    both,
    capped,
    copies,
    either,
    heaviest_antichain,
    most,
    pod,
    scaled,
    summed,
    together,
)
from cnai_gitops.resources.argo_workflows.calls import inputs_of, item_scope, items_of, mentions_item, predecessors, template_key
from cnai_gitops.resources.argo_workflows.pods import POD_TYPES, every_template, pod_spec, whole_pod, with_defaults
from cnai_gitops.resources.argo_workflows.text import filled, manifests, parameters, prefixed
from cnai_gitops.resources.base import INFINITE, Body, Demand, World, kind_of

_LONGEST_LIMIT = 100_000
_MOST_TASKS = 200
_MOST_ITEMS = 200
_DEEPEST = 50

Scope = Mapping[str, str]
TemplateKey = tuple[str, str]


class Course(NamedTuple):
    """Bound of a template while it runs, what it leaves behind, whether it goes on, names it makes or waits for; its pod's own part."""

    run: Bound = NOTHING
    left: Amount = Fraction(0)
    daemon: bool = False
    creates: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    own: Bound = NOTHING


class Call(NamedTuple):
    """`number` equal children of a steps or DAG template."""

    plan: Course
    number: Amount


class _Held(NamedTuple):
    bound: Bound
    number: Amount
    until: int


class Walk:
    """One pass over a workflow spec, for one class of accelerators (an empty name only finds out which there are)."""

    def __init__(self, spec: Mapping[str, Any], namespace: str, world: World, name: str = "") -> None:
        """Prepare a pass; `world` resolves templates of other objects and counts created ones."""
        self.classes: set[str] = set()
        self.words: dict[str, None] = {}
        self.manifests: dict[str, list[Body]] = {}
        self._spec, self._namespace, self._world, self._class = spec, namespace, world, name
        limit = count_of(spec.get("parallelism"))
        self._limit = None if limit is None or limit > _LONGEST_LIMIT else limit
        self._arguments = parameters(spec.get("arguments"))
        self._scope = {"workflow.namespace": namespace, **prefixed("workflow.parameters", self._arguments)}
        self._holders = {"": _named(spec)}
        self._done: dict[tuple[TemplateKey, tuple[tuple[str, str], ...]], Course] = {}
        self._open: list[TemplateKey] = []
        self._recursive: set[TemplateKey] = set()

    def peak(self) -> Amount:
        """The most that the workflow holds, exit handler and hooks included."""
        entry = str(self._spec.get("entrypoint", ""))
        if not entry:
            return Fraction(0)
        main = self._plan({"template": entry, "arguments": self._spec.get("arguments")}, "", self._scope)
        hooks = self._spec.get("hooks") or {}
        ends = [{"template": self._spec["onExit"]}] if self._spec.get("onExit") else []
        ends += [hook for name, hook in hooks.items() if name == "exit"]
        beside = [self._plan(hook, "", self._scope).run for name, hook in hooks.items() if name != "exit"]
        run = together([main.run, *beside], self._limit)
        for end in ends:
            run = either(run, both(self._plan(end, "", self._scope).run, always(main.left), self._limit))
        return most(run)

    def every_manifest(self) -> dict[str, list[Body]]:
        """Objects in resource templates by template name (`inline_name` of one in a step); one that nothing calls has its defaults only."""
        self.peak()
        for path, template in every_template(self._spec, ""):
            name = inline_name(template) if path.endswith(".inline") else str(template.get("name"))
            if template.get("resource") and name not in self.manifests:
                self._template(("", name), template, inputs_of(template, None, self._scope))
        return self.manifests

    def _plan(self, call: Mapping[str, Any], holder: str, scope: Scope) -> Course:
        """Bound of one call of a template (a step, a task, a hook), with its own hooks."""
        found = self._find(call, holder, scope)
        if found is None:
            return Course()
        key, template = found
        plan = self._template(key, template, inputs_of(template, call.get("arguments"), scope))
        hooks = call.get("hooks") or {}
        beside = [self._plan(hook, holder, scope).run for name, hook in hooks.items() if name != "exit"]
        ends = [hook for name, hook in hooks.items() if name == "exit"] + ([{"template": call["onExit"]}] if call.get("onExit") else [])
        run = together([plan.run, *beside], self._limit)
        for end in ends:
            run = either(run, both(self._plan(end, holder, scope).run, always(plan.left), self._limit))
        return plan._replace(run=run)

    def _find(self, call: Mapping[str, Any], holder: str, scope: Scope) -> tuple[TemplateKey, Mapping[str, Any]] | None:
        if call.get("inline"):
            return (holder, inline_name(call["inline"])), call["inline"]
        name, ref = filled(call.get("template"), scope), call.get("templateRef")
        if ref:
            holder, name = self._holder(ref), filled(ref.get("template"), scope)
        template = self._holders.get(holder, {}).get(str(name))
        if template is None:
            self._say(f"template {name} is not among the manifests")
            return None
        return (holder, str(name)), template

    def _holder(self, ref: Mapping[str, Any]) -> str:
        key = template_key(ref, self._namespace)
        holder = f"{key.kind}/{key.name}"
        if holder not in self._holders:
            body = self._world.get(*key) or {}
            self._holders[holder] = _named(body.get("spec") or {})
        return holder

    def _template(self, key: TemplateKey, template: Mapping[str, Any], inputs: Mapping[str, str]) -> Course:
        known = (key, tuple(sorted(inputs.items())))
        if known in self._done:
            return self._done[known]
        if key in self._open:
            self._recursive.add(key)
            return Course()
        if len(self._open) >= _DEEPEST:
            self._say(f"template {key[1]} is nested too deeply to be counted")
            return Course()
        self._open.append(key)
        plan = self._of_type(key, with_defaults(self._spec, template), {**self._scope, **prefixed("inputs.parameters", inputs)})
        self._open.pop()
        if key in self._recursive and most(plan.run):
            plan = plan._replace(run=always(INFINITE))
        self._done[known] = plan
        return plan

    def _of_type(self, key: TemplateKey, template: Mapping[str, Any], scope: Scope) -> Course:
        if template.get("steps"):
            return self._steps(key[0], template, scope)
        if template.get("dag"):
            return self._dag(key[0], template, scope)
        if template.get("resource"):
            made = self._resource(key, template["resource"], scope)
            if not (self._spec.get("podSpecPatch") or any(template.get(name) for name in ("podSpecPatch", "sidecars", "initContainers"))):
                return made
            own = pod(self._pod(key[1], template, scope), self._limit)  # the executor's, which a patch can give anything
            return made._replace(run=both(made.run, own, self._limit), own=own) if most(own) else made
        if any(name in template for name in POD_TYPES):
            return Course(pod(self._pod(key[1], template, scope), self._limit), daemon=bool(template.get("daemon")))
        return Course()

    def _pod(self, name: str, template: Mapping[str, Any], scope: Scope) -> Amount:
        try:
            spec = whole_pod(self._spec, template)
        except ValueError as error:
            spec = pod_spec(self._spec, template)
            self._say(f"podSpecPatch{'' if self._spec.get('podSpecPatch') else f' of template {name}'}: {error}")
        asked = {k: spec.get(k) for k in ("containers", "initContainers", "nodeSelector", "affinity", "resourceClaims")}
        return self._amount(pod_demand(filled(asked, scope)), f"template {name}")

    def _resource(self, key: TemplateKey, resource: Mapping[str, Any], scope: Scope) -> Course:
        """A pod that creates an object, waits for one, or both."""
        action = str(filled(resource.get("action"), scope))
        waits = bool(resource.get("successCondition") or resource.get("failureCondition"))
        objects = self._objects(key, resource, scope)
        names = tuple(str((body.get("metadata") or {}).get("name", "")) for body in objects)
        if action in ("get", "delete"):
            return Course(waits_for=names if waits else ())
        held: Amount = sum((self._amount(self._world.demand(body), f"template {key[1]}") for body in objects), Fraction(0))
        frees = all(_frees(body) for body in objects)
        if waits and frees:
            return Course(pod(held, self._limit))
        # what goes on after its end is not over when the step that waits for that end is
        return Course(always(held), held, creates=() if waits or not frees else names)

    def _objects(self, key: TemplateKey, resource: Mapping[str, Any], scope: Scope) -> list[Body]:
        try:
            if resource.get("manifestFrom"):
                raise ValueError("it is an artifact of a run")
            found = manifests(str(resource.get("manifest", "")), scope)
        except ValueError as error:
            self._say(f"manifest of template {key[1]}: {error}")
            return []
        objects = [{**body, "metadata": {"namespace": self._namespace, **(body.get("metadata") or {})}} for body in found]
        if not key[0]:
            self.manifests.setdefault(key[1], objects)
        return objects

    def _calls(self, call: Mapping[str, Any], holder: str, scope: Scope) -> list[Call]:
        items = items_of(call, scope)
        if items is None:
            return [Call(self._plan(call, holder, scope), INFINITE)]
        if mentions_item(call) and len(items) <= _MOST_ITEMS:
            return [Call(self._plan(call, holder, {**scope, **item_scope(item)}), Fraction(1)) for item in items]
        return [Call(self._plan(call, holder, scope), Fraction(len(items)))] if items else []

    def _at_once(self, template: Mapping[str, Any], calls: Sequence[Call]) -> Bound:
        """Children of one template that run side by side, and what those that already ended left behind."""
        children = [(call.plan.run, call.number) for call in calls]
        slots = pod_count(template.get("parallelism"), None)
        if slots == INFINITE:
            return together((copies(bound, count, self._limit) for bound, count in children), self._limit)
        return both(at_most(children, int(slots), self._limit), always(_left(calls)), self._limit)

    def _steps(self, holder: str, template: Mapping[str, Any], scope: Scope) -> Course:
        """Groups one after the other; daemons, held and left objects of earlier groups beside later ones."""
        groups = [[c for step in group for c in self._calls(step, holder, scope)] for group in template["steps"]]
        last_wait = {name: i for i, group in enumerate(groups) for call in group for name in call.plan.waits_for}
        run: Bound = NOTHING
        left: Amount = Fraction(0)
        daemons: Bound = NOTHING
        held: list[_Held] = []
        for index, group in enumerate(groups):
            between = summed(scaled(most(h.bound), h.number) for h in held if h.until > index)
            calls = [Call(Course(h.bound), h.number) for h in held if h.until == index]
            for call in group:
                until = max((last_wait.get(name, -1) for name in call.plan.creates), default=-1)
                if until > index:
                    held.append(_Held(pod(call.plan.left, self._limit), call.number, until))
                    call = Call(Course(both(held[-1].bound, call.plan.own, self._limit)), call.number)
                calls.append(call)
            run = either(run, together([self._at_once(template, calls), daemons, always(between + left)], self._limit))
            left += _left(calls)
            daemons = together([daemons, *(copies(c.plan.run, c.number, self._limit) for c in calls if c.plan.daemon)], self._limit)
        return Course(run, left)

    def _dag(self, holder: str, template: Mapping[str, Any], scope: Scope) -> Course:
        """All tasks at once, and never more than the heaviest set of tasks of which none waits for another."""
        tasks = (template["dag"] or {}).get("tasks") or ()
        calls = [self._calls(task, holder, scope) for task in tasks]
        everything = [call for group in calls for call in group]
        run, left = self._at_once(template, everything), _left(everything)
        if len(tasks) <= _MOST_TASKS:
            # What a task leaves behind (or a daemon holds) is there whatever else runs.
            stays = [summed(scaled(most(c.plan.run) if c.plan.daemon else c.plan.left, c.number) for c in group) for group in calls]
            total = [summed(scaled(most(c.plan.run), c.number) for c in group) for group in calls]
            moves = [t - s if s != INFINITE else Fraction(0) for t, s in zip(total, stays, strict=True)]
            run = capped(run, summed(stays) + heaviest_antichain(moves, predecessors(tasks)))
        return Course(run, left)

    def _amount(self, demand: Demand, where: str) -> Amount:
        self.classes.update(name for name, amount in demand.peak.items() if amount)
        for words in demand.unknown:
            self._say(f"{where}: {words}")
        return demand.peak.get(self._class, Fraction(0))

    def _say(self, words: str) -> None:
        self.words[words] = None


def _frees(body: Body) -> bool:
    """Whether an object holds nothing once it is over; anything of another kind (a service, a cluster) goes on."""
    kind = kind_of(body)
    return bool(kind and kind.ends and kind.ends.frees)


def inline_name(template: Mapping[str, Any]) -> str:
    """What stands for the name of a template that is written inside a step or task."""
    return f"\0{id(template)}"


def _named(spec: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(template.get("name")): template for template in spec.get("templates") or ()}


def _left(calls: Sequence[Call]) -> Amount:
    return summed(scaled(call.plan.left, call.number) for call in calls)
