"""What is said of a document of the inventory, as a finding that names it.

Must not: judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cnai_gitops.findings import Finding, Severity

Said = tuple[str, str, str, str]
"""Code, path in the object, message and help."""


def said_of(document: Mapping[str, Any], said: Iterable[Said], severity: Severity = Severity.ERROR) -> Iterator[Finding]:
    """Findings on a document (`id`, `env`, `cluster`)."""
    target = f"{document['env']}/{document['cluster']}"
    resource = str(document["id"]).removeprefix(f"{target}/")
    for code, path, message, help_ in said:
        yield Finding(code=code, message=message, severity=severity, path=path, resource=resource, target=target, help=help_)
