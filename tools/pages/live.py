"""The page about real controllers: what was proven of which version, and what it costs.

Must not: say that a component ran that no suite names.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pages.tables import cell, code, table

LIVE = Path(__file__).resolve().parents[1] / "live"
PROVEN = """## Component, version, what was proven

Kubernetes is 1.37.2 everywhere. What is known are tests of the right behaviour that fail today, each with its reason (`xfail`, strict:
they report themselves when the fault is mended)."""
COSTS = """## What it costs

Seconds of one core for a cold build, as measured; the standard library and what is shared are counted where they were built first."""
NOT_RUN = """Not run, because no suite is there yet: Argo Events, KEDA, the Spark operator, KServe's llmisvc, Envoy Gateway. Newer releases:
Kueue 0.19.2, Trainer 2.3.0 and JobSet 0.12.0 are served by the module proxy and were not tried; KubeRay 1.7.0 and Argo Workflows 4.1.2
are not served."""


def pages() -> dict[str, str]:
    """One page: words beside this file, tables from those of `tools/live/`."""
    text = (Path(__file__).parent / "live.md").read_text(encoding="utf-8").strip()
    parts = {"<!-- suites -->": f"{PROVEN}\n\n{_suites()}\n\n{NOT_RUN}", "<!-- costs -->": f"{COSTS}\n\n{_costs()}"}
    for mark, words in parts.items():
        text = text.replace(mark, words)
    return {"live.md": text}


def parts() -> dict[str, str]:
    """Nothing of it is in README.md."""
    return {}


def _read(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((LIVE / name).read_text(encoding="utf-8"))


def _suites() -> str:
    rows = []
    for name, suite in _read("suites.toml").items():
        words = [cell(suite[key]) for key in ("components", "proven")]
        rows.append([code(name), *words, cell(suite.get("known", "")), cell(suite["measured"]), f"`make live-{suite['group']}`"])
    return table(["suite", "components", "proven", "known to fail", "seconds, warm", "command"], rows)


def _costs() -> str:
    rows = []
    for name, module in _read("modules.toml").items():
        rows.append(
            [code(name), ", ".join(map(code, module["programs"])), code(f"{module['module']} {module['version']}"), str(module["cpu"])]
        )
    total = sum(module["cpu"] for module in _read("modules.toml").values())
    return table(["module", "programs", "pin", "CPU s"], [*rows, ["", "", "all", str(total)]])
