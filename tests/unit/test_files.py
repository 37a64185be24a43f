from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from privileges import bound_by_permissions

from cnai_gitops.errors import ToolError
from cnai_gitops.system.files import Writer, write_atomic
from cnai_gitops.system.lock import lock

ROOT = Path(__file__).resolve().parents[2]


def contents(root: Path) -> dict[str, bytes]:
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def test_writes_whole_files_and_skips_equal_ones(tmp_path: Path) -> None:
    with Writer(tmp_path / "out") as writer:
        assert writer.write("prod/eu1/manifest.yaml", b"a: 1\n")
        assert not writer.write("prod/eu1/manifest.yaml", b"a: 1\n")
        assert writer.write("prod/eu1/manifest.yaml", b"a: 2\n")
        assert writer.write("prod/us1/manifest.yaml", b"")
    assert contents(tmp_path / "out") == {"prod/eu1/manifest.yaml": b"a: 2\n", "prod/us1/manifest.yaml": b""}


def test_an_equal_file_is_not_touched(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a", b"same")
    before = (tmp_path / "a").stat()
    assert not write_atomic(tmp_path / "a", b"same")
    after = (tmp_path / "a").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_modes_do_not_depend_on_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o077)
    try:
        write_atomic(tmp_path / "a", b"x", durable=True)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o644


@pytest.mark.parametrize("relative", ["", "/etc/x", "../x", "a/../../x", "a//x", "./x", "a/.", "a\0b"])
def test_paths_stay_below_the_root(tmp_path: Path, relative: str) -> None:
    with Writer(tmp_path / "out") as writer, pytest.raises(ToolError, match="not a path below"):
        writer.write(relative, b"x")
    assert contents(tmp_path) == {}


def test_a_linked_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "prod").symlink_to(tmp_path / "elsewhere")
    with Writer(tmp_path / "out") as writer, pytest.raises(ToolError, match="link"):
        writer.write("prod/manifest.yaml", b"x")
    assert contents(tmp_path / "elsewhere") == {}


def test_a_linked_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"old")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").symlink_to(tmp_path / "victim")
    with Writer(tmp_path / "out") as writer, pytest.raises(ToolError, match="a link is in the way"):
        writer.write("a", b"x")
    assert (tmp_path / "victim").read_bytes() == b"old"


def test_a_linked_root_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    with pytest.raises(ToolError, match="link"):
        Writer(tmp_path / "out")


def test_another_name_of_the_same_file_keeps_its_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "kept").hardlink_to(tmp_path / "a")
    write_atomic(tmp_path / "a", b"new")
    assert contents(tmp_path) == {"a": b"new", "kept": b"old"}


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "file").write_bytes(b"x")
    with Writer(tmp_path) as writer:
        for relative, words in (("folder", "a folder is where"), ("fifo", "not a regular file"), ("file/below", "folder is needed")):
            with pytest.raises(ToolError, match=words):
                writer.write(relative, b"x")
        with pytest.raises(ToolError, match="not a regular file"):
            writer.remove("fifo")


def test_names_that_differ_by_case_are_refused(tmp_path: Path) -> None:
    with Writer(tmp_path) as writer:
        writer.write("prod/Fraud/a", b"x")
        writer.write("prod/Fraud/a", b"y")
        with pytest.raises(ToolError, match="'prod/fraud' and 'prod/Fraud' differ only by case"):
            writer.write("prod/fraud/b", b"x")
        with pytest.raises(ToolError, match="differ only by case"):
            writer.write("prod/Fraud/A", b"x")
    assert contents(tmp_path) == {"prod/Fraud/a": b"y"}


def test_remove_prunes_empty_folders(tmp_path: Path) -> None:
    with Writer(tmp_path) as writer:
        for relative in ("a/b/c/x", "a/y"):
            writer.write(relative, b"x")
        assert writer.remove("a/b/c/x")
        assert not writer.remove("a/b/c/x")
        assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "y"]
        assert writer.write("a/b/c/x", b"again")
        assert writer.remove("a/b/c/x")
        assert writer.remove("a/y")
    assert list(tmp_path.iterdir()) == []


def test_remove_does_not_follow_links(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x").write_bytes(b"x")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").symlink_to(tmp_path / "elsewhere")
    with Writer(tmp_path / "out") as writer:
        for relative in ("a/x", "a"):
            with pytest.raises(ToolError):
                writer.remove(relative)
    assert contents(tmp_path / "elsewhere") == {"x": b"x"}


