"""Rows 21 to 32: paths, links, things that are no files, disks, and processes that are killed or run side by side."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spoiling import BIGGER, BLUEPRINT, ENVIRONMENT, MANIFEST, PATCHES, RELEASE, Change, component, link, override, replace, write

from cnai_gitops.system.tools import Settings

ROOT = Path(__file__).resolve().parents[2]
Refused = Callable[..., list[str]]
HEX = "a" * 64


def fifo(path: str) -> Change:
    def change(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).unlink(missing_ok=True)
        os.mkfifo(root / path)

    return change


READING: dict[str, tuple[Change, list[str]]] = {
    "link to a file outside": (
        link("blueprints/x.yaml", "../../secret.yaml"),
        ["blueprints/x.yaml:1: error[CNAI108]: blueprints/x.yaml is a link that leaves the project"],
    ),
    "link to a folder outside": (
        link("blueprints/x", "../.."),
        ["blueprints/x:1: error[CNAI108]: blueprints/x is a link that leaves the project"],
    ),
    "absolute link that stays inside": (
        link("blueprints/x.yaml", "{root}/blueprints/scores.yaml"),
        ["blueprints/x.yaml:1: error[CNAI108]: blueprints/x.yaml is an absolute link"],
    ),
    "link to nowhere": (
        link("blueprints/x.yaml", "nowhere.yaml"),
        ["blueprints/x.yaml:1: error[CNAI100]: blueprints/x.yaml cannot be read: no such file or directory"],
    ),
    "link to itself": (
        link("blueprints/x.yaml", "x.yaml"),
        ["blueprints/x.yaml:1: error[CNAI108]: blueprints/x.yaml is a link that leads back to itself"],
    ),
    "circle of folders": (
        link("environments/dev/more", "."),
        ["environments/dev/more:1: error[CNAI108]: environments/dev/more is a link that leads back to itself"],
    ),
    "FIFO instead of a blueprint": (
        fifo("blueprints/pipe.yaml"),
        ["blueprints/pipe.yaml:1: error[CNAI108]: blueprints/pipe.yaml is not a regular file"],
    ),
    "FIFO instead of Python": (
        fifo("blueprints/pipe.py"),
        ["blueprints/pipe.py:1: error[CNAI108]: blueprints/pipe.py is not a regular file"],
    ),
    "FIFO instead of a kustomization": (
        fifo(f"{PATCHES}/kustomization.yaml"),
        [f"{PATCHES}/kustomization.yaml:1: error[CNAI108]: {PATCHES}/kustomization.yaml is not a regular file"],
    ),
    "larger than people write": (
        write("blueprints/large.yaml", b"#" * 6_000_000),
        ["blueprints/large.yaml:1: error[CNAI108]: blueprints/large.yaml is larger than 5,242,880 bytes"],
    ),
}


@pytest.mark.parametrize("case", READING)
def test_what_may_not_be_read(case: str, root: Path, refused: Refused) -> None:
    (root.parent / "secret.yaml").write_text("password: hush\n")
    change, expected = READING[case]
    change(root)
    BIGGER(root)
    assert refused() == expected


def test_a_link_that_stays_inside_is_followed(root: Path, cnai: Callable[..., Any]) -> None:
    (root / "parts").mkdir()
    (root / BLUEPRINT).rename(root / "parts" / "scores.yaml")
    link(BLUEPRINT, "../parts/scores.yaml")(root)
    assert cnai("build", "--check", "--root", root).code == 0


def test_devices_and_sockets(root: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root / "blueprints")  # the name of a socket has a short limit
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.yaml")
        assert refused() == ["blueprints/s.yaml:1: error[CNAI108]: blueprints/s.yaml is not a regular file"]
    link("blueprints/zero.yaml", "/dev/zero")(root)
    assert refused() == ["blueprints/zero.yaml:1: error[CNAI108]: blueprints/zero.yaml is an absolute link"]


def test_fifos_where_the_gate_reads(root: Path, refused: Refused, settings: Settings) -> None:
    fifo(f"policies/evidence/{HEX}.json")(root)
    fifo("policies/team/quota/rule.rego")(root)
    assert refused("check", "--no-stale") == [
        f"policies/evidence/{HEX}.json:1: error[CNAI108]: policies/evidence/{HEX}.json is not a regular file",
        "policies/team/quota/rule.rego:1: error[CNAI108]: team/quota/rule.rego is not a regular file",
    ]


# -- output ---------------------------------------------------------------------------------------------------


def test_the_output_folder_is_a_link(root: Path, cnai: Callable[..., Any]) -> None:
    BIGGER(root)
    (root / "deploy").rename(root.parent / "elsewhere")
    link("deploy", "../elsewhere")(root)
    before = (root.parent / "elsewhere" / MANIFEST.removeprefix("deploy/")).read_bytes()
    done = cnai("build", "--root", root)
    assert done.code == 3
    assert done.err.splitlines()[0].startswith(f"error: cannot write '{root}/deploy/")
    assert done.err.splitlines()[0].endswith("': a link or a file is where a folder is needed")
    assert (root.parent / "elsewhere" / MANIFEST.removeprefix("deploy/")).read_bytes() == before


def test_an_output_file_is_a_link(root: Path, cnai: Callable[..., Any], snapshot: Callable[[Path], dict[str, bytes]]) -> None:
    BIGGER(root)
    (root.parent / "bashrc").write_text("alias ll='ls -l'\n")
    (root / MANIFEST).unlink()
    link(MANIFEST, "{root}/../bashrc")(root)
    before = snapshot(root / "deploy")
    done = cnai("build", "--root", root)
    assert (done.code, done.err.splitlines()) == (
        3,
        [
            f"error: cannot write '{root}/{MANIFEST}': a link is in the way",
            "  help: output never goes through links: remove the link",
        ],
    )
    assert (root.parent / "bashrc").read_text() == "alias ll='ls -l'\n"
    assert snapshot(root / "deploy") == before


def test_the_state_folder_is_a_link(root: Path, refused: Refused) -> None:
    shutil.rmtree(root / ".cnai")
    (root.parent / "elsewhere").mkdir()
    link(".cnai", "../elsewhere")(root)
    BIGGER(root)
    assert refused("build", code=3)[0] == f"error: cannot lock '{root}/.cnai/lock': a link is in the way"
    assert not list((root.parent / "elsewhere").iterdir())


def test_a_fifo_in_place_of_the_state(root: Path, cnai: Callable[..., Any]) -> None:
    fifo(".cnai/state.json")(root)
    assert cnai("build", "--check", "--root", root).code == 0


def test_a_folder_that_is_a_link_is_looked_into_each_time(root: Path, cnai: Callable[..., Any]) -> None:
    (root / "blueprints/datasets").rename(root / "shared")
    link("blueprints/datasets", "../shared")(root)
    assert cnai("build", "--root", root).code == 0
    cards = root / "shared/cards.yaml"
    cards.write_text(cards.read_text().replace("owner:", "owners:"))
    assert cnai("build", "--root", root).code == 1


def test_patches_that_no_kustomization_names(root: Path, refused: Refused) -> None:
    folder = root / "environments/dev/patches/scores"
    folder.mkdir(parents=True)
    (folder / "replicas.yaml").write_text("kind: Deployment\n")
    assert "no kustomization.yaml in environments/dev/patches/scores, so nothing there is applied" in "\n".join(refused("check"))


def test_another_name_of_an_output_file_keeps_the_old_bytes(root: Path, cnai: Callable[..., Any]) -> None:
    BIGGER(root)
    before = (root / MANIFEST).read_bytes()
    (root / "kept.yaml").hardlink_to(root / MANIFEST)
    assert cnai("build", "--root", root).code == 0
    assert (root / "kept.yaml").read_bytes() == before != (root / MANIFEST).read_bytes()


def test_a_fifo_in_place_of_an_output_file(root: Path, cnai: Callable[..., Any]) -> None:
    BIGGER(root)
    fifo(MANIFEST)(root)
    done = cnai("build", "--root", root)
    assert (done.code, done.err) == (3, f"error: cannot write '{root}/{MANIFEST}': it is not a regular file\n")
    assert f"stale  {MANIFEST}" in cnai("build", "--check", "--root", root).err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "error: deploy/.index/gone.json is damaged"),
        ('{"files": {"cnai.toml": ""}}', "error: deploy/.index/gone.json lists 'cnai.toml', which no build wrote"),
        (
            '{"files": {"deploy/rendered/../../cnai.toml": ""}}',
            "error: deploy/.index/gone.json lists 'deploy/rendered/../../cnai.toml', which no build wrote",
        ),
    ],
)
def test_a_list_of_files_that_no_build_wrote(root: Path, refused: Refused, text: str, expected: str) -> None:
    write("deploy/.index/gone.json", text)(root)
    os.utime(root / "cnai.toml")
    assert refused(code=3) == [expected]
    assert (root / "cnai.toml").is_file()


# -- files that cannot be had ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EACCES, "permission denied"), (errno.EIO, "input/output error"), (errno.ENOENT, "no such file or directory")],
)
def test_a_file_that_cannot_be_opened_or_is_gone(
    root: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    real = os.open

    def opened(path: Any, *arguments: Any, **options: Any) -> int:
        if path == "cards.yaml":
            raise OSError(number, os.strerror(number))
        return real(path, *arguments, **options)

    BIGGER(root)
    monkeypatch.setattr(os, "open", opened)
    file = "blueprints/datasets/cards.yaml"
    assert refused()[0] == f"{file}:1: error[CNAI100]: {file} cannot be read: {words}"


@pytest.fixture
def small_disk(root: Path, tmpfs: Callable[[str], Path]) -> Path:
    """The repository on a disk of its own."""
    return Path(shutil.copytree(root, tmpfs("4m") / "repository"))


def test_a_full_disk(small_disk: Path, cnai: Callable[..., Any]) -> None:
    BIGGER(small_disk)
    before = (small_disk / MANIFEST).read_bytes()
    with (small_disk.parent / "fill").open("wb", buffering=0) as fill, pytest.raises(OSError, match="No space left"):
        while True:
            fill.write(b"x" * 4096)
    done = cnai("build", "--root", small_disk)
    assert (done.code, done.err.splitlines()[0]) == (3, f"error: cannot lock '{small_disk}/.cnai/lock': the disk is full")
    assert (small_disk / MANIFEST).read_bytes() == before
    (small_disk.parent / "fill").unlink()
    assert cnai("build", "--root", small_disk).code == 0
    assert cnai("build", "--check", "--root", small_disk).code == 0


def test_a_read_only_disk(small_disk: Path, cnai: Callable[..., Any]) -> None:
    BIGGER(small_disk)
    subprocess.run(["mount", "-o", "remount,ro", small_disk.parent], check=True)
    done = cnai("build", "--root", small_disk)
    assert (done.code, done.err) == (
        3,
        f"error: cannot lock '{small_disk}/.cnai/lock': the file system is read-only\n  help: choose another output folder\n",
    )


# -- names ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ('"../../x"', 'must match ^[a-z]([-a-z0-9]*[a-z0-9])?$, got "../../x"'),
        ("a/b", 'must match ^[a-z]([-a-z0-9]*[a-z0-9])?$, got "a/b"'),
        ("CON.yaml", 'must match ^[a-z]([-a-z0-9]*[a-z0-9])?$, got "CON.yaml"'),
        ("sc\u200bores", 'must match ^[a-z]([-a-z0-9]*[a-z0-9])?$, got "sc\\u200bores"'),
        ("\u0455cores", 'must match ^[a-z]([-a-z0-9]*[a-z0-9])?$, got "\u0455cores"'),  # a Cyrillic letter that looks like s
        ("x" * 300, f'must have at most 24 characters, got "{"x" * 59}…"'),
    ],
)
def test_names_of_applications(root: Path, refused: Refused, name: str, words: str) -> None:
    replace(BLUEPRINT, "name: scores\n", f"name: {name}\n")(root)
    assert refused() == [f"blueprints/scores.yaml:1:1: error[CNAI101]: name {words}"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("name: dev\n", "name: ../dev\n", '1:1: error[CNAI101]: name must match ^[a-z]([-a-z0-9]*[a-z0-9])?$, got "../dev"'),
        ("  dev1:\n", "  ../x:\n", '4:3: error[CNAI101]: clusters.../x must match ^[a-z]([-a-z0-9]*[a-z0-9])?$, got "../x"'),
    ],
)
def test_names_that_become_folders(root: Path, refused: Refused, old: str, new: str, expected: str) -> None:
    replace(ENVIRONMENT, old, new)(root)
    assert refused() == [f"{ENVIRONMENT}:{expected}"]


@pytest.mark.parametrize("name", ["../../x", "a/b"])
def test_names_of_objects_that_lead_out(root: Path, refused: Refused, name: str) -> None:
    override("Role", "scores-train-scorer", {"/metadata/name": name})(root)
    words = f"rbac.authorization.k8s.io/v1/Role/risk-dev/{name} is not the identity of a Kubernetes object"
    assert refused() == [f"blueprints/scores.yaml:1:1: error[CNAI302]: scores: scores.envs/dev.Role/{name}: {words}"]


def test_a_long_name_is_cut_on_disk_and_refused_by_the_check(root: Path, cnai: Callable[..., Any], settings: Settings) -> None:
    override("Role", "scores-train-scorer", {"/metadata/name": "x" * 300})(root)
    assert cnai("build", "--root", root).code == 0
    assert max(len(path.name) for path in (root / "deploy").rglob("*")) <= 255
    done = cnai("check", "--no-stale", "--root", root)
    assert done.code == 1
    assert "has 300 characters, a Role may have 253" in done.out


@pytest.mark.parametrize("value", [None, 5, "", ["x"]])
def test_a_name_that_is_no_text(root: Path, refused: Refused, value: Any) -> None:
    override("Role", "scores-train-scorer", {"/metadata/name": value})(root)
    words = "overrides[0]: '/metadata/name' must be set to text: it says which object this is"
    assert refused() == [f"{RELEASE}:8:3: error[CNAI101]: {words}"]


def test_two_objects_whose_names_differ_by_case(root: Path, refused: Refused) -> None:
    override("NetworkPolicy", "scores-scorer", {"/metadata/name": "Scores-Train-Scorer"})(root)
    words = "two objects need the same file name networkpolicy-scores-train-scorer"
    assert refused() == [f"blueprints/scores.yaml:1:1: error[CNAI302]: scores: scores.envs/dev: {words}"]


def test_a_file_name_starts_no_command_in_a_log(root: Path, refused: Refused, cnai: Callable[..., Any]) -> None:
    for name in ("a%.yaml", "b:c,d.yaml", "::error file=x::y.yaml", "-x.yaml", "\N{ROCKET}.yaml"):
        write(f"blueprints/{name}", "name: x\nteam: risk\npurpose: scoring\nbogus: 1\n")(root)
    done = cnai("build", "-o", "github", "--root", root)
    assert [line.partition(",line=")[0] for line in done.out.splitlines()[:-1]] == [
        "::error file=blueprints/-x.yaml",
        "::error file=blueprints/%3A\\x3aerror file=x%3A\\x3ay.yaml",
        "::error file=blueprints/a%25.yaml",
        "::error file=blueprints/b%3Ac%2Cd.yaml",
        "::error file=blueprints/\N{ROCKET}.yaml",
    ]
    write("blueprints/a\n::add-mask::.yaml", "")(root)
    os.close(os.open(os.fsencode(root) + b"/blueprints/\xff.yaml", os.O_CREAT))
    words = "has a control or invisible character in its name"
    assert refused() == [
        f"blueprints/\\udcff.yaml:1: error[CNAI108]: blueprints/\\udcff.yaml {words}",
        f"blueprints/a\\n:\\x3aadd-mask:\\x3a.yaml:1: error[CNAI108]: blueprints/a\\n:\\x3aadd-mask:\\x3a.yaml {words}",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "../../../../../outside.yaml",
        "/etc/passwd",
        "~/x.yaml",
        "file:///etc/passwd",
        "\\\\host\\share",
        "C:\\x.yaml",
        "..%2fx.yaml",
        "CON",
        "x.yaml.",
        "../../../../blueprints/scores.yaml",
    ],
)
def test_paths_in_a_kustomization(root: Path, refused: Refused, settings: Settings, name: str) -> None:
    component(f"patches:\n- path: '{name}'\n")(root)
    assert refused() == [f"{PATCHES}/kustomization.yaml:4:9: error[CNAI108]: {name} is not a file of the patch folders"]


# -- processes ------------------------------------------------------------------------------------------------


def start(root: Path, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "cnai_gitops", *arguments, "--root", str(root)]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_two_builds_at_once(root: Path, snapshot: Callable[[Path], dict[str, bytes]], cnai: Callable[..., Any]) -> None:
    BIGGER(root)
    other = Path(shutil.copytree(root, root.parent / "alone"))
    assert cnai("build", "--root", other).code == 0
    both = [start(root, "build"), start(root, "build")]
    assert [process.communicate()[1].count(b"error") for process in both] == [0, 0]
    assert [process.returncode for process in both] == [0, 0]
    assert snapshot(root / "deploy") == snapshot(other / "deploy")


STOPPED = """
import os, sys
from cnai_gitops.cli import main

