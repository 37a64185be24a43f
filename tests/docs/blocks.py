"""Blocks of a document, run in order as a reader would: files are written, shell lines run, shown output compared.

A comment on the line above a block says what to do with it: `<!-- file: PATH -->` writes it, `<!-- exit: 1 -->` expects that
exit code, `<!-- not run: REASON -->` leaves it alone. In a `console` block `$ ` begins a command; what stands below is what it
printed, to stdout and stderr alike, where a line `...` stands for any lines and an ellipsis for anything on its line.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"(?:^<!-- (?P<mark>[a-z ]+): (?P<value>.*?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
RUN = ("sh", "console")


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its language, its text, the comment above it, and its line in the document."""

    language: str
    text: str
    mark: str
    value: str
    line: int

    @property
    def exit(self) -> int:
        """The exit code that the block's last command must have."""
        return int(self.value) if self.mark == "exit" else 0


def blocks(document: Path) -> Iterator[Block]:
    """Every block of a document, in order."""
    text = document.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start("language")) + 1
        yield Block(match["language"], match["text"], match["mark"] or "", match["value"] or "", line)


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """(command, what it printed) of a console block."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        while command.endswith("\\"):
            more, _, shown = shown.partition("\n")
            command = f"{command}\n{more}"
        yield command, shown


def matches(shown: str, printed: str) -> bool:
    """True when the output is what is shown, with any lines for `...`."""
    lines = ["(?:.*\n)*" if line == "..." else re.escape(line).replace("…", ".*") + "\n" for line in shown.strip("\n").split("\n")]
    return re.fullmatch("".join(lines), printed.strip("\n") + "\n") is not None


class Reader:
    """Somebody who follows a document in one folder, with `cnai`, `python` and `git` on the path."""

    def __init__(self, folder: Path, home: Path) -> None:
        """`folder` is where the reader begins, `cd` is remembered; `home` gets a `bin` with the commands."""
        self.folder = folder
        self.home = home
        programs = home / "bin"
        programs.mkdir(parents=True)
        for name, arguments in (("cnai", "-m cnai_gitops"), ("python", "")):
            (programs / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {arguments} "$@"\n')
            (programs / name).chmod(0o755)
        author = {
            f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.com"))
        }
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("CNAI_OUTPUT", "CNAI_AT", "CNAI_ROOT", "GIT_", "FORCE_COLOR"))
            },
            **author,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": os.environ.get("HOME", str(home)),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "NO_COLOR": "1",
            "COLUMNS": "100",
        }

    def follow(self, document: Path) -> int:
        """Do what the document says; returns how many blocks were run. AssertionError names the line that is not true."""
        count = 0
        for block in blocks(document):
            if block.mark == "file":
                file = self.folder / block.value
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(block.text, encoding="utf-8")
            elif block.language in RUN and block.mark != "not run":
                self._run(f"{document.name}:{block.line}", block)
                count += 1
        return count

    def _run(self, place: str, block: Block) -> None:
        pairs = [(block.text, "")] if block.language == "sh" else list(commands(block))
        for number, (command, shown) in enumerate(pairs, 1):
            code, printed = self.shell(command)
            wanted = block.exit if number == len(pairs) else 0
            assert code == wanted, f"{place}: `{command.strip()}` ended with {code}, not {wanted}:\n{printed}"
            assert not shown.strip() or matches(shown, printed), f"{place}: `{command}` is shown with\n{shown}\nand printed\n{printed}"

    def shell(self, command: str) -> tuple[int, str]:
        """Run lines in the folder; their exit code and all that they printed."""
        after = self.home / "folder"
        done = subprocess.run(
            ["sh", "-ec", f"{command}\npwd >{shlex.quote(str(after))}"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
            check=False,
        )
        if done.returncode == 0:
            self.folder = Path(after.read_text(encoding="utf-8").strip())
        return done.returncode, done.stdout.decode()
