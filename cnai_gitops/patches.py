"""Hand-written patches: the targets that have some are built by kustomize, in a scratch copy of what it reads.

Must not: know what a patch does. Everything else is resolved in Python.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cnai_gitops.errors import InvalidInput
from cnai_gitops.findings import Finding, Location
from cnai_gitops.overlay import read_kustomize
from cnai_gitops.render import Patcher
from cnai_gitops.source.files import list_files, read_text
from cnai_gitops.system import kustomize
from cnai_gitops.system.files import Writer
from cnai_gitops.system.tools import Settings

PATCHES = "environments"


def patcher(root: Path, settings: Settings) -> Patcher:
    """Builds one overlay together with the repository's patch folders. Raises InvalidInput where kustomize refuses one."""

    def build(files: Mapping[str, str], folder: str) -> Sequence[dict[str, Any]]:
        with tempfile.TemporaryDirectory(prefix="cnai-") as scratch, Writer(Path(scratch)) as writer:
            for path, text in files.items():
                writer.write(path, text.encode())
            for path in list_files(root, PATCHES, [".yaml", ".yml", ".json"]):
                if path.split("/")[2:3] == ["patches"]:
                    writer.write(path, read_text(root, path).encode())
            answer = kustomize.build_many(Path(scratch), [folder], settings)[0]
        if answer.error:
            at = "/".join(["environments", folder.split("/")[4], "patches", folder.split("/")[2]])
            problem = answer.error.replace(scratch, "").strip()
            raise InvalidInput(
                [Finding(code="CNAI304", message=f"kustomize refuses a patch: {problem}", location=Location(at, 1), help="mend the patch")]
            )
        return read_kustomize(answer.text)

    return build
