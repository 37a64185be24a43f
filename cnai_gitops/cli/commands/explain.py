"""`cnai explain`: why a value is what it is, or what a code means.

Must not: guess. A path that nothing set says so, with what there is.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cnai_gitops.cli.options import Env, Root, complete_subjects, root_of
from cnai_gitops.cli.output import emit_text

if TYPE_CHECKING:
    from cnai_gitops.check.gate.rules import Rule
    from cnai_gitops.plan.build import Plan
    from cnai_gitops.plan.target import Target


def command(
    subject: str = typer.Argument(
        help="An application, a code (CNAI101) or a policy (governance.purpose_match).", autocompletion=complete_subjects
    ),
    path: str | None = typer.Argument(None, help="A field: serve.scorer.scaling.max", show_default=False),
    env: Env = None,
    cluster: str | None = typer.Option(None, "-c", "--cluster", help="Cluster; the environment's primary when not given."),
    root: Root = None,
) -> int:
    """List every layer that set a value, with file and line, and which one wins; or explain a code."""
    if path is None:
        emit_text(_code(subject, root))
        return 0
    from cnai_gitops import pipeline
    from cnai_gitops.cli.output import show
    from cnai_gitops.findings import exit_code

    plan = pipeline.plan_of(root_of(root))
    if exit_code(plan.findings):
        show(plan.findings)
        return 1
    targets = _targets(plan, subject, env, cluster)
    lines = [line for target in targets for line in (*_lines(plan, subject, path, target), *_above(plan, subject, target))]
    emit_text("\n".join(lines))
    return 0


def _above(plan: Plan, app: str, target: Target) -> list[str]:
    """Escape hatches and patches of the application here: they change objects, whatever the layers of a field say."""
    lines = [
        f"  over it, {over.layer}: {over.override.kind} {over.override.name} {', '.join(over.override.set)}   {over.location or ''}"
        for over in plan.app(app, target).overrides
    ]
    return lines + [f"  over it, patch: {folder}" for folder in plan.project.patches.get((target.env, app), ())]


def _code(code: str, root: Path | None) -> str:
    from cnai_gitops.check.gate.rules import read_rules, renamed
    from cnai_gitops.errors import CnaiError, UsageError
    from cnai_gitops.findings.catalogue import entries
    from cnai_gitops.findings.catalogue import explain as page
    from cnai_gitops.system.data import policies_dir

    known = entries()
    if code in known:
        return page(code) or ""
    try:
        own = root_of(root) / "policies"
    except CnaiError:
        own = policies_dir()
    packs = [policies_dir(), *([own] if own.is_dir() and own.resolve() != policies_dir().resolve() else [])]
    rules = read_rules(packs)
    found = rules.get(renamed(rules).get(code, code))
    if found:
        return _rule(found)
    from difflib import get_close_matches

    stages = _stages(code, root)
    if stages:
        raise UsageError(
            f"{code} is an application: name a field of it",
            help=f"for example `cnai explain {code} {stages[0]}`; it has {', '.join(stages)}",
        )
    near = get_close_matches(code, [*known, *rules], n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise UsageError(f"{code!r} is no code, policy or application with a field", help=f"{hint}policies: {', '.join(sorted(rules))}")


def _stages(app: str, root: Path | None) -> list[str]:
    """Stages of an application; none where it is none, or where there is no project."""
    from cnai_gitops import pipeline
    from cnai_gitops.errors import CnaiError

    try:
        entry = pipeline.plan_of(root_of(root)).project.apps.get(app)
    except CnaiError:
        return []
    return [key for key, _ in entry.value.stages()] if entry else []


def _rule(rule: Rule) -> str:
    """One policy in words: what it asks, how strict it is where, what to do."""
    strictness = ", ".join(f"{tier}: {word}" for tier, word in rule.severity.items())
    waiver = f"at most {rule.max_waiver_days} days" if rule.waivable else "not possible"
    controls = "; ".join(f"{name} {', '.join(articles)}" for name, articles in rule.controls.items())
    lines = [
        f"{rule.id}: {rule.title}",
        "",
        rule.description,
        "",
        f"strictness  {strictness}",
        f"waiver      {waiver}",
        f"help        {rule.help}",
    ]
    lines += [f"controls    {controls}"] if controls else []
    lines += [f"once called {', '.join(rule.aliases)}"] if rule.aliases else []
    return "\n".join([*lines, f"written at  {rule.location}"])


def _targets(plan: Plan, app: str, env: list[str] | None, cluster: str | None) -> list[Target]:
    from cnai_gitops.errors import UsageError

    if app not in plan.project.apps:
        raise UsageError(f"application {app!r} does not exist", help=f"known: {', '.join(plan.project.apps) or 'none'}")
    found = [t for t in plan.targets_of(app) if (not env or t.env in env) and (cluster is None or t.cluster == cluster)]
    if not found:
        raise UsageError(f"{app} has no such target", help=f"it runs on: {', '.join(t.name for t in plan.targets_of(app)) or 'no cluster'}")
    seen: set[str] = set()
    return [t for t in found if cluster is not None or not (t.env in seen or seen.add(t.env))]  # type: ignore[func-returns-value]


def _lines(plan: Plan, app: str, path: str, target: Target) -> list[str]:
    from cnai_gitops.errors import UsageError

    kind, _, rest = path.partition(".")
    name, _, field = rest.partition(".")
    stages = dict(plan.project.apps[app].value.stages())
    if f"{kind}.{name}" not in stages:
        raise UsageError(f"{app} has no stage {kind}.{name}", help=f"its stages: {', '.join(stages)}")
    resolved = plan.app(app, target)
    if f"{kind}.{name}" in resolved.pending:
        return [f"{path} in {target.name}: the stage is pending, no digest for {resolved.pending[f'{kind}.{name}']}"]
    stage = resolved.stages[f"{kind}.{name}"]
    paths = _leaves(stage, _steps(field))
    if not paths:
        known = sorted({*type(stage.stage).model_fields, *type(stage.pins).model_fields})
        raise UsageError(f"{path} does not exist", help=f"fields of {kind}.{name}: {', '.join(known)}")
    place = plan.project.apps[app].place
    return [line for leaf in paths for line in _said(leaf, stages[stage.key], place, stage, target)]


def _leaves(stage: Any, path: list[str | int]) -> list[list[str | int]]:
    """The field itself, or every plain value below it."""
    from pydantic import BaseModel

    from cnai_gitops.plan.layers import inside

    for start in (stage.stage, stage.pins):
        value: Any = start
        for part in path:
            if isinstance(value, BaseModel) and part in type(value).model_fields:
                value = getattr(value, str(part))
            elif inside(value, part):
                value = value[part]
            else:
                break
        else:
            if isinstance(value, BaseModel):
                return [leaf for name in type(value).model_fields for leaf in _leaves(stage, [*path, name])]
            if isinstance(value, list | tuple) and any(isinstance(item, BaseModel) for item in value):
                return [leaf for index in range(len(value)) for leaf in _leaves(stage, [*path, index])]
            return [path]
    return []


def _steps(field: str) -> list[str | int]:
    """`scaling.triggers[0].kind` as steps."""
    import re

    return [int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", field)]


def _said(path: list[str | int], written: Any, place: Any, stage: Any, target: Target) -> list[str]:
    from cnai_gitops.plan.honours import without_effect
    from cnai_gitops.plan.layers import explain
    from cnai_gitops.source.messages import dotted

    said = explain(path, written, place, stage)
    value = said[-1].value if said else None
    lines = [f"{stage.key}.{dotted(path)} = {_show(value)}   ({target.name})"]
    idle = without_effect(stage.stage, path, target.facts)
    lines += [f"  has no effect with {idle}"] if idle else []
    for item in reversed(said):
        where = str(item.location) if item.location else "-"
        lines.append(f"  {_show(item.value):<20} {item.layer:<14} {where}{'   <- wins' if item.wins else ''}")
        lines += [f"  {'':<20} {'':<14} {place}   {note}" for place, note in item.notes]
    return lines


def _show(value: Any) -> str:
    from pydantic import BaseModel

    if isinstance(value, BaseModel):
        return f"{type(value).__name__}(...)"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_show(item) for item in value) + "]"
    return "not set" if value is None else str(value)
