"""`cnai diff`: what a reviewer would read.

Must not: write below the project (but for what it remembers in `.cnai/`) or talk to a cluster.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
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
    from cnai_gitops.cli.output import require_new, stopped
    from cnai_gitops.errors import InvalidInput

    folder = root_of(root)
    require_new(to)
    try:
        return _compared(folder, apps, env, base, between, at, output, to, judge=judge, exit_zero=exit_zero)
    except InvalidInput as error:
        return stopped(error, *_report(output, to))


def _report(output: str, to: Path | None) -> tuple[str, Path | None]:
    """The format of findings that is like one of a review, and where it goes: no page is made of findings alone."""
    return {"text": "table", "html": "table"}.get(output, output), None if output == "html" else to


def _compared(
    folder: Path,
    apps: list[str] | None,
    env: list[str] | None,
    base: str | None,
    between: tuple[str, str] | None,
    at: str | None,
    output: str,
    to: Path | None,
    *,
    judge: bool,
    exit_zero: bool,
) -> int:
    from cnai_gitops import pipeline
    from cnai_gitops.cli.output import show
    from cnai_gitops.findings import exit_code
    from cnai_gitops.review import diff
    from cnai_gitops.review.formats import render
    from cnai_gitops.review.revisions import against, base_of, hatches, side_of

    selection = selection_of(env or (list(between) if between else None), apps)
    run = pipeline.Run.begin(folder, settings(), selection, remember=remembers())
    resolved, plan = run.resolved, run.resolved.plan
    for found in (lambda: plan.findings, resolved.findings):
        if exit_code(findings := found()):
            show(findings, *_report(output, to))
            return 1
    if between:
        review = diff.between(side_of(resolved, selection), *between, _pairs(plan, *between), hatches(resolved, selection))
        context = _context(run, f"{between[0]} against {between[1]}", between[0], at, judge)
    else:
        before = base_of(plan, base, settings())
        review = against(resolved, before, selection)
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
    from cnai_gitops.review.page import ReviewPage
    from cnai_gitops.review.quota import rows
    from cnai_gitops.review.revisions import ledger_before

    if not judge:
        return ReviewPage(title=title, base=base, version=__version__)
    verdict = pipeline.judge(run, settings(), at=day(at, run.resolved.plan.project.root), fresh=False)
    ledger = verdict.data["ledger"]["teams"] if verdict.data else ()
    return ReviewPage(
        title=title,
        base=base,
        version=__version__,
        findings=verdict.findings,
        quota=rows(ledger, None if before is None else ledger_before(run.resolved, before, verdict.known.get("units", {}))),
        judged=True,
    )
