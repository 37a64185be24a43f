"""The container contract: the variables and folders that every step container gets, and the metrics file it writes.

Must not: read the process environment or the clock; a mapping is handed in.
"""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cnai_gitops.steps.files import json_of, json_text, read_json, write_whole

INPUT_DIR = "/cnai/in"
OUTPUT_DIR = "/cnai/out"
MODEL_DIR = "/cnai/model"
DATA_DIR = "/cnai/data"
METRICS = "/cnai/out/metrics.json"

_DATASET = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_METRIC = re.compile(r"[A-Za-z][A-Za-z0-9_.@/-]{0,62}")
_RESERVED = frozenset({"dir"})  # CNAI_INPUT_DIR and CNAI_OUTPUT_DIR are folders, never a dataset


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable of the contract. `<DATASET>` in a name stands for the name of each dataset."""

    name: str
    meaning: str
    example: str
    always: bool = True


VARIABLES = (
    Variable("CNAI_APP", "name of the blueprint", "fraud-detection"),
    Variable("CNAI_TEAM", "team that owns the app", "risk"),
    Variable("CNAI_STAGE", "stage and its name, as in the release file", "train.scorer"),
    Variable("CNAI_STEP", "step of the stage's workflow", "trial"),
    Variable("CNAI_ENVIRONMENT", "environment", "prod"),
    Variable("CNAI_CLUSTER", "cluster", "eu1"),
    Variable("CNAI_RUN", "name of the workflow", "fraud-detection-train-scorer-1795500000"),
    Variable("CNAI_RUN_ID", "uid of the workflow, a UUID; also the run id in lineage", "0b0e9b4e-3d0e-4a53-9d0c-3f4f4e0d6f11"),
    Variable("CNAI_PURPOSE", "purpose that the data may be used for here", "fraud-detection"),
    Variable("CNAI_INPUT_DIR", "folder of mounted inputs, read only", INPUT_DIR),
    Variable("CNAI_OUTPUT_DIR", "folder for outputs", OUTPUT_DIR),
    Variable("CNAI_MODEL_DIR", "folder for the trained model's files", MODEL_DIR),
    Variable("CNAI_METRICS", "file for the metrics that gates read", METRICS),
    Variable("CNAI_INPUT_<DATASET>", "URI of a dataset that the step reads", "s3://risk-prod/fraud-features", always=False),
    Variable("CNAI_OUTPUT_<DATASET>", "URI of a dataset that the step writes", "s3://risk-prod/fraud-features", always=False),
    Variable("CNAI_SECRET_<DATASET>", "login of a dataset, from the Secret that the environment names", "", always=False),
    Variable("CNAI_TRIAL", "parameters of this trial, a JSON object; absent means none", '{"lr": 0.001}', always=False),
    Variable("CNAI_SEED", "whole number to seed every random generator with", "7", always=False),
    Variable("CNAI_CHECKPOINT_URI", "folder of checkpoints, to resume from the newest", "s3://risk-prod/checkpoints", always=False),
    Variable("CNAI_CHECKPOINT_INTERVAL", "seconds between two checkpoints", "900", always=False),
    Variable("CNAI_CHECKPOINT_KEEP", "how many of the newest checkpoints to keep", "3", always=False),
    Variable("OPENLINEAGE_URL", "base URL of the lineage service; absent: events are only logged", "http://lineage:5000", always=False),
    Variable("OPENLINEAGE_ENDPOINT", "path under that URL, `api/v1/lineage` unless set", "api/v1/lineage", always=False),
    Variable("OPENLINEAGE_API_KEY", "bearer token of the lineage service, from a Secret", "", always=False),
    Variable("CNAI_COUNTRY", "country of the cluster, ISO 3166 code of three letters", "DEU", always=False),
    Variable("CNAI_ACCELERATORS", "accelerators that the step holds, on all its nodes", "8", always=False),
    Variable("CNAI_ACCELERATOR_TDP_WATTS", "thermal design power of one of them, in watts", "700", always=False),
    Variable("CNAI_UTILISATION", "expected utilisation, 0 to 1; absent means 1", "0.8", always=False),
    Variable("CNAI_HOST_OVERHEAD", "energy of the host as a share of the accelerators'; absent means 0.3", "0.3", always=False),
    Variable("CNAI_PUE", "power usage effectiveness of the data centre, at least 1", "1.2", always=False),
    Variable("CNAI_CARBON_INTENSITY", "carbon intensity in g CO2e for a kWh", "344", always=False),
    Variable("CNAI_CARBON_SOURCE", "source and year of that intensity", "Ember 2024", always=False),
    Variable("SOURCE_DATE_EPOCH", "creation time of a packaged model, in Unix seconds; absent: none", "1795500000", always=False),
)

BY_HAND = {
    *("OPENLINEAGE_ENDPOINT", "OPENLINEAGE_API_KEY", "CNAI_COUNTRY", "CNAI_ACCELERATORS", "CNAI_ACCELERATOR_TDP_WATTS", "CNAI_UTILISATION"),
    *("CNAI_HOST_OVERHEAD", "CNAI_PUE", "CNAI_CARBON_INTENSITY", "CNAI_CARBON_SOURCE", "SOURCE_DATE_EPOCH"),
}
"""Variables that no workflow sets: the steps read them where whoever runs them does."""


class ContractError(ValueError):
    """The environment or a file breaks the contract; `problems` lists every way in which it does."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Keep the problems, each a sentence for the person who reads the log."""
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a running step knows about itself. `inputs` and `outputs` map dataset names to URIs; `trial` maps parameters to values."""

    app: str
    team: str
    stage: str
    step: str
    environment: str
    cluster: str
    run: str
    run_id: str
    purpose: str
    input_dir: Path
    output_dir: Path
    model_dir: Path
    metrics: Path
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    trial: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    checkpoint_uri: str = ""

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Step:
        """Read the contract's variables; ContractError lists all that are missing or malformed."""
        problems = [f"{v.name} is not set" for v in VARIABLES if v.always and not variables.get(v.name)]
        trial = _trial(variables.get("CNAI_TRIAL", ""), problems)
        seed = _seed(variables.get("CNAI_SEED", ""), problems)
        run_id = variables.get("CNAI_RUN_ID", "")
        if run_id and not is_uuid(run_id):
            problems.append(f"CNAI_RUN_ID must be a UUID, got {run_id!r}")
        if problems:
            raise ContractError(problems)
        return cls(
            app=variables["CNAI_APP"],
            team=variables["CNAI_TEAM"],
            stage=variables["CNAI_STAGE"],
            step=variables["CNAI_STEP"],
            environment=variables["CNAI_ENVIRONMENT"],
            cluster=variables["CNAI_CLUSTER"],
            run=variables["CNAI_RUN"],
            run_id=run_id,
            purpose=variables["CNAI_PURPOSE"],
            input_dir=Path(variables["CNAI_INPUT_DIR"]),
            output_dir=Path(variables["CNAI_OUTPUT_DIR"]),
            model_dir=Path(variables["CNAI_MODEL_DIR"]),
            metrics=Path(variables["CNAI_METRICS"]),
            inputs=_datasets(variables, "CNAI_INPUT_"),
            outputs=_datasets(variables, "CNAI_OUTPUT_"),
            trial=MappingProxyType(trial),
            seed=seed,
            checkpoint_uri=variables.get("CNAI_CHECKPOINT_URI", ""),
        )


