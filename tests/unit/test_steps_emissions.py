"""Emissions: the estimate by hand, the command's own exit code, and codecarbon where it is there."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from cnai_gitops.steps.contract import ContractError
from cnai_gitops.steps.emissions import Site, estimate, main, run

SITE = {
    "CNAI_COUNTRY": "DEU",
    "CNAI_ACCELERATORS": "8",
    "CNAI_ACCELERATOR_TDP_WATTS": "700",
    "CNAI_PUE": "1.2",
    "CNAI_CARBON_INTENSITY": "344",
    "CNAI_CARBON_SOURCE": "Ember 2024",
}


@pytest.fixture(autouse=True)
def without_codecarbon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "codecarbon", None)


class Tracker:
    """What the step uses of codecarbon 3's OfflineEmissionsTracker."""

    made: Any = None
    fails = ""
    kilograms: float = 0.5

    def __init__(self, **options: Any) -> None:
        Tracker.made = options
        self.final_emissions_data = SimpleNamespace(energy_consumed=1.5)

    def start(self) -> None:
        if self.fails == "start":
            raise RuntimeError("no sensor")

    def stop(self) -> float:
        if self.fails == "stop":
            raise RuntimeError("no data")
        return self.kilograms


@pytest.fixture
def codecarbon(monkeypatch: pytest.MonkeyPatch) -> type[Tracker]:
    module = ModuleType("codecarbon")
    module.__spec__ = SimpleNamespace(name="codecarbon")  # type: ignore[assignment]
    module.OfflineEmissionsTracker = Tracker  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "codecarbon", module)
    monkeypatch.setattr(Tracker, "fails", "")
    return Tracker


def python(code: str) -> list[str]:
    return ["--", sys.executable, "-I", "-c", code]


def test_estimate_by_hand() -> None:
    # 8 x 700 W x 1 x 1.3 = 7.28 kW; 2 h = 14.56 kWh; x 1.2 = 17.472 kWh; x 344 g = 6010.368 g
    found = estimate(Site.from_environment(SITE), 7200)
    assert found.kwh == pytest.approx(17.472)
    assert found.grams == pytest.approx(6010.368)
    half = estimate(Site.from_environment(SITE | {"CNAI_UTILISATION": "0.5", "CNAI_HOST_OVERHEAD": "0"}), 7200)
    assert half.kwh == pytest.approx(17.472 / 1.3 / 2)


def test_every_gap_in_the_environment_is_told_before_anything_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ContractError) as caught:
        Site.from_environment({"CNAI_PUE": "0.9", "CNAI_CARBON_INTENSITY": "nan", "CNAI_COUNTRY": "DE", "CNAI_UTILISATION": "1.1"})
    assert len(caught.value.problems) == 7
    touched = tmp_path / "touched"
    assert main(["--out", str(tmp_path / "e.json"), *python(f"open({str(touched)!r}, 'w')")], {}) == 2
    assert "emissions: CNAI_CARBON_SOURCE is not set" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_command_keeps_its_exit_code_and_is_accounted_for(tmp_path: Path) -> None:
    out = tmp_path / "emissions.json"
    times = iter([100.0, 3700.0])
    about = {"CNAI_APP": "fraud", "CNAI_RUN": "fraud-1"}
    assert main(["--out", str(out), *python("raise SystemExit(5)")], SITE | about, lambda: next(times)) == 5
    content = json.loads(out.read_text())
    assert content["method"] == "estimate"
    assert content["duration_seconds"] == 3600
    assert content["energy_kwh"] == pytest.approx(8.736)
    assert content["emissions_gco2e"] == pytest.approx(8.736 * 344)
    assert content["notes"] == ["codecarbon is not installed"]
    assert "carbon intensity: Ember 2024" in content["sources"]
    assert (content["app"], content["run"]) == ("fraud", "fraud-1")
    assert content["site"]["pue"] == 1.2


def test_a_duration_instead_of_a_command(tmp_path: Path) -> None:
    out = tmp_path / "emissions.json"
    assert main(["--out", str(out), "--seconds", "7200"], SITE) == 0
    assert json.loads(out.read_text())["energy_kwh"] == pytest.approx(17.472)
    for wrong in (["--out", str(out)], ["--out", str(out), "--seconds", "1", "--", "true"], ["--out", str(out), "--seconds", "nan"]):
        with pytest.raises(SystemExit) as caught:
            main(wrong, SITE)
        assert caught.value.code == 2


def test_codecarbon_is_used_offline_and_pue_counted_once(tmp_path: Path, codecarbon: type[Tracker]) -> None:
    out = tmp_path / "emissions.json"
    assert main(["--out", str(out), *python("")], SITE) == 0
    content = json.loads(out.read_text())
    assert (content["method"], content["energy_kwh"], content["emissions_gco2e"]) == ("codecarbon", 1.5, 500)
    made = codecarbon.made
    assert (made["country_iso_code"], made["pue"], made["force_carbon_intensity_g_co2e_kwh"]) == ("DEU", 1.2, 344)
    assert made["save_to_file"] is False


@pytest.mark.parametrize(
    ("fails", "note"), [("start", "could not start: RuntimeError: no sensor"), ("stop", "could not finish: RuntimeError: no data")]
)
def test_a_meter_that_breaks_falls_back_to_the_estimate_and_says_so(
    tmp_path: Path, codecarbon: type[Tracker], fails: str, note: str
) -> None:
    codecarbon.fails = fails
    out = tmp_path / "emissions.json"
    assert main(["--out", str(out), *python("")], SITE) == 0
    content = json.loads(out.read_text())
    assert content["method"] == "estimate"
    assert note in content["notes"][0]


def test_a_meter_without_a_number(tmp_path: Path, codecarbon: type[Tracker], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codecarbon, "kilograms", float("nan"))
    out = tmp_path / "emissions.json"
    assert main(["--out", str(out), *python("")], SITE) == 0
    assert json.loads(out.read_text())["notes"] == ["codecarbon answered without a number"]


def test_exit_codes_of_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([sys.executable, "-I", "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]) == 128 + signal.SIGKILL
    assert run(["/no/such/command"]) == 127
    assert "No such file" in capsys.readouterr().err


def test_sigterm_reaches_the_command_so_that_it_can_write_a_checkpoint(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    code = f"import signal, sys; signal.signal(15, lambda *_: sys.exit(9)); open({str(ready)!r}, 'w').close(); signal.pause()"

    def stop() -> None:
        ready.read_text()  # blocks until the command has opened the pipe, so its handler is in place
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=stop)
    thread.start()
    before = signal.getsignal(signal.SIGTERM)
    assert run([sys.executable, "-I", "-c", code]) == 9
    thread.join()
    assert signal.getsignal(signal.SIGTERM) is before
