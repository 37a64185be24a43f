"""A step on a laptop: its environment is the contract's, and what it owes is told."""

from __future__ import annotations

from pathlib import Path

from cnai_gitops.steps.contract import Step, write_metrics
from cnai_gitops.steps.local import check_outputs, local_environment


def environment(tmp_path: Path) -> dict[str, str]:
    return local_environment(
        tmp_path,
        app="fraud-detection",
        team="risk",
        stage="train.scorer",
        step="train",
        purpose="fraud-detection",
        inputs={"fraud-features": "file:///data/features"},
        outputs=["scores"],
        trial={"lr": 0.001},
        seed=3,
    )


def test_the_local_environment_is_a_complete_contract(tmp_path: Path) -> None:
    step = Step.from_environment(environment(tmp_path))
    assert (step.output_dir, step.model_dir, step.metrics) == (tmp_path / "out", tmp_path / "model", tmp_path / "out" / "metrics.json")
    assert (step.inputs, step.outputs) == ({"fraud-features": "file:///data/features"}, {"scores": (tmp_path / "out" / "scores").as_uri()})
    assert (step.trial, step.seed, step.environment) == ({"lr": 0.001}, 3, "local")
    assert environment(tmp_path) == environment(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_step_that_left_nothing_owes_everything(tmp_path: Path) -> None:
    problems = check_outputs(tmp_path, outputs=["scores"], metrics=["auc"], model=True)
    assert problems == [
        "output scores: out/scores was not written",
        "out/metrics.json: metrics cannot be read: No such file or directory",
        f"model: {tmp_path / 'model'}: not a folder",
    ]
    assert check_outputs(tmp_path) == []


def test_a_step_that_kept_the_contract_owes_nothing(tmp_path: Path) -> None:
    (tmp_path / "out" / "scores" / "part").mkdir(parents=True)
    assert check_outputs(tmp_path, outputs=["scores"]) == ["output scores: out/scores holds no file"]
    (tmp_path / "out" / "scores" / "part" / "0.csv").write_text("x")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "weights").write_text("x")
    write_metrics(tmp_path / "out" / "metrics.json", {"auc": 0.9})
    assert check_outputs(tmp_path, outputs=["scores"], metrics=["auc"], model=True) == []
    assert check_outputs(tmp_path, metrics=["f1"]) == ["out/metrics.json: metric f1 is missing, and a gate reads it"]
    (tmp_path / "model" / "link").symlink_to("weights")
    assert "only files and folders" in check_outputs(tmp_path, model=True)[0]
    (tmp_path / "out" / "metrics.json").write_text('{"auc": NaN}')
    assert "NaN is not a number" in check_outputs(tmp_path)[0]
