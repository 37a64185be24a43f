#!/usr/bin/env python3
"""Builds the programs of a real control plane from the pinned Go modules beside this file.

    python tools/cluster/build.py [FOLDER] [PROGRAM ...]    default: ~/.cache/cnai/cluster/bin, all programs
    python tools/cluster/build.py --pin v1.37.2             writes k8s/go.mod anew for that release

Must not: build two at once (each needs all of a small machine), or replace a program before the new one is whole.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import gobuild  # noqa: E402
from gobuild import Program  # noqa: E402

KUBERNETES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")


def ldflags() -> str:
    """Linker flags of Kubernetes; without its version an API server calls itself v0.0.0-master, which clients cannot parse."""
    found = re.search(r"k8s\.io/kubernetes v(1)\.(\d+)\.(\d+)", (HERE / "k8s/go.mod").read_text(encoding="utf-8"))
    if found is None:
        raise SystemExit("k8s/go.mod does not name k8s.io/kubernetes")
    values = {"gitVersion": f"v{'.'.join(found.groups())}", "gitMajor": found[1], "gitMinor": found[2], "gitTreeState": "clean"}
    return "-s -w " + " ".join(f"-X k8s.io/component-base/version.{name}={value}" for name, value in values.items())


PROGRAMS = {
    "etcd": Program("etcd", HERE / "etcd", "go.etcd.io/etcd/server/v3"),
    **{name: Program(name, HERE / "k8s", f"k8s.io/kubernetes/cmd/{name}", ldflags()) for name in KUBERNETES},
    "kwok": Program("kwok", HERE / "kwok", "sigs.k8s.io/kwok/cmd/kwok"),
}


def default_folder() -> Path:
    """The user's cache for these programs."""
    return gobuild.cache("cluster")


def stamp(program: str) -> str:
    """What a build depends on."""
    return PROGRAMS[program].stamp


def build(folder: Path, programs: list[str]) -> None:
    """Build what is missing or was built from other pins."""
    gobuild.build(folder, [PROGRAMS[name] for name in programs])


def pin(version: str) -> None:
    """Write k8s/go.mod for another release."""
    upstream = gobuild.upstream_file("k8s.io/kubernetes", version)
    tools = [PROGRAMS[name].package for name in KUBERNETES]
    replaces = gobuild.staged(upstream, version)
    gobuild.write_module(HERE / "k8s", upstream, [f"k8s.io/kubernetes {version}"], tools, replaces)


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
