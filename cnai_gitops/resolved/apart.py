"""Applications with variants of the repository's own: compiled in a process apart, their objects taken over as data.

Must not: run such a variant here, or take a cut answer for an empty one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cnai_gitops.errors import InvalidInput, ToolError, Unread
from cnai_gitops.findings import Finding, finding_of
from cnai_gitops.plan.plan import Plan
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.blueprint import Blueprint
from cnai_gitops.spec.engine import variants_of
from cnai_gitops.system.process import Apart, Ended

LIMITS = {"memory": 4 * 1024**3, "cpu": 300, "size": 1024**2, "handles": 256}
TIMEOUT = 600

Made = tuple[tuple[Resource, ...], tuple[Finding, ...]]
"""Objects in file order, and what was found while making them."""


def has_own(blueprint: Blueprint) -> bool:
    """True when a stage has a variant that the repository defines itself."""
    return blueprint.once(_has_own)


def _has_own(blueprint: Blueprint) -> bool:
    held = (held for _, stage in blueprint.stages() for held in variants_of(stage))
    return any(variant.apart for _, _, variants in held for variant in variants)


@dataclass(slots=True)
class Compiler:
    """Compiles such applications of one plan, each once, in one process that is started when it is first needed."""

    plan: Plan
    _apart: Apart | None = None
    _made: dict[str, Mapping[str, Made]] = field(default_factory=dict)

    def made(self, app: str) -> Mapping[str, Made]:
        """What an application becomes on each of its targets by name, and as its base under "".

        Raises InvalidInput where a variant fails, Unread where it ends the process, ToolError where files changed meanwhile.
        """
        if app not in self._made:
            self._made[app] = self._read(app, self._ask(app))
        return self._made[app]

    def _ask(self, app: str) -> Mapping[str, Any]:
        if self._apart is None or self._apart.owner != os.getpid():
            self._apart = Apart("cnai_gitops.resolved.child", str(self.plan.project.root), json.dumps(LIMITS))
        try:
            self._apart.ask({"app": app})
            answer: Mapping[str, Any] = json.loads(self._apart.answer(TIMEOUT))
            return answer
        except (Ended, ValueError) as error:
            self._apart.close()
            self._apart = None
            place = self.plan.project.apps[app].place.locate(("name",))
            message = f"{app} was not compiled to its end: a variant of its own ended the process ({error})"
            raise Unread([Finding(code="CNAI114", message=message, location=place, help="mend the variant's class")]) from error

    def _read(self, app: str, answer: Mapping[str, Any]) -> Mapping[str, Made]:
        if "error" in answer:
            if answer["findings"]:
                raise InvalidInput([finding_of(finding) for finding in answer["findings"]])
            raise ToolError(answer["error"], help=answer["help"])
        known = self.plan.project.digests
        changed = [path for path, digest in answer["digests"].items() if known.get(path, digest) != digest]
        if changed:
            raise ToolError(f"{', '.join(sorted(changed))} changed while it was read", help="run the command again")
        of_app = self.plan.of_apps.get(app, ())
        said = tuple(finding for finding in map(finding_of, answer["findings"]) if finding not in of_app)
        names = ("", *(target.name for target in self.plan.targets_of(app)))
        return {name: _made_of(answer["made"].get(name, {"objects": [], "findings": []}), said if name else ()) for name in names}


def _made_of(data: Mapping[str, Any], said: tuple[Finding, ...]) -> Made:
    objects = tuple(
        Resource(body, str(stage), tuple((str(prefix), str(words)) for prefix, words in trace)) for body, stage, trace in data["objects"]
    )
    return objects, (*said, *(finding_of(finding) for finding in data["findings"]))
