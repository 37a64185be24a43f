"""The evaluation gate: the right trial wins, and nothing that could not be judged passes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops.steps.gate import Champion, Objective, Threshold, decide, main, parse_threshold, read_trials

AUC = Objective("auc", maximize=True)
LOSS = Objective("loss", maximize=False)


def trial(folder: Path, name: str, content: str) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "metrics.json").write_text(content)


def gate(tmp_path: Path, *options: str) -> tuple[int, dict[str, Any]]:
    out = tmp_path / "decision.json"
    code = main(["--metrics-dir", str(tmp_path / "trials"), "--out", str(out), *options])
    return code, json.loads(out.read_text())


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [
        (">= 0.92", 0.92, True),
        (">= 0.92", 0.9199, False),
        ("<=80", 80, True),
        ("> 0", 0, False),
        ("< -1.5e-3", -0.0016, True),
        ("== 1", 1.0, True),
        ("  ==1.0 ", 1.1, False),
    ],
)
def test_thresholds(text: str, value: float, holds: bool) -> None:
    assert parse_threshold(text).holds(value) is holds


@pytest.mark.parametrize(
    "text", ["0.92", ">= ", "=> 1", ">= 0,9", ">= nan", ">= 1e999", ">= 1 and < 2", "!= 1", ">= .5", ">= 0x10", ">= \u0661"]
)
def test_what_is_not_a_threshold(text: str) -> None:
    with pytest.raises(ValueError, match="is not a threshold"):
        parse_threshold(text)


def test_best_is_by_objective_and_ties_go_to_the_first_name() -> None:
    trials = {"c": {"auc": 0.9, "loss": 1.0}, "b": {"auc": 0.95, "loss": 0.2}, "a": {"auc": 0.95, "loss": 0.5}}
    assert decide(trials, {}, objective=AUC).best == "a"
    assert decide(dict(reversed(trials.items())), {}, objective=AUC).best == "a"
    assert decide(trials, {}, objective=LOSS).best == "b"


def test_thresholds_are_those_of_the_best_trial() -> None:
    trials = {"a": {"auc": 0.95, "p99": 90.0}, "b": {"auc": 0.90, "p99": 10.0}}
    decision = decide(trials, {"p99": Threshold("<=", 80), "auc": Threshold(">=", 0.92)}, objective=AUC)
    assert decision.best == "a"
    assert decision.reasons == ("p99 is 90, wanted <= 80",)


@pytest.mark.parametrize(
    ("new", "old", "least", "passed"),
    [(0.3, 0.2, 0.1, True), (0.3, 0.2, 0.11, False), (0.9, 0.9, 0.0, True), (0.89, 0.9, 0.0, False)],
)
def test_a_champion_is_compared_in_decimal(new: float, old: float, least: float, passed: bool) -> None:
    decision = decide({"a": {"auc": new}}, {}, objective=AUC, champion=Champion({"auc": old}, least))
    assert decision.passed is passed
    # the same numbers as losses: smaller is better
    decision = decide({"a": {"loss": -new}}, {}, objective=LOSS, champion=Champion({"loss": -old}, least))
    assert decision.passed is passed


def test_a_champion_without_the_metric_fails() -> None:
    decision = decide({"a": {"auc": 1.0}}, {}, objective=AUC, champion=Champion({"f1": 0.5}))
    assert decision.reasons == ("the champion has no metric auc",)


def test_several_trials_need_an_objective() -> None:
    assert decide({"a": {"auc": 1.0}}, {}).best == "a"
    assert decide({"a": {"auc": 1.0}, "b": {"auc": 1.0}}, {}).reasons == ("there are 2 trials but no objective to rank them by",)


def test_refused_trials_fail_the_gate_unless_so_many_are_allowed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "trials"
    trial(folder, "t1", '{"auc": 0.93}')
    trial(folder, "t2", '{"auc": NaN}')
    trial(folder, "t3", '{"f1": 0.99}')
    (folder / "t4").mkdir()
    (folder / "t5").symlink_to(folder / "t1")
    options = ("--gate", "auc", ">= 0.92", "--maximize", "auc")
    code, decision = gate(tmp_path, *options)
    assert code == 3
    assert set(decision["refused"]) == {"t2", "t3", "t4", "t5"}
    assert decision["refused"]["t3"] == "metric auc is missing"
    assert (decision["best"], decision["trials"]) == ("t1", 5)
    assert "NaN is not a number" in capsys.readouterr().err
    assert gate(tmp_path, *options, "--allow-refused", "3")[0] == 3
    assert gate(tmp_path, *options, "--allow-refused", "4")[0] == 0


def test_passing_writes_the_decision_and_the_best_trial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "trials"
    trial(folder, "t1", '{"auc": 0.93}')
    trial(folder, "t2", '{"auc": 0.97}')
    best = tmp_path / "best"
    code, decision = gate(tmp_path, "--gate", "auc", ">= 0.92", "--maximize", "auc", "--best-out", str(best))
    assert (code, decision["passed"], decision["best"], best.read_text()) == (0, True, "t2", "t2")
    assert decision["checks"] == [
        {"metric": "auc", "passed": True, "rule": ">= 0.92", "value": 0.97, "words": "auc is 0.97, wanted >= 0.92"}
    ]
    assert capsys.readouterr().out == "passed: t2 of 2 trial(s)\n"


def test_failing_says_why_and_names_no_best_for_the_next_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trial(tmp_path / "trials", "t1", '{"auc": 0.9199999}')
    best = tmp_path / "best"
    code, decision = gate(tmp_path, "--gate", "auc", ">= 0.92", "--gate", "f1", "> 0", "--maximize", "auc", "--best-out", str(best))
    assert (code, decision["passed"], best.exists()) == (3, False, False)
    assert capsys.readouterr().err == "not passed: auc is 0.9199999, wanted >= 0.92\nnot passed: f1 is missing, wanted > 0\n"


def test_no_trials_and_no_folder_do_not_pass(tmp_path: Path) -> None:
    assert gate(tmp_path, "--maximize", "auc")[0] == 3
    (tmp_path / "trials").mkdir()
    code, decision = gate(tmp_path, "--maximize", "auc")
    assert (code, decision["reasons"]) == (3, ["there is no trial with readable metrics"])


def test_champion_file(tmp_path: Path) -> None:
    trial(tmp_path / "trials", "t1", '{"auc": 0.93}')
    champion = tmp_path / "champion.json"
    options = ("--maximize", "auc", "--champion", str(champion), "--min-improvement", "0.01")
    code, decision = gate(tmp_path, *options)
    assert code == 3
    assert decision["reasons"][0].startswith("champion: metrics cannot be read")
    assert gate(tmp_path, *options, "--allow-no-champion")[0] == 0
    champion.write_text('{"auc": 0.925}')
    code, decision = gate(tmp_path, *options, "--allow-no-champion")
    assert (code, decision["reasons"]) == (3, ["auc is 0.93, the champion has 0.925, wanted better than the champion by at least 0.01"])


@pytest.mark.parametrize(
    "options",
    [
        ["--gate", "auc", "0.92"],
        ["--gate", "auc", "> 1", "--gate", "auc", "> 2"],
        ["--maximize", "a", "--minimize", "b"],
        ["--champion", "c.json"],
        ["--min-improvement", "nan"],
        ["--max", "auc"],
    ],
)
def test_a_wrong_command_line_is_told_apart_from_a_gate_that_did_not_pass(tmp_path: Path, options: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--metrics-dir", str(tmp_path), "--out", str(tmp_path / "d.json"), *options])
    assert caught.value.code == 2


def test_reading_trials_tells_files_from_folders(tmp_path: Path) -> None:
    trial(tmp_path, "a", '{"x": 1}')
    (tmp_path / "stray.txt").write_text("")
    assert read_trials(tmp_path) == ({"a": {"x": 1.0}}, {"stray.txt": "not a folder of a trial"})


# -- trials that left nothing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("allowed", "code"), [(1, 3), (2, 0)])
def test_a_trial_without_metrics_is_missed(tmp_path: Path, allowed: int, code: int) -> None:
    trial(tmp_path / "trials", "1", '{"auc": 0.9}')
    found, decision = gate(tmp_path, "--trials=3", f"--allow-refused={allowed}", "--maximize=auc", "--gate", "auc", ">= 0.8")
    assert (found, decision["trials"]) == (code, 3)
    assert decision["refused"] == {"0": "it left no metrics", "2": "it left no metrics"}
    if code:
        assert decision["reasons"] == ["2 trial(s) refused, 1 allowed: 0: it left no metrics; 2: it left no metrics"]
    else:
        assert (decision["best"], decision["reasons"]) == ("1", [])


def test_no_trial_left_anything(tmp_path: Path) -> None:
    """Nothing was downloaded, so there is no folder."""
    code, decision = gate(tmp_path, "--trials=1")
    assert code == 3
    assert decision["reasons"] == ["1 trial(s) refused, 0 allowed: 0: it left no metrics", "there is no trial with readable metrics"]
