"""`cnai diff`: what a reviewer would read.

Must not: write below the project or talk to a cluster.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from cnai_gitops.cli.options import Apps, At, Env, Root, To, complete_reviews, day, remembers, root_of, selection_of, settings
from cnai_gitops.cli.output import emit_text

if TYPE_CHECKING:
    from cnai_gitops.pipeline import Run
    from cnai_gitops.plan.build import Plan
    from cnai_gitops.review.page import ReviewPage
    from cnai_gitops.review.revisions import Base


def command(
    apps: Apps = None,
    env: Env = None,
    base: str | None = typer.Option(
        None, "--base", help="Revision to compare with; the merge base with the default branch when not given."
    ),
    between: tuple[str, str] | None = typer.Option(None, "--between", help="Compare two environments instead, for example staging prod."),
    judge: bool = typer.Option(True, "--check/--no-check", help="Also run the checks and show quotas."),
    output: str = typer.Option("text", "-o", "--output", help="text, markdown, json or html.", autocompletion=complete_reviews),
    exit_zero: bool = typer.Option(False, "--exit-zero", help="Exit 0 even when something differs."),
    at: At = None,
    to: To = None,
    root: Root = None,
) -> int:
    """Show what changes, deletions and restarts first (alias: plan). Exit 1 when something differs."""
    from cnai_gitops import pipeline
    from cnai_gitops.cli.output import show
    from cnai_gitops.findings import exit_code
    from cnai_gitops.review import diff
    from cnai_gitops.review.formats import render
    from cnai_gitops.review.revisions import base_side, hatches, selected, side_of

    folder = root_of(root)
    selection = selection_of(env or (list(between) if between else None), apps)
    run = pipeline.Run.begin(folder, settings(), selection, remember=remembers())
    resolved, plan = run.resolved, run.resolved.plan
    for found in (lambda: plan.findings, resolved.findings):
        if exit_code(findings := found()):
            show(findings)
            return 1
    now = side_of(resolved, selection)
    if between:
        review = diff.between(now, *between, _pairs(plan, *between), hatches(resolved, selection))
        context = _context(run, f"{between[0]} against {between[1]}", between[0], at, judge)
    else:
        before = base_side(plan, base, settings())
        review = diff.compare(selected(before.sides, selection), before.known(now), hatches(resolved, selection))
        review = before.told(review, selection)
        context = _context(run, "what this change does", before.revision, at, judge, before)
    if selection.environments:
        context = replace(context, quota=[row for row in context.quota if row.env in selection.environments])
    emit_text(render(output, review, context), to)
    return int((review.changed or bool(review.uncompared)) and not exit_zero and not between)


def _pairs(plan: Plan, one: str, other: str) -> dict[str, str]:
    """Clusters of two environments that stand for each other: the first primaries of each jurisdiction."""
    found = [
        {c.jurisdiction: n for n, c in reversed(plan.project.environments[e].value.workload_clusters.items()) if c.role == "primary"}
        for e in (one, other)
    ]
    return {found[0][place]: found[1][place] for place in found[0].keys() & found[1].keys()}


def _context(run: Run, title: str, base: str, at: str | None, judge: bool, before: Base | None = None) -> ReviewPage:
    from cnai_gitops import __version__, pipeline
    from cnai_gitops.plan.selection import EVERYTHING
    from cnai_gitops.review.page import ReviewPage
    from cnai_gitops.review.quota import ledger_of, rows
    from cnai_gitops.review.revisions import side_of

    if not judge:
        return ReviewPage(title=title, base=base, version=__version__)
    verdict = pipeline.judge(run, settings(), at=day(at, run.resolved.plan.project.root), fresh=False)
    facts = run.resolved.plan.project.facts
    ledger = verdict.evidence.data["ledger"]["teams"] if verdict.evidence else ()
    return ReviewPage(
        title=title,
        base=base,
        version=__version__,
        findings=verdict.findings,
        quota=rows(ledger, None if before is None else ledger_of(before.completed(side_of(run.resolved, EVERYTHING)), facts.accelerators)),
        judged=True,
    )
