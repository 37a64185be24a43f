from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cnai_gitops.errors import ToolError, UsageError
from cnai_gitops.system import git
from cnai_gitops.system.process import capture_git, run

PYTHON = sys.executable


def python(code: str, *, timeout: float = 30, **more: object) -> bytes:
    return run([PYTHON, "-c", code], timeout=timeout, **more).check().stdout  # type: ignore[arg-type]


def test_input_and_both_outputs() -> None:
    done = run(["/bin/sh", "-c", "cat; echo oh >&2; exit 3"], input=b"hello", timeout=10)
    assert (done.code, done.stdout, done.stderr) == (3, b"hello", b"oh\n")


def test_much_input_and_output_do_not_block_each_other() -> None:
    data = b"x" * 5_000_000
    assert python("import sys; d = sys.stdin.buffer.read(); sys.stderr.write('y' * 300000); sys.stdout.buffer.write(d)", input=data) == data


def test_a_reader_that_leaves_early_is_no_error() -> None:
    assert run(["/bin/sh", "-c", "exit 0"], input=b"x" * 5_000_000, timeout=10).code == 0


def test_the_environment_is_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    names = python("import os; print(sorted(set(os.environ) - {'LC_CTYPE', '__CF_USER_TEXT_ENCODING'}))", env={"MINE": "1"})
    assert names.decode().strip() == "['HOME', 'LC_ALL', 'MINE', 'PATH']"


def test_arguments_meet_no_shell(tmp_path: Path) -> None:
    hostile = f"$(touch {tmp_path}/made); `id` > {tmp_path}/made"
    assert run(["echo", hostile], timeout=10).stdout.decode().strip() == hostile
    assert list(tmp_path.iterdir()) == []


def test_a_missing_program_says_what_to_do() -> None:
    with pytest.raises(ToolError, match="no-such-tool is not installed") as caught:
        run(["no-such-tool"], timeout=1)
    assert "cnai doctor" in caught.value.help


def test_a_damaged_program_is_named(tmp_path: Path) -> None:
    program = tmp_path / "tool"
    program.write_bytes(b"\x7fELF nonsense")
    program.chmod(0o755)
    with pytest.raises(ToolError, match="does not start"):
        run([str(program)], timeout=5)


def test_a_failure_carries_the_last_words() -> None:
    with pytest.raises(ToolError, match=r"sh failed \(exit code 7\): no luck"):
        run(["/bin/sh", "-c", "echo no luck >&2; exit 7"], timeout=10).check()


def test_a_timeout_kills_the_whole_group(tmp_path: Path) -> None:
    child = tmp_path / "child"
    script = f"sleep 60 & echo $! > {child}; wait"
    with pytest.raises(ToolError, match=r"did not finish within 0\.5 s"):
        run(["/bin/sh", "-c", script], timeout=0.5)
    pid = int(child.read_text())
    for _ in range(200):  # until the system has cleared it away
        if not Path(f"/proc/{pid}/stat").exists() or " Z " in Path(f"/proc/{pid}/stat").read_text():
            return
        time.sleep(0.01)
    pytest.fail(f"process {pid} lives on")


def test_output_has_a_limit() -> None:
    with pytest.raises(ToolError, match="wrote more than 1000000 bytes"):
        run([PYTHON, "-c", "import sys\nwhile True: sys.stdout.write('x' * 65536)"], timeout=30, limit=1_000_000)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    def call(*argv: str) -> None:
        author = {
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@example.com",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@example.com",
        }
        environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "HOME": str(tmp_path), **author}
        subprocess.run(["git", *argv], cwd=root, env=environment, check=True, capture_output=True)

    root = tmp_path / "repository"
    root.mkdir()
    call("init", "--initial-branch=main")
    (root / "a").mkdir()
    (root / "a" / "one file").write_bytes(b"one\n")
    (root / "a" / "empty").write_bytes(b"")
    (root / "ünï").write_bytes(b"\x00\xff\n\n")
    (root / "link").symlink_to("/etc/passwd")
    call("add", ".")
    call("commit", "-m", "first")
    call("branch", "side")
    (root / "a" / "one file").write_bytes(b"two\n")
    call("commit", "-am", "second")
    return root


def test_a_tree_is_read_as_it_was(repository: Path) -> None:
    first = git.resolve(repository, "side")
    assert git.read_tree(repository, first) == {"a/empty": b"", "a/one file": b"one\n", "ünï": b"\x00\xff\n\n"}
    assert git.read_tree(repository, git.resolve(repository, "main"), "a") == {"a/empty": b"", "a/one file": b"two\n"}


def test_links_are_listed_but_not_followed(repository: Path) -> None:
    entries = git.list_tree(repository, git.resolve(repository, "HEAD"))
    assert [(entry.mode, entry.path) for entry in entries if entry.mode == "120000"] == [("120000", "link")]


def test_where_two_branches_part(repository: Path) -> None:
    main, side = git.resolve(repository, "main"), git.resolve(repository, "side")
    assert git.merge_base(repository, main, side) == side
    assert git.top_level(repository / "a") == repository


@pytest.mark.parametrize("revision", ["", "nowhere", "--output=/tmp/x", "main\0", "HEAD~99"])
def test_an_unknown_revision_is_a_usage_error(repository: Path, revision: str) -> None:
    with pytest.raises(UsageError):
        git.resolve(repository, revision)


def test_only_full_ids_are_trusted(repository: Path) -> None:
    with pytest.raises(ToolError, match="not a full git object id"):
        git.read_tree(repository, "main")


def test_a_missing_blob_is_an_error(repository: Path) -> None:
    with pytest.raises(ToolError, match="missing, not a file"):
        git.read_blobs(repository, ["0" * 40])


def test_commands_that_write_are_refused(repository: Path) -> None:
    with pytest.raises(ToolError, match="git commit is not among the commands that only read"):
        capture_git(repository, "commit", "-m", "x")


def test_settings_of_the_repository_run_nothing(repository: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    with (repository / ".git" / "config").open("a") as config:
        config.write(f'[core]\n\tfsmonitor = "touch {made}"\n\tpager = "touch {made}"\n\tsshCommand = "touch {made}"\n')
    git.read_tree(repository, git.resolve(repository, "HEAD"))
    assert not made.exists()


def test_outside_of_a_repository(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="git rev-parse failed") as caught:
        git.top_level(tmp_path)
    assert "inside a git repository" in caught.value.help
