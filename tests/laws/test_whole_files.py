"""Law 9: whatever happens to a build, each file is whole, the next build finishes it, and nothing foreign is ever removed."""

from __future__ import annotations

import mmap
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from privileges import bound_by_permissions

from cnai_gitops import pipeline
from cnai_gitops.errors import ToolError
from cnai_gitops.system.tools import Settings

Snapshot = Callable[[Path], dict[str, bytes]]
RELEASE = "environments/prod/fraud-detection.yaml"
FOREIGN = {
    "deploy/README.md": b"by hand\n",
    "deploy/rendered/prod/eu1/fraud-detection/notes.txt": b"by hand\n",
    "deploy/other/x.yaml": b"a: 1\n",
}


def build(root: Path, settings: Settings) -> pipeline.Built:
    built = pipeline.build(root, settings)
    assert not built.failed
    return built


def change(root: Path) -> None:
    """A change that writes, adds and removes files: no canary, fewer replicas, another region."""
    release = root / RELEASE
    lines = [line for line in release.read_text().splitlines() if "canary" not in line and "previous" not in line]
    release.write_text("\n".join(lines).replace("max: 16", "max: 9") + "\n")
    environment = root / "environments/prod/environment.yaml"
    environment.write_text(environment.read_text().replace("bucket: artifacts-prod", "bucket: other"))


@pytest.fixture
def two_states(repository: Path, settings: Settings, snapshot: Snapshot, tmp_path: Path) -> tuple[Path, dict[str, bytes]]:
    """A built repository whose sources have changed since, with foreign files; and what a clean build of it makes."""
    build(repository, settings)
    change(repository)
    clean = Path(shutil.copytree(repository, tmp_path / "clean", ignore=shutil.ignore_patterns("deploy", ".cnai")))
    build(clean, settings)
    for path, content in FOREIGN.items():
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_bytes(content)
    return repository, {f"deploy/{path}": content for path, content in snapshot(clean / "deploy").items()}


def build_in_child(root: Path, settings: Settings, before_change: Callable[[int], None]) -> int:
    """The wait status of a build that calls `before_change` with the number of each change of the disk, from 1, before it is made."""
    child = os.fork()
    if child == 0:
        try:
            announce_changes(before_change)
            pipeline.build(root, settings)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]


def announce_changes(before_change: Callable[[int], None]) -> None:
    number = 0

    def announced(call: Callable[..., object], changes: Callable[..., bool]) -> Callable[..., object]:
        def announcing(*args: object, **options: object) -> object:
            nonlocal number
            if changes(*args):
                number += 1
                before_change(number)
            return call(*args, **options)

        return announcing

    for name in ("replace", "unlink", "rmdir", "mkdir", "write", "ftruncate"):
        setattr(os, name, announced(getattr(os, name), lambda *_: True))
    os.open = announced(os.open, lambda _, flags, *__: bool(flags & os.O_CREAT))  # type: ignore[assignment]


def kill_at(moment: int, root: Path, settings: Settings) -> None:
    """Build in a child that is killed without warning before its `moment`-th change of the disk."""

    def kill(change: int) -> None:
        if change == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    status = build_in_child(root, settings, kill)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


def assert_finished(root: Path, settings: Settings, want: dict[str, bytes], snapshot: Snapshot) -> None:
    build(root, settings)
    have = {f"deploy/{path}": content for path, content in snapshot(root / "deploy").items()}
    assert have == want | FOREIGN


