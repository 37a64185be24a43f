"""`cnai graph`: data, training, models and services as a picture.

Must not: need a program to draw it.
"""

from __future__ import annotations

import typer

from cnai_gitops.cli.options import Root, To, complete_apps, complete_environments, root_of
from cnai_gitops.cli.output import emit_text


def command(
    app: str | None = typer.Argument(None, help="One application; all when not given.", autocompletion=complete_apps, show_default=False),
    env: str | None = typer.Option(
        None, "-e", "--env", help="Only what runs in this environment, with its clusters.", autocompletion=complete_environments
    ),
    output: str = typer.Option("mermaid", "-o", "--output", help="mermaid, svg, dot or json."),
    to: To = None,
    root: Root = None,
) -> int:
    """Draw how data, models and services hang together."""
    from cnai_gitops import pipeline
    from cnai_gitops.cli.output import show
    from cnai_gitops.errors import UsageError
    from cnai_gitops.findings import exit_code
    from cnai_gitops.plan.selection import Selection
    from cnai_gitops.review.graph import graph
    from cnai_gitops.review.graph_svg import svg
    from cnai_gitops.review.graph_text import as_json, dot, mermaid

    writers = {"mermaid": mermaid, "svg": svg, "dot": dot, "json": as_json}
    if output not in writers:
        raise UsageError(f"there is no graph format {output!r}", help=f"the formats are {', '.join(writers)}")
    plan = pipeline.plan_of(root_of(root), Selection((env,) if env else (), (app,) if app else ()))
    if exit_code(plan.findings):
        show(plan.findings)
        return 1
    emit_text(writers[output](graph(plan, env=env, app=app)), to)
    return 0
