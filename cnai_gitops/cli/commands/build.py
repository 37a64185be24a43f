"""`cnai build`: render everything into deploy/.

Must not: judge what it renders.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnai_gitops.cli.options import Apps, Env, Output, Quiet, Root, Watch, root_of, selection_of, settings
from cnai_gitops.cli.output import say, show

if TYPE_CHECKING:
    from cnai_gitops.pipeline import Built
    from cnai_gitops.plan.selection import Selection

Into = Annotated[
    Path | None,
    typer.Option("--into", help="Write all of it into a copy below this folder, whether it is committed or not.", show_default=False),
]


def command(
    apps: Apps = None,
    env: Env = None,
    only: str | None = typer.Option(None, "--only", help="One part alone: rendered (for Argo CD) or kustomize.", show_default=False),
    check: bool = typer.Option(False, "--check", help="Write nothing; exit 1 when the committed output is stale."),
    verify: bool = typer.Option(False, "--verify", help="Prove that kustomize builds what was resolved."),
    into: Into = None,
    jobs: int = typer.Option(0, "-j", "--jobs", min=0, help="Processes; as many as pay, at most one a core, when 0."),
    output: Output = "table",
    root: Root = None,
    quiet: Quiet = False,
    watch: Watch = False,
) -> int:
    """Render manifests and Kustomize overlays for every environment (alias: render)."""
    from cnai_gitops import state
    from cnai_gitops.cli.watching import again
    from cnai_gitops.errors import UsageError

    if into and check:
        raise UsageError("--check compares what is committed, and --into writes a copy", help="leave one of the two out")
    folder = root_of(root)
    selection = selection_of(env, apps, only)

    def once() -> int:
        if not check and not into and state.current(folder, selection):
            if not quiet:
                say("up to date: no input changed")
        elif code := _build(folder, selection, output, check=check, into=into, jobs=jobs, quiet=quiet):
            return code
        return _verified(folder, selection, output, into=into, quiet=quiet) if verify else 0

    return again(folder, once) if watch else once()


def _build(folder: Path, selection: Selection, output: str, *, check: bool, into: Path | None, jobs: int, quiet: bool) -> int:
    from cnai_gitops import pipeline
    from cnai_gitops.cli.progress import progress
    from cnai_gitops.errors import InvalidInput
    from cnai_gitops.findings import PRINTED, Severity

    try:
        with progress("rendering", wanted=not quiet) as tell:
            built = pipeline.build(folder, settings(), selection, check=check, into=into, jobs=jobs, tell=tell)
    except InvalidInput as error:
        show(error.findings, output)
        say("nothing was written")
        return error.exit_code
    told = [finding for finding in built.findings if finding.severity is not Severity.INFO or finding.code == PRINTED]
    if told:
        show(told, output)
    if built.failed:
        say("nothing was written")
        return 1
    if not quiet:
        _tell(built, check, into)
    return 1 if built.stale else 0


def _tell(built: Built, check: bool, into: Path | None) -> None:
    if check:
        _tell_left_out(built)
        for path in built.stale[:20]:
            say(f"stale  {path}")
        more = len(built.stale) - 20
        say(
            f"{len(built.stale)} stale file(s)"
            + (f", {more} not shown" if more > 0 else "")
            + ("; run `cnai build`" if built.stale else "")
        )
        return
    changes = built.changes
    for name in changes.owners_gone:
        why = "it is not committed any more" if name in built.left_out else "it is not deployed anywhere"
        say(f"gone   {name}: {why}, its files were removed")
    _tell_left_out(built)
    say(f"{f'{into}/' if into else ''}deploy/  {len(changes.written)} written, {changes.kept} unchanged, {len(changes.removed)} removed")


def _tell_left_out(built: Built) -> None:
    if built.left_out:
        say(f"rendered, not committed (cnai.toml): {', '.join(built.left_out)}")


def _verified(folder: Path, selection: Selection, output: str, *, into: Path | None, quiet: bool) -> int:
    from cnai_gitops import pipeline
    from cnai_gitops.errors import InvalidInput
    from cnai_gitops.findings import exit_code

    try:
        findings = pipeline.verify(folder, settings(), selection, into=into)
    except InvalidInput as error:
        show(error.findings, output)
        return error.exit_code
    if findings:
        show(findings, output)
    elif not quiet:
        say("verified: kustomize builds every overlay as it was resolved")
    return exit_code(findings)
