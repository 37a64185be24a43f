"""The lock of rules: which ones a folder of policies has, with a digest of each, so that none vanishes or changes unseen.

Must not: judge a rule, or run a tool.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import orjson

from cnai_gitops.check.gate.rego import RegoFile
from cnai_gitops.check.gate.rules import Rule
from cnai_gitops.findings import Finding, Location
from cnai_gitops.source.files import SourceError, decode, read_text
from cnai_gitops.source.text import line_of
from cnai_gitops.system.store import digest_of

LOCK = "lock.json"
_CURE = "run `cnai policies lock` and commit what it writes"


def lock_of(root: Path, files: Sequence[RegoFile], rules: Mapping[str, Rule]) -> str:
    """The text of the lock of the pack at `root`: its rules by id, each with the digest of its Rego and of its bad example."""
    here = root.resolve()
    found = {rule.id: _digest(rule, files) for rule in rules.values() if here in rule.folder.parents}
    return orjson.dumps({"rules": found}, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE).decode()


def check_rules(packs: Sequence[Path], files: Sequence[RegoFile], rules: Mapping[str, Rule]) -> Iterator[Finding]:
    """CNAI726 for each rule of a lock that is no more, CNAI727 for each that is not what its lock says, or in none."""
    for root in dict.fromkeys(pack.resolve() for pack in packs):
        shown = f"{root.name}/{LOCK}"
        own = {rule.id: rule for rule in rules.values() if root in rule.folder.parents}
        if not (root / LOCK).exists():
            if own:
                message = f"{root.name}/ has {len(own)} {'rule' if len(own) == 1 else 'rules'} and no {LOCK}, so one could vanish unseen"
                yield Finding(code="CNAI727", message=message, location=Location(shown, 1), help=_CURE)
            continue
        try:
            text = read_text(root, LOCK)
            locked = dict(orjson.loads(text)["rules"])
        except (SourceError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            yield Finding(code="CNAI727", message=f"{shown} cannot be read", location=Location(shown, 1), help=_CURE)
            continue
        for name in sorted(locked.keys() - rules.keys()):
            message = f"rule {name} is gone: it is in {shown}, and nothing in {root.name}/ declares it"
            cure = "restore its folder; if it shall go, `cnai policies lock` takes it out of the lock, where a reviewer sees it"
            yield Finding(code="CNAI726", message=message, location=_place(shown, text, name), help=cure)
        for name, rule in sorted(own.items()):
            if name not in locked:
                yield Finding(code="CNAI727", message=f"rule {name} is not in {shown}", location=rule.location, help=_CURE)
            elif locked[name] != _digest(rule, files):
                yield Finding(code="CNAI727", message=f"rule {name} is not what {shown} says", location=rule.location, help=_CURE)


def _digest(rule: Rule, files: Sequence[RegoFile]) -> str:
    texts = [f"{file.path}\n{file.text}" for file in files if file.package == f"cnai.{rule.id}"]
    try:
        example = (rule.folder / "examples" / "bad.yaml").read_bytes()
        texts.append(decode(example, "examples/bad.yaml"))
    except (OSError, SourceError):
        texts.append("")  # which is a finding of its own
    return digest_of(*texts)


def _place(file: str, text: str, name: str) -> Location:
    line = next((n for n, words in enumerate(text.split("\n"), 1) if f'"{name}"' in words), 1)
    return Location(file, line, text=line_of(text, line))
