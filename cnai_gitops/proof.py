"""The proof of law 1 on a repository: kustomize builds every overlay, and what comes out is what was resolved.

Must not: write below the repository, or compare what was not built.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from cnai_gitops import deploy
from cnai_gitops.findings import Finding, Location
from cnai_gitops.overlay import read_kustomize, same
from cnai_gitops.plan.selection import Selection
from cnai_gitops.render import render_app
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resolved.kustomize_tree import overlay_path
from cnai_gitops.resolved.units import Unit
from cnai_gitops.system import kustomize
from cnai_gitops.system.files import Writer
from cnai_gitops.system.tools import Settings

TREES = Selection(parts=("kustomize",))


def unlike(resolved: Resolved, selection: Selection, settings: Settings, copy: Path | None = None) -> list[Finding]:
    """Overlays from which kustomize builds something else.

    They are built where they lie: in a `copy` of everything if there is one, else in the repository, and in a scratch copy for
    applications that are not committed.
    """
    project = resolved.plan.project
    units = [unit for unit in resolved.units(selection) if unit.is_app]
    here = [unit for unit in units if copy or project.config.commits(unit.owner)]
    found = list(_unlike(resolved, copy or project.root, here, settings))
    others = [unit for unit in units if unit not in here]
    if others:
        with tempfile.TemporaryDirectory(prefix="cnai-") as scratch:
            with Writer(Path(scratch)) as writer:
                deploy.write(writer, [render_app(resolved, app, TREES) for app in dict.fromkeys(unit.owner for unit in others)], ())
                deploy.write_patches(writer, project.root)
            found += _unlike(resolved, Path(scratch), others, settings)
    return found


def _unlike(resolved: Resolved, folder: Path, units: Sequence[Unit], settings: Settings) -> Iterator[Finding]:
    folders = [overlay_path(unit.target, unit.owner) for unit in units]
    for unit, answer in zip(units, kustomize.build_many(folder, folders, settings, read_kustomize), strict=True):
        if answer.error:
            yield _broken(resolved, unit, f"kustomize cannot build it: {answer.error}")
            continue
        for line in same(answer.objects, [resource.body for resource in resolved.load(unit).resources])[:5]:
            yield _broken(resolved, unit, f"kustomize builds something else: {line}")


def _broken(resolved: Resolved, unit: Unit, message: str) -> Finding:
    project = resolved.plan.project
    overlay = Location(f"{overlay_path(unit.target, unit.owner)}/kustomization.yaml", 1)
    return Finding(
        code="CNAI303",
        message=f"{unit.owner} on {unit.target.name}: {message}",
        location=overlay if project.config.commits(unit.owner) else project.apps[unit.owner].place.locate(("name",)),
        help="run `cnai build`; if it stays, report it",
    )
