"""The evaluation gate: picks the best trial, and says whether it may go on.

Must not: train, package or release anything; it reads metrics files and writes one decision.
"""

from __future__ import annotations

import argparse
import operator
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from cnai_gitops.steps.contract import ContractError, read_metrics
from cnai_gitops.steps.files import json_text, write_whole

PASSED, NOT_PASSED = 0, 3

Metrics = Mapping[str, float]

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
}
_THRESHOLD = re.compile(r"\s*(>=|<=|>|<|==)\s*(-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?)\s*")


@dataclass(frozen=True, slots=True)
class Threshold:
    """A comparison with a constant, such as `>= 0.92`."""

    comparison: str
    limit: float

    def holds(self, value: float) -> bool:
        """True when the value keeps to the threshold."""
        return _COMPARISONS[self.comparison](value, self.limit)

    def __str__(self) -> str:
        """The threshold as its author would write it."""
        return f"{self.comparison} {_plain(self.limit)}"


@dataclass(frozen=True, slots=True)
class Objective:
    """The metric that trials are ranked by, and in which direction."""

    metric: str
    maximize: bool

    def gain(self, value: float, over: float) -> Decimal:
        """How much better `value` is than `over`, in decimal, so that 0.3 over 0.2 is 0.1; negative when worse."""
        difference = Decimal(repr(value)) - Decimal(repr(over))
        return difference if self.maximize else -difference


