"""The process apart in which variants that a repository defines itself are compiled, with everything that they may ask.

Must not: be imported by the process that judges, write, or look at an application without such a variant.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cnai_gitops.compile.app import compile_app
from cnai_gitops.errors import CnaiError, InvalidInput
from cnai_gitops.findings import Finding, exit_code
from cnai_gitops.plan.build import Plan, make_plan
from cnai_gitops.plan.plan import App
from cnai_gitops.project import load
from cnai_gitops.source.positions import raised_at
from cnai_gitops.system.confine import confine, limit
from cnai_gitops.system.process import write_frame


def main(reply: str, root: str, limits: str) -> None:
    """Answer until nobody asks any more; each question is the name of an application."""
    folder, descriptor = Path(root), int(reply)
    os.set_inheritable(descriptor, False)
    confine(folder)
    limit(**json.loads(limits))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # nobody reads what a variant says beside its answer
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the process ends
    plan: Plan | None = None
    while line := sys.stdin.buffer.readline():
        try:
            plan = plan or make_plan(load(folder, apart=False))
            answer = _answer(plan, json.loads(line)["app"])
        except CnaiError as error:
            findings = error.findings if isinstance(error, InvalidInput) else ()
            answer = {"error": str(error), "help": error.help, "findings": _plain(findings)}
        except Exception as error:
            place, notes = raised_at(error, folder)
            message = f"compiling failed: {type(error).__name__}: {str(error)[:200]}"
            finding = Finding(code="CNAI106", message=message, location=place, notes=notes, help="correct this line, or what it was given")
            answer = {"error": message, "help": "", "findings": _plain([finding])}
        write_frame(descriptor, json.dumps(answer).encode())


def _answer(plan: Plan, name: str) -> dict[str, Any]:
    said = plan.of_apps.get(name, ())
    wrong = bool(exit_code(said))
    apps = {} if wrong else {"": plan.base(name), **{target.name: plan.app(name, target) for target in plan.targets_of(name)}}
    return {
        "digests": dict(plan.project.digests),
        "findings": _plain(said),
        "made": {target: _made(plan, app) for target, app in apps.items()},
    }


def _made(plan: Plan, app: App) -> dict[str, Any]:
    resources, findings = compile_app(plan, app)
    return {"objects": [[resource.body, resource.stage, resource.trace] for resource in resources], "findings": _plain(findings)}


def _plain(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    return [asdict(finding) for finding in findings]
