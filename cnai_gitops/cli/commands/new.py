"""`cnai new`: one more blueprint, environment or policy, with its first test.

Must not: edit a file that exists, but for the lock of rules.
"""

from __future__ import annotations

from typing import Literal

import typer

from cnai_gitops.cli.options import Root, root_of
from cnai_gitops.cli.writing import write_new

app = typer.Typer(help="Write one more blueprint, environment or policy, with its first test.", no_args_is_help=True, rich_markup_mode=None)


@app.command("blueprint")
def blueprint(
    name: str = typer.Argument(help="The application."),
    yaml: bool = typer.Option(False, "--yaml", help="Write it in YAML instead of Python."),
    team: str = typer.Option("ml", "--team", help="Team that owns it."),
    root: Root = None,
) -> int:
    """A new application, deployed nowhere yet."""
    from cnai_gitops.scaffold import new_blueprint

    write_new(root_of(root), new_blueprint(name, "yaml" if yaml else "py", team))
    return 0


@app.command("environment")
def environment(
    name: str = typer.Argument(help="The environment."),
    tier: Literal["dev", "staging", "prod"] = typer.Option("dev", "--tier", help="How strict policies are there."),
    root: Root = None,
) -> int:
    """A new environment with one cluster at placeholder addresses."""
    from cnai_gitops.scaffold import new_environment

    write_new(root_of(root), new_environment(name, tier))
    return 0


@app.command("policy")
def policy(name: str = typer.Argument(help="<area>.<rule>, for example cost.monthly_budget"), root: Root = None) -> int:
    """A new rule with its Rego test and its examples."""
    from cnai_gitops.cli.commands.policies import lock
    from cnai_gitops.errors import UsageError
    from cnai_gitops.scaffold import new_policy

    area, dot, rule = name.partition(".")
    if not dot:
        raise UsageError(f"{name!r} has no area", help="write <area>.<rule>, for example cost.monthly_budget")
    write_new(root_of(root), new_policy(area, rule))
    return lock(root)
