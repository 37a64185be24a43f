"""One verdict on everything that was resolved: schema, workflow lint, ledger, queues, policies, waivers.

Must not: render or print. What did not run raises NotEvaluated; silence is never a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from cnai_gitops.check import ledger, queues
from cnai_gitops.check.evidence import load_scans
from cnai_gitops.check.inventory import Evidence, Owned, document_id, gather
from cnai_gitops.check.lock import check_lock
from cnai_gitops.check.payload import payload
from cnai_gitops.check.policy import gate
from cnai_gitops.check.rules import Rule, read_rules
from cnai_gitops.check.schema import check_schema, is_misshapen
from cnai_gitops.check.waivers import Waiver, apply_waivers
from cnai_gitops.check.workflows import lint
from cnai_gitops.findings import Finding, Location, ordered
from cnai_gitops.plan.build import Plan
from cnai_gitops.plan.layers import explain
from cnai_gitops.plan.target import Target
from cnai_gitops.resources.base import Body, Resource


@dataclass(slots=True)
class Verdict:
    """All findings, and how much was looked at."""

    findings: list[Finding] = field(default_factory=list)
    documents: int = 0
    rules: dict[str, Rule] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    evidence: Evidence | None = None


def judge(plan: Plan, owned: Sequence[Owned], *, at: date, packs: Sequence[Path], conftest: Path, lock_dir: Path | None = None) -> Verdict:
    """Judge every object of every owner. `packs` are folders of policies, the built-in one first."""
    scans, findings = load_scans(plan.project.root)
    findings += check_lock(plan.project.root)
    shapes = [found for item in owned for found in _schemas(item.target, item.resources, lock_dir)]
    readable, broken = _apart(owned, shapes)
    evidence = gather(plan, readable, scans, at.isoformat())
    findings += [*shapes, *_structure(plan, readable, evidence, lock_dir), *payload(evidence.documents)]
    evidence.resources |= broken
    rules = read_rules(packs)
    denied = gate(evidence.documents, evidence.data, packs=packs, conftest=conftest)
    environments = {item.target.env for item in owned}
    approvers = plan.project.config.approvers
    denied = apply_waivers(denied, waivers_of(plan), at, rules, evaluated=environments, approvers=approvers)
    return Verdict(
        findings=ordered(_refined(plan, evidence, finding) for finding in [*findings, *denied]),
        documents=len(evidence.documents),
        rules=dict(rules),
        targets=tuple(dict.fromkeys(item.target.name for item in owned)),
        evidence=evidence,
    )


def _schemas(target: Target, objects: Iterable[Resource | Body], lock_dir: Path | None) -> list[Finding]:
    return check_schema(((target.name, item) for item in objects), target.profile.kubernetes, lock_dir)


def _apart(owned: Sequence[Owned], shapes: Iterable[Finding]) -> tuple[list[Owned], dict[str, tuple[Owned, Resource]]]:
    """What can be judged further, and by identity what cannot: an object of another form than its kind fails by that alone."""
    wrong = {(found.target, found.resource) for found in shapes if is_misshapen(found)}
    if not wrong:
        return list(owned), {}
    broken = {document_id(i.target, r): (i, r) for i in owned for r in i.resources if (i.target.name, str(r.key)) in wrong}
    return [replace(i, resources=[r for r in i.resources if document_id(i.target, r) not in broken]) for i in owned], broken


def _structure(plan: Plan, owned: Sequence[Owned], evidence: Evidence, lock_dir: Path | None) -> list[Finding]:
    """What needs no policy: schemas of carried objects, workflow references, counts that cannot be told, queues that cannot admit."""
    findings: list[Finding] = []
    for target in dict.fromkeys(item.target for item in owned):
        mine = [item for item in owned if item.target == target]
        bodies = [resource.body for item in mine for resource in item.resources]
        inner = [d["object"] for d in evidence.documents if d["embedded"] and d["id"].startswith(f"{target.name}/")]
        findings += _schemas(target, inner, lock_dir)
        findings += lint(bodies, target.name)
        findings += ledger.findings(bodies, evidence.demands[target.name], target.name)
        findings += queues.never_admitted(bodies, target.name, plan.project.facts.accelerators)
    return findings


def waivers_of(plan: Plan) -> list[Waiver]:
    """Every waiver of the repository, with its place."""
    found: list[Waiver] = []
    for entry in plan.project.waivers:
        for i, spec in enumerate(entry.value.waivers):
            fields = {name: getattr(spec, name) for name in type(spec).model_fields}
            found.append(Waiver(**fields, location=entry.place.locate(("waivers", i))))
    return found


def _refined(plan: Plan, evidence: Evidence, finding: Finding) -> Finding:
    """The finding at the line that set the value it is about, where the object can say which that was."""
    known = evidence.resources.get(_identity(finding))
    if known is None:
        return finding
    item, resource = known
    location = _override(plan, item, resource, finding.path)
    if location:
        return replace(finding, location=location)
    for prefix, words in sorted(resource.trace, key=lambda pair: -len(pair[0])):
        if finding.path.startswith(prefix):
            location = _winner(plan, item, words)
            if location:
                return replace(finding, location=location)
    return finding if finding.location else replace(finding, location=place_of(plan, item, resource))


def place_of(plan: Plan, item: Owned, resource: Resource) -> Location | None:
    """Where the user wrote what became this object: the stage, or the environment of a platform object."""
    entry = plan.project.apps.get(item.owner)
    if entry is not None:
        return entry.place.locate(tuple(resource.stage.split(".", 1)) if resource.stage else ("name",))
    environment = plan.project.environments.get(item.target.env)
    if environment is None:
        return None
    team = resource.body["metadata"].get("labels", {}).get("cnai.dev/team")
    return environment.place.locate(("teams", team) if team else ("clusters", item.target.cluster))


def _identity(finding: Finding) -> str:
    if finding.target and finding.resource and not finding.resource.startswith(f"{finding.target}/"):
        return f"{finding.target}/{finding.resource}"
    return finding.resource


def _override(plan: Plan, item: Owned, resource: Resource, path: str) -> Location | None:
    """Line of the escape hatch that set the value at `path`, which wins over whatever a stage said."""
    if item.owner not in plan.project.apps:
        return None
    for placed in reversed(plan.app(item.owner, item.target).overrides):
        override = placed.override
        fits = override.kind == resource.key.kind and override.name in ("", resource.key.name)
        if fits and any(path.startswith(pointer.strip("/").replace("/", ".")) for pointer in override.set):
            return placed.location
    return None


def _winner(plan: Plan, item: Owned, words: str) -> Location | None:
    """Line of the layer that won for `serve.scorer.scaling.max`."""
    kind, _, rest = words.partition(".")
    name, _, path = rest.partition(".")
    entry = plan.project.apps.get(item.owner)
    if entry is None:
        return None
    stages = dict(entry.value.stages())
    resolved = plan.app(item.owner, item.target).stages.get(f"{kind}.{name}")
    if resolved is None or not path:
        return None
    said = explain(path.split("."), stages[f"{kind}.{name}"], entry.place, resolved)
    return next((s.location for s in reversed(said) if s.location), None)


__all__ = ["Owned", "Verdict", "judge", "waivers_of"]
