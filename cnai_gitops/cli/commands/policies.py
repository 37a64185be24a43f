"""`cnai policies`: the lock of an organisation's own rules.

Must not: judge a rule, or know what one says.
"""

from __future__ import annotations

import typer

from cnai_gitops.cli.options import Root, root_of
from cnai_gitops.cli.output import say, show

app = typer.Typer(help="The lock of your own rules.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def policies() -> None:
    """The lock of your own rules."""


@app.command("lock")
def lock(root: Root = None) -> int:
    """Write policies/lock.json, by which `cnai check` sees a rule that vanished or changed."""
    from cnai_gitops.check.gate.lock import LOCK, lock_of
    from cnai_gitops.check.gate.rego import read_files
    from cnai_gitops.check.gate.rules import rules_of
    from cnai_gitops.errors import UsageError
    from cnai_gitops.system.files import Writer

    folder = root_of(root)
    if not (folder / "policies").is_dir():
        raise UsageError("there is no folder policies/", help="`cnai new policy <area>.<rule>` writes a first rule")
    files, findings = read_files([folder / "policies"])
    rules, of_rules = rules_of(files)
    wrong = [finding for finding in findings + of_rules if finding.fails]
    if wrong:
        show(wrong)
        return 1
    with Writer(folder) as writer:
        changed = writer.write(f"policies/{LOCK}", lock_of(folder / "policies", files, rules).encode())
    say(f"policies/{LOCK}  {len(rules)} {'rule' if len(rules) == 1 else 'rules'}, {'written' if changed else 'unchanged'}")
    return 0
