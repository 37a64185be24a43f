"""Types in an editor: what a type checker says of a user's own file, in a project with and without pydantic's plugin."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
USER = """\
from cnai_gitops import AcceleratorRequest, Blueprint, Canary, Container, Observe, Prepare, Rate, Scaling, Serve, Slo, Spark
from cnai_gitops import Sweep, Train, custom, gaudi, gpu, tpu, uniform

serve = Serve(name="scorer", model="scorer", runtime="vllm", rollout=Canary(steps=[10, 50]), accelerator=gpu("h100"))
sweep = Sweep(trials=3, space={"lr": uniform(0, 1)}, maximize="auc")
train = Train(name="fit", image="fit", accelerator=tpu("tpu-v5e"), sweep=sweep, gate={"auc": ">= 0.9"}, reads=["rows"])
prepare = [Prepare(name="join", engine=Spark(image="join", main="join.py")), Prepare(name="tidy", engine=Container(image="tidy"))]
watch = Observe(signals=[Slo(p99_ms=80)])
own = Serve(name="own", model="own", runtime=custom("lmdeploy"), accelerator=gpu(custom("b300")), scaling=Scaling(max=3, triggers=[Rate()]))
app = Blueprint(name="a", team="t", purpose="p", prepare=prepare, train=train, serve=[serve, own], observe=watch)
AcceleratorRequest(type="trainium2", per_node=2)
gaudi()
Serve(name="s", model="m", runtimes="triton")  # call-arg
Serve(name="s", model="m", runtime="tritn")  # arg-type
Serve(name="s", model="m", runtime="ray")  # arg-type
Serve(model="m")  # call-arg
gpu("h1000")  # arg-type
gpu("tpu-v5e")  # arg-type
tpu("tpu-v9")  # arg-type
gaudi("gaudi9")  # arg-type
AcceleratorRequest(type="h101")  # arg-type
Canary(step=[10])  # call-arg
Container(image="i", comand=["x"])  # call-arg
app.teem  # attr-defined
Serve(name="s", model="m", engine=Rate())  # arg-type
Train(name="t", image="i", engine=Spark(image="i", main="m.py"))  # arg-type
Serve(name="s", model="m", scaling=Canary())  # arg-type
"""


@pytest.mark.parametrize("plugins", ["", "pydantic.mypy"])
def test_mistakes_are_type_errors_and_the_rest_is_none(plugins: str, tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(USER)
    (tmp_path / "mypy.ini").write_text(f"[mypy]\nstrict = True\nplugins = {plugins}\n")
    argv = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "user.py"]
    done = subprocess.run(argv, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    found = re.findall(r"^user\.py:(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.MULTILINE)
    wanted = [(str(i), line.partition("# ")[2]) for i, line in enumerate(USER.splitlines(), 1) if "# " in line]
    assert found == wanted, done.stdout + done.stderr


@pytest.mark.parametrize("room", ["contract", "engines", "spec"])
def test_a_default_is_a_keyword(room: str) -> None:
    """Type checkers without the plugin take a field for required when its default is Field's first argument."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "cnai_gitops" / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Field" and node.args
    ]
    assert wrong == []