def input_variable(dataset: str) -> str:
    """Variable with the URI of a dataset that is read (`CNAI_INPUT_FRAUD_FEATURES`); ValueError for a name that cannot have one."""
    return "CNAI_INPUT_" + _variable_part(dataset)


def output_variable(dataset: str) -> str:
    """Variable with the URI of a dataset that is written; ValueError for a name that cannot have one."""
    return "CNAI_OUTPUT_" + _variable_part(dataset)


def environment_names(inputs: Iterable[str] = (), outputs: Iterable[str] = ()) -> tuple[str, ...]:
    """Names of all variables that a step with these datasets may see, in the contract's order."""
    read, written = [input_variable(name) for name in inputs], [output_variable(name) for name in outputs]
    plain = [v.name for v in VARIABLES if "<" not in v.name]
    return (*plain, *read, *written)


def is_uuid(text: str) -> bool:
    """True for the usual spelling of a UUID, 36 lower-case characters."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def read_metrics(path: Path) -> dict[str, float]:
    """Metrics of one run: a flat JSON object of names and finite numbers. ContractError lists what is wrong with it."""
    try:
        content = read_json(path)
    except OSError as error:
        raise ContractError([f"metrics cannot be read: {error.strerror or error}"]) from error
    except (ValueError, RecursionError) as error:
        raise ContractError([f"metrics are not strict JSON: {error}"]) from error
    if not isinstance(content, dict) or not content:
        raise ContractError(["metrics must be a JSON object with at least one number"])
    return _checked(content)


def write_metrics(path: Path, metrics: Mapping[str, float]) -> None:
    """Write the metrics file whole, keys sorted; ContractError for a value that `read_metrics` would refuse."""
    if not metrics:
        raise ContractError(["there are no metrics to write"])
    write_whole(path, json_text(_checked(dict(metrics))))


def markdown() -> str:
    """The contract as a page of Markdown for the reference documentation."""
    by_hand = [v for v in VARIABLES if v.name in BY_HAND]
    sometimes = [v for v in VARIABLES if not v.always and v.name not in BY_HAND]
    tables = {"always": [v for v in VARIABLES if v.always], "sometimes": sometimes, "by_hand": by_hand}
    shown = {name: _table(variables) for name, variables in tables.items()}
    return _PAGE.format(**shown, input=INPUT_DIR, output=OUTPUT_DIR, model=MODEL_DIR, data=DATA_DIR, metrics=METRICS)


def _variable_part(dataset: str) -> str:
    # A DNS label has no underscore, so this spelling is one to one and can be read back.
    if not _DATASET.fullmatch(dataset) or dataset in _RESERVED:
        reserved = ", ".join(sorted(_RESERVED))
        raise ValueError(f"dataset {dataset!r} cannot be named in the environment: use a DNS label other than {reserved}")
    return dataset.upper().replace("-", "_")


def _datasets(variables: Mapping[str, str], prefix: str) -> Mapping[str, str]:
    found = {name[len(prefix) :].lower().replace("_", "-"): uri for name, uri in variables.items() if name.startswith(prefix)}
    return MappingProxyType({name: found[name] for name in sorted(found) if name not in _RESERVED and found[name]})


def _trial(text: str, problems: list[str]) -> dict[str, Any]:
    try:
        value = json_of(text) if text else {}
    except (ValueError, RecursionError) as error:
        problems.append(f"CNAI_TRIAL is not strict JSON: {error}")
        return {}
    if not isinstance(value, dict):
        problems.append("CNAI_TRIAL must be a JSON object")
        return {}
    return value


def _seed(text: str, problems: list[str]) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", text):
        problems.append(f"CNAI_SEED must be a whole number, got {text!r}")
        return None
    return int(text)


def _checked(metrics: dict[str, Any]) -> dict[str, float]:
    problems = [problem for name, value in metrics.items() if (problem := _problem(name, value))]
    if problems:
        raise ContractError(problems)
    return {name: float(value) for name, value in metrics.items()}


def _problem(name: str, value: Any) -> str:
    if not isinstance(name, str) or not _METRIC.fullmatch(name):
        return f"metric name {name!r} must be letters, digits and _ . @ / -, begin with a letter and have at most 63 characters"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"metric {name} must be a number, got {value!r}"
    try:
        finite = math.isfinite(float(value))
    except OverflowError:
        finite = False
    return "" if finite else f"metric {name} must be a finite number, got {value!r}"


def _table(variables: Iterable[Variable]) -> str:
    rows = [f"| `{v.name}` | {v.meaning} | {f'`{v.example}`' if v.example else ''} |" for v in variables]
    return "\n".join(["| variable | meaning | example |", "|---|---|---|", *rows])


_PAGE = """# Container contract

