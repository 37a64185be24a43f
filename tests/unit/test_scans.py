from __future__ import annotations

import copy
from typing import Any

import pytest

from cnai_gitops.check.scans import Scan, read_scan
from cnai_gitops.findings import Location

DIGEST = "sha256:" + "a" * 64
PLACE = Location("policies/evidence/a.json", 1)
TRIVY: dict[str, Any] = {
    "SchemaVersion": 2,
    "CreatedAt": "2026-11-23T02:00:00.123Z",
    "ArtifactName": "registry.example/fraud-serve:1.4",
    "ArtifactType": "container_image",
    "Metadata": {"OS": {"Family": "debian", "Name": "13"}, "RepoDigests": [f"registry.example/fraud-serve@{DIGEST}"]},
    "VulnerabilityDB": {"Version": 2, "UpdatedAt": "2026-11-22T00:15:00Z"},
    "Results": [
        {
            "Target": "debian",
            "Class": "os-pkgs",
            "Packages": [{"Name": "openssl"}],
            "Vulnerabilities": [
                {"VulnerabilityID": "CVE-2", "PkgName": "openssl", "FixedVersion": "3.1", "Severity": "CRITICAL"},
                {"VulnerabilityID": "CVE-1", "PkgName": "zlib", "Severity": "LOW"},
                {"VulnerabilityID": "CVE-1", "PkgName": "zlib", "Severity": "LOW"},
            ],
        },
        {"Target": "python", "Class": "lang-pkgs", "Vulnerabilities": [{"VulnerabilityID": "CVE-3", "Severity": "WHATEVER"}]},
    ],
}
GRYPE: dict[str, Any] = {
    "matches": [
        {
            "vulnerability": {"id": "CVE-2", "severity": "Critical", "fix": {"versions": ["3.1"], "state": "fixed"}},
            "artifact": {"name": "openssl"},
        },
        {"vulnerability": {"id": "CVE-1", "severity": "Negligible", "fix": {"state": "not-fixed"}}, "artifact": {"name": "zlib"}},
    ],
    "source": {"type": "image", "target": {"manifestDigest": DIGEST, "repoDigests": []}},
    "distro": {"name": "debian", "version": "13"},
    "descriptor": {
        "name": "grype",
        "version": "0.100.0",
        "timestamp": "2026-11-23T02:00:00Z",
        "db": {"status": {"built": "2026-11-22T00:15:00Z", "valid": True}},
    },
}


def read(report: object, tool: str = "", digest: str = DIGEST) -> Scan:
    scan, findings = read_scan(report, digest=digest, location=PLACE, tool=tool)
    assert findings == []
    assert scan is not None
    return scan


def refused(report: object, tool: str = "", digest: str = DIGEST) -> str:
    scan, findings = read_scan(report, digest=digest, location=PLACE, tool=tool)
    assert scan is None
    (finding,) = findings
    assert finding.fails
    assert finding.location == PLACE
    return finding.code


def but(report: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """The report with another value at a dotted path; None removes it."""
    report = copy.deepcopy(report)
    *above, last = path.split(".")
    place = report
    for name in above:
        place = place[name]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return report


def test_trivy() -> None:
    scan = read(TRIVY, "trivy")
    assert (scan["tool"], scan["complete"]) == ("trivy", True)
    assert scan["collected_at"] == "2026-11-23T02:00:00.123Z"
    assert scan["database_at"] == "2026-11-22T00:15:00Z"
    assert scan["vulnerabilities"] == [
        {"id": "CVE-1", "severity": "low", "fixed": False, "package": "zlib"},
        {"id": "CVE-2", "severity": "critical", "fixed": True, "package": "openssl"},
        {"id": "CVE-3", "severity": "unknown", "fixed": False, "package": ""},
    ]


def test_grype() -> None:
    scan = read(GRYPE, "grype")
    assert (scan["tool"], scan["complete"]) == ("grype", True)
    assert (scan["collected_at"], scan["database_at"]) == ("2026-11-23T02:00:00Z", "2026-11-22T00:15:00Z")
    assert scan["vulnerabilities"] == [
        {"id": "CVE-1", "severity": "negligible", "fixed": False, "package": "zlib"},
        {"id": "CVE-2", "severity": "critical", "fixed": True, "package": "openssl"},
    ]


def test_grype_of_older_versions() -> None:
    assert read(but(GRYPE, "descriptor.db", {"built": "2026-11-22T00:15:00Z"}))["database_at"] == "2026-11-22T00:15:00Z"


@pytest.mark.parametrize(
    "report",
    [
        but(TRIVY, "Metadata.OS", None),
        but(TRIVY, "Metadata.OS.EOSL", True),
        but(GRYPE, "distro", None),
        but(GRYPE, "distro", {"name": ""}),
        but(GRYPE, "descriptor.db.status.valid", False),
    ],
)
def test_a_partial_scan_says_so(report: dict[str, Any]) -> None:
    assert read(report)["complete"] is False


@pytest.mark.parametrize(
    "report", [but(TRIVY, "VulnerabilityDB", None), but(TRIVY, "VulnerabilityDB.UpdatedAt", 7), but(GRYPE, "descriptor.db", None)]
)
def test_an_unknown_database_stays_unknown(report: dict[str, Any]) -> None:
    assert read(report)["database_at"] == ""


@pytest.mark.parametrize(
    ("report", "tool"),
    [
        (GRYPE, "trivy"),
        (TRIVY, "grype"),
        (but(TRIVY, "Results", None), "trivy"),
        (but(TRIVY, "Metadata", None), ""),
        (but(GRYPE, "matches", None), ""),
        (but(GRYPE, "descriptor.name", "syft"), ""),
        (TRIVY | GRYPE, ""),
        ({}, ""),
        ([], ""),
        (None, ""),
        ("{", ""),
    ],
)
def test_shapes_that_are_not_recognised(report: object, tool: str) -> None:
    assert refused(report, tool) == "CNAI721"


def test_another_image() -> None:
    assert refused(TRIVY, digest="sha256:" + "b" * 64) == "CNAI722"
    assert refused(GRYPE, digest="sha256:" + "b" * 64) == "CNAI722"
    assert refused(TRIVY, digest="sha256:abc") == "CNAI722"
    assert refused(but(TRIVY, "Metadata.RepoDigests", "x" + DIGEST)) == "CNAI722"
    assert read(but(TRIVY, "ArtifactName", f"registry.example:5000/a@{DIGEST}"))["tool"] == "trivy"


@pytest.mark.parametrize("results", [[], [{"Target": "debian", "Packages": []}]])
def test_nothing_was_scanned(results: list[Any]) -> None:
    assert refused(but(TRIVY, "Results", results)) == "CNAI723"


@pytest.mark.parametrize(
    "report",
    [
        but(TRIVY, "Results", ["cut"]),
        but(TRIVY, "Results", [{"Vulnerabilities": [{"Severity": "LOW"}]}]),
        but(TRIVY, "Results", [{"Vulnerabilities": ["CVE-1"]}]),
        but(GRYPE, "matches", [{"artifact": {}}]),
        but(GRYPE, "matches", [{"vulnerability": {"severity": "High"}, "artifact": {"name": "x"}}]),
    ],
)
def test_damaged_entries(report: dict[str, Any]) -> None:
    assert refused(report) == "CNAI724"
