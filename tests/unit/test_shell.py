"""What a mistake looks like in IPython, which is what runs behind a notebook."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def shown(code: str, folder: Path) -> list[str]:
    """Lines that IPython prints for a cell."""
    argv = [sys.executable, "-m", "IPython", "--colors=NoColor", "--no-banner", "--ipython-dir", str(folder), "-c", code]
    environ = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}  # IPython remarks on another one
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=60)
    return (done.stdout + done.stderr).splitlines()


def test_a_wrong_blueprint_is_four_lines(tmp_path: Path) -> None:
    code = 'from cnai_gitops import Blueprint, Serve\nserve = Serve(name="s", model="m", runtimes="triton")\n'
    assert shown(code, tmp_path) == [
        "InvalidInput: 1 problem(s)",
        "  In[1]:2:36: CNAI102 runtimes is not a known field, in \"s\"",
        "  help: did you mean runtime?",
    ]  # fmt: skip


def test_other_errors_stay_as_they_are(tmp_path: Path) -> None:
    model = "import cnai_gitops.spec.base, pydantic\nfrom cnai_gitops import Serve\nclass A(pydantic.BaseModel):\n    x: int\n"
    lines = shown(f'{model}A(x="k")\n', tmp_path)
    assert any(line.startswith("ValidationError: 1 validation error for A") for line in lines)
    assert any("Traceback" in line for line in lines)


def test_the_handler_of_somebody_else_stays(tmp_path: Path) -> None:
    code = (
        "def mine(shell, kind, error, traceback, tb_offset=None):\n    print('mine')\n"
        "get_ipython().set_custom_exc((ValueError,), mine)\n"
        "from cnai_gitops import Serve\n"
        'Serve(name="!")\n'
    )
    assert shown(code, tmp_path) == ["mine"]


def test_what_was_made_stays_as_it_is(tmp_path: Path) -> None:
    code = 'from cnai_gitops import Serve\nserve = Serve(name="s", model="m")\nserve.name = "t"\n'
    assert shown(code, tmp_path) == [
        "UsageError: Serve.name cannot be set: what was made stays as it is",
        "  help: make a copy: `.with_(name=...)`",
    ]


def test_a_frozen_model_of_somebody_else_is_theirs(tmp_path: Path) -> None:
    code = "import pydantic\nfrom cnai_gitops import Serve\nclass A(pydantic.BaseModel, frozen=True):\n    x: int\nA(x=1).x = 2\n"
    assert any("frozen_instance" in line for line in shown(code, tmp_path))
