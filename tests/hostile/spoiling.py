"""Ways to spoil a repository, as functions of its root."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

BLUEPRINT = "blueprints/scores.yaml"
RELEASE = "environments/dev/scores.yaml"
ENVIRONMENT = "environments/dev/environment.yaml"
PATCHES = "environments/dev/patches/scores"
MANIFEST = "deploy/rendered/dev/dev1/scores/manifest.yaml"
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"

Change = Callable[[Path], Any]


def write(path: str, content: str | bytes) -> Change:
    def change(root: Path) -> None:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    return change


def replace(path: str, old: str, new: str) -> Change:
    def change(root: Path) -> None:
        text = (root / path).read_text()
        assert text.count(old) == 1
        (root / path).write_text(text.replace(old, new))

    return change


def append(path: str, text: str) -> Change:
    def change(root: Path) -> None:
        with (root / path).open("a") as file:
            file.write(text)

    return change


def link(path: str, target: str) -> Change:
    """A link to `target`, in which {root} is the repository."""

    def change(root: Path) -> None:
        (root / path).symlink_to(target.format(root=root))

    return change


def override(kind: str, name: str, values: Mapping[str, Any]) -> Change:
    """The escape hatch in the release file, from line 8 on."""
    rows = "".join(f"    {pointer}: {json.dumps(value)}\n" for pointer, value in values.items())
    return append(RELEASE, f"overrides:\n- kind: {kind}\n  name: {name}\n  reason: what this test is about\n  set:\n{rows}")


def component(text: str) -> Change:
    """A hand-written component; what follows its two first lines."""
    return write(f"{PATCHES}/kustomization.yaml", COMPONENT + text)


BIGGER = replace(RELEASE, "max: 2", "max: 3")
"""A sound change, so that there is something to write."""
