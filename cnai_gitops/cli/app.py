"""The application object: commands found by file name, errors turned into words and exit codes.

Must not: do a command's work. Exit 0 clean; 1 findings or a difference; 2 usage; 3 could not evaluate; 130 interrupted.
"""

from __future__ import annotations

import errno
import importlib
import os
import pkgutil
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import typer

from cnai_gitops.cli.output import say, show
from cnai_gitops.errors import CnaiError, InvalidInput

INTERRUPTED = 130
HIDDEN_ALIASES = {"render": "build", "validate": "check", "lint": "check", "plan": "diff"}
"""Names that people's fingers know from other tools."""


def application(first: str = "") -> typer.Typer:
    """The typer application with every command of `cnai_gitops.cli.commands`, or the one alone that the `first` argument names."""
    app = typer.Typer(
        name="cnai",
        help="Declarative GitOps configuration for cloud native AI.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    package = importlib.import_module("cnai_gitops.cli.commands")
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
    for command in [first] if first in names else names:
        module = importlib.import_module(f"{package.__name__}.{command}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=command)
        else:
            app.command(command)(module.command)
            for alias, name in HIDDEN_ALIASES.items():
                if name == command:
                    app.command(alias, hidden=True)(module.command)
    return app


def _version(value: bool) -> None:
    if value:
        from cnai_gitops import __version__

        typer.echo(f"cnai {__version__}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
    traceback: bool = typer.Option(False, "--traceback", help="Show Python's traceback of an unexpected error."),
) -> None:
    """Declarative GitOps configuration for cloud native AI."""


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command line and return its exit code. Never a traceback unless `--traceback` is among the arguments."""
    traced = "--traceback" in arguments or environ.get("CNAI_TRACEBACK") == "1"
    result: Any
    try:
        result = application(next(iter(arguments), ""))(args=list(arguments), prog_name="cnai", standalone_mode=False)
    except KeyboardInterrupt:
        result = INTERRUPTED  # newer versions of typer answer so themselves
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except CnaiError as error:
        return _failed(error, traced)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO) or error.filename is not None:
            return _unexpected(error, traced)
        say(f"error: cannot write to standard output: {os.strerror(error.errno).lower()}")  # help and version, which typer prints
        return CnaiError.exit_code
    except Exception as error:  # typer's own errors, and what nobody expected
        return _unexpected(error, traced)
    if result == INTERRUPTED:
        say("interrupted")
    return result if isinstance(result, int) else 0


def _failed(error: CnaiError, traced: bool) -> int:
    if traced:
        raise error
    if isinstance(error, InvalidInput):
        show(error.findings)
    else:
        say(f"error: {error}")
        if error.help:
            say(f"  help: {error.help}")
    return error.exit_code


def _unexpected(error: Exception, traced: bool) -> int:
    shown = getattr(error, "show", None)
    if shown is not None and hasattr(error, "exit_code"):
        shown(file=sys.stderr)
        return int(error.exit_code)
    if traced:
        raise error
    say(f"internal error: {type(error).__name__}: {error}")
    say("  help: this is a bug of cnai; run again with --traceback and report it")
    return 3
