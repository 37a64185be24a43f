"""Scan reports of Trivy and Grype as evidence: one form for the policies, whatever wrote the report.

Must not: open files, decide whether an image is acceptable or a scan fresh; the policies do. A shape that is not
recognised is a finding, never an image without vulnerabilities.

Trivy's report does not say how old its database was. Evidence is the report with the answer of
`trivy version --format json` merged into it, which adds `VulnerabilityDB`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cnai_gitops.findings import Finding, Location

Scan = dict[str, Any]
"""tool, collected_at, database_at ("" when unknown), complete, vulnerabilities [{id, severity, fixed, package}]."""

_SEVERITIES = frozenset({"critical", "high", "medium", "low", "negligible"})
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_SHAPES: dict[str, dict[str, type]] = {
    "trivy": {"SchemaVersion": int, "ArtifactName": str, "Metadata": dict, "Results": list},
    "grype": {"matches": list, "source": dict, "descriptor": dict},
}


class _Refused(Exception):
    """The report cannot be used; code and words say why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def read_scan(report: object, *, digest: str, location: Location, tool: str = "") -> tuple[Scan | None, list[Finding]]:
    """The scan of the image `digest` (`sha256:` and 64 digits), or why the report cannot be used.

    `report` is the parsed JSON; `tool` is what the file claims to be from (trivy, grype), empty when it claims nothing.
    """
    try:
        scan = _read(report, digest, tool)
    except _Refused as refused:
        help_ = "scan the image again by its digest, and store the whole JSON report"
        return None, [Finding(code=refused.code, message=str(refused), location=location, help=help_)]
    return scan, []


def _read(report: object, digest: str, claimed: str) -> Scan:
    if not _DIGEST.fullmatch(digest):
        raise _Refused("CNAI722", f"a scan report belongs to a digest, not to {digest!r}")
    found = [tool for tool, shape in _SHAPES.items() if isinstance(report, dict) and _fits(report, shape)]
    if len(found) != 1 or not isinstance(report, dict):
        raise _Refused("CNAI721", "this is no complete report of Trivy or Grype; it may be cut off, or nothing was scanned")
    tool = found[0]
    if claimed and claimed != tool:
        raise _Refused("CNAI721", f"this file is named as a report of {claimed}, and it is one of {tool}")
    return (_trivy if tool == "trivy" else _grype)(report, digest)


def _fits(report: Mapping[str, Any], shape: Mapping[str, type]) -> bool:
    return all(isinstance(report.get(key), kind) for key, kind in shape.items())


def _trivy(report: Mapping[str, Any], digest: str) -> Scan:
    metadata = report["Metadata"]
    _require_digest(digest, [report["ArtifactName"], *_texts(metadata.get("RepoDigests"))])
    results = [_object(result) for result in report["Results"]]
    listings = [result["Packages"] for result in results if isinstance(result.get("Packages"), list)]
    if not results or (listings and not any(listings)):
        raise _Refused("CNAI723", "the scan saw not a single package, so it says nothing about the image")
    found = [_object(item) for result in results for item in result.get("Vulnerabilities") or []]
    system, database = _part(metadata, "OS"), _part(report, "VulnerabilityDB")
    return {
        "tool": "trivy",
        "collected_at": _moment(report.get("CreatedAt")),
        "database_at": _moment(database.get("UpdatedAt")),
        "complete": bool(system.get("Family")) and not system.get("EOSL", False),
        "vulnerabilities": _unique(
            _vulnerability(item.get("VulnerabilityID"), item.get("Severity"), bool(item.get("FixedVersion")), item.get("PkgName"))
            for item in found
        ),
    }


def _grype(report: Mapping[str, Any], digest: str) -> Scan:
    target = _part(report["source"], "target")
    _require_digest(digest, [str(target.get("manifestDigest", "")), *_texts(target.get("repoDigests"))])
    descriptor = report["descriptor"]
    if descriptor.get("name") != "grype":
        raise _Refused("CNAI721", "this looks like a report of Grype, and says that another tool wrote it")
    database = _part(descriptor, "db")
    status = _part(database, "status") or database  # older versions have the fields one level higher
    return {
        "tool": "grype",
        "collected_at": _moment(descriptor.get("timestamp")),
        "database_at": _moment(status.get("built")),
        "complete": bool(_part(report, "distro").get("name")) and status.get("valid", True) is True,
        "vulnerabilities": _unique(_match(_object(item)) for item in report["matches"]),
    }


def _match(item: Mapping[str, Any]) -> dict[str, Any]:
    vulnerability, artifact = _object(item.get("vulnerability")), _object(item.get("artifact"))
    fixed = _part(vulnerability, "fix").get("state") == "fixed"
    return _vulnerability(vulnerability.get("id"), vulnerability.get("severity"), fixed, artifact.get("name"))


def _vulnerability(name: object, severity: object, fixed: bool, package: object) -> dict[str, Any]:
    if not isinstance(name, str) or not name:
        raise _Refused("CNAI724", "a vulnerability of the report has no id; the report is damaged")
    weight = str(severity).lower()
    return {"id": name, "severity": weight if weight in _SEVERITIES else "unknown", "fixed": fixed, "package": str(package or "")}


def _unique(found: Any) -> list[dict[str, Any]]:
    """Each vulnerability of a package once, in a fixed order; scanners repeat one for every file of a package."""
    once = {(item["id"], item["package"], item["severity"], item["fixed"]): item for item in found}
    return [once[key] for key in sorted(once)]


def _require_digest(digest: str, named: list[str]) -> None:
    if not any(text == digest or text.endswith(f"@{digest}") for text in named):
        raise _Refused("CNAI722", f"the report is about another image than {digest}")


def _part(whole: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object at `key`; empty when there is none, which leaves what it would say unknown."""
    value = whole.get(key)
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _Refused("CNAI724", "an entry of the report is no object; the report is damaged")
    return value


def _moment(value: object) -> str:
    """A moment as it was written, when it begins like a date; else "" (unknown)."""
    return value if isinstance(value, str) and re.match(r"20\d\d-\d\d-\d\dT", value) else ""
