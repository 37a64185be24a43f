"""The drift step: compares a window of data with a reference and exports one score for each feature to Prometheus.

Must not: decide what follows from a score (alerts do), or fail because a metrics service is away.
"""

from __future__ import annotations

import argparse
import csv
import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cnai_gitops.steps.distances import binned, ks, psi, total_variation
from cnai_gitops.steps.files import json_of, write_whole
from cnai_gitops.steps.web import DeliveryError, send

METHODS = ("psi", "ks")

Columns = Mapping[str, Sequence[str | None]]

_GROUP = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


class UnreadableError(Exception):
    """The data cannot be compared; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class Score:
    """Drift of one feature, by `psi`, `ks` or `total_variation`; 0 means none."""

    feature: str
    method: str
    value: float


def read_columns(path: Path) -> dict[str, list[str | None]]:
    """Columns of a .csv or .jsonl file, or of all of them in a folder together; an empty cell or null is None.

    A line without a value (an empty line, `{}`, `""` or null) is no row: a log of requests has one for each request without a body.

    UnreadableError for other files, rows of another length, nested values, or no row at all.
    """
    files = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
    columns: dict[str, list[str | None]] = {}
    count = 0
    for file in files:
        for row in _rows(file):
            for name in row.keys() - columns.keys():
                columns[name] = [None] * count
            for name, values in columns.items():
                values.append(row.get(name))
            count += 1
    if not count:
        raise UnreadableError(f"{path}: holds no row")
    return columns


def scores(reference: Columns, current: Columns, method: str = "psi", *, categorical: Iterable[str] = ()) -> list[Score]:
    """One score for each feature of the reference, by name.

    A column of numbers in both sets is numeric unless named in `categorical`. A feature that the current set lacks counts
    as missing in every row. Missing values are a bin of PSI and left out by KS. Categorical features have no order, so
    with `ks` they get `total_variation`.
    """
    rows = len(next(iter(current.values())))
    named = frozenset(categorical)
    found = []
    for feature in sorted(reference):
        observed = current.get(feature, [None] * rows)
        numeric = feature not in named and _is_numeric([*reference[feature], *observed])
        found.append(_score(feature, reference[feature], observed, method, numeric=numeric))
    return found


def exposition(found: Sequence[Score], labels: Mapping[str, str], *, rows: int, window_end: float) -> str:
    """Scores in the text format of Prometheus. `window_end` is in Unix seconds; `labels` go on every sample."""
    lines = ["# HELP cnai_drift_score Distance of a feature from its reference, 0 means none.", "# TYPE cnai_drift_score gauge"]
    lines += [
        f"cnai_drift_score{_labels({**labels, 'feature': score.feature, 'method': score.method})} {_number(score.value)}" for score in found
    ]
    lines += ["# HELP cnai_drift_window_rows Rows in the window that was compared.", "# TYPE cnai_drift_window_rows gauge"]
    lines += [f"cnai_drift_window_rows{_labels(labels)} {rows}"]
    lines += ["# HELP cnai_drift_window_end_timestamp End of the window, in Unix seconds.", "# TYPE cnai_drift_window_end_timestamp gauge"]
    lines += [f"cnai_drift_window_end_timestamp{_labels(labels)} {_number(window_end)}"]
    return "\n".join(lines) + "\n"


def push(text: str, gateway: str, group: Mapping[str, str], *, timeout: float = 10) -> None:
    """PUT to a Pushgateway, which replaces the group's earlier samples. `group` begins with `job`; DeliveryError otherwise."""
    bad = [f"{name}={value}" for name, value in group.items() if not _GROUP.fullmatch(value)]
    if bad or next(iter(group), "") != "job":
        raise DeliveryError(f"grouping key {', '.join(bad) or 'without job first'} cannot be written in a URL")
    path = "/".join(f"{name}/{value}" for name, value in group.items())
    headers = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
    reply = send("PUT", f"{gateway.rstrip('/')}/metrics/{path}", body=text.encode(), headers=headers, timeout=timeout)
    if reply.status not in (200, 202):
        raise DeliveryError(f"Pushgateway answered {reply.words}")


