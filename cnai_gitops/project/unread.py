"""Files below our folders that nothing reads: a name that is almost one of ours must not make what it says vanish.

Must not: read a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnai_gitops.findings import Finding, Location, Severity
from cnai_gitops.project.reader import Reader

FOLDERS = ("blueprints", "environments", "policies")
_WORDS = re.compile(r"\.(ya?ml|json|toml|rego|py)([~.].*)?$", re.IGNORECASE)
"""Names of what a person would take for an input, backups of one included."""
_BESIDE = re.compile(r"(^|/)(README|LICENSE|CODEOWNERS|OWNERS|\.[^/]*)$|\.(md|txt|rst|adoc|png|svg)$", re.IGNORECASE)
"""What may lie anywhere: words for people, and dot files that are no inputs."""
_EDITORS = re.compile(r"(^|/)\.ipynb_checkpoints/")

_READ = {
    "blueprints": r"([^/.][^/]*/)*[^/.][^/]*\.(yaml|py)|([^/.][^/]*/)*_[^/]*",
    "environments": r"[^/.][^/]*/[^/.][^/]*\.yaml|[^/.][^/]*/patches/([^/.][^/]*/)+(?!kustomization\.(?!yaml$))[^/.][^/]*\.(yaml|yml|json)",
    "policies": r"waivers/[^/.][^/]*\.yaml|evidence/[^/.][^/]*\.json|(?!waivers/|evidence/)([^/.][^/]*/)*[^/.][^/]*\.rego|"
    r"[^/]+/[^/]+/examples/(good|bad|unknown|waived)\.yaml|(capabilities|lock)\.json",
}
"""Paths below each folder that somebody reads."""

_HELP = {
    "blueprints": "blueprints are *.yaml and *.py; data that a blueprint reads for itself begins with _",
    "environments": "environments/<env>/environment.yaml, <app>.yaml and patches/<app>/ are read; rename it, or move it out of this folder",
    "policies": "waivers/<team>.yaml, evidence/<digest>.json, <area>/<rule>/*.rego and examples/ beside them are read; rename or move it",
}


def unread(reader: Reader) -> Iterator[Finding]:
    """An error for each file that looks like an input and is none, a warning for any other that is there for nobody."""
    for folder in FOLDERS:
        for path in reader.files(folder, "", hidden=True):
            inside = path.removeprefix(f"{folder}/")
            if re.fullmatch(_READ[folder], inside) or _EDITORS.search(inside):
                continue
            looks = _WORDS.search(inside) or inside.rpartition("/")[2].lower().startswith("kustomization")
            if not looks and (_BESIDE.search(inside) or folder == "blueprints"):
                continue
            severity = Severity.ERROR if looks else Severity.WARNING
            message = f"{path} is read by nobody, so what it says has no effect"
            yield Finding(code="CNAI235", message=message, location=Location(path, 1), severity=severity, help=_HELP[folder])
