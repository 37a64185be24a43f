"""Blueprints in a process apart: what comes back is what was written, and what one may not do is said at its line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops.errors import Unread
from cnai_gitops.findings import Finding
from cnai_gitops.project import apart, load
from cnai_gitops.project.apart import Blueprints
from cnai_gitops.source.files import SourceError
from cnai_gitops.spec.base import Spec
from cnai_gitops.system.confine import FILES, NETWORK, SIGNALS, Limits

REPOSITORY = Path(__file__).resolve().parents[1] / "hostile" / "repository"
APP = "from cnai_gitops import Blueprint\napp = Blueprint(name='x', team='risk', purpose='scoring')\n"


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Blueprints]:
    (tmp_path / "cnai.toml").write_text((REPOSITORY / "cnai.toml").read_text())
    (tmp_path / "blueprints").mkdir()
    blueprints = Blueprints(tmp_path)
    yield blueprints
    blueprints.close()


def said(reader: Blueprints, text: str) -> list[str]:
    (reader.root / "blueprints" / "x.py").write_text(textwrap.dedent(text))
    read = reader.read("blueprints/x.py")
    return [f"{f.location}: {f.code} {f.message}" for f in (*([read.died] if read.died else ()), *read.findings)]


# -- what comes back --------------------------------------------------------------------------------------------


def models(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Spec]]:
    if isinstance(value, Spec):
        yield path, value
        for name in sorted(value.model_fields_set):
            yield from models(getattr(value, name), (*path, name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from models(item, (*path, index))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from models(item, (*path, key))


def test_what_comes_back_is_what_was_written(stories: Path) -> None:
    here, there = load(stories, apart=False), load(stories)
    assert (here.homes, here.sources, here.digests, here.findings) == (there.homes, there.sources, there.digests, there.findings)
    compared = 0
    for name, entry in here.apps.items():
        other = there.apps[name]
        assert entry.value == other.value
        pairs = zip(models(entry.value), models(other.value), strict=True)
        for (path, one), (same, two) in pairs:
            assert (path, type(one), one.model_fields_set) == (same, type(two), two.model_fields_set)
            for at in (path, *((*path, field) for field in type(one).model_fields)):
                assert entry.place.locate(at) == other.place.locate(at), at
                assert entry.place.notes(at) == other.place.notes(at), at
                compared += 1
    assert compared > 500


def test_nothing_is_started_when_nothing_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "blueprints").mkdir()
    for name in ("cnai.toml",):
        (tmp_path / name).write_text((REPOSITORY / name).read_text())
    (tmp_path / "blueprints" / "x.py").write_text(APP)
    outline = load(tmp_path).outline()
    monkeypatch.setattr(Blueprints, "start", lambda self: pytest.fail("a process was started"))
    project = load(tmp_path, outline)
    assert list(project.apps) == ["x"]


def test_one_process_reads_all_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "blueprints").mkdir()
    (tmp_path / "cnai.toml").write_text((REPOSITORY / "cnai.toml").read_text())
    for number in range(12):
        (tmp_path / "blueprints" / f"x{number}.py").write_text(APP.replace("'x'", f"'x{number}'"))
    started: list[str] = []

    class Counted(apart.Apart):
        def __init__(self, module: str, *arguments: str) -> None:
            started.append(module)
            super().__init__(module, *arguments)

    monkeypatch.setattr(apart, "Apart", Counted)
    assert len(load(tmp_path).apps) == 12
    assert started == ["cnai_gitops.project.child"]


def test_a_fork_asks_a_process_of_its_own(reader: Blueprints) -> None:
    assert said(reader, APP) == []
    reader.ahead(["blueprints/x.py"])  # the answer is for this process, whatever a fork asks meanwhile
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = 0 if [entry.value.name for entry in reader.read("blueprints/x.py").entries] == ["x"] else 2
            reader.close()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert [entry.value.name for entry in reader.read("blueprints/x.py").entries] == ["x"]


def test_what_is_installed_is_imported_once_and_shared_files_each_time(reader: Blueprints) -> None:
    (reader.root / "blueprints" / "_shared.py").write_text("N = 1\n")
    assert said(reader, f"from _shared import N\nassert N == 1\n{APP}") == []
    (reader.root / "blueprints" / "_shared.py").write_text("N = 2\n")
    assert said(reader, f"from _shared import N\nassert N == 2\n{APP}") == []


# -- what one may not do ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1\nwhile True:\n    x += 1\n", [r"3:5: CNAI111 a blueprint took more than 1 s of CPU", r"2:\d+: CNAI111 .*"]),
        (
            "while True:\n  try:\n    while True: pass\n  except BaseException: pass\n",
            [r"\d: CNAI114 a blueprint was not read to its end: .*", r"\d:\d+: CNAI111 a blueprint took .*"],
        ),
        (
            "x = 1\nsum(iter(int, 1))\n",
            [r"2: CNAI114 a blueprint was not read to its end: .*", r"2:1: CNAI111 a blueprint took .*"],
        ),
        ("import time\ntime.sleep(99)\n", [r"2:1: CNAI111 a blueprint took more than 4 s"]),
    ],
    ids=["a loop", "a loop that catches everything", "a loop in C", "sleep"],
)
def test_it_ends_in_time(reader: Blueprints, monkeypatch: pytest.MonkeyPatch, text: str, expected: list[str]) -> None:
    import re

    monkeypatch.setattr(apart, "LIMITS", Limits(wall=4, cpu=1))
    (found,) = said(reader, text)
    assert any(re.fullmatch(f"blueprints/x.py:{words}", found) for words in expected), found


def test_it_sees_no_credentials(reader: Blueprints, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("token")
    (tmp_path / "plain.txt").write_text("plain")
    names = said(reader, f"import os\nprint(*sorted(os.environ))\nprint(open('{tmp_path}/plain.txt').read())\n{APP}")
    shown = [name.rpartition("printed: ")[2] for name in names]
    assert set(shown[0].split()) <= {"HOME", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "TZ"}
    assert shown[1:] == ["plain"]
    if FILES in reader.confined():
        for path in (f"{tmp_path}/.git/config", f"/proc/{os.getpid()}/environ", "/proc/1/environ"):
            (found,) = said(reader, f"x = 1\nopen('{path}').read()\n")
            assert found == f"blueprints/x.py:2:1: CNAI106 loading failed: PermissionError: [Errno 13] Permission denied: '{path}'"


def test_what_confines_it_on_this_machine(reader: Blueprints) -> None:
    """Where the tests run, the kernel has it all; `cnai doctor` says what another lacks."""
    assert reader.confined() >= {NETWORK, FILES, SIGNALS}


def test_it_has_no_network(reader: Blueprints) -> None:
    found = said(reader, "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))\n")
    assert found == ["blueprints/x.py:2:1: CNAI106 loading failed: OSError: [Errno 101] Network is unreachable"]


def test_a_forged_answer_is_not_taken(reader: Blueprints) -> None:
    forge = "import os\nfor n in range(3, 30):\n  try: os.write(n, b'{}\\n\\x1e')\n  except OSError: pass\nos._exit(0)\n"
    assert said(reader, forge) == [
        "blueprints/x.py:1: CNAI114 a blueprint was not read to its end: its answer cannot be understood (KeyError: 'findings')"
    ]
    assert said(reader, APP) == []


def test_what_it_starts_is_ended(reader: Blueprints) -> None:
    text = "import os, time\nif os.fork() == 0:\n  os.setsid()\n  os.closerange(0, 99)\n  time.sleep(99)\n  os._exit(0)\n"
    assert said(reader, text + APP) == []
    assert said(reader, APP) == []
    children = Path(f"/proc/{reader._apart._process.pid}/task/{reader._apart._process.pid}/children")  # type: ignore[union-attr]
    assert children.read_text() == ""


def test_values_that_no_file_could_say(reader: Blueprints) -> None:
    own = "from cnai_gitops import Blueprint\nclass Mine(Blueprint):\n    def stages(self, kind=''):\n        return ()\n"
    assert said(reader, f"{own}app = Mine(name='x', team='risk', purpose='scoring')\n") == [
        "blueprints/x.py:5:7: CNAI101 Mine is a Mine, whose stages replaces that of Blueprint and would have no effect"
    ]
    kept = "from cnai_gitops import Blueprint\nclass Mine(Blueprint):\n    team: str = 'risk'\n"
    read_before = said(reader, f"{kept}app = Mine(name='x', purpose='scoring')\n")
    (entry,) = reader.read("blueprints/x.py").entries
    assert (read_before, type(entry.value).__name__, entry.value.team) == ([], "Blueprint", "risk")


# -- the command --------------------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(REPOSITORY, tmp_path / "repository"))


def test_a_blueprint_that_ends_the_process_is_exit_3(root: Path, cnai: Callable[..., Any]) -> None:
    (root / "blueprints" / "x.py").write_text("x = 1\nimport os\nos._exit(0)\n")
    done = cnai("check", "-o", "json", "--root", root)
    (found,) = json.loads(done.out)["findings"]
    assert (done.code, found["code"], found["location"]["file"], found["location"]["line"]) == (3, "CNAI114", "blueprints/x.py", 3)
    assert cnai("build", "--root", root).code == 3
    assert not (root / "deploy").exists()


def test_three_that_end_the_process_are_enough(root: Path) -> None:
    for number in range(9):
        (root / "blueprints" / f"x{number}.py").write_text("import os\nos._exit(0)\n")
    with pytest.raises(Unread) as caught:
        load(root)
    assert [str(f.location) for f in caught.value.findings] == [f"blueprints/x{n}.py:2" for n in range(3)]


def test_a_killed_command_leaves_no_process(root: Path) -> None:
    (root / "blueprints" / "x.py").write_text("while True: pass\n")
    with subprocess.Popen([sys.executable, "-m", "cnai_gitops", "build", "--root", root], stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while len(running(root)) < 3 and time.monotonic() < deadline:  # the command, the process apart, its fork
            time.sleep(0.05)
        assert len(running(root)) >= 3
        process.send_signal(signal.SIGKILL)
    while running(root) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running(root) == []


def running(root: Path) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if str(root).encode() in words:
            found.append(folder.name)
    return found


# -- variants of one's own ----------------------------------------------------------------------------------------

OWN = '''
from typing import Literal

from cnai_gitops import Blueprint, Container, Context, ImageName, Prepare, StepEngine, StepPlan


class Dbt(StepEngine):
    """Builds dbt models."""

    honours = frozenset({"retries", "timeout"})
    kind: Literal["dbt"] = "dbt"
    image: ImageName
    select: str

    def step(self, context: Context[Prepare], name: str) -> StepPlan:
        return Container(image=self.image, command=["dbt"], args=[self.select]).step(context, name)


class Louder(Container):
    """A container that says more."""

    def step(self, context: Context[Prepare], name: str) -> StepPlan:
        return Container(image=self.image, command=["loud", *self.command]).step(context, name)


one = Blueprint(
    name="one", team="risk", purpose="scoring",
    prepare=[
        Prepare(name="dbt", engine=Dbt(image="dbt", select="rates"), timeout="30m"),
        Prepare(name="loud", engine=Louder(image="loud", command=["x"])),
    ],
)
'''
PIN = f"sha256:{'0a' * 32}"


@pytest.fixture
def own(root: Path) -> Path:
    (root / "blueprints" / "one.py").write_text(OWN)
    release = f"app: one\nimages: {{dbt: {PIN}, loud: {PIN}}}\nprepare.dbt:\n  engine: {{kind: dbt, select: returns}}\n"
    (root / "environments" / "dev" / "one.yaml").write_text(release)
    return root


def test_a_variant_of_ones_own_is_compiled_apart(own: Path, cnai: Callable[..., Any]) -> None:
    done = cnai("build", "--root", own)
    assert (done.code, done.out) == (0, ""), done.err
    text = (own / "deploy/rendered/dev/dev1/one/manifest.yaml").read_text()
    assert "- dbt\n      args:\n      - returns\n" in text
    assert "- loud\n      - x\n" in text
    base = "".join(path.read_text() for path in (own / "deploy/kustomize/one/base").glob("*.yaml"))
    assert "- dbt\n      args:\n      - rates\n" in base


@pytest.mark.parametrize(
    ("old", "new", "code", "expected"),
    [
        (
            "args=[self.select]",
            "args=[self.select + 1]",
            1,
            'blueprints/one.py:16:67: error[CNAI106]: compiling failed: TypeError: can only concatenate str (not "int") to str',
        ),
        (
            '        return Container(image=self.image, command=["dbt"]',
            '        import os; os._exit(0)\n        return Container(image=self.image, command=["dbt"]',
            3,
            "blueprints/one.py:28:5: error[CNAI114]: one was not compiled to its end: a variant of its own ended the process (exit code 0)",
        ),
        (
            'timeout="30m"',
            'env={"A": "b"}',
            1,
            "blueprints/one.py:29:70: error[CNAI215]: prepare.dbt.env has no effect with the engine dbt",
        ),
        ('select="rates"', "select=5", 1, "blueprints/one.py:29:53: error[CNAI101]: select must be text, got 5"),
    ],
)
def test_what_is_wrong_with_a_variant_of_ones_own(
    own: Path, cnai: Callable[..., Any], old: str, new: str, code: int, expected: str
) -> None:
    text = (own / "blueprints" / "one.py").read_text()
    assert text.count(old) == 1
    (own / "blueprints" / "one.py").write_text(text.replace(old, new))
    done = cnai("build", "--root", own)
    assert (done.code, done.out.splitlines()[0]) == (code, expected)
    assert not (own / "deploy").exists()


def test_a_release_sets_fields_of_a_variant_of_ones_own(own: Path, cnai: Callable[..., Any]) -> None:
    release = own / "environments" / "dev" / "one.yaml"
    release.write_text(release.read_text().replace("select: returns", "select: 5"))
    done = cnai("build", "--root", own)
    assert done.code == 1
    assert done.out.splitlines()[0].startswith(
        "environments/dev/one.yaml:4:23: error[CNAI101]: prepare.dbt.engine.select must be text, got 5"
    )


def test_a_broken_file_does_not_hide_in_a_lazy_reading(root: Path) -> None:
    (root / "blueprints" / "x.py").write_text("1 / 0\n")
    found: list[Finding] = list(load(root).findings)
    assert [f.code for f in found] == ["CNAI106"]
    with pytest.raises(SourceError):
        raise SourceError(*found)
