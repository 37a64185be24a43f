"""Use from Python and notebooks: one object for a repository, with the same rooms behind it as the command line.

Must not: do anything at import, keep global state, or print.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnai_gitops import pipeline
from cnai_gitops.emit import emit
from cnai_gitops.errors import InvalidInput, UsageError
from cnai_gitops.findings import Finding, exit_code, ordered
from cnai_gitops.plan.build import Plan, make_plan
from cnai_gitops.plan.selection import EVERYTHING, Selection
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resolved.units import Unit
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.blueprint import Blueprint
from cnai_gitops.system.root import find_root
from cnai_gitops.system.tools import Settings

__all__ = ["load"]

if TYPE_CHECKING:
    from cnai_gitops.review.diff import Review


def load(path: str | Path = ".") -> Repository:
    """The repository that holds `path`. Raises UsageError when there is none; wrong files are in `.findings`."""
    return Repository(find_root(Path(path).resolve()))


class Findings(tuple[Finding, ...]):
    """Findings as a sequence; true in a condition when nothing fails."""

    __slots__ = ()

    @property
    def clean(self) -> bool:
        """True when no finding fails."""
        return not exit_code(self)

    def raise_(self) -> None:
        """Raise InvalidInput when something fails."""
        if not self.clean:
            raise InvalidInput([finding for finding in self if finding.fails])

    def __repr__(self) -> str:
        return (
            "\n".join(f"{'waived' if f.waiver else f.severity.value} {f.location or f.resource}: {f.code} {f.message}" for f in self)
            or "no findings"
        )

    def _repr_html_(self) -> str:
        from cnai_gitops.review.cards import findings_card

        return findings_card(self)


class Rendered(Sequence[Resource]):
    """Objects of one application on one target; `rendered["ScaledObject/fraud-detection-scorer"]` is one of them."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        """Hold the objects in file order."""
        self._resources = tuple(resources)

    def __len__(self) -> int:
        return len(self._resources)

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, str):
            return self._resources[index]
        for resource in self._resources:
            if f"{resource.key.kind}/{resource.key.name}" == index:
                return resource.body
        known = ", ".join(f"{r.key.kind}/{r.key.name}" for r in self._resources)
        raise KeyError(f"{index} is not among {known}")

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._resources)

    def to_yaml(self) -> str:
        """The manifests as one text."""
        return emit(resource.body for resource in self._resources)

    def __repr__(self) -> str:
        return "\n".join(f"{r.key.kind}/{r.key.name}" for r in self._resources)

    def _repr_html_(self) -> str:
        from cnai_gitops.review.cards import resources_card

        return resources_card(self._resources)


@dataclass
class Repository:
    """A repository, read when it is first asked for. A changed file needs a new `load`."""

    root: Path
    tried: tuple[str, ...] = ()
    """Applications that `with_app` replaced."""

    @cached_property
    def plan(self) -> Plan:
        """Everything that was read and related."""
        return pipeline.plan_of(self.root)

    @property
    def findings(self) -> Findings:
        """What is wrong with the files themselves."""
        return Findings(ordered(self.plan.findings))

    @property
    def apps(self) -> Mapping[str, Any]:
        """Blueprints by name."""
        return {name: entry.value for name, entry in self.plan.project.apps.items()}

    def with_app(self, blueprint: Blueprint) -> Repository:
        """The same repository with one blueprint replaced, to try a change before writing it down."""
        if blueprint.name not in self.apps:
            raise UsageError(f"application {blueprint.name!r} does not exist", help=f"known: {', '.join(self.apps)}")
        project = self.plan.project
        entry = replace(project.apps[blueprint.name], value=blueprint)
        other = Repository(self.root)
        other.plan = make_plan(replace(project, apps={**project.apps, blueprint.name: entry}))
        other.tried = (*self.tried, blueprint.name)
        return other

    def _require_files(self, act: str) -> None:
        """Refuse what reads the files again where they do not say what this repository does."""
        if self.tried:
            message = f"{act} reads the files, and {', '.join(self.tried)} is changed in memory only"
            raise UsageError(message, help="write the change into its blueprint and `load` again; `render` and `findings` show it as it is")

    def render(self, app: str, env: str, cluster: str | None = None) -> Rendered:
        """Objects of `app` in an environment (its primary cluster unless one is named)."""
        self.findings.raise_()
        if app not in self.apps:
            raise UsageError(f"application {app!r} does not exist", help=f"known: {', '.join(self.apps)}")
        for target in self.plan.targets_of(app):
            if target.env == env and cluster in (None, target.cluster):
                objects = Resolved(self.plan).load(Unit(app, target))
                Findings(objects.findings).raise_()
                return Rendered(objects.resources)
        known = ", ".join(target.name for target in self.plan.targets_of(app)) or "no target"
        raise UsageError(f"{app} does not run on {env}" + (f"/{cluster}" if cluster else ""), help=f"it runs on {known}")

    def check(self, *, env: str | None = None, at: date | None = None) -> Findings:
        """The verdict of `cnai check` on the files, as of the day `at` (the recorded day of cnai.toml, else today).

        Raises UsageError after `with_app`, and for an environment that there is not.
        """
        self._require_files("check")
        day = pipeline.today(self.plan.project.config.at, at, date.today())
        selection = Selection((env,) if env else ())
        verdict = pipeline.check(self.root, Settings.of(os.environ), selection, at=day, fresh=False)
        return Findings(verdict.findings)

    def build(self) -> list[str]:
        """Render everything into deploy/; returns the paths that changed. Raises InvalidInput when something is wrong.

        Raises UsageError after `with_app`.
        """
        self._require_files("build")
        built = pipeline.build(self.root, Settings.of(os.environ))
        Findings(built.findings).raise_()
        return [*built.changes.written, *built.changes.removed]

    def diff(self, base: str | None = None) -> Review:
        """What `cnai diff` shows: this repository against a git revision, the merge base with the default branch if none is given.

        Shows itself as a table in a notebook; a change by `with_app` is in it. Raises UsageError where there is no git history.
        """
        from cnai_gitops.review.diff import compare
        from cnai_gitops.review.notebook import ShownReview
        from cnai_gitops.review.revisions import base_side, hatches, side_of

        self.findings.raise_()
        resolved = pipeline.resolve(self.plan, Settings.of(os.environ))
        Findings(resolved.findings()).raise_()
        before = base_side(self.plan, base, Settings.of(os.environ))
        review = compare(before.sides, before.known(side_of(resolved, EVERYTHING)), hatches(resolved, EVERYTHING))
        return ShownReview.of(before.told(review, EVERYTHING))

    def graph(self, env: str | None = None, app: str | None = None) -> Any:
        """The data and model graph; shows itself as a picture in a notebook."""
        from cnai_gitops.review.graph import graph
        from cnai_gitops.review.notebook import ShownGraph

        return ShownGraph.of(graph(self.plan, env=env, app=app))

    def __repr__(self) -> str:
        return f"Repository({self.root.name}: {', '.join(self.apps)})"
