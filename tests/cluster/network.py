"""Loopback for the servers of a test: a network namespace of their own where that is allowed, else the machine's.

Must not: open a port that another machine could reach.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

_CLONE_NEWNET = 0x40000000


class Network:
    """A loopback interface; `command` is what a server's command line begins with."""

    def __init__(self) -> None:
        self.name = f"cnai-e2e-{os.getpid()}"
        self.own = os.geteuid() == 0 and shutil.which("ip") is not None and self._ip("netns", "add", self.name)
        self.command: tuple[str, ...] = ("ip", "netns", "exec", self.name) if self.own else ()
        if self.own:
            self._ip("-n", self.name, "link", "set", "lo", "up")

    def close(self) -> None:
        """Remove the namespace; every process in it must be gone."""
        if self.own:
            self._ip("netns", "delete", self.name)

    def connect(self, port: int, timeout: float) -> socket.socket:
        """A connection to a server on this loopback. A socket stays in the namespace it was made in."""
        with self.inside():
            connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        connection.settimeout(timeout)
        try:
            connection.connect(("127.0.0.1", port))
        except OSError:
            connection.close()
            raise
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def free_ports(self, number: int) -> list[int]:
        """Ports that nobody listens on now."""
        with self.inside(), contextlib.ExitStack() as stack:
            sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
            for each in sockets:
                each.bind(("127.0.0.1", 0))
            return [each.getsockname()[1] for each in sockets]

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """This thread in the namespace: for programs that make their own sockets. Python's own os.setns came with 3.12."""
        if not self.own:
            yield
            return
        libc = ctypes.CDLL(None, use_errno=True)
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        there = os.open(Path("/run/netns") / self.name, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if libc.setns(there, _CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
            yield
        finally:
            libc.setns(home, _CLONE_NEWNET)
            os.close(home)
            os.close(there)

    @staticmethod
    def _ip(*arguments: str) -> bool:
        return subprocess.run(["ip", *arguments], capture_output=True, check=False).returncode == 0