WRITE_FOREVER = """
import sys
from collections.abc import Callable
from pathlib import Path
from cnai_gitops.system.files import Writer
from cnai_gitops.system.lock import lock
root, n = Path(sys.argv[1]), 0
with lock(root / "lock"):
    print("ready", flush=True)
    while True:
        n += 1
        with Writer(root) as writer:
            for name in "abc":
                writer.write(f"out/{name}", bytes([97 + n % 2]) * 100_000)
"""


def start(code: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=ROOT, stdout=subprocess.PIPE, env={"PYTHONPATH": str(ROOT)})


def test_a_kill_at_any_moment_leaves_whole_files(tmp_path: Path) -> None:
    chance = random.Random(20261124)
    left = 0
    for _ in range(6):
        with start(WRITE_FOREVER, str(tmp_path)) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(chance.uniform(0.01, 0.06))
            process.send_signal(signal.SIGKILL)
        for name, data in contents(tmp_path / "out").items():
            if not name.startswith("."):
                assert data in (b"a" * 100_000, b"b" * 100_000), name
        with lock(tmp_path / "lock") as killed, Writer(tmp_path) as writer:
            assert killed
            left += writer.sweep("out")
    assert {name for name in contents(tmp_path / "out") if name.startswith(".")} == set()
    with lock(tmp_path / "lock") as killed:
        assert not killed


def test_leftovers_are_swept(tmp_path: Path) -> None:
    with Writer(tmp_path) as writer:
        writer.write("out/a", b"x")
        (tmp_path / "out" / ".a.4711.cnai-tmp").write_bytes(b"half")
        assert writer.sweep("out") == 1
    assert contents(tmp_path) == {"out/a": b"x"}


def test_the_second_writer_waits_for_the_first(tmp_path: Path) -> None:
    said: list[str] = []
    with start(WRITE_FOREVER, str(tmp_path)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with (
            pytest.raises(ToolError, match=f"process {process.pid} still holds"),
            lock(tmp_path / "lock", timeout=0.2, waiting=said.append),
        ):
            pytest.fail("the lock was given to two")
        process.kill()
    assert said == [f"waiting for process {process.pid}, which holds {tmp_path / 'lock'}"]


def test_two_writers_without_a_lock_never_mix(tmp_path: Path) -> None:
    code = WRITE_FOREVER.replace('lock(root / "lock")', "lock(root / sys.argv[2])")
    with start(code, str(tmp_path), "one") as one, start(code, str(tmp_path), "two") as two:
        for process in (one, two):
            assert process.stdout is not None
            process.stdout.readline()
        for _ in range(300):
            for name in "abc":
                file = tmp_path / "out" / name
                if file.exists():
                    assert file.read_bytes() in (b"a" * 100_000, b"b" * 100_000)
        assert (one.poll(), two.poll()) == (None, None)
        one.kill()
        two.kill()


def test_an_error_under_the_lock_is_not_a_kill(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="oops"), lock(tmp_path / "lock"):
        raise ValueError("oops")
    with lock(tmp_path / "lock") as killed:
        assert not killed


@pytest.fixture
def small_disk(tmpfs: Callable[[str], Path]) -> Path:
    return tmpfs("128k")


def test_a_full_disk_leaves_what_was_there(small_disk: Path) -> None:
    with Writer(small_disk) as writer:
        writer.write("a", b"old")
        with pytest.raises(ToolError, match="the disk is full") as caught:
            writer.write("a", b"x" * 1_000_000)
        assert "untouched" in caught.value.help
        assert contents(small_disk) == {"a": b"old"}
        assert writer.write("a", b"new")


def test_a_read_only_disk_is_named(small_disk: Path) -> None:
    write_atomic(small_disk / "a", b"old")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with Writer(small_disk) as writer:
        assert not writer.write("a", b"old")
        with pytest.raises(ToolError, match="read-only"):
            writer.write("a", b"new")


def test_a_forbidden_folder_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with bound_by_permissions(), pytest.raises(ToolError, match="permission denied"):
        write_atomic(tmp_path / "a", b"x")


def test_a_name_too_long_is_named(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="too long"):
        write_atomic(tmp_path / ("x" * 300), b"x")


def test_a_writer_opens_few_files(tmp_path: Path) -> None:
    with Writer(tmp_path) as writer:
        before = len(list(Path("/proc/self/fd").iterdir()))
        for i in range(300):
            writer.write(f"{i}/a/b/c", b"x")
        assert len(list(Path("/proc/self/fd").iterdir())) <= before + 16
