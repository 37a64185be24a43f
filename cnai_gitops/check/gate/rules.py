"""Rule: what a policy says about itself in its METADATA, read without running any tool.

Must not: decide anything about a manifest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnai_gitops.check.gate.rego import RegoFile, metadata, read_files
from cnai_gitops.findings import Finding, Location
from cnai_gitops.source.files import SourceError

TIERS = ("dev", "staging", "prod")
SCOPES = ("unit", "images", "totals", "repository")
"""What the verdicts of a rule follow from: the documents of one owner on one target and the facts about them (its uses of
datasets, its services); the images of documents, their scans and the day; totals of teams; or everything at once."""
_ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_WEIGHT = {"warn": 0, "deny": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One policy. `severity` maps a tier to `warn` or `deny` and never falls from dev to prod; `controls` maps a
    standard to its paragraphs; `folder` is where the rule and its examples are; `aliases` are ids that it had before;
    `scope` says what its verdicts follow from."""

    id: str
    title: str
    description: str
    severity: Mapping[str, str]
    help: str
    waivable: bool
    max_waiver_days: int
    controls: Mapping[str, tuple[str, ...]]
    since: str
    location: Location
    folder: Path
    aliases: tuple[str, ...] = ()
    scope: str = "repository"

    @property
    def area(self) -> str:
        """The part of the id before the dot."""
        return self.id.partition(".")[0]


def read_rules(packs: Sequence[Path]) -> dict[str, Rule]:
    """Every sound rule of the packs by id, in order of the id; the gate reports those that are not sound."""
    files, _ = read_files(packs)
    rules, _ = rules_of(files)
    return rules


def rules_of(files: Sequence[RegoFile]) -> tuple[dict[str, Rule], list[Finding]]:
    """The rules that these files declare, by id, and what is wrong with their METADATA."""
    folders: dict[str, list[RegoFile]] = {}
    for file in files:
        if file.is_rule:
            folders.setdefault(file.package.removeprefix("cnai."), []).append(file)
    rules: dict[str, Rule] = {}
    findings: list[Finding] = []
    for rule_id, parts in sorted(folders.items()):
        main = next((file for file in parts if Path(file.path).stem == rule_id.partition(".")[2]), parts[0])
        try:
            record = metadata(main)
        except SourceError as error:
            findings += error.findings
            continue
        wrong = [*_faults(rule_id, record), *_faults_of_text(parts)]
        wrong = wrong or _beyond_scope(rule_id, str(record["custom"].get("scope", "repository")), parts, files)
        findings += [Finding(code=code, message=text, location=main.location, help=help_) for code, text, help_ in wrong]
        if not wrong:
            rules[rule_id] = _rule(record, main)
    return rules, [*findings, *_taken_aliases(rules)]


def renamed(rules: Mapping[str, Rule]) -> dict[str, str]:
    """Ids that rules had before, with the ids that they have now."""
    return {alias: rule.id for rule in rules.values() for alias in rule.aliases}


def _taken_aliases(rules: Mapping[str, Rule]) -> Iterator[Finding]:
    holders: dict[str, str] = {name: name for name in rules}
    for rule in rules.values():
        for alias in rule.aliases:
            holder = holders.setdefault(alias, rule.id)
            if holder != rule.id or alias == rule.id:
                text = f"METADATA of rule {rule.id}: the alias {alias} is a name of rule {holder}"
                yield Finding(code="CNAI704", message=text, location=rule.location, help="an alias is an id that no rule has any more")


def _rule(record: Mapping[str, Any], file: RegoFile) -> Rule:
    custom = record["custom"]
    return Rule(
        id=custom["id"],
        title=record["title"],
        description=" ".join(record["description"].split()),
        severity=dict(custom["severity"]),
        help=custom["help"],
        waivable=custom["waivable"],
        max_waiver_days=custom["max_waiver_days"],
        controls={name: tuple(str(item) for item in items) for name, items in custom["controls"].items()},
        since=str(custom["since"]),
        location=file.location,
        folder=(file.root / file.path).parent,
        aliases=tuple(custom.get("aliases", ())),
        scope=custom.get("scope", "repository"),
    )


