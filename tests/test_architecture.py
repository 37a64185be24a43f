"""The shape of the package: doors one way, one room for each power, files and functions of a size that can be read."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "cnai_gitops"
FILES = sorted(path for path in PACKAGE.rglob("*.py"))
NAMES = [path.relative_to(PACKAGE).as_posix() for path in FILES]

LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}
"""Files over 300 lines and functions over 40, each with the reason why it is better whole."""

HEAVY = ("hera", "kubernetes", "kubernetes_validate", "jinja2", "ruamel", "rich", "watchfiles")


@cache
def parsed(name: str) -> ast.Module:
    return ast.parse((PACKAGE / name).read_text(encoding="utf-8"))


@cache
def nodes(name: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(parsed(name)))


def imports(name: str) -> Iterator[str]:
    """Modules that a file imports anywhere, functions included."""
    for node in nodes(name):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def imported(name: str) -> Iterator[str]:
    """The same with what is imported from a module, which may be a module itself."""
    for node in ast.walk(parsed(name)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))


def calls(name: str) -> Iterator[str]:
    """Dotted names that a file calls or reads: `print`, `os.environ`, `sys.exit`."""
    for node in nodes(name):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def outside(found: dict[str, set[str]], *rooms: str) -> dict[str, set[str]]:
    """Entries of files that are in none of the rooms (a folder ends in `/`)."""
    return {name: what for name, what in found.items() if what and not name.startswith(rooms)}


def users(*modules: str) -> dict[str, set[str]]:
    return {name: {m for m in imports(name) if m.startswith(modules) and m.partition(".")[0] in modules} for name in NAMES}


def test_doors_go_one_way() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--config", str(ROOT / ".importlinter")]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("room", sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()))
def test_files_of_a_room_know_each_other_one_way(room: str) -> None:
    """No circle between the files of a room, imports for types alone included."""
    inside = [name for name in NAMES if name.startswith(f"{room}/")]
    modules = {f"cnai_gitops.{name.removesuffix('.py').removesuffix('/__init__').replace('/', '.')}": name for name in inside}
    known = {module: {found for found in imported(name) if found in modules} - {module} for module, name in modules.items()}
    try:
        TopologicalSorter(known).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


def layers(text: str) -> list[set[str]]:
    """The rooms of each line, from top to bottom."""
    return [{room.strip(" ()") for room in line.split("   ")[0].split("|")} for line in text.strip().splitlines()]


def test_the_drawing_says_what_the_contract_says() -> None:
    contract, drawing = (ROOT / ".importlinter").read_text(encoding="utf-8"), (ROOT / "docs/ARCHITECTURE.md").read_text(encoding="utf-8")
    said = re.search(r"^layers =\n((?: +.*\n)+)", contract, re.MULTILINE)
    drawn = re.search(r"as in \.importlinter -->\n```\n(.*?)```", drawing, re.DOTALL)
    assert said and drawn
    assert layers(re.sub(r"(?m)^ +", "", drawn[1])) == layers(re.sub(r"(?m)^ +", "", said[1]))


def test_only_the_command_line_prints_reads_the_environment_and_exits() -> None:
    powers = {"print", "input", "os.environ", "os.getenv", "sys.exit", "os._exit", "sys.stdout", "sys.stderr", "sys.argv"}
    found = {name: powers & set(calls(name)) for name in NAMES}
    # inside a pod there is no command line in front of a step; the blueprint loader swaps streams, so that authors cannot print
    # a session in a notebook is a front door as well, and looks for tools where the environment says
    # the processes apart end without a word and let nothing out; what starts them passes on what the interpreter's loader needs
    apart = {"project/child.py": {"os._exit"}, "resolved/child.py": {"sys.stdout", "sys.stderr"}, "system/process.py": {"os.environ"}}
    assert outside(found, "cli/", "steps/", "__main__.py", "source/python.py", "session.py", *apart) == {}
    assert found["session.py"] == {"os.environ"}
    assert found["source/python.py"] == {"sys.stdout", "sys.stderr"}
    assert {name: found[name] for name in apart} == apart


def test_only_one_file_starts_processes() -> None:
    found = users("subprocess")
    assert outside(found, "steps/") == {"system/process.py": {"subprocess"}}
    shells = {"os.system", "os.popen", "os.execv", "os.execvp", "os.spawnv", "os.posix_spawn"}
    assert outside({name: shells & set(calls(name)) for name in NAMES}) == {}


def test_only_one_file_knows_hera() -> None:
    assert set(outside(users("hera"))) == {"parts/workflow.py"}


def test_only_emit_writes_yaml() -> None:
    writes = {"yaml.dump", "yaml.dump_all", "yaml.safe_dump", "yaml.safe_dump_all", "yaml.serialize", "yaml.emit"}
    assert outside({name: writes & set(calls(name)) for name in NAMES}) == {}
    # ruamel edits what users wrote and keeps their comments; nothing of ours is written with it
    assert outside(users("ruamel"), "change/") == {}


def test_only_one_file_writes_files() -> None:
    powers = {"os.replace", "os.rename", "os.unlink", "os.mkdir", "shutil.rmtree", "shutil.copy", "shutil.copytree", "shutil.move"}
    methods = {"write_text", "write_bytes", "mkdir", "unlink", "rmdir", "touch", "rename", "symlink_to"}
    found = {
        name: (powers & set(calls(name)))
        | {node.func.attr for node in nodes(name) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)} & methods
        for name in NAMES
    }
    assert outside(found, "system/", "steps/") == {}


@pytest.mark.parametrize("name", NAMES)
def test_docstring_says_what_a_file_must_not_do(name: str) -> None:
    words = ast.get_docstring(parsed(name)) or ""
    assert words, "a module docstring: what it owns, then what it must not do"
    if "Must not" not in words:
        assert name.endswith("__init__.py") or name == "__main__.py", "say what it must not do"


def test_files_can_be_read_at_once() -> None:
    texts = {name: (PACKAGE / name).read_text(encoding="utf-8") for name in NAMES}
    long = {name: len(text.splitlines()) for name, text in texts.items() if "Written by tools/models.py" not in text}
    assert {name: lines for name, lines in long.items() if lines > 300 and name not in LONG_FILES} == {}
    assert [name for name in LONG_FILES if long.get(name, 0) <= 300] == []


def lengths() -> Iterator[tuple[str, int]]:
    """Lines of each function, its signature and docstring not counted."""
    for name in NAMES:
        for node in nodes(name):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                yield f"{name}:{node.name}", (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_functions_can_be_read_at_once() -> None:
    assert {name: lines for name, lines in lengths() if lines > 40 and name not in LONG_FUNCTIONS} == {}
    assert sorted(LONG_FUNCTIONS.keys() - {name for name, lines in lengths() if lines > 40}) == []


def loaded(*command: str) -> set[str]:
    """Top-level modules that are loaded when a command has ended."""
    start, end = (
        "import sys\nfrom contextlib import suppress\nwith suppress(SystemExit):\n    ",
        "\nsys.stderr.write(' '.join(sys.modules))",
    )
    code = start + "; ".join(command) + end
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in done.stderr.split()}


def test_importing_the_package_costs_nothing() -> None:
    assert sorted(loaded("import cnai_gitops") & {*HEAVY, "pydantic", "yaml", "orjson", "typer"}) == []


@pytest.mark.parametrize("arguments", ["['--help']", "['build', '--help']", "['check', '--help']", "['--version']"])
def test_help_loads_nothing_heavy(arguments: str) -> None:
    modules = loaded("from cnai_gitops.cli.app import run", f"sys.exit(run({arguments}, {{}}))")
    assert "typer" in modules
    assert sorted(modules & {*HEAVY, "yaml", "orjson", "jsonschema_rs"}) == []


def test_words_that_say_nothing_are_no_names() -> None:
    banned = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert [name for name in NAMES if banned & {part.removesuffix(".py") for part in name.split("/")}] == []
