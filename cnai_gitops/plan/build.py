"""Making the plan: specs related to each other, and the references between them checked.

Must not: compile anything.
"""

from __future__ import annotations

from dataclasses import replace

from cnai_gitops.plan.plan import App, Placed, Plan, Use
from cnai_gitops.plan.references import check_references
from cnai_gitops.project import Project


def make_plan(project: Project) -> Plan:
    """Relate everything that was read; `findings` of the plan are those of the project, of references and of layers."""
    plan = Plan(project)
    return replace(plan, findings=(*project.findings, *check_references(plan)))


__all__ = ["App", "Placed", "Plan", "Use", "make_plan"]
