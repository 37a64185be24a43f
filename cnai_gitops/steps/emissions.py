"""Energy and emissions of a command, measured with codecarbon where the image has it and estimated otherwise.

Must not: fetch a carbon intensity; a number without a source is refused. This is the one step that starts a process.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import math
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from cnai_gitops.steps.contract import ContractError
from cnai_gitops.steps.files import json_text, write_whole

UTILISATION = 1.0
HOST_OVERHEAD = 0.3
"""Share of the accelerators' energy that the host adds; with full utilisation the estimate is an upper bound."""

_ABOUT = {"CNAI_APP": "app", "CNAI_TEAM": "team", "CNAI_STAGE": "stage", "CNAI_STEP": "step", "CNAI_RUN": "run", "CNAI_CLUSTER": "cluster"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where and on what a command runs.

    `accelerators` may be a fraction; `tdp_watts` is for a whole one; `pue` is facility energy over computer energy;
    `intensity` is in g CO2e for a kWh; `country` is an ISO 3166 code of three letters; `source` says where the intensity
    is from.
    """

    country: str
    accelerators: float
    tdp_watts: float
    pue: float
    intensity: float
    source: str
    utilisation: float = UTILISATION
    host_overhead: float = HOST_OVERHEAD

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Site:
        """Read the CNAI_ variables of the contract; ContractError lists all that are missing or out of range."""
        problems: list[str] = []
        numbers = {name: _number(variables, name, problems) for name in _RANGES}
        country, source = variables.get("CNAI_COUNTRY", ""), variables.get("CNAI_CARBON_SOURCE", "")
        if not re.fullmatch(r"[A-Z]{3}", country):
            problems.append(f"CNAI_COUNTRY must be an ISO 3166 code of three letters, got {country!r}")
        if not source:
            problems.append("CNAI_CARBON_SOURCE is not set")
        if problems:
            raise ContractError(problems)
        return cls(
            country=country,
            source=source,
            accelerators=numbers["CNAI_ACCELERATORS"],
            tdp_watts=numbers["CNAI_ACCELERATOR_TDP_WATTS"],
            pue=numbers["CNAI_PUE"],
            intensity=numbers["CNAI_CARBON_INTENSITY"],
            utilisation=numbers["CNAI_UTILISATION"],
            host_overhead=numbers["CNAI_HOST_OVERHEAD"],
        )


@dataclass(frozen=True, slots=True)
class Emissions:
    """Energy with PUE in kWh, emissions in g CO2e, and the way in which they were found."""

    kwh: float
    grams: float
    method: str


_RANGES: dict[str, tuple[float, float, str]] = {  # smallest, largest, default
    "CNAI_ACCELERATORS": (0, 1_000_000, ""),
    "CNAI_ACCELERATOR_TDP_WATTS": (0, 100_000, ""),
    "CNAI_PUE": (1, 5, ""),
    "CNAI_CARBON_INTENSITY": (0, 5_000, ""),
    "CNAI_UTILISATION": (0, 1, str(UTILISATION)),
    "CNAI_HOST_OVERHEAD": (0, 10, str(HOST_OVERHEAD)),
}


def estimate(site: Site, seconds: float) -> Emissions:
    """Energy = accelerators x TDP x utilisation x (1 + host overhead) x time x PUE, emissions = energy x intensity."""
    watts = site.accelerators * site.tdp_watts * site.utilisation * (1 + site.host_overhead)
    kwh = watts / 1000 * seconds / 3600 * site.pue
    return Emissions(kwh, kwh * site.intensity, "estimate")


def report(found: Emissions, site: Site, seconds: float, about: Mapping[str, str], notes: Sequence[str] = ()) -> dict[str, Any]:
    """The content of emissions.json; `about` says whose run it was, `notes` what to know about the method."""
    sources = [f"carbon intensity: {site.source}"]
    if found.method == "estimate":
        sources.append("power: thermal design power of the accelerators, not a measurement")
    else:
        sources.append("power: codecarbon, which may count the whole node")
    return {
        "energy_kwh": found.kwh,
        "emissions_gco2e": found.grams,
        "method": found.method,
        "duration_seconds": seconds,
        "pue_included": True,
        "site": {
            "country": site.country,
            "accelerators": site.accelerators,
            "tdp_watts": site.tdp_watts,
            "utilisation": site.utilisation,
            "host_overhead": site.host_overhead,
            "pue": site.pue,
            "carbon_intensity_gco2e_per_kwh": site.intensity,
        },
        "sources": sources,
        "notes": list(notes),
        **dict(about),
    }


def run(command: Sequence[str]) -> int:
    """Run a command to its end and give its exit code, 128 + n after signal n; SIGTERM and SIGINT are passed on to it."""
    try:
        with subprocess.Popen(list(command)) as process, _passed_on(process):
            code = process.wait()
    except OSError as error:
        print(f"emissions: {command[0]}: {error.strerror}", file=sys.stderr)
        return 127
    return code if code >= 0 else 128 - code


class Meter:
    """Codecarbon's offline tracker around a command; `notes` collects what kept it from measuring."""

    def __init__(self, site: Site) -> None:
        """Start measuring when codecarbon can be imported; never raises, because the command matters more."""
        self.notes: list[str] = []
        self._tracker: Any = None
        if importlib.util.find_spec("codecarbon") is None:
            self.notes.append("codecarbon is not installed")
            return
        try:
            module = importlib.import_module("codecarbon")
            self._tracker = module.OfflineEmissionsTracker(
                country_iso_code=site.country,
                pue=site.pue,
                force_carbon_intensity_g_co2e_kwh=site.intensity,
                save_to_file=False,
                allow_multiple_runs=True,
                log_level="error",
            )
            self._tracker.start()
        except Exception as error:  # a measuring library must not keep a training from running
            self._tracker = None
            self.notes.append(f"codecarbon could not start: {type(error).__name__}: {error}")

    def stop(self) -> Emissions | None:
        """What was measured, or None with a note."""
        if self._tracker is None:
            return None
        try:
            kilograms = float(self._tracker.stop())
            kwh = float(self._tracker.final_emissions_data.energy_consumed)  # PUE is in it already
        except Exception as error:
            self.notes.append(f"codecarbon could not finish: {type(error).__name__}: {error}")
            return None
        if not (math.isfinite(kilograms) and math.isfinite(kwh)):
            self.notes.append("codecarbon answered without a number")
            return None
        return Emissions(kwh, kilograms * 1000, "codecarbon")


def main(argv: Sequence[str] | None = None, environ: Mapping[str, str] | None = None, clock: Callable[[], float] = time.monotonic) -> int:
    """Measure a command and end with its exit code, or estimate a duration and end with 0; 2 when the environment is incomplete."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    variables = os.environ if environ is None else environ
    if bool(arguments.command) == (arguments.seconds is not None):
        parser.error("give either a command after -- or --seconds")
    try:
        site = Site.from_environment(variables)  # before the command: ten hours later is too late
    except ContractError as error:
        for problem in error.problems:
            print(f"emissions: {problem}", file=sys.stderr)
        return 2
    if arguments.seconds is not None:
        found, seconds, notes, code = estimate(site, arguments.seconds), arguments.seconds, ["for a given duration"], 0
    else:
        meter, begin = Meter(site), clock()
        code = run(arguments.command)
        seconds = clock() - begin
        found, notes = meter.stop() or estimate(site, seconds), meter.notes
    about = {key: variables[name] for name, key in _ABOUT.items() if variables.get(name)}
    write_whole(arguments.out, json_text(report(found, site, seconds, about, notes)))
    print(f"emissions: {found.kwh:.6g} kWh, {found.grams:.6g} g CO2e ({found.method})", file=sys.stderr)
    return code


@contextmanager
def _passed_on(process: subprocess.Popen[bytes]) -> Iterator[None]:
    def pass_on(number: int, _frame: FrameType | None) -> None:
        process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _number(variables: Mapping[str, str], name: str, problems: list[str]) -> float:
    smallest, largest, default = _RANGES[name]
    text = variables.get(name) or default
    if not text:
        problems.append(f"{name} is not set")
        return 0
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) or not smallest <= float(text) <= largest:
        problems.append(f"{name} must be a number from {smallest:g} to {largest:g}, got {text!r}")
        return 0
    return float(text)


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise ValueError
    return value


def _parser() -> argparse.ArgumentParser:
    description = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m cnai_gitops.steps.emissions", description=description, allow_abbrev=False)
    parser.add_argument("--out", type=Path, required=True, help="where emissions.json goes")
    parser.add_argument("--seconds", type=_seconds, help="estimate this duration instead of running a command")
    parser.add_argument("command", nargs="*", help="the command, after --")
    return parser


if __name__ == "__main__":
    sys.exit(main())
