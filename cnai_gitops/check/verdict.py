"""One verdict on everything that was resolved: schema, workflow lint, ledger, queues, policies, waivers.

Must not: render or print. What did not run raises NotEvaluated; silence is never a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from cnai_gitops.check import ledger, queues
from cnai_gitops.check.blame import placed
from cnai_gitops.check.crd_lock import check_lock
from cnai_gitops.check.evidence import Evidence, gather
from cnai_gitops.check.payload import payload
from cnai_gitops.check.policy import gate
from cnai_gitops.check.rules import Rule, read_rules
from cnai_gitops.check.scan_reports import load_scans
from cnai_gitops.check.schema import check_schema, is_misshapen
from cnai_gitops.check.waivers import Waiver, apply_waivers
from cnai_gitops.check.workflows import lint
from cnai_gitops.findings import Finding, ordered
from cnai_gitops.plan.build import Plan
from cnai_gitops.plan.selection import EVERYTHING, Selection
from cnai_gitops.plan.target import Target
from cnai_gitops.resolved.identity import DocumentId
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resolved.units import Objects, Unit
from cnai_gitops.resources.base import Body, Resource


@dataclass(slots=True)
class Verdict:
    """All findings, and how much was looked at."""

    findings: list[Finding] = field(default_factory=list)
    documents: int = 0
    rules: dict[str, Rule] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    evidence: Evidence | None = None


def verdict(
    resolved: Resolved, selection: Selection = EVERYTHING, *, at: date, packs: Sequence[Path], conftest: Path, lock_dir: Path | None = None
) -> Verdict:
    """Judge every object that was selected. `packs` are folders of policies, the built-in one first."""
    plan = resolved.plan
    scans, findings = load_scans(plan.project.root)
    findings += check_lock(plan.project.root)
    made = list(resolved.objects(selection))
    shapes = [found for item in made for found in _schemas(item.unit.target, item.resources, lock_dir)]
    readable, broken = _apart(made, shapes)
    evidence = gather(plan, readable, scans, at.isoformat())
    findings += [*shapes, *_structure(readable, evidence, lock_dir), *payload(evidence.documents)]
    evidence.resources |= broken
    rules = read_rules(packs)
    denied = gate(evidence.documents, evidence.data, packs=packs, conftest=conftest)
    environments = {item.unit.target.env for item in made}
    approvers = plan.project.config.approvers
    denied = apply_waivers(denied, waivers_of(plan), at, rules, evaluated=environments, approvers=approvers)
    return Verdict(
        findings=ordered(placed(plan, evidence.resources, finding) for finding in [*findings, *denied]),
        documents=len(evidence.documents),
        rules=dict(rules),
        targets=tuple(dict.fromkeys(item.unit.target.name for item in made)),
        evidence=evidence,
    )


def _schemas(target: Target, objects: Iterable[Resource | Body], lock_dir: Path | None) -> list[Finding]:
    return check_schema(((target.name, item) for item in objects), target.profile.kubernetes, lock_dir)


def _apart(made: Sequence[Objects], shapes: Iterable[Finding]) -> tuple[list[Objects], dict[str, tuple[Unit, Resource]]]:
    """What can be judged further, and by identity what cannot: an object of another form than its kind fails by that alone."""
    wrong = {f"{found.target}/{found.resource}" for found in shapes if is_misshapen(found)}
    if not wrong:
        return list(made), {}
    named = [(item, [(str(DocumentId.of(item.unit.target, r.key)), r) for r in item.resources]) for item in made]
    broken = {identity: (item.unit, r) for item, pairs in named for identity, r in pairs if identity in wrong}
    return [replace(item, resources=tuple(r for identity, r in pairs if identity not in wrong)) for item, pairs in named], broken


def _structure(made: Sequence[Objects], evidence: Evidence, lock_dir: Path | None) -> list[Finding]:
    """What needs no policy: schemas of carried objects, workflow references, counts that cannot be told, queues that cannot admit."""
    findings: list[Finding] = []
    for target in dict.fromkeys(item.unit.target for item in made):
        mine = [item for item in made if item.unit.target == target]
        bodies = [resource.body for item in mine for resource in item.resources]
        inner = [d["object"] for d in evidence.documents if d["embedded"] and d["id"].startswith(f"{target.name}/")]
        findings += _schemas(target, inner, lock_dir)
        findings += lint(bodies, target.name)
        findings += ledger.findings(bodies, evidence.demands[target.name], target.name)
        findings += queues.never_admitted(bodies, target.name, target.facts.accelerators)
    return findings


def waivers_of(plan: Plan) -> list[Waiver]:
    """Every waiver of the repository, with its place."""
    found: list[Waiver] = []
    for entry in plan.project.waivers:
        for i, spec in enumerate(entry.value.waivers):
            fields = {name: getattr(spec, name) for name in type(spec).model_fields}
            found.append(Waiver(**fields, location=entry.place.locate(("waivers", i))))
    return found
