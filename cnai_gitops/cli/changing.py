"""What the commands that change a release share: their arguments, and writing the one file.

Must not: know what changes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnai_gitops.cli.options import complete_apps, complete_environments, root_of
from cnai_gitops.cli.output import emit_text, say, show

if TYPE_CHECKING:
    from cnai_gitops.change.canary import Change
    from cnai_gitops.plan.build import Plan

App = Annotated[str, typer.Argument(help="The application.", autocompletion=complete_apps)]
Stage = Annotated[str | None, typer.Argument(help="Its service (serve.scorer); needed where it has several.", show_default=False)]
OneEnv = Annotated[str, typer.Option("-e", "--env", help="Environment.", autocompletion=complete_environments, show_default=False)]


def write_change(root: Path | None, app: str, env: str, change: Callable[[Plan], Change]) -> int:
    """Make a change and write its file. Where the application or its release cannot be read, that is said instead."""
    from cnai_gitops import pipeline
    from cnai_gitops.errors import UsageError
    from cnai_gitops.findings import exit_code
    from cnai_gitops.system.files import Writer

    folder = root_of(root)
    if not env:
        raise UsageError("no environment is named", help="for example `-e prod`")
    plan = pipeline.plan_of(folder)
    if exit_code(plan.findings) and (app not in plan.project.apps or not plan.deployed(app, env)):
        show(plan.findings)
        return 1
    made = change(plan)
    with Writer(folder) as writer:
        writer.write(made.path, made.text.encode())
    emit_text("\n".join(f"{made.path}: {line}" for line in made.done))
    say("run `cnai build`, and `cnai check` before it is merged")
    return 0
