"""The gate: one run of conftest over the whole inventory, believed only when it proves that it saw everything.

Must not: decide what is allowed (the Rego does), know a rule by name, take silence for consent.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import orjson

from cnai_gitops.check.gate.canary import CANARY, Example, disguised, planted, read_canaries
from cnai_gitops.check.gate.rego import RegoFile, read_files
from cnai_gitops.check.gate.rules import Rule, rules_of
from cnai_gitops.check.gate.sheet import Sheet, as_json, require_keys
from cnai_gitops.errors import NotEvaluated
from cnai_gitops.findings import Finding, Severity, ordered
from cnai_gitops.resolved.identity import DocumentId
from cnai_gitops.source.text import printable
from cnai_gitops.system.files import Writer
from cnai_gitops.system.store import digest_of

TIMEOUT = 300.0
"""Seconds that conftest may take; 18,000 documents need three."""

_FLAGS = (
    "--parser", "json", "-p", "policy", "-d", "data", "-n", "gate", "--strict", "--rego-version", "v1", "--show-builtin-errors",
    "--capabilities", "capabilities.json", "--no-color", "-o", "json",
)  # fmt: skip
_USE = ("id", "env", "tier", "cluster", "app", "dataset", "access")
_TEMPLATE = ("path", "budgets")
_BUDGET = ("id", "spec")
_TOTAL = ("env", "tier", "team", "class", "peak", "quota", "ids")
_SERVICE = ("id", "env", "tier", "app", "stage", "min_replicas", "templates")
_SCAN = ("collected_at", "database_at", "complete", "vulnerabilities")
_RESERVED = {"cnai", "gate", "lib"}
_ABSENT: dict[str, Any] = {"environments": {}, "datasets": {}, "uses": [], "services": [], "scans": {}}
_DATE = re.compile(r"20\d\d-\d\d-\d\d")


class Answer(Protocol):
    """What a finished process left behind."""

    @property
    def code(self) -> int:
        """Exit code; negative when a signal ended the process."""

    @property
    def stdout(self) -> bytes:
        """What it printed."""

    @property
    def stderr(self) -> bytes:
        """What it complained about."""


@dataclass(frozen=True, slots=True)
class Pack:
    """All policies of a run: the files, the rules that they declare, and the bad example of each rule."""

    files: list[RegoFile]
    rules: Mapping[str, Rule]
    canaries: Mapping[str, Example]
    capabilities: bytes


def gate(
    documents: Sheet | Iterable[Mapping[str, Any]],
    data: Mapping[str, Any],
    *,
    packs: Sequence[Path] = (),
    pack: Pack | None = None,
    conftest: Path,
    workdir: Path | None = None,
    run: Callable[..., Answer] | None = None,
    timeout: float = TIMEOUT,
) -> list[Finding]:
    """What the policies of `packs` (the built-in one first; or of a `pack` that was loaded) say about the documents of the inventory.

    `data` holds one entry per fact (`run` with the day in `at`, `uses`, `datasets`, `ledger` ...). Findings about documents
    have no location yet. Unsound policy files are findings, and nothing else is judged then. Raises NotEvaluated whenever
    some rule or document may have been passed over. `workdir` keeps what conftest was given; `run` starts a process as
    `system.process.run` does.
    """
    if pack is None:
        pack, findings = load(packs)
        if findings:
            return ordered(findings)
    sheet = documents if isinstance(documents, Sheet) else Sheet(documents)
    _require(sheet, data)
    seed = f"{sheet.digest()} {data['run']['at']} {digest_of(*(file.text for file in pack.files))}"
    token, canaries = disguised(pack.canaries, seed, sheet.place)
    pack = replace(pack, canaries=canaries)
    planted_documents, facts = planted([], _ABSENT | {"ledger": {"teams": [], "documents": {}}} | dict(data), canaries.values())
    if token not in facts["environments"]:  # else a rule could ask which environments are real
        facts["environments"] = {**facts["environments"], token: next(iter(facts["environments"].values()), {"tier": "prod"})}
    count = len(sheet) + len(planted_documents)
    facts["run"] = facts["run"] | {"documents": count, "packages": sorted({file.package for file in pack.files})}
    with _folder(workdir) as folder:
        _write(folder, sheet.finish(planted_documents), facts, pack)
        verdicts = _judge(folder, conftest, run, timeout, pack)
    return ordered(_believe(verdicts, pack, count, token))


def load(packs: Sequence[Path]) -> tuple[Pack, list[Finding]]:
    """The policies of all packs, and what is wrong with their files."""
    files, findings = read_files(packs)
    rules, of_rules = rules_of(files)
    canaries, of_examples = read_canaries(rules.values())
    capabilities = packs[0] / "capabilities.json" if packs else None
    if capabilities is None or not capabilities.is_file():
        raise NotEvaluated("the policy pack has no capabilities.json", help="the first pack is the built-in one; install again")
    return Pack(files, rules, canaries, capabilities.read_bytes()), findings + of_rules + of_examples


# -- what goes in --------------------------------------------------------------------------------------------


def _require(sheet: Sheet, data: Mapping[str, Any]) -> None:
    """Refuse input of which Rego would silently skip a part."""
    if _RESERVED & set(data) or not _DATE.match(str(data.get("run", {}).get("at", ""))):
        raise NotEvaluated("the facts for the policies need the day in run.at, and none may be called " + ", ".join(sorted(_RESERVED)))
    totals = data.get("ledger", {}).get("teams", [])
    require_keys("uses", data.get("uses", []), _USE)
    services = data.get("services", [])
    require_keys("services", services, _SERVICE)
    templates = [template for service in services for template in service["templates"]]
    require_keys("services.templates", templates, _TEMPLATE)
    require_keys("services.templates.budgets", (budget for template in templates for budget in template["budgets"]), _BUDGET)
    require_keys("ledger.teams", totals, _TOTAL)
    require_keys("scans", data.get("scans", {}).values(), _SCAN)
    named = [
        *sheet.ids,
        *(entry["id"] for entry in (*data.get("uses", []), *services)),
        *(f"{total['env']}/" for total in totals),
    ]
    if any(name.startswith(f"{CANARY}/") for name in named):
        raise NotEvaluated(f"an environment may not be called {CANARY}: its findings would be taken for those of the examples")


@contextmanager
def _folder(workdir: Path | None) -> Iterator[Path]:
    if workdir is not None:
        yield workdir
        return
    with tempfile.TemporaryDirectory(prefix="cnai-gate-") as name:
        yield Path(name)


def _write(folder: Path, inventory: bytes | bytearray, facts: Mapping[str, Any], pack: Pack) -> None:
    """Exactly the files that conftest may see: nothing of a pull request is handed over as a folder."""
    files: dict[str, bytes | bytearray] = {f"data/{key}.json": as_json({key: value}) for key, value in facts.items()}
    files |= {"inventory.json": inventory, "capabilities.json": pack.capabilities}
    files |= {f"policy/{place}": file.text.encode() for place, file in _places(pack).items()}
    with Writer(folder) as writer:
        for path, content in sorted(files.items()):
            writer.write(path, content)


def _places(pack: Pack) -> dict[str, RegoFile]:
    """The files under the names that they have in conftest's folder: one numbered folder for each pack."""
    roots = list(dict.fromkeys(file.root for file in pack.files))
    return {f"{roots.index(file.root)}/{file.path}": file for file in pack.files}


