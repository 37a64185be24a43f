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
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden and p.name != "help"]
    words = {p.name: p.name.upper() + ("..." if p.nargs == -1 else "") for p in arguments}
    usage = [name, *(words[p.name] if p.required else f"[{words[p.name]}]" for p in arguments), *(["[OPTIONS]"] if options else [])]
    rows = [[code(words[p.name]), cell(p.help or ""), ""] for p in arguments]
    rows += [[", ".join(map(code, _spellings(p))), cell(p.help or ""), _default(p)] for p in options]
    texts = [f"## {name}", cell(command.help or ""), f"`{' '.join(usage)}`"]
    return "\n\n".join([*texts, table(["", "meaning", "default"], rows)] if rows else texts)


def _spellings(option: Any) -> Iterator[str]:
    value = "" if option.is_flag else f" {option.name.upper()}"
    yield from (f"{text}{value}" for text in [*option.opts, *option.secondary_opts])


def _default(option: Any) -> str:
    variable = f"`{option.envvar}`" if option.envvar else ""
    plain = "" if option.default in (None, "", 0, False) or callable(option.default) else code(str(option.default).lower())
    return " or ".join(part for part in (variable, plain) if part)
