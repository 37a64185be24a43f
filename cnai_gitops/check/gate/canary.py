"""Examples beside the rules, and their use as canaries: what every run plants to see that every rule still bites.

Must not: run a tool, or let a planted document reach a report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from cnai_gitops.check.gate.rules import Rule
from cnai_gitops.errors import NotEvaluated
from cnai_gitops.findings import Finding, Location
from cnai_gitops.source.files import SourceError, read_text
from cnai_gitops.source.yaml import parse
from cnai_gitops.system.store import digest_of

CANARY = "_canary"
"""The environment of planted documents, as examples write it; no real environment can have this name."""

_NAMES = re.compile(rb"_canary[-A-Za-z0-9]*")
_TARGETS = re.compile(rb'"_canary/[^/"]*/')

_KEYS = {"documents", "data", "expect", "waivers"}
_DOCUMENT = {"region": "", "jurisdiction": "", "owner": "", "team": "", "stage": "", "embedded": False, "pods": [], "images": []}
_LIKELY = {"region": "eu-central-1", "jurisdiction": "EU", "owner": "scores", "team": "risk", "stage": "serve.scorer"}
_USE = {"stage": "", "region": "", "jurisdiction": ""}


@dataclass(frozen=True, slots=True)
class Example:
    """A small world for one rule: documents, data, the findings to `expect` ({id, path, contains}) and waivers."""

    documents: list[dict[str, Any]]
    data: dict[str, Any]
    expect: list[dict[str, Any]]
    waivers: list[dict[str, Any]]


def read_example(rule: Rule, name: str) -> Example:
    """The example `name` (good, bad, unknown, waived) of a rule.

    What the ids say already (environment, cluster, tier prod) need not be written again. Raises SourceError.
    """
    shown = f"{rule.location.file.rpartition('/')[0]}/examples/{name}.yaml"
    found = parse(read_text(rule.folder, f"examples/{name}.yaml"), shown).data
    if not isinstance(found, dict) or not set(found) <= _KEYS or not found.get("documents"):
        raise SourceError(Finding(code="CNAI705", message="an example has documents, data and expect", location=Location(shown, 1)))
    data = dict(found.get("data") or {})
    for key in ("uses", "services"):
        if key in data:
            data[key] = [_USE | _place(entry["id"]) | entry for entry in data[key]]
    documents = [_DOCUMENT | _place(document["id"]) | document for document in found["documents"]]
    return Example(documents, data, found.get("expect") or [], found.get("waivers") or [])


def read_canaries(rules: Iterable[Rule]) -> tuple[dict[str, Example], list[Finding]]:
    """The bad example of every rule, by rule id, and which rules have none that could prove them."""
    canaries: dict[str, Example] = {}
    findings: list[Finding] = []
    for rule in rules:
        try:
            example = read_example(rule, "bad")
        except SourceError as error:
            help_ = "write examples/bad.yaml: the smallest documents that the rule must refuse, in environment _canary"
            findings += [
                Finding(code="CNAI705", message=f"rule {rule.id} has no sound bad example: {f.message}", location=f.location, help=help_)
                for f in error.findings
            ]
            continue
        if example.expect and all(document["env"] == CANARY for document in example.documents):
            canaries[rule.id] = example
            continue
        message = f"the bad example of rule {rule.id} must lie in environment {CANARY} and expect a finding"
        findings.append(Finding(code="CNAI705", message=message, location=rule.location, help=f"begin each id with {CANARY}/"))
    return canaries, findings


def planted(
    documents: list[dict[str, Any]], data: Mapping[str, Any], examples: Iterable[Example]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Documents and data with the examples added; the arguments stay as they are. Raises NotEvaluated when names collide."""
    documents, joined = list(documents), dict(data)
    for example in examples:
        documents += example.documents
        joined = _join(joined, example.data, "data")
    return documents, joined


def disguised(examples: Mapping[str, Example], seed: str, place: tuple[str, str] | None = None) -> tuple[str, dict[str, Example]]:
    """The examples as documents that no rule can tell from others, and the name of an environment that is theirs in this run.

    Each name that begins with `_canary` becomes another one, made from `seed`, which holds all that the rules are given: no
    text of a rule can name it. Examples without data of their own lie in `place`, an environment and cluster of the run.
    What examples leave open about owner and place is filled in.
    """
    token = f"e{digest_of(seed)[:11]}"
    hidden: dict[str, Example] = {}
    for rule, example in examples.items():
        plain = orjson.dumps([example.documents, example.data, example.expect])
        env = token
        if place is not None and not example.data:
            env, cluster = place
            plain = _TARGETS.sub(f'"{env}/{cluster}/'.encode(), plain)
        documents, data, expect = orjson.loads(_NAMES.sub(partial(_renamed, seed, token, env), plain))
        for document in documents:
            document |= {key: value for key, value in _LIKELY.items() if document[key] == ""}
            if env != token:
                document |= {"env": env, "cluster": cluster}
        hidden[rule] = Example(documents, data, expect, example.waivers)
    return token, hidden


def _renamed(seed: str, token: str, env: str, found: re.Match[bytes]) -> bytes:
    rest = found.group().removeprefix(CANARY.encode())
    return f"{token}-{digest_of(seed, rest)[:6]}".encode() if rest else env.encode()


def _place(identity: str) -> dict[str, Any]:
    env, cluster, *_ = identity.split("/")
    return {"env": env, "cluster": cluster, "tier": "prod"}


def _join(one: Any, other: Any, where: str) -> Any:
    if one == other:  # somebody tries an example of the documentation
        return one
    if isinstance(one, dict) and isinstance(other, dict):
        return one | {key: _join(one[key], value, f"{where}.{key}") if key in one else value for key, value in other.items()}
    if isinstance(one, list) and isinstance(other, list):
        return one + other
    raise NotEvaluated(
        f"an example collides with {where}", help="names in examples are their own; those of bad examples begin with _canary"
    )
