"""`cnai rollback`: the way back from a canary, or to the previous model, written into the release.

Must not: render or commit.
"""

from __future__ import annotations

import typer

from cnai_gitops.cli.changing import App, OneEnv, Stage, write_change
from cnai_gitops.cli.options import Root


def command(
    app: App,
    stage: Stage = None,
    env: OneEnv = "",
    finish: bool = typer.Option(False, "--finish", help="After a rollback: the previous model is the model again."),
    root: Root = None,
) -> int:
    """Drop the canary; without one, send every request to the previous model."""
    from cnai_gitops.change.canary import roll_back

    return write_change(root, app, env, lambda plan: roll_back(plan, app, env, stage, finish=finish))
