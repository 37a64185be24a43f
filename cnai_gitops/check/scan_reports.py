"""Evidence that the repository carries: scan reports by digest, from policies/evidence.

Must not: judge a report; `scans` reads its form, policies its content.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from cnai_gitops.check.scans import read_scan
from cnai_gitops.findings import Finding, Location
from cnai_gitops.source.files import SourceError, list_files, read_text
from cnai_gitops.source.text import shorten

FOLDER = "policies/evidence"
LARGEST = 64 * 1024 * 1024
"""Bytes of one report: a scanner writes it, and 100,000 findings are 30 MB."""

NAME = re.compile(r"(?:^|/)([0-9a-f]{64})\.json$")


def load_scans(root: Path, known: Mapping[str, Any] | None = None) -> tuple[dict[str, Any], list[Finding], dict[str, Any]]:
    """Scan reports by digest (`sha256:…`), what is wrong with some, and by file what the next run may know.

    A file's name is the digest of the image that it is about. `known` are files of an earlier run; one of the same time of
    change (ns) and size is not read again.
    """
    scans: dict[str, Any] = {}
    findings: list[Finding] = []
    seen: dict[str, Any] = {}
    for file in list_files(root, FOLDER, [".json"]):
        stamp = _stamp(root, file)
        if known and stamp and known.get(file, {}).get("stamp") == stamp:
            seen[file] = known[file]
            scans[seen[file]["digest"]] = seen[file]["scan"]
            continue
        name = NAME.search(file)
        place = Location(file, 1)
        if name is None:
            findings.append(_unreadable(place, "the file name is no digest", "call it <64 hexadecimal digits of the digest>.json"))
            continue
        try:
            report = _json(read_text(root, file, limit=LARGEST))
        except SourceError as error:
            findings += error.findings
            continue
        except ValueError as error:
            findings.append(_unreadable(place, f"the report is no JSON: {error}", "store the scanner's JSON output unchanged"))
            continue
        digest = f"sha256:{name[1]}"
        scan, wrong = read_scan(report, digest=digest, location=place)
        findings += wrong
        if scan is not None:
            scans[digest] = scan
        if scan is not None and not wrong and stamp:
            seen[file] = {"stamp": stamp, "digest": digest, "scan": scan}
    return scans, findings, seen


def _stamp(root: Path, file: str) -> list[int]:
    try:
        found = (root / file).stat()
    except OSError:
        return []
    return [found.st_mtime_ns, found.st_size]


def _json(text: str) -> Any:
    """Strict JSON of bounded depth; ValueError, also for a key that is there twice, of which readers take one or the other."""
    report = orjson.loads(text)
    try:
        json.loads(text, object_pairs_hook=_refuse_repeated)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    return report


def _refuse_repeated(pairs: Sequence[tuple[str, Any]]) -> None:
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        raise ValueError(f"the key {shorten(next(key for key in keys if keys.count(key) > 1))} is there twice")


def _unreadable(place: Location, message: str, help_: str) -> Finding:
    return Finding(code="CNAI720", message=message, location=place, help=help_)
