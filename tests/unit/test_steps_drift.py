"""Drift: distances against numbers worked out by hand, readers that refuse, and a push over real HTTP."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from cnai_gitops.steps.distances import FLOOR, binned, ks, psi, total_variation
from cnai_gitops.steps.drift import Score, UnreadableError, exposition, main, push, read_columns, scores, window_end
from cnai_gitops.steps.web import DeliveryError


class Gateway(HTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.received: list[tuple[str, str, str]] = []


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.received.append((self.path, self.headers["Content-Type"], body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_psi_by_hand() -> None:
    # shares q = 1/2, 1/2 and p = 3/4, 1/4: (1/4) ln(3/2) + (-1/4) ln(1/2) = (1/4) ln 3 = 0.274653
    assert psi("aabb", "aaab") == pytest.approx(0.25 * math.log(3), abs=1e-12)
    assert psi("aabb", "aaab") == pytest.approx(0.274653, abs=1e-6)
    assert psi("aabb", "bbaa") == 0


def test_psi_with_an_empty_bin_by_hand() -> None:
    # q = 1, 0 -> 1, 1e-4 and p = 1/2, 1/2: (-1/2) ln(1/2) + (1/2 - 1e-4) ln(5000) = 0.346574 + 4.257745
    assert FLOOR == 1e-4
    assert psi("aa", "ab") == pytest.approx(0.346574 + 0.4999 * math.log(5000), abs=1e-6)


def test_bins_are_quantiles_of_the_reference() -> None:
    reference = [float(n) for n in range(100)]
    first, second = binned(reference, [-5.0, 0.0, 9.9, 10.0, 99.0, 1e9, None], bins=10)
    assert [first.count(str(n)) for n in range(10)] == [10] * 10
    assert second == ["0", "0", "0", "1", "9", "9", "missing"]
    # half of the values move to the first bin: by hand q = 0.1 each, p = 0.55 and nine times 0.05
    moved = [*reference[::2], *([0.0] * 50)]
    expected = 0.45 * math.log(5.5) + 9 * (-0.05 * math.log(0.5))
    assert psi(*binned(reference, moved)) == pytest.approx(expected, abs=1e-12)


def test_a_constant_that_changes_is_noticed() -> None:
    assert psi(*binned([0.0] * 50, [5.0] * 50)) > 1
    assert psi(*binned([0.0] * 50, [0.0] * 50)) == 0
    assert psi(*binned([1.0, 2.0] * 50, [1.0, 2.0] * 20)) == 0


def test_ks_by_hand() -> None:
    # after 2: 2/4 of the first and 0/4 of the second; after 4: 4/4 and 2/4
    assert ks([1, 2, 3, 4], [3, 4, 5, 6]) == 0.5
    assert ks([1, 1, 2], [2, 1, 1]) == 0
    assert ks([1, 2], [3, 4]) == 1
    assert (ks([], [1.0]), ks([], [])) == (1, 0)


def test_total_variation_by_hand() -> None:
    assert total_variation("aabb", "aabc") == 0.25
    assert total_variation("aa", "bb") == 1


def test_readers_agree(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('amount,kind\n1.5,"x, y"\n,z\n')
    (tmp_path / "a.jsonl").write_text('{"amount": 1.5, "kind": "x, y"}\n\n{"amount": null, "kind": "z"}\n')
    expected = {"amount": ["1.5", None], "kind": ["x, y", "z"]}
    assert read_columns(tmp_path / "a.csv") == expected
    assert read_columns(tmp_path / "a.jsonl") == expected


def test_a_folder_is_one_window_and_late_columns_are_missing_before(tmp_path: Path) -> None:
    (tmp_path / "1.jsonl").write_text('{"a": 1}\n{"a": true, "b": 2}\n')
    (tmp_path / "2.csv").write_text("b\n3\n")
    assert read_columns(tmp_path) == {"a": ["1", "true", None], "b": [None, "2", "3"]}


def test_requests_without_a_body_are_no_rows(tmp_path: Path) -> None:
    (tmp_path / "1.jsonl").write_text('{"a": 1}\n{}\n""\nnull\n\n{"a": null}\n')
    (tmp_path / "2.csv").write_text("a,b\n\n2,3\n,\n")
    assert read_columns(tmp_path) == {"a": ["1", None, "2", None], "b": [None, None, "3", None]}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"a,b\n1\n", "a.csv:2: 1 cells, expected 2"),
        ("a.csv", b"a,a\n1,2\n", "column names must be unique"),
        ("a.csv", b"a\n\xff\n", "decode"),
        ("a.csv", b'a\n"x\n', "unexpected end"),
        ("a.csv", b"a\n", "holds no row"),
        ("a.jsonl", b'{"a": 1}\n{"a": [1]}\n', "a.jsonl:2: a is nested"),
        ("a.jsonl", b'{"a": NaN}\n', "a.jsonl:1: NaN is not a number"),
        ("a.jsonl", b"3\n", "a.jsonl:1: not a JSON object"),
        ("a.jsonl", b"", "holds no row"),
        ("a.jsonl", b"{}\n", "holds no row"),
        ("a.jsonl", b"[]\n", "a.jsonl:1: not a JSON object"),
        ("a.parquet", b"PAR1", "expected .csv or .jsonl"),
    ],
)
def test_unreadable_data_is_told_with_its_line(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableError) as caught:
        read_columns(path)
    assert words in str(caught.value)


def test_scores_choose_by_kind_of_column() -> None:
    reference = {"n": [str(n) for n in range(20)], "c": ["a", "b"] * 10, "zip": ["1", "2"] * 10, "gone": ["1"] * 20}
    current = {"n": [str(n) for n in range(20)], "c": ["a"] * 20, "zip": ["1"] * 20, "nan": ["1"] * 20}
    found = {s.feature: s for s in scores(reference, current, "ks", categorical=["zip"])}
    assert found["n"] == Score("n", "ks", 0)
    assert found["c"] == Score("c", "total_variation", 0.5)
    assert found["zip"] == Score("zip", "total_variation", 0.5)
    assert found["gone"] == Score("gone", "ks", 1)
    by_psi = {s.feature: s for s in scores(reference, current)}
    assert {s.method for s in by_psi.values()} == {"psi"}
    assert by_psi["n"].value == 0
    assert by_psi["gone"].value > 1


def test_missing_values_are_drift_too() -> None:
    reference = {"n": [str(n) for n in range(100)]}
    for missing in (None, "nan", "inf"):
        current = {"n": [missing if n % 2 else str(n) for n in range(100)]}
        assert scores(reference, current)[0].value > 1


def test_exposition_is_what_prometheus_reads() -> None:
    text = exposition([Score('a "b"\\\n', "psi", 0.25)], {"model": "scorer"}, rows=7, window_end=1795500000.0)
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines == [
        'cnai_drift_score{feature="a \\"b\\"\\\\\\n",method="psi",model="scorer"} 0.25',
        'cnai_drift_window_rows{model="scorer"} 7',
        'cnai_drift_window_end_timestamp{model="scorer"} 1795500000',
    ]
    assert text.count("# TYPE") == text.count("# HELP") == 3
    assert text.endswith("\n")


def test_window_end() -> None:
    assert window_end("1795500000") == window_end("2026-11-24T06:00:00Z") == 1795500000
    for bad in ("2026-11-24T06:00:00", "yesterday", "-1"):
        with pytest.raises(ValueError, match=r"."):
            window_end(bad)


def window(tmp_path: Path, *options: str) -> list[str]:
    (tmp_path / "ref.csv").write_text("amount,kind\n" + "".join(f"{n},a\n" for n in range(50)))
    (tmp_path / "cur.csv").write_text("amount,extra\n" + "".join(f"{n + 40},1\n" for n in range(50)))
    paths = ["--reference", str(tmp_path / "ref.csv"), "--current", str(tmp_path / "cur.csv")]
    return [*paths, "--model", "scorer", "--window-end", "1795500000", *options]


def test_command_line_pushes_what_it_prints(tmp_path: Path, gateway: Gateway, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"http://127.0.0.1:{gateway.server_port}"
    out = tmp_path / "drift.prom"
    assert main(window(tmp_path, "--pushgateway", url, "--label", "team=risk", "--out", str(out))) == 0
    told = capsys.readouterr()
    [(path, kind, body)] = gateway.received
    assert path == "/metrics/job/cnai-drift/model/scorer/team/risk"
    assert kind.startswith("text/plain; version=0.0.4")
    assert body == told.out == out.read_text()
    assert "feature kind is missing in the window" in told.err
    assert "feature extra is not in the reference" in told.err


def test_a_gateway_that_is_away_does_not_fail_the_step(tmp_path: Path, gateway: Gateway, capsys: pytest.CaptureFixture[str]) -> None:
    gateway.status = 500
    for url in (f"http://127.0.0.1:{gateway.server_port}", "http://127.0.0.1:1"):
        assert main(window(tmp_path, "--pushgateway", url)) == 0
        told = capsys.readouterr()
        assert "drift: not pushed" in told.err
        assert "cnai_drift_score" in told.out


def test_a_grouping_key_that_would_change_the_path_is_refused() -> None:
    for group in ({"job": "a/b"}, {"job": ""}, {"model": "m"}, {"job": ".."}):
        with pytest.raises(DeliveryError, match="grouping key"):
            push("", "http://127.0.0.1:1", group)


def test_unreadable_input_fails_the_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = window(tmp_path)
    (tmp_path / "cur.csv").write_text("amount\n")
    assert main(options) == 1
    assert "holds no row" in capsys.readouterr().err
    (tmp_path / "cur.csv").unlink()
    assert main(options) == 1


@pytest.mark.parametrize(
    "more", [["--label", "job=x"], ["--label", "a b=1"], ["--label", "a"], ["--window-end", "soon"], ["--method", "kl"]]
)
def test_wrong_command_lines(tmp_path: Path, more: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(window(tmp_path, *more))
    assert caught.value.code == 2
