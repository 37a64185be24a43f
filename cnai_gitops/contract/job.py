"""A job of another operator that a workflow starts: one pod creates it, another one waits for its end, and a run that fails leaves none.

Must not: know a kind; how one says that it is over is on its `Kind`. Source of what is retried: the executor of Argo Workflows 4.0.5,
which says `failure condition ... evaluated true`, and that an object `has been deleted` while it was waited for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cnai_gitops.emit import emit_one
from cnai_gitops.parts.rbac import Rule
from cnai_gitops.resources.base import Kind, State, kind_of

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_workflows.blocks import RetryStrategy
    from cnai_gitops.resources.argo_workflows.template import Arguments, Template

RUN = "cnai.dev/run"
"""Label of a job: the workflow that started it."""

REFUSED = "Invalid|Forbidden|denied the request"
DECIDED = "failure condition|has been deleted"


@dataclass(frozen=True, slots=True)
class Job:
    """Templates that run one job, what the workflow's account may do for it, and what takes it away when the run fails."""

    templates: tuple[Template, Template, Template]
    rules: tuple[Rule, ...]
    undo: Template


def job(
    entry: str,
    create: str,
    wait: str,
    made: Mapping[str, Any],
    *,
    awaits: tuple[str, str] | None = None,
    inputs: Arguments | None = None,
) -> Job:
    """The job `made` in the steps template `entry`, which has the templates `create` and `wait`.

    It is over when the object `awaits` (apiVersion, kind) of the same name is, which its operator makes; the job itself unless given.
    The name is the same at every attempt, so a pod that is lost after it created the job, or while it waited, does not make a second one.
    """
    version, word = awaits or (made["apiVersion"], made["kind"])
    metadata = {"name": made["metadata"]["name"], "namespace": "{{workflow.namespace}}"}
    awaited = {"apiVersion": version, "kind": word, "metadata": metadata}
    kind, awaited_kind = _kind(made), _kind(awaited)
    call = _with({}, "arguments", _handed_on(inputs))
    steps: Template = {
        "name": entry,
        "steps": [[{"name": "create", "template": create, **call}], [{"name": "wait", "template": wait, **call}]],  # type: ignore[typeddict-item]
    }
    maker: Template = {
        "name": create,
        # an object that is there already is left as it is: `apply` of the same text changes nothing
        "retryStrategy": _again("5", "2", REFUSED),
        "resource": {"action": "apply", "setOwnerReference": True, "manifest": emit_one({**made})},
    }
    waiter: Template = {
        "name": wait,
        # what is waited for may appear some seconds later, and the pod that waits may be lost: only a decision is final
        "retryStrategy": _again("30", "1", DECIDED),
        "resource": {"action": "get", **_conditions(awaited_kind), "manifest": emit_one(awaited)},  # type: ignore[typeddict-item]
    }
    rules = [_rule(kind, ("create", "get", "list", "watch", "patch", "delete"))]
    if awaited_kind is not kind:
        rules.append(_rule(awaited_kind, ("get", "list", "watch")))
    templates = (_with(steps, "inputs", inputs), _with(maker, "inputs", inputs), _with(waiter, "inputs", inputs))
    return Job(templates, tuple(rules), _undo(kind))


def _undo(kind: Kind) -> Template:
    """Deletes the jobs of a kind that this run started; one that is over already holds nothing any more."""
    flags = [
        f"{kind.plural}.{kind.group}",
        f"--selector={RUN}={{{{workflow.name}}}}",
        "--namespace={{workflow.namespace}}",
        "--wait=false",
    ]
    return {"name": f"delete-{kind.plural}", "retryStrategy": _again("5", "2", REFUSED), "resource": {"action": "delete", "flags": flags}}


def _again(limit: str, factor: str, final: str) -> RetryStrategy:
    """Further attempts after failures and lost pods, unless the message of the last one says that it is `final`."""
    return {
        "limit": limit,
        "retryPolicy": "Always",
        "expression": f'!(lastRetry.message matches "{final}")',
        "backoff": {"duration": "10", "factor": factor},
    }


def _conditions(kind: Kind) -> dict[str, str]:
    """Every end of the kind: a failure is any one of its clauses."""
    assert kind.ends is not None, f"nothing says when a {kind.kind} is over"
    bad = [state for state in (kind.ends.failed, kind.ends.stopped) if state]
    return {"successCondition": condition(kind.ends.succeeded), "failureCondition": ",".join(map(condition, bad))}


def condition(state: State) -> str:
    """A state as Argo reads it: a label selector over a plain path."""
    values = f"== {state.values[0]}" if len(state.values) == 1 else f"in ({', '.join(state.values)})"
    return f"status.{state.field} {values}"


def _handed_on(inputs: Arguments | None) -> Arguments | None:
    if inputs is None:
        return None
    names = [parameter["name"] for parameter in inputs["parameters"]]
    return {"parameters": [{"name": name, "value": f"{{{{inputs.parameters.{name}}}}}"} for name in names]}


def _with(template: Any, field: str, value: Any) -> Any:
    return {**template, field: value} if value is not None else template


def _kind(body: Mapping[str, Any]) -> Kind:
    kind = kind_of({**body})
    assert kind is not None, f"nothing is known of {body.get('kind')}"
    return kind


def _rule(kind: Kind, verbs: tuple[str, ...]) -> Rule:
    return kind.group, kind.plural, verbs
