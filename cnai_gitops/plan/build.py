"""Making the plan: specs related to each other, and the references between them checked.

Must not: compile anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cnai_gitops.findings import Finding
from cnai_gitops.plan.plan import App, Placed, Plan, Use
from cnai_gitops.plan.references import check_app, check_environments, check_strays
from cnai_gitops.project import Project


def make_plan(project: Project, known: Mapping[str, Sequence[Finding]] | None = None) -> Plan:
    """Relate everything that was read; `findings` of the plan are those of the project, of references and of layers.

    `known` are findings of applications that need not be looked at again.
    """
    known = known or {}
    plan = Plan(project)
    of_apps = {app: tuple(known[app] if app in known else check_app(plan, app)) for app in project.apps}
    in_apps = (finding for found in of_apps.values() for finding in found)
    everything = (*project.findings, *in_apps, *check_environments(plan), *check_strays(plan))
    return replace(plan, findings=everything, of_apps=of_apps)


__all__ = ["App", "Placed", "Plan", "Use", "make_plan"]
