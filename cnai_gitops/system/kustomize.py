"""kustomize builds: many overlays in one process by our own helper where it is there, else one by one by the command.

Must not: read or change what was built.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cnai_gitops.errors import ToolError
from cnai_gitops.system.process import run
from cnai_gitops.system.tools import Settings, find, require

EACH = 30.0
"""Seconds that one overlay may take."""

OFFLINE = {
    "GIT_ALLOW_PROTOCOL": "",  # no transport at all
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9"),  # where nobody listens
}
"""kustomize fetches what a kustomization names by an address; a build of ours never does."""


@dataclass(frozen=True, slots=True)
class Answer:
    """YAML of one overlay, or what was wrong with it."""

    text: str = ""
    error: str = ""


def build_many(root: Path, folders: Sequence[str], settings: Settings) -> list[Answer]:
    """Build each folder (relative to `root`), in order. Raises ToolError when no kustomize can be had."""
    if not folders:
        return []
    helper = find("kbuild", settings)
    if helper is None:
        tool = require("kustomize", settings)
        return [_one(root, folder, list(tool.command)) for folder in folders]
    lines = "".join(f"{root / folder}\n" for folder in folders)
    done = run([str(helper.path)], input=lines.encode(), env={"GOGC": "1000", "GOMAXPROCS": "2", **OFFLINE}, timeout=EACH + len(folders))
    try:
        answers = [json.loads(line) for line in done.stdout.splitlines()]
    except ValueError as error:
        raise ToolError("kbuild answered something that is no JSON", help="run `cnai doctor`") from error
    if done.code != 0 or len(answers) != len(folders):
        raise ToolError(f"kbuild answered {len(answers)} of {len(folders)} builds", help="run `cnai doctor`")
    return [Answer(answer.get("yaml", ""), answer.get("error", "")) for answer in answers]


def _one(root: Path, folder: str, command: Sequence[str]) -> Answer:
    done = run([*command, str(root / folder)], env=OFFLINE, timeout=EACH)
    if done.code != 0:
        return Answer(error=done.stderr.decode(errors="replace").strip())
    return Answer(text=done.stdout.decode())
