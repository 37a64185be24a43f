"""kustomize builds: many overlays in one process by our own helper where it is there, else one by one by the command.

Must not: judge or change what was built.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import yaml

from cnai_gitops.errors import ToolError
from cnai_gitops.system.process import run
from cnai_gitops.system.tools import Settings, find, require

EACH = 30.0
"""Seconds that one overlay may take."""

OFFLINE = {
    "GIT_ALLOW_PROTOCOL": "",  # no transport at all
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9"),  # where nobody listens
}
"""kustomize fetches what a kustomization names by an address; a build of ours never does, and runs without a network where it can."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The objects of one overlay in kustomize's order, or what was wrong with it."""

    objects: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""


Reader = Callable[[str], list[dict[str, Any]]]


def build_many(root: Path, folders: Sequence[str], settings: Settings, read: Reader) -> list[Answer]:
    """Build each folder (relative to `root`), in order; `read` reads the YAML of the kustomize command.

    Raises ToolError when no kustomize can be had.
    """
    if not folders:
        return []
    helper = find("kbuild", settings)
    if helper is None:
        tool = require("kustomize", settings)
        return [_one(root, folder, list(tool.command), read) for folder in folders]
    lines = "".join(f"{root / folder}\n" for folder in folders)
    env = {"GOGC": "1000", "GOMAXPROCS": "2", **OFFLINE}
    done = run([str(helper.path)], input=lines.encode(), env=env, timeout=EACH + len(folders), network=False)
    try:
        said = [orjson.loads(line) for line in done.stdout.splitlines()]
    except ValueError as error:
        raise ToolError("kbuild answered something that is no JSON", help="run `cnai doctor`") from error
    if done.code != 0 or len(said) != len(folders):
        raise ToolError(f"kbuild answered {len(said)} of {len(folders)} builds", help="run `cnai doctor`")
    return [_answer(one) for one in said]


def _answer(said: Any) -> Answer:
    if isinstance(said, dict) and isinstance(said.get("error"), str) and said["error"]:
        return Answer(error=said["error"])
    if not isinstance(said, dict) or not _objects(said.get("objects")):
        raise ToolError("kbuild answered something else than objects", help="it is of another version; run `cnai doctor`")
    return Answer(said["objects"])


def _objects(built: Any) -> bool:
    return isinstance(built, list) and all(isinstance(one, dict) for one in built)


def _one(root: Path, folder: str, command: Sequence[str], read: Reader) -> Answer:
    done = run([*command, str(root / folder)], env=OFFLINE, timeout=EACH, network=False)
    if done.code != 0:
        return Answer(error=done.stderr.decode(errors="replace").strip() or f"it ended with {done.code} and said nothing")
    try:
        built = read(done.stdout.decode())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ToolError("kustomize built something that is no YAML", help="run `cnai doctor`") from error
    if not _objects(built):
        raise ToolError("kustomize built something else than objects", help="run `cnai doctor`")
    return Answer(built)