# -- what comes back -----------------------------------------------------------------------------------------


def _judge(folder: Path, conftest: Path, run: Callable[..., Answer] | None, timeout: float, pack: Pack) -> list[Mapping[str, Any]]:
    """Run conftest once; the denials of package `gate`."""
    if run is None:
        from cnai_gitops.system import process

        run = process.run
    home = {"HOME": str(folder.absolute()), "GOGC": "400"}  # conftest looks for plug-ins at home, and crashes without one
    answer = run([str(conftest.absolute()), "test", "inventory.json", *_FLAGS], cwd=folder, env=home, timeout=timeout)
    complaint = _complaint(answer, pack)
    if answer.code not in (0, 1):
        raise NotEvaluated(f"conftest ended with {answer.code}: {complaint}")
    try:
        results = orjson.loads(answer.stdout)
    except orjson.JSONDecodeError as error:  # exit 1 without JSON is a policy that cannot be loaded or that crashed
        raise NotEvaluated(f"conftest gave no verdict: {complaint}", help="correct the Rego at the place above") from error
    if not isinstance(results, list) or [entry.get("namespace") for entry in results if isinstance(entry, dict)] != ["gate"]:
        raise NotEvaluated(f"conftest did not evaluate package gate: {complaint}")
    failures = results[0].get("failures")
    if not isinstance(failures, list) or any(results[0].get(key) for key in ("warnings", "exceptions", "skipped")):
        raise NotEvaluated("conftest passed something over, or warned, where it may only deny")
    return failures


