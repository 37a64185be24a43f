"""Workflow lint: references and names inside Argo workflows that no schema can check.

Must not: look at resources or rights (ledger, policies).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from cnai_gitops.findings import Finding
from cnai_gitops.resources.argo_workflows.kinds import KINDS, TEMPLATE
from cnai_gitops.resources.argo_workflows.pods import workflow_spec
from cnai_gitops.resources.base import Body, key_of, kind_of

NAME = re.compile(r"^[a-zA-Z0-9][-a-zA-Z0-9]{0,127}$")
DEPENDS = re.compile(r"([a-zA-Z0-9][-a-zA-Z0-9]*)\.(Succeeded|Failed|Errored|Skipped|Omitted|Daemoned|AnySucceeded|AllFailed)")
CONDITION = re.compile(r"^[A-Za-z0-9._-]{1,63}( *(=|==|!=|<|>) *[^,#\"' ]+| (in|notin) \([^()#\"']*\))?$")
PARAMETER = re.compile(r"\{\{\s*(workflow|inputs)\.parameters\.([-\w]+)\s*\}\}")
LARGEST = 200
"""Most templates of a workflow and most tasks of a DAG that the full CRDs accept."""


def lint(bodies: Iterable[Body], target: str = "", others: Callable[[], Iterable[str]] = tuple) -> list[Finding]:
    """Findings on every workflow of one target: CNAI501 reference, CNAI502 name, CNAI503 condition, CNAI504 parameter, CNAI505 size.

    `others` names the WorkflowTemplates of the target that are not among the bodies.
    """
    bodies = list(bodies)
    templates = {key.name for body in bodies if (key := key_of(body))[:2] == TEMPLATE}
    if any(name not in templates for name in _references(bodies)):
        templates |= set(others())
    found: list[Finding] = []
    for body in bodies:
        if kind_of(body) in KINDS:
            spec = workflow_spec(body)[0]
            for code, path, message, help_ in _workflow(spec, templates):
                found.append(Finding(code=code, message=message, path=path, resource=str(key_of(body)), target=target, help=help_))
    return found


def _references(bodies: Iterable[Body]) -> Iterator[str]:
    """Names of the templates that workflows run as a whole."""
    for body in bodies:
        if kind_of(body) in KINDS:
            name = workflow_spec(body)[0].get("workflowTemplateRef", {}).get("name")
            if name is not None:
                yield name


Fault = tuple[str, str, str, str]


def _workflow(spec: Mapping[str, Any], known: set[str]) -> Iterator[Fault]:
    reference = spec.get("workflowTemplateRef", {}).get("name")
    if reference is not None:
        if reference not in known and not spec.get("workflowTemplateRef", {}).get("clusterScope"):
            yield _missing("spec.workflowTemplateRef", TEMPLATE[1], reference, known)
        return
    templates = {t.get("name", ""): t for t in spec.get("templates", ())}
    if len(templates) > LARGEST:
        yield "CNAI505", "spec.templates", f"{len(templates)} templates; the API server takes {LARGEST}", "split the workflow"
    for field in ("entrypoint", "onExit"):
        if spec.get(field) and spec[field] not in templates:
            yield _missing(f"spec.{field}", "template", spec[field], templates)
    parameters = {p["name"] for p in spec.get("arguments", {}).get("parameters", ())}
    for i, template in enumerate(spec.get("templates", ())):
        path = f"spec.templates[{i}]"
        name = template.get("name", "")
        if not NAME.match(name):
            yield "CNAI502", f"{path}.name", f"template name {name!r} is not allowed", "letters, digits and dashes"
        elif templates[name] is not template:
            yield "CNAI502", f"{path}.name", f"two templates are called {name!r}", "rename one of the two"
        yield from _calls(template, path, templates)
        yield from _conditions(template, path)
        yield from _parameters(template, path, parameters)


def _missing(path: str, what: str, name: str, known: Iterable[str]) -> Fault:
    return "CNAI501", path, f"{what} {name!r} does not exist", f"known: {', '.join(sorted(known)) or 'none'}"


def _calls(template: Mapping[str, Any], path: str, templates: Mapping[str, Any]) -> Iterator[Fault]:
    tasks = template.get("dag", {}).get("tasks", ())
    steps = [step for group in template.get("steps", ()) for step in group]
    if len(tasks) > LARGEST:
        yield "CNAI505", f"{path}.dag.tasks", f"{len(tasks)} tasks; the API server takes {LARGEST}", "split the graph"
    names = [task.get("name", "") for task in tasks]
    for i, call in enumerate([*tasks, *steps]):
        at = f"{path}.dag.tasks[{i}]" if tasks else f"{path}.steps[{i}]"
        if call.get("template") and call["template"] not in templates:
            yield _missing(f"{at}.template", "template", call["template"], templates)
        for name, _ in DEPENDS.findall(call.get("depends", "")):
            if name not in names:
                yield _missing(f"{at}.depends", "task", name, names)
        called = templates.get(call.get("template", ""), {})
        given = {p["name"] for p in call.get("arguments", {}).get("parameters", ())}
        for wanted in called.get("inputs", {}).get("parameters", ()):
            if wanted["name"] not in given and "value" not in wanted and "default" not in wanted:
                yield (
                    "CNAI504",
                    f"{at}.arguments",
                    f"input {wanted['name']!r} of {call['template']} gets no value",
                    "pass it as an argument",
                )


def _conditions(template: Mapping[str, Any], path: str) -> Iterator[Fault]:
    resource = template.get("resource", {})
    for field in ("successCondition", "failureCondition"):
        condition = resource.get(field)
        clauses = re.split(r",(?![^()]*\))", condition) if condition else []
        for clause in clauses:
            if not CONDITION.match(clause.strip()):
                text = f"{clause.strip()!r} is no label selector over a plain path"
                yield "CNAI503", f"{path}.resource.{field}", text, "use a dotted path, one operator and no #( ) query"
    if resource.get("successCondition") and resource.get("successCondition") == resource.get("failureCondition"):
        yield "CNAI503", f"{path}.resource", "success and failure have the same condition", "they must differ"


def _parameters(template: Mapping[str, Any], path: str, workflow: set[str]) -> Iterator[Fault]:
    inputs = {p["name"] for p in template.get("inputs", {}).get("parameters", ())}
    for at, text in _texts(template, path):
        for scope, name in PARAMETER.findall(text):
            known = workflow if scope == "workflow" else inputs
            if name not in known:
                yield "CNAI504", at, f"{scope} parameter {name!r} does not exist", f"known: {', '.join(sorted(known)) or 'none'}"


def _texts(node: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _texts(value, f"{path}.{key}")
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from _texts(value, f"{path}[{i}]")
