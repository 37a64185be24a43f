"""One verdict on everything that was resolved: schema, workflow lint, ledger, queues, policies, waivers.

Must not: render or print. What did not run raises NotEvaluated; silence is never a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from cnai_gitops.check.blame import placed
from cnai_gitops.check.docket import Case, Docket, name_of, record_of
from cnai_gitops.check.evidence import Evidence, datasets_of, environments_of, totals_of
from cnai_gitops.check.gate.lock import check_rules
from cnai_gitops.check.gate.policy import Pack, gate, load
from cnai_gitops.check.gate.rules import Rule
from cnai_gitops.check.gate.sheet import Sheet
from cnai_gitops.check.gate.waivers import Waiver, apply_waivers
from cnai_gitops.check.objects import ledger
from cnai_gitops.check.scan_reports import load_scans
from cnai_gitops.check.schemas.crd_lock import check_lock
from cnai_gitops.findings import Finding, Location, finding_of, ordered
from cnai_gitops.plan.plan import Plan
from cnai_gitops.plan.selection import EVERYTHING, Selection
from cnai_gitops.resolved.identity import DocumentId
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resolved.units import Unit
from cnai_gitops.resources.base import Demand, Key
from cnai_gitops.source.text import nearest
from cnai_gitops.system.store import digest_of


@dataclass(slots=True)
class Verdict:
    """All findings, and how much was looked at: `documents` of which `reused` were taken as they were judged before.

    `data` are the facts that policies got; `known` is what the next run may know, as plain data.
    """

    findings: list[Finding] = field(default_factory=list)
    documents: int = 0
    reused: int = 0
    rules: dict[str, Rule] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)


def verdict(
    resolved: Resolved,
    selection: Selection = EVERYTHING,
    *,
    at: date,
    packs: Sequence[Path],
    conftest: Path,
    lock_dir: Path | None = None,
    tokens: Mapping[Unit, str] | None = None,
    known: Mapping[str, Any] | None = None,
) -> Verdict:
    """Judge every object that was selected. `packs` are folders of policies, the built-in one first.

    `known` is that of an earlier verdict: what was said of a unit is taken where it holds (`tokens` stand for what a unit is
    made from), provided that every rule says that its verdicts follow from less than everything.
    """
    plan = resolved.plan
    pack, unsound = load(packs)
    known, made_by = known or {}, _making(pack, lock_dir)
    if any(rule.scope == "repository" for rule in pack.rules.values()) or known.get("made_by") != made_by:
        known = {}
    units = resolved.units(selection)
    docket = Docket(
        resolved.load, {unit: (tokens or {}).get(unit, "") for unit in units}, known.get("units", {}), known.get("settled", {}), lock_dir
    )
    scans, findings, reports = load_scans(plan.project.root, known.get("reports", {}))
    findings += check_lock(plan.project.root)
    hearing = Hearing(resolved, docket, pack.rules)
    findings += hearing.hear()
    data = hearing.facts(scans, at)
    findings += check_rules(packs, pack.files, pack.rules)
    findings += _unknown_areas(plan, pack.rules)
    findings += unsound or hearing.denied(gate(hearing.sheet, data, pack=pack, conftest=conftest))
    approvers = plan.project.config.approvers
    judged = _judged(resolved, units, selection)
    return Verdict(
        findings=ordered(apply_waivers(findings, waivers_of(plan), at, pack.rules, evaluated=judged, approvers=approvers)),
        documents=hearing.documents,
        reused=sum(case.known["documents"] for case in docket.held if case.known),
        rules=dict(pack.rules),
        targets=tuple(dict.fromkeys(unit.target.name for unit in units)),
        data=data,
        known={} if unsound else {"made_by": made_by, "units": hearing.records, "settled": docket.settled, "reports": reports},
    )


def _judged(resolved: Resolved, units: Sequence[Unit], selection: Selection) -> Callable[[Waiver], bool]:
    """Whether a waiver's object could have been seen: all of an environment, or only what the selected applications make."""
    environments = {unit.target.env for unit in units}
    if not selection.apps:
        return lambda waiver: waiver.resource.partition("/")[0] in environments
    made = {f"{unit.target.name}/{key}" for unit in units for key in resolved.summary(unit).keys}
    return lambda waiver: waiver.resource.partition("#")[0] in made


def inventory_of(resolved: Resolved, scans: Mapping[str, Any], at: date) -> tuple[Sheet, dict[str, Any]]:
    """Documents and facts of everything, as policies get them; nothing is judged."""
    hearing = Hearing(resolved, Docket(resolved.load, dict.fromkeys(resolved.units(), ""), {}), {})
    hearing.hear()
    return hearing.sheet, hearing.facts(scans, at)


def _unknown_areas(plan: Plan, rules: Mapping[str, Rule]) -> Iterator[Finding]:
    """CNAI725 for each area of `approvers` that has no rule: who may approve there was meant to be limited, and is not."""
    known = sorted({rule.area for rule in rules.values()})
    for area in plan.project.config.approvers:
        if area not in known:
            close = nearest(area, known)
            message = f"[approvers] {area} is no area of policies, so it limits nobody"
            help_ = f"did you mean {close[0]}? known: {', '.join(known)}" if close else f"known: {', '.join(known)}"
            yield Finding(code="CNAI725", message=message, location=plan.project.config_place.locate(("approvers", area)), help=help_)