def _complaint(answer: Answer, pack: Pack) -> str:
    """The end of stderr, on one line, with the users' names of the policy files."""
    text = answer.stderr[-4000:].decode("utf-8", "replace") or "it said nothing"
    for place, file in _places(pack).items():
        text = text.replace(f"policy/{place}", file.shown)
    return printable(" ".join(text.split()))


def _believe(verdicts: Sequence[Mapping[str, Any]], pack: Pack, count: int, token: str) -> Iterator[Finding]:
    """The findings about real documents, after everything proved that nothing is missing."""
    known: list[str] | None = None
    judged: list[Finding] = []
    for verdict in verdicts:
        details = verdict.get("metadata") or {}
        rule = details.get("rule")
        if rule == "gate.count":
            known = _counted(details, count)
        elif rule == "gate.depth":
            yield from (
                Finding(code="CNAI701", message=str(verdict["msg"]), location=f.location)
                for f in pack.files
                if f.package == details["package"]
            )
        elif rule not in pack.rules or not isinstance(details.get("id"), str):
            raise NotEvaluated(
                f"a policy made a finding of its own kind ({str(verdict.get('msg'))[:80]!r})", help="build findings with lib.result.new"
            )
        else:
            judged.append(_finding(verdict, details))
    if known is None:
        raise NotEvaluated("conftest did not say how many documents it saw")
    if known != sorted(pack.rules):
        raise NotEvaluated(f"rules on disk and rules evaluated differ: {', '.join(sorted(set(known) ^ set(pack.rules)))}")
    ids = {document["id"] for example in pack.canaries.values() for document in example.documents}
    ours = [f.target.partition("/")[0] == token or f"{f.target}/{f.resource}".partition("#")[0] in ids for f in judged]
    _prove((finding for finding, own in zip(judged, ours, strict=True) if own), pack)
    yield from (finding for finding, own in zip(judged, ours, strict=True) if not own)


def _counted(details: Mapping[str, Any], count: int) -> list[str]:
    if details.get("documents") != count:
        raise NotEvaluated(f"conftest saw {details.get('documents')} documents of {count}")
    return sorted(details.get("rules") or [])


def _prove(findings: Iterable[Finding], pack: Pack) -> None:
    """Every rule caught its own bad example."""
    caught: dict[str, list[Finding]] = {}
    for finding in findings:
        caught.setdefault(finding.code, []).append(finding)
    silent = [
        rule for rule, example in pack.canaries.items() if any(not _met(expected, caught.get(rule, [])) for expected in example.expect)
    ]
    if silent:
        raise NotEvaluated(
            f"rules that did not catch their own bad example: {', '.join(sorted(silent))}", help="such a rule would pass anything"
        )


def _met(expected: Mapping[str, Any], findings: Iterable[Finding]) -> bool:
    return any(
        f"{finding.target}/{finding.resource}" == expected["id"]
        and finding.path == expected.get("path", finding.path)
        and str(expected.get("contains", "")) in finding.message
        for finding in findings
    )


def _finding(verdict: Mapping[str, Any], details: Mapping[str, Any]) -> Finding:
    identity = DocumentId.parse(details["id"])
    return Finding(
        code=details["rule"],
        message=str(verdict["msg"]),
        severity=Severity.WARNING if details.get("severity") == "warn" else Severity.ERROR,
        help=str(details.get("help", "")),
        path=str(details.get("path", "")),
        resource=identity.resource,
        target=identity.target,
    )
