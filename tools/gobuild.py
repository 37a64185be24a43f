"""Programs built once from pinned Go modules into the user's cache, and the files that pin them.

Must not: build two at once (each needs all of a small machine), replace a program before the new one is whole, or copy upstream source.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

GO = {**os.environ, "CGO_ENABLED": "0", "GOWORK": "off"}


@dataclass(frozen=True, slots=True)
class Program:
    """One binary: `package` of the module that `folder` pins; a package that begins with ./ lies in the folder itself."""

    name: str
    folder: Path
    package: str
    ldflags: str = "-s -w"
    tags: str = ""
    toolchain: str = ""

    @property
    def stamp(self) -> str:
        """What the build depends on: module files, own source and flags."""
        parts = [(self.folder / name).read_bytes() for name in ("go.mod", "go.sum")]
        if self.package.startswith("./"):
            parts += [file.read_bytes() for file in sorted((self.folder / self.package).glob("*.go"))]
        parts += [text.encode() for text in (self.ldflags, self.tags, self.toolchain) if text]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    def built(self, folder: Path) -> bool:
        """True when the cache holds this program, from these pins."""
        done = folder / f".{self.name}.stamp"
        return (folder / self.name).exists() and done.exists() and done.read_text() == self.stamp

    @property
    def environment(self) -> dict[str, str]:
        """Variables of every go command in the module's folder."""
        flags = " ".join(["-mod=readonly", "-buildvcs=false", os.environ.get("CNAI_GOFLAGS", "")]).strip()
        return {**GO, "GOFLAGS": flags, **({"GOTOOLCHAIN": self.toolchain} if self.toolchain else {})}


def cache(name: str) -> Path:
    """The user's cache for a group of programs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cnai" / name / "bin"


def build(folder: Path, programs: Iterable[Program], *, until: float | None = None) -> list[str]:
    """Build what is missing or was built from other pins, one at a time.

    Returns the names of those that were not begun before `until`, a time of the monotonic clock.
    """
    folder.mkdir(parents=True, exist_ok=True)
    late = []
    with (folder / ".lock").open("w") as lock:
        for program in programs:
            if program.built(folder):
                continue
            fcntl.flock(lock, fcntl.LOCK_EX)  # others may have built it while this one waited
            try:
                if program.built(folder):
                    continue
                if until is not None and time.monotonic() > until:
                    late.append(program.name)
                    continue
                _build_one(folder, program)
            finally:
                fcntl.flock(lock, fcntl.LOCK_UN)
    return late


def _build_one(folder: Path, program: Program) -> None:
    print(f"building {program.name}", file=sys.stderr, flush=True)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    new = folder / f".{program.name}.{os.getpid()}"
    command = ["go", "build", "-trimpath", f"-ldflags={program.ldflags}", f"-tags={program.tags}", "-o", str(new), program.package]
    try:
        subprocess.run(command, cwd=program.folder, env=program.environment, check=True)
        new.replace(folder / program.name)
    finally:
        new.unlink(missing_ok=True)
    (folder / f".{program.name}.stamp").write_text(program.stamp)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    size = (folder / program.name).stat().st_size / 1e6
    print(f"built {program.name}: {cpu:.0f} CPU-s, {time.monotonic() - start:.0f} s, {size:.0f} MB", file=sys.stderr, flush=True)


def module_folder(folder: Path, module: str, toolchain: str = "") -> Path:
    """Where the source of a pinned module lies, read-only; it is downloaded and its sum is checked when it is not there."""
    environment = {**GO, "GOFLAGS": "-mod=readonly", **({"GOTOOLCHAIN": toolchain} if toolchain else {})}
    command = ["go", "list", "-m", "-f", "{{.Dir}}", module]
    subprocess.run(["go", "mod", "download", module], cwd=folder, env=environment, check=True)
    found = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return Path(found.stdout.strip())


def upstream_file(module: str, version: str, toolchain: str = "") -> str:
    """The go.mod of a released module."""
    environment = {**GO, "GOFLAGS": "-mod=mod", **({"GOTOOLCHAIN": toolchain} if toolchain else {})}
    answer = subprocess.run(["go", "mod", "download", "-json", f"{module}@{version}"], env=environment, cwd="/", capture_output=True)
    if answer.returncode:
        raise SystemExit(f"{module}@{version} is not served: {answer.stdout.decode()} {answer.stderr.decode()}")
    return Path(json.loads(answer.stdout)["GoMod"]).read_text(encoding="utf-8")


def upstream_replaces(text: str) -> list[str]:
    """The `old => new` pairs of a go.mod, without those that point at folders beside it."""
    blocks = re.findall(r"^replace \(\n(.*?)^\)", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()] + re.findall(r"^replace ([^(\n].*)$", text, re.MULTILINE)
    pairs = [line.partition("//")[0].strip() for line in lines]
    return [pair for pair in pairs if "=>" in pair and "=> ." not in pair]


def staged(upstream: str, version: str) -> list[str]:
    """The replaces that Kubernetes needs: its own point into a source tree that the module does not carry."""
    names = re.findall(r"^\s*(k8s\.io/[a-z-]+) => \./staging/", upstream, re.MULTILINE)
    return [f"{name} => {name} v0.{version.removeprefix('v1.')}" for name in names]


def write_module(
    folder: Path, upstream: str, requires: Sequence[str], tools: Sequence[str], replaces: Sequence[str], toolchain: str = ""
) -> None:
    """Write go.mod and go.sum: the upstream module's own go line and godebug, these requirements, tools and replaces."""
    name = "/".join(folder.parts[folder.parts.index("tools") :])
    head = re.findall(r"^(?:go|godebug) [^(\n]*$", upstream, re.MULTILINE)
    lines = [f"module cnai.dev/gitops/{name}", "", *head, "", "tool (", *(f"\t{tool}" for tool in tools), ")", ""]
    lines += ["require (", *(f"\t{item}" for item in requires), ")", ""]
    lines += ["replace (", *(f"\t{pair}" for pair in replaces), ")", ""] if replaces else []
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "go.mod").write_text("\n".join(lines), encoding="utf-8")
    environment = {**GO, "GOFLAGS": "-mod=mod", **({"GOTOOLCHAIN": toolchain} if toolchain else {})}
    subprocess.run(["go", "mod", "tidy"], cwd=folder, env=environment, check=True)
