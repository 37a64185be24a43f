"""Serving runtimes: names, ports, probes and metric names, by the word that a blueprint uses.

Must not: build objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cnai_gitops.facts import load_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """One serving runtime, a file of `facts/runtimes/`.

    `image` is the platform's image (empty where it comes with its engine), `command` starts the server in it, whatever the image's
    entry point is; `env` keeps what it writes below /tmp. `metrics_port` 0 means the serving port. `ready` and `live` are HTTP paths,
    `ready` one that only answers once the model is there. `paths` are what a gateway lets through: exactly those, and whatever is below
    one that ends in `/`. `requests` and `errors` are counters (empty: it counts no errors); `requests_count_errors` tells that a failed
    request is in both. `p99_ms` is PromQL for the 99th percentile in milliseconds, where SELECTOR stands for the label matchers.
    `honours` are fields of a serve stage that only some runtimes can use.
    """

    format: str
    protocol: str
    image: str
    command: tuple[str, ...]
    args: tuple[str, ...]
    env: Mapping[str, str]
    metrics_port: int
    metrics_path: str
    ready: str
    live: str
    paths: tuple[str, ...]
    requests: str
    errors: str
    p99_ms: str
    honours: tuple[str, ...] = ()
    requests_count_errors: bool = False

    def arguments(self, port: int, model: str) -> list[str]:
        """Arguments of the server, with its port and the model's name."""
        return [arg.replace("PORT", str(port)).replace("MODEL", model) for arg in self.args]

    def ready_path(self, model: str) -> str:
        """HTTP path that answers once the model of that name is loaded."""
        return self.ready.replace("MODEL", model)

    def public_paths(self, model: str) -> list[str]:
        """HTTP paths that a gateway lets through to the model of that name."""
        return [path.replace("MODEL", model) for path in self.paths]


@cache
def runtimes() -> Mapping[str, Runtime]:
    """Every runtime of ours by the name of its file."""
    return {name: runtime(fields) for name, fields in load_folder("runtimes").items()}


def runtime(fields: Mapping[str, Any]) -> Runtime:
    """A runtime from the fields of its file."""
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
    return Runtime(**values)
