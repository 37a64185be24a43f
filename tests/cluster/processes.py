"""The servers of a test: started in its network, watched, and stopped in the order of dependence.

Must not: touch a process that it did not start.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from network import Network

# A test that is killed takes its servers along.
_TOGETHER = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()


class Processes:
    """Programs by name, each with its log `NAME.log` in `folder`; the last started is the first to be stopped."""

    def __init__(self, folder: Path, network: Network) -> None:
        self.folder, self.network = folder, network
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._running

    def start(self, name: str, *command: str | Path, env: Mapping[str, str] | None = None, enter: Sequence[str] | None = None) -> None:
        """Start a program; `enter` is what takes it into the network, if it may not be the usual way."""
        assert name not in self._running, f"{name} runs already"
        words = [*_TOGETHER, *(self.network.command if enter is None else enter), *map(str, command)]
        with self.log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )

    def check(self) -> None:
        """AssertionError with the end of its log when a program is no longer there."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise AssertionError(f"{name} ended with {process.returncode}:\n{self.tail(name)}")

    def log(self, name: str) -> Path:
        """Where a program writes to."""
        return self.folder / f"{name}.log"

    def tail(self, name: str, length: int = 2000) -> str:
        """The end of what a program wrote."""
        return self.log(name).read_text(errors="replace")[-length:] if self.log(name).exists() else ""

    def stop(self, *names: str, seconds: float = 15, hard: bool = False) -> None:
        """Stop these, or all; what does not end in time is killed. `hard` asks no one, as when a machine is lost."""
        for name in names or tuple(reversed(self._running)):
            process = self._running.pop(name, None)
            if process is None:
                continue
            process.send_signal(signal.SIGKILL if hard else signal.SIGTERM)
            try:
                process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
