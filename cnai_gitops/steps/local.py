"""The contract on a laptop: the environment of a local step, and what it left behind.

Must not: start the step; the command line does that and then asks here what is wrong.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cnai_gitops.steps.contract import ContractError, input_variable, output_variable, read_metrics
from cnai_gitops.steps.image import PackageError, model_files

_RUNS = uuid.UUID("6f1f6a52-6c0b-4f0e-8f7e-0d2f2c6b7a11")  # namespace of the ids of local runs, an arbitrary constant


def local_environment(
    step_dir: Path,
    *,
    app: str,
    team: str,
    stage: str,
    step: str,
    purpose: str,
    inputs: Mapping[str, str] | None = None,
    outputs: Iterable[str] = (),
    trial: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> dict[str, str]:
    """The contract's variables for a step that runs in `step_dir` (its folders are in, out and model); makes no folder.

    `inputs` maps datasets to URIs; outputs are kept under out/<dataset>. The run id depends on app, stage and step only.
    """
    root = step_dir.absolute()
    variables = {
        "CNAI_APP": app,
        "CNAI_TEAM": team,
        "CNAI_STAGE": stage,
        "CNAI_STEP": step,
        "CNAI_ENVIRONMENT": "local",
        "CNAI_CLUSTER": "local",
        "CNAI_RUN": "local",
        "CNAI_RUN_ID": str(uuid.uuid5(_RUNS, f"{app}/{stage}/{step}")),
        "CNAI_PURPOSE": purpose,
        "CNAI_INPUT_DIR": str(root / "in"),
        "CNAI_OUTPUT_DIR": str(root / "out"),
        "CNAI_MODEL_DIR": str(root / "model"),
        "CNAI_METRICS": str(root / "out" / "metrics.json"),
        "CNAI_TRIAL": json.dumps(dict(trial or {}), sort_keys=True, allow_nan=False),
        "CNAI_SEED": str(seed),
    }
    variables |= {input_variable(name): uri for name, uri in (inputs or {}).items()}
    return variables | {output_variable(name): (root / "out" / name).as_uri() for name in outputs}


def check_outputs(step_dir: Path, *, outputs: Iterable[str] = (), metrics: Iterable[str] = (), model: bool = False) -> list[str]:
    """What a finished step in `step_dir` owes: the named datasets, the metrics that its gate reads, a model; one sentence a problem."""
    problems = [problem for name in outputs if (problem := _dataset_problem(step_dir / "out" / name, name))]
    problems += _metrics_problems(step_dir / "out" / "metrics.json", list(metrics))
    if model:
        try:
            model_files(step_dir / "model")
        except (PackageError, OSError) as error:
            problems.append(f"model: {error}")
    return problems


def _dataset_problem(place: Path, name: str) -> str:
    if place.is_dir():
        return "" if any(path.is_file() for path in place.rglob("*")) else f"output {name}: out/{name} holds no file"
    return "" if place.is_file() else f"output {name}: out/{name} was not written"


def _metrics_problems(path: Path, wanted: list[str]) -> list[str]:
    # A step without a gate may leave no metrics; if it leaves some they must be readable, or the first gate will refuse them.
    if not wanted and not path.exists():
        return []
    try:
        found = read_metrics(path)
    except ContractError as error:
        return [f"out/metrics.json: {problem}" for problem in error.problems]
    return [f"out/metrics.json: metric {name} is missing, and a gate reads it" for name in wanted if name not in found]
