"""Every kind of input file with every kind of evil in it: a clear error that names the file, in time, and nothing left over."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from evil import CASES, NAMES, spoil

from cnai_gitops.project import apart
from cnai_gitops.system.confine import Limits
from cnai_gitops.system.tools import Settings

EXPECTED = Path(__file__).with_name("inputs.json")
SECONDS = 90
"""Generous: the machines are busy."""


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    """A test that hangs fails."""

    def late(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"more than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def said(root: Path, kind: str, evil: str, cnai: Callable[..., Any]) -> list[str]:
    """Exit code of a check, and the first line of each error and warning about the file, without what a run decides (process ids)."""
    path = spoil(root, kind, evil)
    done = cnai("check", *(() if kind == "list of files" else ("--no-stale",)), "--root", root)
    text = done.out + done.err
    assert "internal error" not in text, text
    assert "Traceback" not in text, text
    assert all(line.isprintable() for line in text.splitlines())
    lines = [line for line in text.splitlines() if re.match(r"\S.*: (error|warning)\[|error: ", line) and path in line]
    return [str(done.code), *(re.sub(r"/proc/\d+", "/proc/N", line.replace(str(root), "ROOT")) for line in lines)]


@pytest.mark.parametrize(("kind", "evil"), CASES)
def test_an_evil_file(
    kind: str,
    evil: str,
    root: Path,
    cnai: Callable[..., Any],
    settings: Settings,
    pytestconfig: pytest.Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apart, "LIMITS", Limits(wall=20, cpu=4))
    found = said(root, kind, evil, cnai)
    known: dict[str, dict[str, list[str]]] = json.loads(EXPECTED.read_text()) if EXPECTED.exists() else {}
    if pytestconfig.getoption("--update-golden"):
        known.setdefault(kind, {})[evil] = found
        EXPECTED.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n")
    assert found == known[kind][evil]
    assert [path for path in root.rglob("*") if "cnai-tmp" in path.name] == []


def test_every_evil_file_is_named() -> None:
    """Each case fails or warns in words that name the file; the few that are sound on second thought are listed."""
    known = json.loads(EXPECTED.read_text())
    assert [(kind, evil) for kind, evil in CASES if len(known[kind][evil]) < 2] == SOUND
    assert {kind for kind, _ in CASES} == set(NAMES)


SOUND = [("patch", "no document")]
"""An empty list of resources adds nothing, which is what it says."""