@dataclass(frozen=True, slots=True)
class Champion:
    """The model to beat: its metrics, and the smallest gain in the objective that is worth a release."""

    metrics: Metrics
    min_improvement: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the gate decided. `reasons` says why it did not pass; `refused` maps trials that could not be ranked to the reason."""

    best: str
    metrics: Metrics
    checks: tuple[Mapping[str, Any], ...]
    trials: int
    refused: Mapping[str, str]
    reasons: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """True when there is nothing against it."""
        return not self.reasons

    def as_json(self) -> dict[str, Any]:
        """The content of decision.json."""
        return {
            "passed": self.passed,
            "best": self.best,
            "metrics": dict(self.metrics),
            "checks": [dict(check) for check in self.checks],
            "trials": self.trials,
            "refused": dict(self.refused),
            "reasons": list(self.reasons),
        }


def parse_threshold(text: str) -> Threshold:
    """Read `>= 0.92`: one of >= <= > < ==, then a number; ValueError otherwise."""
    match = _THRESHOLD.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a threshold: write one of >= <= > < == and a number, as in '>= 0.92'")
    limit = float(match[2])
    if limit in (float("inf"), float("-inf")):
        raise ValueError(f"{text!r} is not a threshold: the number is too large")
    return Threshold(match[1], limit)


def read_trials(folder: Path) -> tuple[dict[str, Metrics], dict[str, str]]:
    """All `<trial>/metrics.json` under a folder: metrics by trial, and the reason for each trial without readable ones."""
    trials: dict[str, Metrics] = {}
    refused: dict[str, str] = {}
    for entry in sorted(folder.iterdir(), key=lambda path: path.name):
        if entry.is_symlink() or not entry.is_dir():
            refused[entry.name] = "not a folder of a trial"
            continue
        try:
            trials[entry.name] = read_metrics(entry / "metrics.json")
        except ContractError as error:
            refused[entry.name] = str(error)
    return trials, refused


def decide(
    trials: Mapping[str, Metrics],
    gates: Mapping[str, Threshold],
    *,
    objective: Objective | None = None,
    champion: Champion | None = None,
    refused: Mapping[str, str] | None = None,
    allow_refused: int = 0,
    trials_run: int = 0,
) -> Decision:
    """Pick the best trial and judge it.

    Trials without the objective's metric are refused, and so are those of the numbers below `trials_run` that left no metrics; more
    than `allow_refused` of them fail the gate. Equal trials are told apart by name, the first one wins. A champion needs an objective.
    """
    lost = dict(refused or {})
    lost |= {name: "it left no metrics" for name in map(str, range(trials_run)) if name not in trials and name not in lost}
    if objective:
        lost |= {name: f"metric {objective.metric} is missing" for name, metrics in trials.items() if objective.metric not in metrics}
    ranked = {name: metrics for name, metrics in sorted(trials.items()) if name not in lost}
    reasons = []
    if len(lost) > allow_refused:
        reasons.append(f"{len(lost)} trial(s) refused, {allow_refused} allowed: " + "; ".join(f"{n}: {lost[n]}" for n in sorted(lost)))
    best, words = _best(ranked, objective)
    metrics = ranked.get(best, {})
    checks = _checks(metrics, gates, objective, champion) if best else []
    reasons += [words] if words else []
    reasons += [check["words"] for check in checks if not check["passed"]]
    return Decision(
        best=best,
        metrics=metrics,
        checks=tuple(checks),
        trials=len(set(trials) | set(lost)),
        refused=dict(sorted(lost.items())),
        reasons=tuple(reasons),
    )


def _best(trials: Mapping[str, Metrics], objective: Objective | None) -> tuple[str, str]:
    if not trials:
        return "", "there is no trial with readable metrics"
    if objective is None:
        return (next(iter(trials)), "") if len(trials) == 1 else ("", f"there are {len(trials)} trials but no objective to rank them by")
    sign = -1 if objective.maximize else 1
    return min(trials, key=lambda name: (sign * trials[name][objective.metric], name)), ""


def _checks(
    metrics: Metrics, gates: Mapping[str, Threshold], objective: Objective | None, champion: Champion | None
) -> list[dict[str, Any]]:
    checks = []
    for metric, threshold in sorted(gates.items()):
        value = metrics.get(metric)
        passed = value is not None and threshold.holds(value)
        words = f"{metric} is missing" if value is None else f"{metric} is {_plain(value)}"
        checks.append({"metric": metric, "rule": str(threshold), "value": value, "passed": passed, "words": f"{words}, wanted {threshold}"})
    if champion:
        if objective is None:
            raise ValueError("a champion can only be compared by an objective")
        checks.append(_against(champion, metrics, objective))
    return checks


def _against(champion: Champion, metrics: Metrics, objective: Objective) -> dict[str, Any]:
    value, old = metrics[objective.metric], champion.metrics.get(objective.metric)
    rule = f"better than the champion by at least {_plain(champion.min_improvement)}"
    check = {"metric": objective.metric, "rule": rule, "value": value, "champion": old}
    if old is None:
        return check | {"passed": False, "words": f"the champion has no metric {objective.metric}"}
    gain = objective.gain(value, old)
    passed = gain >= Decimal(repr(champion.min_improvement))
    return check | {"passed": passed, "words": f"{objective.metric} is {_plain(value)}, the champion has {_plain(old)}, wanted {rule}"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the gate: 0 passed, 3 not passed (words on stderr), 2 for a wrong command line."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        gates = _gates(arguments.gate)
    except ValueError as error:
        parser.error(str(error))
    goal = arguments.maximize or arguments.minimize
    objective = Objective(goal, bool(arguments.maximize)) if goal else None
    if arguments.champion and objective is None:
        parser.error("--champion needs --maximize or --minimize")
    decision = _judge(arguments, gates, objective)
    write_whole(arguments.out, json_text(decision.as_json()))
    if arguments.best_out and decision.passed:
        write_whole(arguments.best_out, decision.best)
    for name, reason in decision.refused.items():
        print(f"refused: trial {name}: {reason}", file=sys.stderr)
    for reason in decision.reasons:
        print(f"not passed: {reason}", file=sys.stderr)
    print(f"{'passed' if decision.passed else 'not passed'}: {decision.best or 'no trial'} of {decision.trials} trial(s)")
    return PASSED if decision.passed else NOT_PASSED


def _judge(arguments: argparse.Namespace, gates: Mapping[str, Threshold], objective: Objective | None) -> Decision:
    try:
        trials, refused = read_trials(arguments.metrics_dir) if arguments.metrics_dir.exists() or not arguments.trials else ({}, {})
        champion = _champion(arguments)
    except OSError as error:
        return _undecided(f"trials cannot be read: {error}")
    except ContractError as error:
        return _undecided(f"champion: {error}")
    return decide(
        trials,
        gates,
        objective=objective,
        champion=champion,
        refused=refused,
        allow_refused=arguments.allow_refused,
        trials_run=arguments.trials,
    )


def _champion(arguments: argparse.Namespace) -> Champion | None:
    if not arguments.champion or (arguments.allow_no_champion and not arguments.champion.exists()):
        return None
    return Champion(read_metrics(arguments.champion), arguments.min_improvement)


def _plain(value: float) -> str:
    return repr(value).removesuffix(".0")  # every digit: a rounded 0.92 that fails `>= 0.92` explains nothing


def _undecided(reason: str) -> Decision:
    return Decision(best="", metrics={}, checks=(), trials=0, refused={}, reasons=(reason,))


def _gates(pairs: Sequence[tuple[str, str]]) -> dict[str, Threshold]:
    gates: dict[str, Threshold] = {}
    for metric, text in pairs:
        if metric in gates:
            raise ValueError(f"--gate {metric} is given twice")
        gates[metric] = parse_threshold(text)
    return gates


def _number(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise ValueError
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cnai_gitops.steps.gate", description=(__doc__ or "").partition("\n")[0], allow_abbrev=False
    )
    parser.add_argument("--metrics-dir", type=Path, required=True, help="folder of <trial>/metrics.json")
    parser.add_argument("--gate", nargs=2, action="append", default=[], metavar=("METRIC", "THRESHOLD"), help="such as auc '>= 0.92'")
    goal = parser.add_mutually_exclusive_group()
    goal.add_argument("--maximize", metavar="METRIC", help="the best trial has the largest value")
    goal.add_argument("--minimize", metavar="METRIC", help="the best trial has the smallest value")
    parser.add_argument("--champion", type=Path, help="metrics.json of the model to beat")
    parser.add_argument("--allow-no-champion", action="store_true", help="a first release: pass when the champion file does not exist")
    parser.add_argument("--min-improvement", type=_number, default=0.0, help="smallest gain over the champion, 0 unless given")
    parser.add_argument("--allow-refused", type=int, default=0, help="how many trials may lack readable metrics, 0 unless given")
    parser.add_argument("--trials", type=int, default=0, help="how many trials ran, numbered from 0; one without metrics is refused")
    parser.add_argument("--out", type=Path, required=True, help="where decision.json goes")
    parser.add_argument("--best-out", type=Path, help="file for the name of the best trial, written only when the gate passed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