What a step's container can rely on. Code that keeps to it runs unchanged on a laptop and on a cluster.
In Python, `cnai_gitops.steps.contract.Step.from_environment(os.environ)` reads it all and names everything that is missing.

## Always set

{always}

## Set when they apply

{sometimes}

## Read where they are set

The commands of `cnai_gitops.steps` read these too. No workflow of this version sets them; who runs a step by other means may.

{by_hand}

`<DATASET>` is the dataset's name in upper case with `_` for `-` (`CNAI_INPUT_FRAUD_FEATURES`), so no dataset may be called `dir`.

## Folders

| folder | who writes | rule |
|---|---|---|
| `{input}` | the workflow, before the step | read only; artifacts of earlier steps, one folder for each |
| `{output}` | the step | a dataset that the step writes locally goes to `{output}/<dataset>` |
| `{data}/<dataset>` | whoever keeps the dataset | a dataset on a volume (`pvc://`); read only unless the stage writes it |
| `{model}` | a training step | the files of the model and nothing else; links and devices are refused when it is packaged |

## `{metrics}`

A flat JSON object of names and finite numbers, for example `{{"auc": 0.94, "latency_ms": 12.5}}`. It has at most 4 MiB.
`NaN`, infinities, texts, booleans, nested values and a key said twice are refused. A name begins with a letter and has at most
63 letters, digits and `_ . @ / -`. The gate of a `train` stage reads this file and nothing else.

## Ending

Exit code 0 means that all outputs are there; anything else is a failure and the outputs are not used. A step that was stopped may be
started again with the same variables, so it writes to the same places and resumes from `CNAI_CHECKPOINT_URI` where there is one.
"""
