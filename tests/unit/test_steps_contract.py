"""The container contract: what is read back is what was set, and everything missing is named at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cnai_gitops.steps.contract import (
    VARIABLES,
    ContractError,
    Step,
    environment_names,
    input_variable,
    markdown,
    output_variable,
    read_metrics,
    write_metrics,
)
from cnai_gitops.steps.files import LARGEST_JSON

RUN_ID = "0b0e9b4e-3d0e-4a53-9d0c-3f4f4e0d6f11"


def variables(**more: str) -> dict[str, str]:
    return {v.name: v.example for v in VARIABLES if v.always} | more


def test_a_step_reads_back_what_the_environment_says() -> None:
    step = Step.from_environment(
        variables(
            CNAI_INPUT_FRAUD_FEATURES="s3://risk/features",
            CNAI_OUTPUT_SCORES="s3://risk/scores",
            CNAI_TRIAL='{"lr": 0.001}',
            CNAI_SEED="7",
            CNAI_CHECKPOINT_URI="s3://risk/ck",
        )
    )
    assert (step.app, step.stage, step.run_id) == ("fraud-detection", "train.scorer", RUN_ID)
    assert step.inputs == {"fraud-features": "s3://risk/features"}
    assert step.outputs == {"scores": "s3://risk/scores"}
    assert (step.trial, step.seed, step.checkpoint_uri) == ({"lr": 0.001}, 7, "s3://risk/ck")
    assert step.metrics == Path("/cnai/out/metrics.json")


def test_every_missing_and_malformed_variable_is_named_at_once() -> None:
    with pytest.raises(ContractError) as caught:
        Step.from_environment({"CNAI_RUN_ID": "run-7", "CNAI_TRIAL": '{"lr": NaN}', "CNAI_SEED": "-1"})
    text = str(caught.value)
    expected = [v.name for v in VARIABLES if v.always and v.name != "CNAI_RUN_ID"]
    assert [name for name in expected if f"{name} is not set" not in text] == []
    assert "CNAI_RUN_ID must be a UUID, got 'run-7'" in text
    assert "CNAI_TRIAL is not strict JSON: NaN is not a number" in text
    assert "CNAI_SEED must be a whole number, got '-1'" in text


@pytest.mark.parametrize("trial", ["[1]", '{"lr": 1, "lr": 2}', "{", "[" * 100_000])
def test_a_trial_that_is_not_one_object_is_refused(trial: str) -> None:
    with pytest.raises(ContractError, match="CNAI_TRIAL"):
        Step.from_environment(variables(CNAI_TRIAL=trial))


def test_names_of_variables() -> None:
    assert input_variable("fraud-features") == "CNAI_INPUT_FRAUD_FEATURES"
    names = environment_names(["a-b"], ["c"])
    assert names[0] == "CNAI_APP"
    assert names[-2:] == ("CNAI_INPUT_A_B", "CNAI_OUTPUT_C")
    assert not [name for name in names if "<" in name]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("dataset", ["dir", "a_b", "A", "a.b", "-a", ""])
def test_a_dataset_that_would_collide_cannot_be_named(dataset: str) -> None:
    with pytest.raises(ValueError, match="cannot be named"):
        input_variable(dataset)
    with pytest.raises(ValueError, match="cannot be named"):
        output_variable(dataset)


def test_metrics_survive_a_round_trip_and_have_one_form(tmp_path: Path) -> None:
    path = tmp_path / "out" / "metrics.json"
    write_metrics(path, {"ndcg@10": 0.5, "auc": 0.94})
    first = path.read_bytes()
    assert read_metrics(path) == {"auc": 0.94, "ndcg@10": 0.5}
    write_metrics(path, {"auc": 0.94, "ndcg@10": 0.5})
    assert path.read_bytes() == first
    assert [p.name for p in path.parent.iterdir()] == ["metrics.json"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"auc": NaN}', "NaN is not a number"),
        ('{"auc": -Infinity}', "-Infinity is not a number"),
        ('{"auc": 1e999}', "must be a finite number"),
        ('{"auc": ' + "9" * 400 + "}", "must be a finite number"),
        ('{"auc": "0.9"}', "must be a number, got '0.9'"),
        ('{"auc": true}', "must be a number, got True"),
        ('{"auc": null}', "must be a number, got None"),
        ('{"auc": {"mean": 1}}', "must be a number"),
        ('{"auc": 0.1, "auc": 0.9}', "key 'auc' appears twice"),
        ('{"a b": 1}', "metric name 'a b'"),
        ("{}", "at least one number"),
        ("[0.9]", "at least one number"),
        ("", "not strict JSON"),
        ("[" * 100_000, "not strict JSON"),
    ],
)
def test_metrics_that_a_gate_could_misread_are_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "metrics.json"
    path.write_text(text)
    with pytest.raises(ContractError) as caught:
        read_metrics(path)
    assert words in str(caught.value)


def test_metrics_of_absurd_size_or_encoding_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "metrics.json"
    path.write_bytes(b" " * LARGEST_JSON + b'{"auc": 1}')
    with pytest.raises(ContractError, match="larger than"):
        read_metrics(path)
    path.write_bytes(b'{"auc\xff": 1}')
    with pytest.raises(ContractError, match="not strict JSON"):
        read_metrics(path)


def test_metrics_that_could_not_be_read_are_not_written(tmp_path: Path) -> None:
    for bad in ({"auc": float("nan")}, {"a b": 1.0}, {}):
        with pytest.raises(ContractError):
            write_metrics(tmp_path / "metrics.json", bad)
    assert list(tmp_path.iterdir()) == []


def test_the_page_names_every_variable_and_folder() -> None:
    page = markdown()
    assert [v.name for v in VARIABLES if f"| `{v.name}` |" not in page] == []
    assert "/cnai/out/metrics.json" in page
    assert '{"auc": 0.94, "latency_ms": 12.5}' in page


def test_steps_import_nothing_but_themselves_and_the_standard_library() -> None:
    code = """
import sys, json, pkgutil, importlib
import cnai_gitops.steps as steps
for m in pkgutil.iter_modules(steps.__path__): importlib.import_module("cnai_gitops.steps." + m.name)
tops = {n.partition(".")[0] for n, m in sys.modules.items() if getattr(m, "__file__", None)}
ours = {n for n in sys.modules if n.startswith("cnai_gitops.") and not n.startswith("cnai_gitops.steps")}
print(json.dumps(sorted((tops - sys.stdlib_module_names - {"cnai_gitops", "__main__"}) | ours)))
"""
    root = Path(__file__).parents[2]
    # -I -S: no site-packages, so that an import of anything else fails as it would in the pod
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(root)!r}){code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == []
