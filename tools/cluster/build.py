#!/usr/bin/env python3
"""Builds the programs of a real control plane from the pinned Go modules beside this file.

    python tools/cluster/build.py [FOLDER] [PROGRAM ...]    default: ~/.cache/cnai/cluster/bin, all programs
    python tools/cluster/build.py --pin v1.37.2             writes k8s/go.mod anew for that release

Must not: build two at once (each needs all of a small machine), or replace a program before the new one is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
KUBERNETES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
PROGRAMS = {  # program -> (module folder, package)
    "etcd": ("etcd", "go.etcd.io/etcd/server/v3"),
    **{name: ("k8s", f"k8s.io/kubernetes/cmd/{name}") for name in KUBERNETES},
    "kwok": ("kwok", "sigs.k8s.io/kwok/cmd/kwok"),
}
GO = {**os.environ, "CGO_ENABLED": "0", "GOWORK": "off"}


def default_folder() -> Path:
    """The user's cache for these programs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cnai" / "cluster" / "bin"


def ldflags(module: str) -> str:
    """Linker flags; without its version an API server calls itself v0.0.0-master, which clients cannot parse."""
    if module != "k8s":
        return "-s -w"
    found = re.search(r"k8s\.io/kubernetes v(1)\.(\d+)\.(\d+)", (HERE / "k8s/go.mod").read_text(encoding="utf-8"))
    if found is None:
        raise SystemExit("k8s/go.mod does not name k8s.io/kubernetes")
    values = {"gitVersion": f"v{'.'.join(found.groups())}", "gitMajor": found[1], "gitMinor": found[2], "gitTreeState": "clean"}
    return "-s -w " + " ".join(f"-X k8s.io/component-base/version.{name}={value}" for name, value in values.items())


def stamp(program: str) -> str:
    """What a build depends on: its module files and its flags."""
    module = PROGRAMS[program][0]
    parts = [(HERE / module / name).read_bytes() for name in ("go.mod", "go.sum")] + [ldflags(module).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def build(folder: Path, programs: list[str]) -> None:
    """Build what is missing or was built from other pins."""
    folder.mkdir(parents=True, exist_ok=True)
    for program in programs:
        module, package = PROGRAMS[program]
        done = folder / f".{program}.stamp"
        if (folder / program).exists() and done.exists() and done.read_text() == stamp(program):
            continue
        print(f"building {program}; cold, Kubernetes takes ten minutes and more", file=sys.stderr)
        new = folder / f".{program}.{os.getpid()}"
        command = ["go", "build", "-trimpath", f"-ldflags={ldflags(module)}", "-o", str(new), package]
        subprocess.run(command, cwd=HERE / module, env={**GO, "GOFLAGS": "-mod=readonly -buildvcs=false"}, check=True)
        new.replace(folder / program)
        done.write_text(stamp(program))


def pin(version: str) -> None:
    """Write k8s/go.mod for another release: its own replaces point into a source tree that the module does not carry."""
    answer = subprocess.run(["go", "mod", "download", "-json", f"k8s.io/kubernetes@{version}"], env=GO, check=True, capture_output=True)
    upstream = Path(json.loads(answer.stdout)["GoMod"]).read_text(encoding="utf-8")
    staged = re.findall(r"^\s*(k8s\.io/[a-z-]+) => \./staging/", upstream, re.MULTILINE)
    lines = ["module cnai.dev/gitops/tools/cluster/k8s", "", "go 1.26.0", "", *re.findall(r"^godebug .*$", upstream, re.MULTILINE), ""]
    lines += ["tool (", *(f"\tk8s.io/kubernetes/cmd/{name}" for name in KUBERNETES), ")", "", f"require k8s.io/kubernetes {version}", ""]
    lines += ["replace (", *(f"\t{name} => {name} v0.{version.removeprefix('v1.')}" for name in staged), ")", ""]
    (HERE / "k8s/go.mod").write_text("\n".join(lines), encoding="utf-8")
    subprocess.run(["go", "mod", "tidy"], cwd=HERE / "k8s", env={**GO, "GOFLAGS": "-mod=mod"}, check=True)


def main(arguments: list[str]) -> None:
    """Do what the command line asks for."""
    if arguments[:1] == ["--pin"] and len(arguments) == 2:
        pin(arguments[1])
        return
    unknown = [name for name in arguments[1:] if name not in PROGRAMS]
    if unknown or any(argument.startswith("-") for argument in arguments):
        raise SystemExit(__doc__)
    build(Path(arguments[0]) if arguments else default_folder(), arguments[1:] or list(PROGRAMS))


if __name__ == "__main__":
    main(sys.argv[1:])