number, moment = int(sys.argv[1]), int(sys.argv[2])
where, root = sys.argv[3:]
changes = 0

class Dropped:
    def __del__(self):
        os.kill(os.getpid(), number)

def counted(call, changes_the_disk):
    def counting(*arguments, **options):
        global changes
        changes += changes_the_disk(*arguments)
        if changes == moment and changes_the_disk(*arguments):
            Dropped() if where == "lost" else os.kill(os.getpid(), number)
        return call(*arguments, **options)
    return counting

for name in ("replace", "unlink", "rmdir", "mkdir", "ftruncate"):
    setattr(os, name, counted(getattr(os, name), lambda *_: True))
os.open = counted(os.open, lambda path, flags, *_: bool(flags & os.O_CREAT))
if not moment:
    leave = os._exit
    os._exit = lambda code: leave(print(changes, flush=True) or code)
sys.argv[1:] = ["build", "--root", root]
main()
"""
"""A build that sends itself a signal (number, change of the disk, whether in a destructor, root); at change 0: counts the changes."""


def stopped_at(moment: int, root: Path, number: int = 0, where: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", STOPPED, str(int(number)), str(moment), where, str(root)]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_build_that_is_stopped_is_finished_by_the_next(
    root: Path, number: signal.Signals, cnai: Callable[..., Any], snapshot: Callable[[Path], dict[str, bytes]]
) -> None:
    old = snapshot(root / "deploy")
    BIGGER(root)
    other = Path(shutil.copytree(root, root.parent / "whole"))
    changes = int(stopped_at(0, other).stdout)
    new = snapshot(other / "deploy")
    assert changes > 10
    for moment in (changes // 3, changes * 2 // 3):
        again = Path(shutil.copytree(root, root.parent / f"stopped at {moment}", symlinks=True))
        done = stopped_at(moment, again, number)
        ended = (-number, "") if number == signal.SIGKILL else (128 + number, "interrupted\n")
        assert (done.returncode, done.stderr) == ended, moment
        for path, data in snapshot(again / "deploy").items():
            assert path.endswith(".cnai-tmp") or data in (old.get(path), new.get(path)), path
        assert cnai("build", "--root", again).code == 0
        assert snapshot(again / "deploy") == new


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_strikes_where_nothing_can_be_raised_is_not_lost(root: Path, number: signal.Signals) -> None:
    BIGGER(root)
    done = stopped_at(1, root, number, "lost")
    assert done.returncode == 128 + number
    assert "Traceback" not in done.stderr


def test_a_build_in_the_background_does_not_hear_the_interruption_of_its_terminal(root: Path) -> None:
    BIGGER(root)
    code = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN){STOPPED}"
    command = [sys.executable, "-c", code, str(int(signal.SIGINT)), "1", "", str(root)]
    assert subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False).returncode == 0


def test_a_stopped_check_leaves_no_program_and_no_folder_behind(root: Path, tmp_path: Path, settings: Settings) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "conftest").write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo "Conftest: 0.71.1" && exit\necho $$ > "$(dirname "$0")/pid"\nexec sleep 60\n'
    )
    (tools / "conftest").chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(scratch), "CNAI_TOOLS": str(tools), "XDG_CACHE_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "cnai_gitops", "check", "--root", str(root)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not (tools / "pid").exists() or not (tools / "pid").read_text():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert process.communicate()[1] == b"interrupted\n"
    assert process.returncode == 128 + signal.SIGTERM
    assert list(scratch.iterdir()) == []
    stat = Path(f"/proc/{(tools / 'pid').read_text().strip()}/stat")
    assert not stat.exists() or " Z " in stat.read_text()