def main(argv: Sequence[str] | None = None) -> int:
    """Compare, print and push: 0 also when the push failed (words on stderr), 1 when data cannot be read, 2 for a wrong command line."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        labels = {"model": arguments.model, **_pairs(arguments.label)}
        end = window_end(arguments.window_end)
    except ValueError as error:
        parser.error(str(error))
    try:
        reference, current = read_columns(arguments.reference), read_columns(arguments.current)
    except (UnreadableError, OSError) as error:
        print(f"drift: {error}", file=sys.stderr)
        return 1
    _tell_differences(reference, current)
    found = scores(reference, current, arguments.method, categorical=arguments.categorical)
    text = exposition(found, labels, rows=len(next(iter(current.values()))), window_end=end)
    print(text, end="")
    if arguments.out:
        write_whole(arguments.out, text)
    if arguments.pushgateway:
        try:
            push(text, arguments.pushgateway, {"job": arguments.job, **labels}, timeout=arguments.timeout)
        except DeliveryError as error:
            print(f"drift: not pushed: {error}", file=sys.stderr)
    return 0


def window_end(text: str) -> float:
    """Unix seconds of an RFC 3339 time with a zone, or of a number of seconds; ValueError otherwise."""
    if re.fullmatch(r"[0-9]{1,11}", text):
        return float(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment.timestamp()


def _rows(file: Path) -> Iterator[dict[str, str | None]]:
    readers = {".csv": _csv_rows, ".jsonl": _json_rows}
    if file.suffix not in readers:
        raise UnreadableError(f"{file}: expected .csv or .jsonl")
    try:
        yield from readers[file.suffix](file)
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableError(f"{file}: {error}") from error


def _csv_rows(file: Path) -> Iterator[dict[str, str | None]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines, strict=True)
        header = next(reader, [])
        if len(set(header)) != len(header) or "" in header:
            raise UnreadableError(f"{file}:1: column names must be unique and not empty")
        for row in reader:
            if not row:
                continue
            if len(row) != len(header):
                raise UnreadableError(f"{file}:{reader.line_num}: {len(row)} cells, expected {len(header)}")
            yield {name: cell or None for name, cell in zip(header, row, strict=True)}


def _json_rows(file: Path) -> Iterator[dict[str, str | None]]:
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json_of(line)
                if row in ({}, "", None):
                    continue
                if not isinstance(row, dict):
                    raise ValueError("not a JSON object")
                yield {name: _cell(name, value) for name, value in row.items()}
            except (ValueError, RecursionError) as error:
                raise UnreadableError(f"{file}:{number}: {error}") from error


def _cell(name: str, value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError(f"{name} is nested; write one value a column")


def _is_numeric(cells: Iterable[str | None]) -> bool:
    known = [cell for cell in cells if cell is not None]
    return bool(known) and all(_is_number(cell) for cell in known)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell  # Python reads 1_000 as a number, nobody else does


def _numbers(cells: Sequence[str | None]) -> list[float | None]:
    values = [None if cell is None else float(cell) for cell in cells]
    return [None if value is None or not math.isfinite(value) else value for value in values]  # NaN and infinity are missing values


def _score(feature: str, reference: Sequence[str | None], current: Sequence[str | None], method: str, *, numeric: bool) -> Score:
    if not numeric:
        return (
            Score(feature, "total_variation", total_variation(reference, current))
            if method == "ks"
            else Score(feature, "psi", psi(reference, current))
        )
    first, second = _numbers(reference), _numbers(current)
    if method == "ks":
        return Score(feature, "ks", ks([v for v in first if v is not None], [v for v in second if v is not None]))
    return Score(feature, "psi", psi(*binned(first, second)))


def _tell_differences(reference: Columns, current: Columns) -> None:
    for name in sorted(reference.keys() - current.keys()):
        print(f"drift: feature {name} is missing in the window", file=sys.stderr)
    for name in sorted(current.keys() - reference.keys()):
        print(f"drift: feature {name} is not in the reference and was not compared", file=sys.stderr)


def _labels(labels: Mapping[str, str]) -> str:
    escaped = {name: value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for name, value in labels.items()}
    return "{" + ",".join(f'{name}="{value}"' for name, value in sorted(escaped.items())) + "}"


def _number(value: float) -> str:
    return f"{value:.10g}"


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not _LABEL.fullmatch(name) or name in {*found, "job", "model", "feature", "method"}:
            raise ValueError(f"--label {text!r}: write name=value, each name once, other than job, model, feature and method")
        found[name] = value
    return found


def _parser() -> argparse.ArgumentParser:
    description = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m cnai_gitops.steps.drift", description=description, allow_abbrev=False)
    parser.add_argument("--reference", type=Path, required=True, help=".csv or .jsonl file, or a folder of them")
    parser.add_argument("--current", type=Path, required=True, help="the window, in the same form")
    parser.add_argument("--method", choices=METHODS, default="psi", help="distance, psi unless given")
    parser.add_argument("--categorical", action="append", default=[], metavar="FEATURE", help="a feature whose numbers are only names")
    parser.add_argument("--model", required=True, help="value of the label model")
    parser.add_argument("--label", action="append", default=[], metavar="NAME=VALUE", help="a further label of every sample")
    parser.add_argument("--window-end", required=True, help="end of the window: RFC 3339, or Unix seconds")
    parser.add_argument("--out", type=Path, help="file for the metrics")
    parser.add_argument("--pushgateway", help="base URL of a Pushgateway")
    parser.add_argument("--job", default="cnai-drift", help="job of the grouping key, cnai-drift unless given")
    parser.add_argument("--timeout", type=float, default=10, help="seconds for each socket operation")
    return parser


if __name__ == "__main__":
    sys.exit(main())
