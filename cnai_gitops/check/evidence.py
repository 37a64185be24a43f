"""Evidence that the repository carries: scan reports by digest, from policies/evidence.

Must not: judge a report; `scans` reads its form, policies its content.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson

from cnai_gitops.check.scans import read_scan
from cnai_gitops.findings import Finding, Location
from cnai_gitops.source.files import SourceError, list_files, read_text

FOLDER = "policies/evidence"
NAME = re.compile(r"(?:^|/)([0-9a-f]{64})\.json$")


def load_scans(root: Path) -> tuple[dict[str, Any], list[Finding]]:
    """Scan reports by digest (`sha256:…`); a file's name is the digest of the image that it is about."""
    scans: dict[str, Any] = {}
    findings: list[Finding] = []
    for file in list_files(root, FOLDER, [".json"]):
        name = NAME.search(file)
        place = Location(file, 1)
        if name is None:
            findings.append(_unreadable(place, "the file name is no digest", "call it <64 hexadecimal digits of the digest>.json"))
            continue
        try:
            report = orjson.loads(read_text(root, file))
        except SourceError as error:
            findings += error.findings
            continue
        except orjson.JSONDecodeError as error:
            findings.append(_unreadable(place, f"the report is no JSON: {error}", "store the scanner's JSON output unchanged"))
            continue
        digest = f"sha256:{name[1]}"
        scan, wrong = read_scan(report, digest=digest, location=place)
        findings += wrong
        if scan is not None:
            scans[digest] = scan
    return scans, findings


def _unreadable(place: Location, message: str, help_: str) -> Finding:
    return Finding(code="CNAI720", message=message, location=place, help=help_)
