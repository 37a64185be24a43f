"""`cnai check`: everything that can be said before a merge.

Must not: write below the project, but for what it remembers in `.cnai/`.
"""

from __future__ import annotations

import typer

from cnai_gitops.cli.options import Apps, At, Env, Output, Quiet, Root, To, Watch, day, remembers, root_of, selection_of, settings
from cnai_gitops.cli.output import color_wanted, require_new, say, show, stopped


def command(
    apps: Apps = None,
    env: Env = None,
    at: At = None,
    stale: bool = typer.Option(True, "--stale/--no-stale", help="Also ask that the committed output is what a build would write."),
    output: Output = "table",
    to: To = None,
    root: Root = None,
    quiet: Quiet = False,
    watch: Watch = False,
) -> int:
    """Check types, references, schemas, workflows, accelerators and policies, offline (alias: validate, lint)."""
    from cnai_gitops import __version__, pipeline
    from cnai_gitops.cli.watching import again
    from cnai_gitops.errors import InvalidInput
    from cnai_gitops.findings import exit_code
    from cnai_gitops.findings.formats import ReportContext, summary

    folder = root_of(root)

    def once() -> int:
        require_new(to)
        try:
            verdict = pipeline.check(folder, settings(), selection_of(env, apps), at=day(at, folder), fresh=stale, remember=remembers())
        except InvalidInput as error:
            return stopped(error, output, to)
        context = ReportContext(
            version=__version__,
            targets=verdict.targets,
            documents=verdict.documents,
            reused=verdict.reused,
            rules=len(verdict.rules),
            titles={rule.id: rule.title for rule in verdict.rules.values()},
            color=color_wanted() and to is None,
        )
        show(verdict.findings, output, to, context)
        if not quiet and (output != "table" or to is not None):
            say(summary(verdict.findings, context))
        return exit_code(verdict.findings)

    return again(folder, once) if watch else once()
