"""`cnai migrate`: files that were written for an older version, in the spelling of this one.

Must not: know a spelling, render or commit.
"""

from __future__ import annotations

import typer

from cnai_gitops.cli.options import Root, root_of
from cnai_gitops.cli.output import emit_text, say, show


def command(
    check: bool = typer.Option(False, "--check", help="Write nothing; exit 1 when something is to be rewritten."),
    root: Root = None,
) -> int:
    """Rewrite old spellings by line, comments kept, and `requires` in cnai.toml."""
    from cnai_gitops.change.migrate.repository import migrate
    from cnai_gitops.cli.writing import write_over

    folder = root_of(root)
    made = migrate(folder)
    if not check:
        write_over(folder, made.before, made.after)
    if made.done:
        emit_text("\n".join(made.done))
    if made.left:
        show(made.left)
    files = f"{len(made.after)} file(s)"
    if not made.after:
        say("nothing to rewrite")
    elif check:
        say(f"{files} would change; run `cnai migrate`")
    else:
        say(f"{files} rewritten; read the difference, then run `cnai build` and `cnai check`")
    return int(bool(made.left) or (check and bool(made.after)))
