"""The upstream CustomResourceDefinitions that a test cluster gets.

Must not: parse what the API server parses better.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

# Other variants of definitions that one cluster can hold only once.
SKIPPED = ("gateway-api-experimental", "kubeflow-mpi-operator")


def read_definitions(folder: Path) -> dict[str, bytes]:
    """Name to text of each CustomResourceDefinition; of a project's snapshots the released one (`v…`) wins."""
    found: dict[str, bytes] = {}
    files = [file for file in folder.rglob("*.yaml") if not set(file.parts) & set(SKIPPED)]
    for file in sorted(files, key=lambda file: (not file.parent.name.startswith("v"), file)):
        text = file.read_bytes()
        if re.search(rb"^kind: CustomResourceDefinition$", text, re.MULTILINE):
            found.setdefault(file.stem, text)  # a file is named after its definition
    return found


def kind_of(text: bytes) -> tuple[str, str]:
    """Group and kind that a definition defines."""
    group = re.search(rb"^  group: (\S+)$", text, re.MULTILINE)
    kind = re.search(rb"^  names: .*\bkind: (\w+)", text, re.MULTILINE) or re.search(rb"^    kind: (\w+)$", text, re.MULTILINE)
    assert group is not None
    assert kind is not None
    return group[1].decode(), kind[1].decode()


def read_released(files: Iterable[Path]) -> dict[str, bytes]:
    """Name to text of the CustomResourceDefinitions in files of a released module, whatever the files are called."""
    found = {}
    for file in files:
        for text in re.split(rb"^---\s*$", file.read_bytes(), flags=re.MULTILINE):
            if re.search(rb"^kind: CustomResourceDefinition\s*$", text, re.MULTILINE):
                name = re.search(rb"^  name: [\"']?([a-z0-9.-]+)", text, re.MULTILINE)
                assert name is not None, file
                found[name[1].decode()] = text
    return found