def _making(pack: Pack, lock_dir: Path | None) -> str:
    """What judges: every policy and its example, and the schemas of CRDs."""
    policies = [f"{file.shown}\n{file.text}" for file in pack.files]
    examples = [repr(example) for _, example in sorted(pack.canaries.items())]
    schemas = sorted((path.name, digest_of(path.read_bytes())) for path in lock_dir.glob("*.json") if path.is_file()) if lock_dir else []
    return digest_of(*policies, *examples, pack.capabilities, repr(schemas))


class Hearing:
    """One hearing: documents of what has to be judged, what is held, and everything that is counted across both."""

    def __init__(self, resolved: Resolved, docket: Docket, rules: Mapping[str, Rule]) -> None:
        """Nothing was heard yet."""
        self.resolved, self.docket, self.rules = resolved, docket, rules
        self.sheet = Sheet()
        self.documents = 0
        self.records: dict[str, dict[str, Any]] = {}
        self._uses: list[dict[str, Any]] = []
        self._services: list[dict[str, Any]] = []
        self._demands: list[tuple[Unit, Mapping[Key, Demand]]] = []
        self._odd: dict[tuple[str, str], Unit] = {}
        """Units of objects that cannot be judged, by target and identity."""

    def hear(self) -> list[Finding]:
        """What is said without policies, of the judged anew and of the held."""
        findings: list[Finding] = []
        for case in self.docket.cases.values():
            if case.known is not None:
                findings += self._hold(case, case.known)
            else:
                findings += self._judge(case)
        return findings

    def _hold(self, case: Case, known: dict[str, Any]) -> list[Finding]:
        for document in known["slim"]:
            self.sheet.add(document)
        self.documents += known["documents"]
        self._demands.append((case.unit, ledger.read(known["demands"])))
        self.records[name_of(case.unit)] = known
        return [finding_of(finding) for finding in known["findings"]]

    def _judge(self, case: Case) -> list[Finding]:
        evidence = self.docket.gather(self.resolved.plan, case)
        for document in evidence.documents:
            self.sheet.add(document)
        self.documents += len(evidence.documents)
        rows = self.docket.rows(case)
        self._services += rows
        self._uses += evidence.uses
        self._demands.append((case.unit, evidence.demands))
        for finding in evidence.findings:
            self._odd.setdefault((case.unit.target.name, finding.resource.partition("#")[0]), case.unit)
        record = self.records[name_of(case.unit)] = record_of(case, evidence, rows)
        findings = [self._placed(finding) for finding in evidence.findings]
        record["findings"] = [asdict(finding) for finding in findings]
        return findings

    def facts(self, scans: Mapping[str, Any], at: date) -> dict[str, Any]:
        """What policies get beside the documents."""
        plan = self.resolved.plan
        everything = not self.docket.held
        names = plan.project.datasets if everything else (use["dataset"] for use in self._uses)
        return {
            "run": {"at": at.isoformat()},
            "environments": environments_of(plan),
            "datasets": datasets_of(plan, names, dict.fromkeys(unit.target for unit in self.docket.cases)),
            "uses": self._uses,
            "ledger": totals_of(plan, self._demands),
            "scans": dict(scans),
            "services": self._services,
        }

    def denied(self, denials: Iterable[Finding]) -> Iterator[Finding]:
        """Denials at their lines; those of rules about one unit are written down with it, and not taken for what is held."""
        for denial in denials:
            rule = self.rules.get(denial.code)
            unit = self._unit(denial)
            finding = self._placed(denial)
            if rule and rule.scope == "unit" and unit and self.docket.cases[unit].known is None:
                self.records[name_of(unit)]["findings"].append(asdict(finding))
            yield finding

    def _unit(self, finding: Finding) -> Unit | None:
        if not finding.resource:
            return None
        key = DocumentId.parse(f"{finding.target}/{finding.resource}").key
        return self.docket.unit_of(finding.target, key) or self._odd.get((finding.target, str(key)))

    def _placed(self, finding: Finding) -> Finding:
        """The finding at the line that the user wrote; a verdict that holds remembers it."""
        unit = self._unit(finding)
        if unit is None:
            return finding
        places = self.records[name_of(unit)]["places"]
        about = f"{finding.resource} {finding.path}"
        if about not in places:
            key = DocumentId.parse(f"{finding.target}/{finding.resource}").key
            resource = next((r for r in self.resolved.load(unit).resources if r.key == key), None)
            location = placed(self.resolved.plan, unit, resource, finding).location if resource else finding.location
            places[about] = asdict(location) if location else None
        place = places[about]
        return replace(finding, location=Location(**place) if place else None)


def waivers_of(plan: Plan) -> list[Waiver]:
    """Every waiver of the repository, with its place."""
    found: list[Waiver] = []
    for entry in plan.project.waivers:
        for i, spec in enumerate(entry.value.waivers):
            fields = {name: getattr(spec, name) for name in type(spec).model_fields}
            found.append(Waiver(**fields, location=entry.place.locate(("waivers", i))))
    return found


__all__ = ["Evidence", "Verdict", "inventory_of", "verdict", "waivers_of"]
