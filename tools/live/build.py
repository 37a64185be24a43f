#!/usr/bin/env python3
"""Builds the real components of the live tests from the pinned Go modules beside this file.

    python tools/live/build.py [--until SECONDS] [PROGRAM ...]   default: the core, into ~/.cache/cnai/live/bin
    python tools/live/build.py --all                              everything
    python tools/live/build.py --pin FOLDER                       writes FOLDER/go.mod and go.sum anew, from modules.toml

Must not: hold upstream source; a folder has go.mod, go.sum and small mains of our own.
"""

from __future__ import annotations

import argparse
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import gobuild  # noqa: E402
from gobuild import Program  # noqa: E402

MODULES: dict[str, dict[str, Any]] = tomllib.loads((HERE / "modules.toml").read_text(encoding="utf-8"))


def package_of(module: dict[str, Any], package: str) -> str:
    """A package as go build takes it: ours (./x), another module's (with its host), else one below this module."""
    if package.startswith("./") or "." in package.partition("/")[0]:
        return package
    return "/".join(filter(None, (module["module"], package)))


def programs_of(name: str) -> list[Program]:
    """The programs of one module folder."""
    module = MODULES[name]
    flags = "-s -w " + module.get("ldflags", "").format(**module)
    return [
        Program(program, HERE / name, package_of(module, package), flags.strip(), module.get("tags", ""), module.get("toolchain", ""))
        for program, package in module["programs"].items()
    ]


PROGRAMS: dict[str, Program] = {program.name: program for name in MODULES for program in programs_of(name)}
CORE: list[str] = [program.name for name, module in MODULES.items() if module["core"] for program in programs_of(name)]


def default_folder() -> Path:
    """The user's cache for these programs."""
    return gobuild.cache("live")


def missing(names: list[str]) -> list[str]:
    """Those that the cache does not hold as they are pinned now."""
    return [name for name in names if not PROGRAMS[name].built(default_folder())]


def pin(name: str) -> None:
    """Write the module files of a folder: as upstream released it, with our additions."""
    module = MODULES[name]
    upstream = gobuild.upstream_file(module["module"], module["version"], module.get("toolchain", ""))
    replaces = gobuild.upstream_replaces(upstream) + module.get("replaces", [])
    replaces += gobuild.staged(upstream, module["version"])
    requires = [f"{module['module']} {module['version']}", *(f"{key} {value}" for key, value in module.get("also", {}).items())]
    tools = [package for program in programs_of(name) if not (package := program.package).startswith("./")]
    gobuild.write_module(HERE / name, upstream, requires, tools, replaces, module.get("toolchain", ""))


def main() -> None:
    """Do what the command line asks for; exit code 3 when time was up before everything was built."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="everything, not the core only")
    parser.add_argument("--until", type=float, metavar="SECONDS", help="begin no build after so many seconds")
    parser.add_argument("--pin", metavar="FOLDER", choices=[*MODULES], help="write the module files of a folder")
    parser.add_argument("program", nargs="*", help="these programs only")
    chosen = parser.parse_args()
    if chosen.pin:
        pin(chosen.pin)
        return
    if unknown := set(chosen.program) - PROGRAMS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(PROGRAMS)}")
    names = chosen.program or ([*PROGRAMS] if chosen.all else CORE)
    until = None if chosen.until is None else time.monotonic() + chosen.until
    late = gobuild.build(default_folder(), [PROGRAMS[name] for name in names], until=until)
    for name in late:
        print(f"not built, time was up: {name}", file=sys.stderr)
    sys.exit(3 if late else 0)


if __name__ == "__main__":
    main()
