#!/usr/bin/env python3
"""Runs live tests: builds what they need, runs them one after another, and says of each whether it ran.

    python tools/live/run.py [core|all|GROUP ...] [--seconds N]

With `--seconds` nothing begins that would not end in time by what it usually costs; it is named as not run, which is no failure.
A suite that fails, or that could not run for any other reason, is one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import build

ROOT = Path(__file__).resolve().parents[2]
SUITES = tomllib.loads((Path(__file__).parent / "suites.toml").read_text(encoding="utf-8"))
GROUPS = sorted({suite["group"] for suite in SUITES.values()})


@dataclass(frozen=True, slots=True)
class Result:
    """How a suite went: `ran` with its last line, or why it did not."""

    name: str
    ok: bool
    ran: bool
    words: str
    seconds: float = 0.0


def chosen(names: list[str]) -> list[str]:
    """Suites by the words of the command line."""
    wanted = set(names or ["core"])
    return [
        name for name, suite in SUITES.items() if "all" in wanted or {suite["group"], name} & wanted or ("core" in wanted and suite["core"])
    ]


def cost(programs: list[str]) -> float:
    """Seconds that it takes to build these on two cores, with something over."""
    modules = {program.folder.name for name, program in build.PROGRAMS.items() if name in programs}
    return sum(build.MODULES[name]["cpu"] for name in modules) / 2 * 1.3


def run_one(name: str, until: float | None) -> Result:
    """Build and run one suite, if time is left for both."""
    suite = SUITES[name]
    absent = [tool for tool in suite.get("tools", ()) if shutil.which(tool) is None]
    if absent:
        return Result(name, ok=not suite["core"], ran=False, words=f"not installed: {', '.join(absent)} (Debian: {suite['packages']})")
    missing = build.missing(suite["programs"])
    needed = cost(missing) + suite["seconds"]
    if until is not None and time.monotonic() + needed > until:
        left = max(0.0, until - time.monotonic())
        return Result(name, ok=True, ran=False, words=f"{left:.0f} s are left, and it needs about {needed:.0f} s")
    try:
        build.gobuild.build(build.default_folder(), [build.PROGRAMS[program] for program in missing])
    except subprocess.CalledProcessError as error:
        return Result(name, ok=False, ran=False, words=f"a program does not build: {error}")
    command = [sys.executable, "-m", "pytest", f"tests/live/{suite['file']}", "-m", "live", "-q", "-p", "no:cacheprovider"]
    return _run(name, command, until)


def _run(name: str, command: list[str], until: float | None) -> Result:
    start, last = time.monotonic(), ""
    print(f"== live {name}", flush=True)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}) as running:
        late = False
        assert running.stdout is not None
        os.set_blocking(running.stdout.fileno(), True)
        timer = _timer(running, until)
        for line in running.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
        running.wait()
        late = timer is not None and time.monotonic() > (until or 0)
        if timer is not None:
            timer.kill()
            timer.wait()
    seconds = time.monotonic() - start
    if late and running.returncode:
        return Result(name, ok=True, ran=False, words="time was up before its end", seconds=seconds)
    return Result(name, ok=running.returncode == 0, ran=True, words=last.strip("= "), seconds=seconds)


def _timer(running: subprocess.Popen[str], until: float | None) -> subprocess.Popen[bytes] | None:
    """Interrupts the run when time is up, so that it still ends what it started."""
    if until is None:
        return None
    words = f"sleep {max(1, until - time.monotonic()):.0f}; kill -{signal.SIGINT.value} {running.pid}; sleep 60; kill -9 {running.pid}"
    return subprocess.Popen(["sh", "-c", words], stdin=subprocess.DEVNULL, start_new_session=True)


def main() -> None:
    """Run, and print a line for each suite."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite", nargs="*", choices=["core", "all", *GROUPS, *SUITES, []], help="core (default), all, a group or a suite")
    parser.add_argument("--seconds", type=float, help="how long all of it may take")
    asked = parser.parse_args()
    until = None if asked.seconds is None else time.monotonic() + asked.seconds
    results = [run_one(name, until) for name in chosen(asked.suite)]
    print("\nlive:")
    for result in results:
        state = "ran" if result.ran and result.ok else "FAILED" if not result.ok else "not run"
        print(f"  {state:8} {result.name:10} {result.seconds:5.0f} s  {result.words}")
    sys.exit(0 if all(result.ok for result in results) else 1)


if __name__ == "__main__":
    main()