def _faults(rule_id: str, record: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    custom = record.get("custom")
    if not isinstance(custom, dict):
        return [("CNAI704", f"rule {rule_id} has no METADATA above its package", "copy the block of another rule and change it")]
    types: dict[str, type] = {
        "id": str,
        "help": str,
        "waivable": bool,
        "max_waiver_days": int,
        "severity": dict,
        "controls": dict,
        "since": str,
    }
    wrong = [f"custom.{key} must be a {kind.__name__}" for key, kind in types.items() if type(custom.get(key)) is not kind]
    wrong += [f"{key} must be a text" for key in ("title", "description") if not isinstance(record.get(key), str)]
    if not wrong:
        if custom["id"] != rule_id:
            wrong.append(f"custom.id is {custom['id']}, and the package is cnai.{rule_id}")
        if (custom["max_waiver_days"] > 0) != custom["waivable"]:
            wrong.append("max_waiver_days is above 0 exactly for a waivable rule")
        aliases = custom.get("aliases", [])
        if not isinstance(aliases, list) or not all(isinstance(name, str) and _ID.fullmatch(name) for name in aliases):
            wrong.append("custom.aliases is a list of earlier ids, each <area>.<rule>")
        if not all(isinstance(items, list) for items in custom["controls"].values()):
            wrong.append("each entry of controls is a list")
        if custom.get("scope", "repository") not in SCOPES:
            wrong.append(f"custom.scope is one of {', '.join(SCOPES)}")
        wrong += _unsteady(custom["severity"])
    return [("CNAI704", f"METADATA of rule {rule_id}: {text}", "correct the comment above the package") for text in wrong]


def _unsteady(severity: Mapping[str, Any]) -> list[str]:
    weights = [_WEIGHT.get(str(severity.get(tier))) for tier in TIERS]
    if set(severity) != set(TIERS) or None in weights:
        return ["severity says warn or deny for dev, staging and prod"]
    known = [weight for weight in weights if weight is not None]
    return [] if known == sorted(known) else ["what dev denies, staging and prod must deny"]


def _faults_of_text(parts: Sequence[RegoFile]) -> list[tuple[str, str, str]]:
    if any(line.startswith("deny contains ") for file in parts for line in file.text.splitlines()):
        return []
    return [
        (
            "CNAI702",
            f"package {parts[0].package} has no `deny contains`, so it can deny nothing",
            "write a deny rule, or name the package lib.<name>",
        )
    ]


_BEYOND = {
    "unit": r"\bdata\.(?:run|ledger|environments|scans|datasets)\b",
    "images": r"\bdata\.(?:ledger|uses|services|datasets)\b|\bevery_(?:pod|container)\b|\binput\.|\.object\b|\.pods\b",
    "totals": r"\bdata\.(?:uses|services|datasets)\b|\bevery_\w+|\binput\b|\.object\b|\.pods\b",
}
"""What the text of a rule may not name, by its scope."""


def _beyond_scope(rule_id: str, scope: str, parts: Sequence[RegoFile], files: Sequence[RegoFile]) -> list[tuple[str, str, str]]:
    """A rule that looks at more than it says: what it said of the same documents yesterday could be another thing today."""
    texts = [_without_comments(file.text) for file in parts]
    named = {found[0] for text in texts for found in re.finditer(_BEYOND.get(scope, r"(?!)"), text)}
    if scope == "unit":  # through a library as well, which may only join what it is given
        used = {name for text in texts for name in re.findall(r"^import data\.(lib\.\w+)", text, re.MULTILINE)}
        libraries = [_without_comments(file.text) for file in files if file.package in used]
        named |= {found[0] for text in libraries for found in re.finditer(r"\bdata\.(?:run|ledger|environments|scans)\b", text)}
    text = f"METADATA of rule {rule_id}: its scope is {scope}, and it reads {', '.join(sorted(named))}"
    return [("CNAI704", text, "leave custom.scope out, or give it the scope that it has")] if named else []


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
