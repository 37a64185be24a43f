"""One verdict on everything that was resolved: schema, workflow lint, ledger, queues, policies, waivers.

Must not: render or print. What did not run raises NotEvaluated; silence is never a pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from cnai_gitops.check import ledger, queues
from cnai_gitops.check.evidence import load_scans
from cnai_gitops.check.inventory import Evidence, Owned, gather, place_of
from cnai_gitops.check.policy import gate
from cnai_gitops.check.rules import Rule, read_rules
from cnai_gitops.check.schema import check_schema
from cnai_gitops.check.waivers import Waiver, apply_waivers
from cnai_gitops.check.workflows import lint
from cnai_gitops.findings import Finding, Location, ordered
from cnai_gitops.plan.build import Plan
from cnai_gitops.plan.layers import explain


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
    evidence = gather(plan, owned, scans, at.isoformat())
    findings += _structure(plan, owned, evidence, lock_dir)
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


def _structure(plan: Plan, owned: Sequence[Owned], evidence: Evidence, lock_dir: Path | None) -> list[Finding]:
    """What needs no policy: schemas, names, workflow references, counts that cannot be told, queues that cannot admit."""
    findings: list[Finding] = []
    for target in dict.fromkeys(item.target for item in owned):
        mine = [item for item in owned if item.target == target]
        bodies = [resource.body for item in mine for resource in item.resources]
        inner = [(target.name, d["object"]) for d in evidence.documents if d["embedded"] and d["id"].startswith(f"{target.name}/")]
        resources = [(target.name, resource) for item in mine for resource in item.resources]
        findings += check_schema([*resources, *inner], target.profile.kubernetes, lock_dir)
        findings += lint(bodies, target.name)
        findings += ledger.findings(bodies, evidence.demands[target.name], target.name)
        findings += queues.never_admitted(bodies, target.name)
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
    for prefix, words in sorted(resource.trace, key=lambda pair: -len(pair[0])):
        if finding.path.startswith(prefix):
            location = _winner(plan, item, words)
            if location:
                return replace(finding, location=location)
    return finding if finding.location else replace(finding, location=place_of(plan, item, resource))


def _identity(finding: Finding) -> str:
    if finding.target and finding.resource and not finding.resource.startswith(f"{finding.target}/"):
        return f"{finding.target}/{finding.resource}"
    return finding.resource


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
