"""Lineage: names that do not fork the graph, complete events, and delivery over real HTTP that never breaks a run."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from cnai_gitops.steps.contract import VARIABLES, Step
from cnai_gitops.steps.lineage import Dataset, dataset_event, dataset_name, job_event, job_name, job_namespace, main, run_event

AT = "2026-11-24T00:00:00+00:00"
RUN_ID = "0b0e9b4e-3d0e-4a53-9d0c-3f4f4e0d6f11"


class Service(HTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 201
        self.received: list[tuple[str, str, dict[str, Any]]] = []


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.received.append((self.path, self.headers.get("Authorization", ""), body))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b"no \x1b[31m room")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def environment(**more: str) -> dict[str, str]:
    return {v.name: v.example for v in VARIABLES if v.always} | {"CNAI_INPUT_TX": "s3://risk/tx", "CNAI_OUTPUT_F": "s3://risk/f/"} | more


@pytest.mark.parametrize(
    ("uri", "namespace", "name"),
    [
        ("s3://bucket/a/b/", "s3://bucket", "a/b"),
        ("s3a://bucket/a%20b", "s3://bucket", "a b"),
        ("s3://bucket", "s3://bucket", "/"),
        ("gs://bucket/x.parquet", "gs://bucket", "x.parquet"),
        ("abfss://c@acc.dfs.core.windows.net/p/q", "abfss://c@acc.dfs.core.windows.net", "p/q"),
        ("hdfs://nn:8020/data", "hdfs://nn:8020", "/data"),
        ("file:///tmp/x", "file", "/tmp/x"),
        ("pvc://claim/sub", "pvc://claim", "sub"),
        ("oci://reg.example:5000/risk/scorer@sha256:" + "0" * 64, "oci://reg.example:5000", "risk/scorer"),
        ("oci://reg.example/scorer:v1", "oci://reg.example", "scorer"),
        ("kafka://broker:9093/clicks", "kafka://broker:9093", "clicks"),
        ("kafka://broker/clicks", "kafka://broker:9092", "clicks"),
        ("postgresql://db.example/shop/public/stock", "postgres://db.example:5432", "shop.public.stock"),
        ("jdbc:postgresql://db.example:5433/shop.public.stock", "postgres://db.example:5433", "shop.public.stock"),
        ("mysql://db/shop/stock", "mysql://db:3306", "shop.stock"),
        ("bigquery://proj/ds/table", "bigquery", "proj.ds.table"),
    ],
)
def test_dataset_names(uri: str, namespace: str, name: str) -> None:
    assert dataset_name(uri) == (namespace, name)


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("transactions", "has no scheme"),
        ("postgres://u:geheim@h/db/t", "must not carry credentials"),
        ("s3://key:geheim@bucket/a", "must not carry credentials"),
        ("s3://bucket/a?sig=geheim", "must not have a query"),
        ("s3:///a", "names no dataset"),
        ("kafka:///t", "names no dataset"),
        ("kafka://broker/", "names no dataset"),
        ("postgres://h/", "names no dataset"),
    ],
)
def test_uris_without_a_name_are_refused_and_their_secrets_not_told(uri: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        dataset_name(uri)
    assert "geheim" not in str(caught.value)


def test_a_job_event_is_complete_and_has_one_form() -> None:
    rich = Dataset(
        uri="s3://risk/tx",
        owners=["payments"],
        columns={"card": "string", "amount": "double"},
        personal=True,
        personal_columns=["card"],
        purposes=["fraud-detection", "audit"],
        classification="restricted",
        documentation="Card transactions",
    )
    event = job_event(
        "prod.risk", "fraud.train.scorer", [rich], [Dataset(uri="s3://risk/f")], ["risk"], "Trains", AT, tags={"purpose": "fraud-detection"}
    )
    assert event["schemaURL"] == "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent"
    assert "run" not in event
    assert event["eventTime"] == AT
    job = event["job"]
    assert (job["namespace"], job["name"]) == ("prod.risk", "fraud.train.scorer")
    assert job["facets"]["ownership"]["owners"] == [{"name": "team:risk", "type": "OWNER"}]
    assert job["facets"]["documentation"]["description"] == "Trains"
    assert job["facets"]["tags"]["tags"][0]["value"] == "fraud-detection"
    facets = event["inputs"][0]["facets"]
    assert facets["schema"]["fields"] == [{"name": "card", "type": "string"}, {"name": "amount", "type": "double"}]
    assert [(t["key"], t["value"], t.get("field")) for t in facets["tags"]["tags"]] == [
        ("purpose", "audit", None),
        ("purpose", "fraud-detection", None),
        ("classification", "restricted", None),
        ("personal", "true", None),
        ("personal", "true", "card"),
    ]
    assert event["outputs"] == [{"namespace": "s3://risk", "name": "f", "facets": {}}]
    for facet in [*facets.values(), *job["facets"].values()]:
        assert facet["_producer"] == event["producer"]
        assert facet["_schemaURL"].startswith("https://openlineage.io/spec/facets/")


def test_datasets_are_in_one_order_and_said_once() -> None:
    places = [Dataset(uri=f"s3://b/{name}") for name in ("z", "a", "z")]
    event = job_event("n", "j", places, [], [], "", AT)
    assert [d["name"] for d in event["inputs"]] == ["a", "z"]
    assert event == job_event("n", "j", places[::-1], [], [], "", AT)
    assert set(event["job"]["facets"]) == {"jobType"}


def test_a_dataset_event() -> None:
    event = dataset_event(Dataset(uri="kafka://b:9092/clicks", owners=["user:ann"], personal=False), AT)
    assert event["schemaURL"].endswith("#/$defs/DatasetEvent")
    assert event["dataset"]["name"] == "clicks"
    assert event["dataset"]["facets"]["ownership"]["owners"][0]["name"] == "user:ann"
    assert event["dataset"]["facets"]["tags"]["tags"][0]["value"] == "false"


def test_a_run_event_belongs_to_the_same_job_as_the_job_event() -> None:
    step = Step.from_environment(environment())
    names = (job_namespace(step.environment, step.team), job_name(step.app, step.stage))
    event = run_event("FAIL", RUN_ID, *names, [], [], AT, error="node lost")
    static = job_event(*names, [], [], [], "", AT)
    assert [event["job"][key] for key in ("namespace", "name")] == [static["job"][key] for key in ("namespace", "name")]
    assert names == ("prod.risk", "fraud-detection.train.scorer")
    assert event["run"]["facets"]["errorMessage"]["message"] == "node lost"


@pytest.mark.parametrize(
    ("state", "run_id", "at", "error"),
    [
        ("DONE", RUN_ID, AT, ""),
        ("START", "run-1", AT, ""),
        ("START", RUN_ID, "2026-11-24T00:00:00", ""),
        ("START", RUN_ID, "now", ""),
        ("START", RUN_ID, AT, "x"),
    ],
)
def test_malformed_run_events_are_refused(state: str, run_id: str, at: str, error: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        run_event(state, run_id, "n", "j", [], [], at, error=error)


def test_delivery(service: Service) -> None:
    url = f"http://127.0.0.1:{service.server_port}/"
    moment = datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert main(["START"], environment(OPENLINEAGE_URL=url, OPENLINEAGE_API_KEY="k"), moment) == 0
    assert main(["Failed", "--error", "oom"], environment(OPENLINEAGE_URL=url, OPENLINEAGE_ENDPOINT="/lineage"), moment) == 0
    assert main(["Succeeded", "--error", "ignored"], environment(OPENLINEAGE_URL=url), moment) == 0
    (path, login, start), (other, anonymous, fail), (_, _, complete) = service.received
    assert (path, login, other, anonymous) == ("/api/v1/lineage", "Bearer k", "/lineage", "")
    assert [e["eventType"] for e in (start, fail, complete)] == ["START", "FAIL", "COMPLETE"]
    assert start["run"]["runId"] == RUN_ID
    assert start["eventTime"] == "2026-11-24T08:00:00.000+00:00"
    assert (start["inputs"][0]["name"], start["outputs"][0]["name"]) == ("tx", "f")
    assert fail["run"]["facets"]["errorMessage"]["message"] == "oom"
    assert complete["run"]["facets"] == {}


def test_a_service_that_is_away_or_unwilling_does_not_break_the_run(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    service.status = 503
    unwilling = f"http://127.0.0.1:{service.server_port}"
    for url, words in (
        (unwilling, "503 no  [31m room"),
        ("http://127.0.0.1:1", "ConnectionRefusedError"),
        ("", "is not set"),
        ("file:///x", "not an http"),
    ):
        assert main(["START"], environment(OPENLINEAGE_URL=url)) == 0
        told = capsys.readouterr().err
        assert words in told
        # nothing is lost: the event is in the log
        assert json.loads(told.partition("\n")[2])["eventType"] == "START"
        assert main(["START", "--strict"], environment(OPENLINEAGE_URL=url)) == 1
        capsys.readouterr()


def test_a_broken_contract_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["START"], {}) == 2
    assert "lineage: CNAI_APP is not set" in capsys.readouterr().err
    assert main(["START"], environment(CNAI_INPUT_TX="kafka://broker/")) == 2
    assert "names no dataset" in capsys.readouterr().err
