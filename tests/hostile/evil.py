"""Evil contents by the form of a file, and every kind of file that somebody may write, with a sound content of each.

The matrix of both is what `test_inputs.py` runs.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from spoiling import BLUEPRINT, COMPONENT, ENVIRONMENT, PATCHES, RELEASE

HEX = "a" * 64
LAUGHS = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
NINES = "9" * 5000

YAML: Mapping[str, str | bytes] = {
    "alias bomb": f"a0: &a0 [x, x]\n{LAUGHS}",
    "alias of itself": "a: &a\n  b: *a\n",
    "flow nested deep": "a: " + "[" * 20_000 + "]" * 20_000 + "\n",
    "blocks nested deep": "".join(f"{' ' * depth}a:\n" for depth in range(500)),
    "huge whole number": f"a: {NINES}\n",
    "huge exponent": "a: 1e99999\n",
    "not a number": "a: .nan\n",
    "infinity": "a: -.inf\n",
    "surrogate": 'a: "\\ud800"\n',
    "NUL as an escape": 'a: "\\0"\n',
    "NUL": "a: \0\n",
    "no UTF-8": b"a: \xff\n",
    "UTF-16": "a: b\n".encode("utf-16"),
    "a very long line": "a: " + "x" * 6_000_000 + "\n",
    "a very long key": "x" * 2_000_000 + ": a\n",
    "no document": "",
    "a list": "- a\n",
    "a number": "5\n",
    "two documents": "a: b\n---\na: b\n",
    "CR alone": "a: b\rc: d\r",
    "merge key": "a: {}\n<<: {b: c}\n",
    "tag of Python": "a: !!python/object/apply:os.system [id]\n",
    "not closed": "a: [b\n",
}
JSON: Mapping[str, str | bytes] = {
    "alias bomb": f"a0: &a0 [x, x]\n{LAUGHS}",
    "nested deep": '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "huge whole number": f'{{"a": {NINES}}}',
    "huge exponent": '{"a": 1e99999}',
    "not a number": '{"a": NaN}',
    "surrogate": '{"a": "\\ud800"}',
    "NUL as an escape": '{"a": "\\u0000"}',
    "NUL": '{"a": "\0"}',
    "no UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "one key twice": '{"a": 1,\n"a": 2}',
    "empty": "",
    "a list": "[1]",
    "a number": "5",
    "text behind": '{"a": 1}\n{"a": 2}',
    "not closed": '{"a": [',
}
TOML: Mapping[str, str | bytes] = {
    "nested deep": "x = " + "[" * 20_000 + "]" * 20_000 + "\n",
    "tables nested deep": "[" + ".".join(["a"] * 5_000) + "]\n",
    "huge whole number": f"x = {NINES}\n",
    "not a number": "x = nan\n",
    "a date": "at = 9999-12-31\n",
    "a date before all": 'at = "0000-01-01"\n',
    "NUL": "x = '\0'\n",
    "no UTF-8": b"x = '\xff'\n",
    "UTF-16": "x = 1\n".encode("utf-16"),
    "one key twice": "x = 1\nx = 2\n",
    "empty": "",
    "not closed": "x = [1\n",
}
HATCH = (
    "from cnai_gitops import Blueprint, Override\n"
    "hatch = Override(kind='Job', set={'/spec/x': x}, reason='what this test is about')\n"
    "b = Blueprint(name='x', team='risk', purpose='scoring', overrides=[hatch])\n"
)
"""Puts `x` where any value may stand."""
PYTHON: Mapping[str, str | bytes] = {
    "nested deep": "x = " + "(" * 5_000 + ")" * 5_000 + "\n",
    "operators without end": "x = " + "-" * 200_000 + "1\n",
    "huge whole number": f"x = {NINES}\n",
    "NUL": "x = '\0'\n",
    "no UTF-8": b"x = '\xff'\n",
    "UTF-16": "x = 1\n".encode("utf-16"),
    "not closed": "x = (1\n",
    "deep value": f"x = []\nfor _ in range(100): x = [x]\n{HATCH}",
    "very deep value": f"x = []\nfor _ in range(100_000): x = [x]\n{HATCH}",
    "value within itself": f"x = []\nx.append(x)\n{HATCH}",
    "set": f"x = {{1}}\n{HATCH}",
    "day": f"import datetime\nx = datetime.date.max\n{HATCH}",
    "huge value": f"x = 10 ** 5000\n{HATCH}",
    "key that is no text": f"x = {{1: 2}}\n{HATCH}",
    "ends": "import os\nos._exit(0)\n",
    "ends without a word": "import posix\nposix._exit(0)\n",
    "exits": "import sys\nsys.exit(0)\n",
    "kills itself": "import os\nos.kill(os.getpid(), 9)\n",
    "crashes": "import ctypes\nctypes.string_at(1)\n",
    "fills the memory": "x = bytearray(10**12)\n",
    "prints without end": "while True:\n    print('x' * 9_999)\n",
    "writes to descriptor 1 without end": "import os\nwhile True:\n    os.write(1, b'x' * 60_000)\n",
    "forks": "import os\nos.fork()\n",
    "starts a program": "import os\nos.execv('/bin/true', ['true'])\n",
    "writes a file": "open('/tmp/cnai-was-here', 'w')\n",
    "asks the network": "import socket\nsocket.create_connection(('127.0.0.1', 9))\n",
    "reads its parent": "import os\nopen(f'/proc/{os.getppid()}/environ').read()\n",
    "replaces a builtin": "import builtins\nbuiltins.isinstance = lambda *_: True\n",
    "recursion limit": "import sys\nsys.setrecursionlimit(50)\n",
    "a thread that stays": "import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n",
    "closes everything": "import os\nos.closerange(0, 100)\n",
}
REGO: Mapping[str, str | bytes] = {
    "nested deep": "package cnai.team.quota\nx := " + "[" * 20_000 + "]" * 20_000 + "\n",
    "NUL": "package x\0\n",
    "no UTF-8": b"package \xff\n",
    "empty": "",
    "not closed": "package cnai.team.quota\nx := [\n",
}


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the path of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(path.name)
    finally:
        os.chdir(here)


THINGS: Mapping[str, Callable[[Path], object]] = {
    "FIFO": _fifo,
    "socket": _socket,
    "folder": lambda path: path.mkdir(),
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
    "link to itself": lambda path: path.symlink_to(path.name),
    "link to nowhere": lambda path: path.symlink_to("nowhere"),
    "link out": lambda path: path.symlink_to("../" * 30 + "etc/passwd"),
}
"""What may lie where a file belongs."""

NAMES = {
    "blueprint": BLUEPRINT,
    "dataset": "blueprints/datasets/cards.yaml",
    "Python blueprint": "blueprints/x.py",
    "release": RELEASE,
    "environment": ENVIRONMENT,
    "kustomization": f"{PATCHES}/kustomization.yaml",
    "patch": f"{PATCHES}/x.yaml",
    "patch as JSON": f"{PATCHES}/x.json",
    "waivers": "policies/waivers/risk.yaml",
    "evidence": f"policies/evidence/{HEX}.json",
    "policy": "policies/team/quota/quota.rego",
    "lock of schemas": "schemas/crds/lock.json",
    "schema": "schemas/crds/keda.sh_v1alpha1_ScaledObject.json",
    "cnai.toml": "cnai.toml",
    "list of files": "deploy/.index/scores.json",
}
"""Every kind of file that a person, or a pull request, may bring."""

BESIDE: Mapping[str, Mapping[str, str]] = {
    "patch": {f"{PATCHES}/kustomization.yaml": f"{COMPONENT}resources: [x.yaml]\n"},
    "patch as JSON": {f"{PATCHES}/kustomization.yaml": f"{COMPONENT}resources: [x.json]\n"},
    "schema": {"schemas/crds/lock.json": '{"sha256": {"keda.sh_v1alpha1_ScaledObject.json": "0"}}'},
}
"""What must be there so that the file is read."""


def contents(kind: str) -> Mapping[str, str | bytes]:
    """Evil contents for a kind of file."""
    if kind == "cnai.toml":
        return TOML
    suffix = NAMES[kind].rpartition(".")[2]
    return {"yaml": YAML, "json": JSON, "py": PYTHON, "rego": REGO}[suffix]


CASES = [(kind, evil) for kind in NAMES for evil in (*contents(kind), *THINGS)]


def spoil(root: Path, kind: str, evil: str) -> str:
    """Put one evil into the place of one file; returns its path."""
    path = NAMES[kind]
    for name, text in BESIDE.get(kind, {}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    if evil in THINGS:
        THINGS[evil](file)
    else:
        content = contents(kind)[evil]
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
