"""Law 3: the same input gives the same bytes, whatever the machine, the order of keys, or the number of workers."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cnai_gitops import Override, pipeline
from cnai_gitops.emit import emit_one
from cnai_gitops.system.tools import Settings

Snapshot = Callable[[Path], dict[str, bytes]]
Process = Callable[..., subprocess.CompletedProcess[str]]
SURROUNDINGS = {
    "hash seed 0, UTC, C locale": {"PYTHONHASHSEED": "0", "TZ": "UTC", "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"},
    "hash seed 1, far east": {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LANG": "tr_TR.UTF-8"},
    "any hash seed, far west, other name": {"PYTHONHASHSEED": "random", "TZ": "Pacific/Pago_Pago", "HOSTNAME": "other", "USER": "other"},
}


@pytest.fixture
def expected(whole_stories: Path, settings: Settings, snapshot: Snapshot) -> dict[str, bytes]:
    """What this process makes of the stories."""
    assert not pipeline.build(whole_stories, settings).failed
    return snapshot(whole_stories / "deploy")


def without_state(root: Path) -> None:
    shutil.rmtree(root / "deploy")
    shutil.rmtree(root / ".cnai")


@pytest.mark.parametrize("surroundings", SURROUNDINGS.values(), ids=SURROUNDINGS)
def test_surroundings(
    surroundings: dict[str, str], whole_stories: Path, expected: dict[str, bytes], process: Process, snapshot: Snapshot
) -> None:
    without_state(whole_stories)
    elsewhere = whole_stories.rename(whole_stories.with_name("a folder of another name"))
    done = process("build", "--root", elsewhere, env=surroundings)
    assert done.returncode == 0, done.stderr
    assert snapshot(elsewhere / "deploy") == expected


def test_twice_in_a_row(whole_stories: Path, expected: dict[str, bytes], settings: Settings, snapshot: Snapshot) -> None:
    again = pipeline.build(whole_stories, settings)
    assert (again.changes.written, again.changes.removed) == ([], [])
    assert snapshot(whole_stories / "deploy") == expected


@pytest.mark.parametrize("jobs", [1, 2])
def test_number_of_workers(jobs: int, whole_stories: Path, expected: dict[str, bytes], settings: Settings, snapshot: Snapshot) -> None:
    without_state(whole_stories)
    assert not pipeline.build(whole_stories, settings, jobs=jobs).failed
    assert snapshot(whole_stories / "deploy") == expected


def shuffled(value: Any, chance: random.Random) -> Any:
    """The same data with the keys of every map in another order."""
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        return {key: shuffled(value[key], chance) for key in keys}
    return [shuffled(item, chance) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("seed", [1, 2])
def test_order_of_keys(seed: int, whole_stories: Path, expected: dict[str, bytes], settings: Settings, snapshot: Snapshot) -> None:
    chance = random.Random(seed)
    changed = 0
    for file in whole_stories.rglob("*.yaml"):
        if not {"deploy", "patches"} & set(file.parts):
            before = file.read_text()
            file.write_text(emit_one(shuffled(yaml.load(before, yaml.CSafeLoader), chance)))
            changed += 1
    assert changed > 10
    without_state(whole_stories)
    built = pipeline.build(whole_stories, settings)
    assert [finding.message for finding in built.findings if finding.fails] == []
    assert snapshot(whole_stories / "deploy") == expected


def test_no_trace_of_the_machine(expected: dict[str, bytes], whole_stories: Path) -> None:
    """Neither the folder, the user nor the day is in what was written."""
    text = b"\n".join(expected.values()).decode()
    for word in (str(whole_stories), os.uname().nodename, os.environ.get("HOME", "/root") + "/"):
        assert word not in text
    assert re.findall(r"\b20\d\d-\d\d-\d\dT", text.replace("2026-01-01T00:00:00", "").replace("2006-01-02T15:04:05", "")) == []


def test_the_order_in_an_escape_hatch_is_not_that_of_its_author() -> None:
    made = Override(kind="Pod", set={"/b/c": {"z": 1, "x": [{"d": 1, "c": 2}]}, "/b": {}}, reason="a reason that is long enough")
    assert json.dumps(dict(made.set)) == '{"/b": {}, "/b/c": {"x": [{"c": 2, "d": 1}], "z": 1}}'
