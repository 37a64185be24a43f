"""What all tests share: a small repository of its own, the stories, the tools, and the command line."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from cnai_gitops import pipeline
from cnai_gitops.system.tools import Found, Settings, find

sys.path.insert(0, str(Path(__file__).resolve().parent))

from skips import Declared

ROOT = Path(__file__).resolve().parents[1]
REPOSITORIES = ROOT / "tests" / "repositories"
NEEDED = ("conftest", "kustomize", "kbuild")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew (refused in CI)")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--update-golden") and os.environ.get("CI"):
        raise pytest.UsageError("--update-golden is refused in CI: golden files are changed by people who read the diff")
    if os.environ.get("CI"):
        config.pluginmanager.register(Declared())


@pytest.fixture(scope="session")
def stories() -> Path:
    """This repository's own root, with the stories in it. Nothing may be written there."""
    return ROOT


@pytest.fixture(scope="session")
def tool() -> Callable[[str], Found]:
    """A pinned tool by its name, where the commands find it. A test that misses one is skipped, which CI takes for a failure."""

    def called(name: str) -> Found:
        found = find(name, Settings.of(os.environ))
        if found is None:
            pytest.skip(f"{name} is not built here (`cnai tools install {name}`, or set CNAI_TOOLS)")
        return found

    return called


@pytest.fixture(scope="session")
def settings(tool: Callable[[str], Found]) -> Settings:
    """Where the tools are, with those that commands need among them."""
    for name in NEEDED:
        tool(name)
    return Settings.of(os.environ)


def scan(digest: str) -> str:
    """A scanner's report that finds nothing, a few days older than the recorded day."""
    target = {"userInput": f"image@{digest}", "manifestDigest": digest, "repoDigests": [f"image@{digest}"]}
    database = {"status": {"schemaVersion": "v6.1.3", "built": "2026-11-19T06:18:10Z", "valid": True}}
    report = {
        "matches": [],
        "source": {"type": "image", "target": target},
        "distro": {"name": "debian", "version": "13.2"},
        "descriptor": {"name": "grype", "version": "0.104.0", "timestamp": "2026-11-20T03:12:44Z", "db": database},
    }
    return json.dumps(report)


def copy_repository(name: str, to: Path) -> Path:
    """One of the small repositories, with a clean scan report for every digest that it pins."""
    shutil.copytree(REPOSITORIES / name, to)
    evidence = to / "policies" / "evidence"
    evidence.mkdir(parents=True)
    pinned = {digest for file in to.glob("environments/*/*.yaml") for digest in DIGEST.findall(file.read_text())}
    for digest in pinned:
        (evidence / f"{digest.removeprefix('sha256:')}.json").write_text(scan(digest))
    return to


@pytest.fixture
def tmpfs(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a disk of a size (`420k`) of its own; skips where that is not allowed."""
    disk = tmp_path / "disk"

    def mount(size: str) -> Path:
        disk.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk]
        if sys.platform != "linux" or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("mounting a small disk is not allowed here")
        return disk

    yield mount
    if disk.is_mount():
        subprocess.run(["umount", disk], check=True)


@pytest.fixture
def repository_of(tmp_path: Path) -> Callable[[str], Path]:
    """A small repository of `tests/repositories` by its name, in a folder that a test may damage."""
    return lambda name: copy_repository(name, tmp_path / name)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A small repository that is clean: one application, dev, and prod with a primary, a standby and a hub."""
    return copy_repository("fraud", tmp_path / "repository")


@pytest.fixture
def copied_stories(stories: Path, tmp_path: Path) -> Path:
    """The stories' sources in a folder that a test may damage; the pack and the built output stay behind."""
    for name in ("blueprints", "environments", "policies/waivers", "policies/evidence"):
        shutil.copytree(stories / name, tmp_path / "stories" / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(stories / "cnai.toml", tmp_path / "stories")
    return tmp_path / "stories"


@pytest.fixture
def whole_stories(copied_stories: Path) -> Path:
    """The same with the output of every story committed."""
    config = copied_stories / "cnai.toml"
    text, count = re.subn(r"^committed = .*\n", "", config.read_text(), flags=re.MULTILINE)
    assert count == 1
    config.write_text(text)
    return copied_stories


@pytest.fixture(scope="session")
def built_stories(stories: Path, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of all stories, built once into a folder of its own. Nothing may be written there."""
    folder = tmp_path_factory.mktemp("stories")
    assert not pipeline.build(stories, settings, into=folder).failed
    return folder


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def first(self) -> str:
        """The first line that it printed, whichever stream it went to."""
        return (self.out or self.err).partition("\n")[0]


@pytest.fixture
def cnai(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Done]:
    """`cnai ...` in this process: no start of an interpreter, the same code from the arguments to the exit code."""
    from cnai_gitops.cli.app import run

    def call(*arguments: str | Path) -> Done:
        capfdbinary.readouterr()
        code = run([str(argument) for argument in arguments], os.environ)
        sys.stdout.flush()
        sys.stderr.flush()
        out, err = capfdbinary.readouterr()
        return Done(code, out.decode(), err.decode())

    return call


@pytest.fixture
def process() -> Callable[..., subprocess.CompletedProcess[str]]:
    """`python -m cnai_gitops ...` as a process of its own, for what a process alone can show."""

    def call(*arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part)
        command = [sys.executable, "-m", "cnai_gitops", *map(str, arguments)]
        return subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": path, **(env or {})},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return call


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its relative path, a build's own notes in .cnai left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".cnai" not in path.parts and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="session")
def snapshot() -> Callable[[Path], dict[str, bytes]]:
    """`files_below`, for tests: what lies in a folder, as bytes."""
    return files_below
