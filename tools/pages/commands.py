"""The page of the command line, from the commands themselves.

Must not: say what a command does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from pages.tables import cell, code, table

HEAD = """# Command line

Exit codes: 0 clean; 1 findings or a difference, a malformed file of yours among them; 2 a mistake on the command line; 3 could not
evaluate (a tool is missing or failed, a rule did not run); 130 interrupted. Data goes to stdout, words to stderr. `NO_COLOR` and
`FORCE_COLOR` are honoured. `cnai --traceback COMMAND` shows Python's traceback of an error."""


def pages() -> dict[str, str]:
    """One page for all commands."""
    os.environ["COLUMNS"] = "100"
    import typer

    from cnai_gitops.cli.app import application

    root = typer.main.get_command(application())
    return {"cli.md": "\n\n".join([HEAD, *_sections(root, "cnai")])}


def _sections(group: Any, prefix: str) -> Iterator[str]:
    for name, command in sorted(group.commands.items()):
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield f"## {prefix} {name}\n\n{cell(command.help or '')}"
            yield from _sections(command, f"{prefix} {name}")
        else:
            yield _section(command, f"{prefix} {name}")


def _section(command: Any, name: str) -> str:
    usage, rows = [name], []
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            word = parameter.name.upper() + ("..." if parameter.nargs == -1 else "")
            usage.append(word if parameter.required else f"[{word}]")
            rows.append([code(word), cell(parameter.help or ""), ""])
        elif not parameter.hidden and parameter.name != "help":
            rows.append([", ".join(code(text) for text in _spellings(parameter)), cell(parameter.help or ""), _default(parameter)])
    usage += ["[OPTIONS]"] if any(parameter.param_type_name == "option" and parameter.name != "help" for parameter in command.params) else []
    texts = [f"## {name}", cell(command.help or ""), f"`{' '.join(usage)}`"]
    return "\n\n".join([*texts, table(["", "meaning", "default"], rows)] if rows else texts)


def _spellings(option: Any) -> Iterator[str]:
    value = "" if option.is_flag else f" {option.name.upper()}"
    yield from (f"{text}{value}" for text in [*option.opts, *option.secondary_opts])


def _default(option: Any) -> str:
    variable = f"`{option.envvar}`" if option.envvar else ""
    plain = "" if option.default in (None, "", 0, False) or callable(option.default) else code(str(option.default).lower())
    return " or ".join(part for part in (variable, plain) if part)