def kill_everywhere(moments: int, root: Path, settings: Settings, want: dict[str, bytes], snapshot: Snapshot) -> None:
    before = Path(shutil.copytree(root, root.with_name("before"), copy_function=shutil.copy2))
    old = {f"deploy/{path}": content for path, content in snapshot(before / "deploy").items()}
    changes = changes_of(before, settings)
    assert changes >= 25
    for moment in range(1, changes + 1, max(1, changes // moments)):
        shutil.rmtree(root)
        shutil.copytree(before, root, copy_function=shutil.copy2)
        kill_at(moment, root, settings)
        for path, content in snapshot(root / "deploy").items():
            whole = content in (old.get(f"deploy/{path}"), want.get(f"deploy/{path}"))
            assert whole or path.endswith(".cnai-tmp"), f"{path} is torn after a kill at change {moment}"
        assert_finished(root, settings, want, snapshot)


def changes_of(before: Path, settings: Settings) -> int:
    """How often a build of a copy changes the disk."""
    copy = Path(shutil.copytree(before, before.with_name("counted"), copy_function=shutil.copy2))
    last = mmap.mmap(-1, 4)

    def count(change: int) -> None:
        last[:] = change.to_bytes(4)

    assert build_in_child(copy, settings, count) == 0
    return int.from_bytes(last[:])


@pytest.mark.slow  # with its like, which kill a build at every moment
def test_a_killed_build_is_finished_by_the_next(two_states: tuple[Path, dict[str, bytes]], settings: Settings, snapshot: Snapshot) -> None:
    root, want = two_states
    kill_everywhere(25, root, settings, want, snapshot)


@pytest.mark.slow
@pytest.mark.parametrize("first", [True, False], ids=["the first build", "a later build"])
def test_a_build_killed_at_every_moment(
    first: bool, two_states: tuple[Path, dict[str, bytes]], settings: Settings, snapshot: Snapshot
) -> None:
    root, want = two_states
    if first:
        for path in snapshot(root / "deploy").keys() - {foreign.removeprefix("deploy/") for foreign in FOREIGN}:
            (root / "deploy" / path).unlink()
    kill_everywhere(150, root, settings, want, snapshot)


def test_two_builds_at_once(two_states: tuple[Path, dict[str, bytes]], settings: Settings, snapshot: Snapshot) -> None:
    root, want = two_states
    command = [sys.executable, "-m", "cnai_gitops", "build", "--root", str(root)]
    path = os.pathsep.join(p for p in sys.path if p)
    both = [subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert_finished(root, settings, want, snapshot)


def test_foreign_files_stay_when_everything_else_goes(
    two_states: tuple[Path, dict[str, bytes]], settings: Settings, snapshot: Snapshot, cnai: Callable[..., object]
) -> None:
    root, _ = two_states
    for env in ("dev", "prod"):
        (root / f"environments/{env}/fraud-detection.yaml").unlink()
        with (root / f"environments/{env}/environment.yaml").open("a") as file:
            file.write("retired: [fraud-detection]\n")
    done = cnai("build", "--root", root)
    assert (done.code, done.out) == (0, "")  # type: ignore[attr-defined]
    assert "gone   fraud-detection: it is not deployed anywhere, its files were removed" in done.err  # type: ignore[attr-defined]
    left = snapshot(root / "deploy")
    assert [path for path in left if "fraud-detection" in path] == ["rendered/prod/eu1/fraud-detection/notes.txt"]
    assert {f"deploy/{path}" for path in left} >= FOREIGN.keys()
    assert b"fraud-detection" not in left["rendered/prod/hub/_argocd/manifest.yaml"]


def test_a_list_that_names_foreign_files_is_not_trusted(two_states: tuple[Path, dict[str, bytes]], settings: Settings) -> None:
    root, _ = two_states
    listed = root / "deploy/.index/fraud-detection.json"
    for path in ("cnai.toml", "deploy/rendered/../../cnai.toml", "/etc/passwd"):
        listed.write_text(f'{{"owner": "fraud-detection", "files": {{"{path}": "0"}}}}')
        with pytest.raises(ToolError, match="which no build wrote"):
            pipeline.build(root, settings)
    listed.write_text("{")
    with pytest.raises(ToolError, match="is damaged"):
        pipeline.build(root, settings)
    assert (root / "cnai.toml").is_file()


def test_a_failed_build_has_written_nothing(two_states: tuple[Path, dict[str, bytes]], settings: Settings, snapshot: Snapshot) -> None:
    root, _ = two_states
    before = snapshot(root)
    release = root / RELEASE
    release.write_text(release.read_text().replace("max: 9", "max: 0"))
    assert pipeline.build(root, settings).failed
    after = snapshot(root)
    assert {path for path in before | after if before.get(path) != after.get(path)} == {RELEASE}


@pytest.fixture
def small_disk(tmpfs: Callable[[str], Path]) -> Path:
    return tmpfs("420k")


def test_a_full_disk(two_states: tuple[Path, dict[str, bytes]], small_disk: Path, settings: Settings, snapshot: Snapshot) -> None:
    source, want = two_states
    root = Path(shutil.copytree(source, small_disk / "repository", ignore=shutil.ignore_patterns("deploy", ".cnai", "evidence")))
    with pytest.raises(ToolError, match="the disk is full"):
        pipeline.build(root, settings)
    written = snapshot(root / "deploy")
    assert written
    assert all(want[f"deploy/{path}"] == content for path, content in written.items())
    subprocess.run(["mount", "-o", "remount,size=8m", small_disk], check=True)
    build(root, settings)
    assert {f"deploy/{path}": content for path, content in snapshot(root / "deploy").items()} == want


def test_a_read_only_disk(two_states: tuple[Path, dict[str, bytes]], small_disk: Path, settings: Settings, snapshot: Snapshot) -> None:
    subprocess.run(["mount", "-o", "remount,size=8m", small_disk], check=True)
    root = Path(shutil.copytree(two_states[0], small_disk / "repository"))
    before = snapshot(root)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(ToolError, match="the file system is read-only"):
        pipeline.build(root, settings)
    assert snapshot(root) == before


def test_a_forbidden_folder(two_states: tuple[Path, dict[str, bytes]], settings: Settings) -> None:
    root, _ = two_states
    for folder in [root / "deploy", *(root / "deploy").rglob("*")]:
        if folder.is_dir():
            folder.chmod(0o555)
    with bound_by_permissions(), pytest.raises(ToolError, match="permission denied"):
        pipeline.build(root, settings)
