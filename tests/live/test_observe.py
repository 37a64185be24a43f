"""Rendered rules on the real Prometheus, and the whole chain: drift step, Pushgateway, Prometheus, Alertmanager, the call that retrains."""

from __future__ import annotations

import http.server
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_client import wait_for
from network import Network
from processes import Processes
from stories import ROOT, Stories

from cnai_gitops.resources.base import Body

pytestmark = pytest.mark.live

NEEDED = ("prometheus", "promtool", "prometheus-alertmanager", "prometheus-pushgateway")
APP, SPACE = "fraud-detection", "risk-dev"


@pytest.fixture(scope="module")
def stories() -> Stories:
    if lacking := [name for name in NEEDED if shutil.which(name) is None]:
        pytest.fail(f"not installed: {', '.join(lacking)} (Debian: prometheus prometheus-alertmanager prometheus-pushgateway)")
    return Stories.read()


def rules(stories: Stories) -> dict[str, Body]:
    return {
        f"{target.env}-{target.cluster}-{body['metadata']['name']}": body
        for target, bodies in stories.by_target().items()
        for body in bodies
        if body["kind"] == "PrometheusRule"
    }


def test_every_rule_file_is_one_that_prometheus_loads(stories: Stories, tmp_path: Path) -> None:
    files = []
    for name, body in rules(stories).items():
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(json.dumps(body["spec"]))
    assert files
    done = subprocess.run(["promtool", "check", "rules", *map(str, files)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_broken_rule_is_refused(stories: Stories, tmp_path: Path) -> None:
    """So that the test above can fail."""
    body = json.loads(json.dumps(next(iter(rules(stories).values()))))
    body["spec"]["groups"][0]["rules"][0]["expr"] = "sum by (le) ("
    (tmp_path / "broken.yaml").write_text(json.dumps(body["spec"]))
    assert subprocess.run(["promtool", "check", "rules", str(tmp_path / "broken.yaml")], capture_output=True, check=False).returncode != 0


@pytest.fixture(scope="module")
def bodies(stories: Stories) -> list[Body]:
    [found] = [bodies for place, bodies in stories.by_target().items() if place.name == "dev/dev1"]
    return [body for body in found if body["metadata"]["name"].startswith(APP)]


class Chain:
    """The three servers and the one that is called, with what is rendered for one application; only waiting is shortened."""

    def __init__(self, bodies: list[Body]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cnai-live-"))
        self.network = Network()
        self.processes = Processes(self.folder, self.network)
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.push, self.web, self.alerts, self.hook = self.network.free_ports(4)
        by_kind = {body["kind"]: body for body in bodies}
        self._write("rules.yml", _hurried(by_kind["PrometheusRule"]["spec"]))
        self._write("prometheus.yml", self._prometheus())
        self._write("alertmanager.yml", _alertmanager(by_kind["AlertmanagerConfig"], f"127.0.0.1:{self.hook}"))
        self._listen()

    def _write(self, name: str, data: Any) -> None:
        (self.folder / name).write_text(yaml.safe_dump(json.loads(json.dumps(data)), sort_keys=False))

    def _prometheus(self) -> dict[str, Any]:
        targets = lambda port: [{"targets": [f"127.0.0.1:{port}"]}]  # noqa: E731
        return {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": ["rules.yml"],
            "alerting": {"alertmanagers": [{"static_configs": targets(self.alerts)}]},
            "scrape_configs": [{"job_name": "pushgateway", "honor_labels": True, "static_configs": targets(self.push)}],
        }

    def _listen(self) -> None:
        calls = self.calls

        class Handler(http.server.BaseHTTPRequestHandler):
            """What stands for the event source."""

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                calls.append((self.path, self.headers.get("Authorization", ""), body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        with self.network.inside():
            self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.hook), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def start(self) -> None:
        listen = "--web.listen-address=127.0.0.1:{}"
        self.processes.start("pushgateway", "prometheus-pushgateway", listen.format(self.push))
        own = ("--config.file=alertmanager.yml", "--cluster.listen-address=", f"--storage.path={self.folder / 'am'}")
        self.processes.start("alertmanager", "prometheus-alertmanager", *own, listen.format(self.alerts))
        own = ("--config.file=prometheus.yml", f"--storage.tsdb.path={self.folder / 'tsdb'}")
        self.processes.start("prometheus", "prometheus", *own, listen.format(self.web))
        wait_for(self._ready, "the three servers answer", 120)

    def _ready(self) -> bool:
        self.processes.check()
        try:
            return all(" 200 " in self._get(port, "/-/ready").partition("\r\n")[0] for port in (self.push, self.alerts, self.web))
        except OSError:
            return False

    def _get(self, port: int, path: str) -> str:
        with self.network.connect(port, timeout=5) as connection:
            connection.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            parts = []
            while part := connection.recv(65536):
                parts.append(part)
            return b"".join(parts).decode()

    def firing(self) -> set[str]:
        """Names of the alerts that Prometheus fires now."""
        answer = json.loads(self._get(self.web, "/api/v1/alerts").partition("\r\n\r\n")[2])
        return {alert["labels"]["alertname"] for alert in answer["data"]["alerts"] if alert["state"] == "firing"}

    def step(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        """The step itself, as the workflow calls it."""
        command = [*self.network.command, sys.executable, "-m", "cnai_gitops.steps.drift", *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    def stop(self) -> None:
        self.processes.stop(hard=True)
        self.server.shutdown()
        self.server.server_close()
        self.network.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _hurried(spec: Any) -> Any:
    """The same rules, asked every second and believed after two."""
    spec = json.loads(json.dumps(spec))
    for group in spec["groups"]:
        group["interval"] = "1s"
        for rule in group["rules"]:
            if "for" in rule:
                rule["for"] = "2s"
    return spec


def _alertmanager(config: Body, host: str) -> dict[str, Any]:
    """What the Prometheus operator makes of an AlertmanagerConfig: its routes are for alerts of its own namespace."""
    route, space = config["spec"]["route"], config["metadata"]["namespace"]
    matchers = [f'{item["name"]}{item["matchType"]}"{item["value"]}"' for item in route["matchers"]] + [f'namespace="{space}"']
    own = {"receiver": route["receiver"], "matchers": matchers, "group_by": route["groupBy"], "repeat_interval": route["repeatInterval"]}
    receivers = []
    for item in config["spec"]["receivers"]:
        hooks = []
        for hook in item["webhookConfigs"]:
            login = {"type": hook["httpConfig"]["authorization"]["type"], "credentials": "token"}
            url = hook["url"].replace(hook["url"].split("/")[2], host)
            hooks.append({"url": url, "send_resolved": hook["sendResolved"], "http_config": {"authorization": login}})
        receivers.append({"name": item["name"], "webhook_configs": hooks})
    return {"route": {"receiver": "none", "routes": [{**own, "group_wait": "1s"}]}, "receivers": [{"name": "none"}, *receivers]}


@pytest.fixture
def chain(bodies: list[Body]) -> Iterator[Chain]:
    running = Chain(bodies)
    try:
        running.start()
        yield running
    finally:
        running.stop()


def _numbers(file: Path, middle: float) -> Path:
    made = random.Random(1)
    lines = [f"{made.gauss(middle, 1):.3f},{made.choice('abc')}" for _ in range(2000)]
    file.write_text("\n".join(["amount,country", *lines, ""]))
    return file


def _words(bodies: list[Body], chain: Chain, reference: Path, current: Path, days: int = 0) -> list[str]:
    """The rendered arguments of the step, with files and the Pushgateway of this machine."""
    [template] = [body for body in bodies if body["kind"] == "WorkflowTemplate" and "-observe-" in body["metadata"]["name"]]
    given = template["spec"]["templates"][0]["container"]["args"]
    kept = [word for word in given if not word.startswith(("--reference", "--current", "--window-end", "--pushgateway"))]
    now = (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [
        *kept,
        f"--reference={reference}",
        f"--current={current}",
        f"--window-end={now}",
        f"--pushgateway=http://127.0.0.1:{chain.push}",
    ]


def test_drift_calls_for_a_retraining_once(chain: Chain, bodies: list[Body], tmp_path: Path) -> None:
    reference, current = _numbers(tmp_path / "reference.csv", 0), _numbers(tmp_path / "current.csv", 3)
    done = chain.step(_words(bodies, chain, reference, current))
    assert done.returncode == 0, done.stderr
    wait_for(lambda: bool(chain.calls), "the retraining is called for", 60)
    path, login, body = chain.calls[0]
    assert (path, login) == ("/drift", "Bearer token")
    assert [alert["labels"]["alertname"] for alert in body["alerts"]] == ["FraudDetectionDataDrift"]
    assert body["alerts"][0]["labels"]["app"] == APP


def test_equal_data_calls_for_nothing(chain: Chain, bodies: list[Body], tmp_path: Path) -> None:
    same = _numbers(tmp_path / "same.csv", 0)
    done = chain.step(_words(bodies, chain, same, same))
    assert done.returncode == 0, done.stderr
    with pytest.raises(AssertionError, match="not within"):
        wait_for(lambda: bool(chain.calls), "a call", 12)


def test_an_old_result_is_told(chain: Chain, bodies: list[Body], tmp_path: Path) -> None:
    same = _numbers(tmp_path / "same.csv", 0)
    done = chain.step(_words(bodies, chain, same, same, days=7))
    assert done.returncode == 0, done.stderr
    wait_for(lambda: "FraudDetectionDriftStale" in chain.firing(), "the alert about an old result", 20)
