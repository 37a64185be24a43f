"""Rows 62 to 64 through the command line: hostile words in every format, very many findings, and any surroundings."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spoiling import BIGGER, BLUEPRINT, append, write

from cnai_gitops.system.tools import Settings

ROOT = Path(__file__).resolve().parents[2]
FORMATS = ("github", "gitlab", "json", "junit", "markdown", "name", "sarif", "table", "yaml")
WORDS = r'"x\n::add-mask::y\r##[error]|`<script>alert(1)</script>`=cmd()\e[31m\u202e@team"'
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_words_are_harmless(root: Path, cnai: Callable[..., Any], form: str) -> None:
    append(BLUEPRINT, f"{WORDS}: 1\n")(root)
    done = cnai("build", "-o", form, "--root", root)
    text = done.out
    assert done.code == 1
    assert not CONTROL.search(text)
    commands = [line for line in text.splitlines() if line.startswith("::")]
    assert all(line.startswith("::error file=") and line.count("::") == 2 for line in commands)
    assert bool(commands) == (form == "github")
    assert not re.search(r"##\w*\[", text)
    if form == "markdown":
        assert "<script" not in text
        assert "`" not in text


def test_thousands_of_findings_are_counted_where_they_are_not_shown(root: Path, cnai: Callable[..., Any]) -> None:
    """The reports of twenty thousand are tested without files."""
    for number in range(4):
        rows = "".join(f"x{i}: 1\n" for i in range(600))
        write(f"blueprints/x{number}.yaml", f"name: x{number}\nteam: risk\npurpose: p\n{rows}")(root)
    outputs = {form: cnai("build", "-o", form, "--root", root) for form in ("sarif", "markdown", "github", "json")}
    assert {done.code for done in outputs.values()} == {1}
    assert len(json.loads(outputs["json"].out)["findings"]) == 2400
    assert len(json.loads(outputs["sarif"].out)["runs"][0]["results"]) == 2400
    assert len(outputs["markdown"].out) <= 60_000
    assert re.search(r"\n\d+ of 2400 findings are not shown; see the full report\.\n", outputs["markdown"].out)
    assert "more, see the report" in outputs["github"].out


# -- surroundings ----------------------------------------------------------------------------------------------------------


def run(root: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    command = [sys.executable, "-m", "cnai_gitops", *arguments, "--root", str(root)]
    return subprocess.run(command, env=environment, check=False, timeout=120, **options)


SURROUNDINGS: dict[str, dict[str, str]] = {
    "C": {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONHASHSEED": "0"},
    "ASCII": {"PYTHONIOENCODING": "ascii", "PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati"},
    "Turkish": {"LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "4711", "TZ": "America/St_Johns", "TERM": "dumb", "COLUMNS": "20"},
}


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_the_same_bytes_in_any_surroundings(
    root: Path, name: str, cnai: Callable[..., Any], snapshot: Callable[[Path], dict[str, bytes]], settings: Settings
) -> None:
    append(BLUEPRINT, "description: gr\u00fc\u00df Gott \u5317\u4eac\n")(root)
    assert cnai("build", "--root", root).code == 0
    expected = snapshot(root / "deploy")
    for file in (root / "deploy").rglob("*.*"):
        if file.is_file():
            file.unlink()
    built = run(root, "build", "-j", "3", capture_output=True, env=SURROUNDINGS[name], stdin=subprocess.DEVNULL)
    assert (built.returncode, built.stdout) == (0, b"")
    assert snapshot(root / "deploy") == expected
    write("blueprints/x.yaml", "t\u00e4m: 1\n")(root)
    said = run(root, "check", "-o", "json", capture_output=True, env=SURROUNDINGS[name])
    assert said.stdout == run(root, "check", "-o", "json", capture_output=True).stdout
    assert "t\u00e4m is not a known field" in said.stdout.decode()


@pytest.mark.parametrize(
    ("redirect", "code", "said"),
    [
        ("| true", 1, ""),
        (">&-", 0, ""),
        (">&- 2>&- <&-", 0, ""),
        (">/dev/full", 3, "error: cannot write to standard output: no space left on device\n"),
    ],
)
def test_nobody_takes_the_output(root: Path, settings: Settings, redirect: str, code: int, said: str) -> None:
    script = f'"$0" -m cnai_gitops explain CNAI101 --root "$1" {redirect}; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(
        ["bash", "-c", script, sys.executable, str(root)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (code, said)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "-h"]])
def test_help_that_nobody_can_take(arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cnai_gitops", *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (3, "error: cannot write to standard output: no space left on device\n")


def test_a_build_with_closed_streams_writes_the_same(
    root: Path, cnai: Callable[..., Any], snapshot: Callable[[Path], dict[str, bytes]]
) -> None:
    """Descriptors 0 to 2 are free then, and nothing that is said may land in a file that takes their place."""
    BIGGER(root)
    script = '"$0" -m cnai_gitops build --root "$1" >&- 2>&- <&-'
    done = subprocess.run(
        ["bash", "-c", script, sys.executable, str(root)], env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60, check=False
    )
    assert done.returncode == 0
    closed = snapshot(root / "deploy")
    assert cnai("build", "--check", "--root", root).code == 0
    assert snapshot(root / "deploy") == closed
