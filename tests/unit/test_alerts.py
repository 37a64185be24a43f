"""Alerts: on labels that the metrics have, on every request once, and on silence; and what scrapes a service that nobody watches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from examples import APP, plan_of, project_of

from cnai_gitops.compile.app import compile_app
from cnai_gitops.steps.drift import Score, exposition

SERVE: Mapping[str, Any] = {"name": "scorer", "model": "bought"}
DRIFT: Mapping[str, Any] = {
    "train": {"name": "scorer", "image": "train", "reads": ["rows"]},
    "serve": SERVE,
    "observe": {"signals": [{"kind": "drift", "method": "ks", "window": "2d"}]},
}
RAY = {"kind": "rayservice", "image": "models", "applications": [{"name": "eta", "import_path": "models.eta:app"}]}
METRICS = {("Service", "example-scorer-metrics"), ("ServiceMonitor", "example-scorer-metrics")}


def objects(parts: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    plan = plan_of(project_of(parts))
    [target] = plan.targets_of(APP)
    return {(made.key.kind, made.key.name): made.body for made in compile_app(plan, plan.app(APP, target))[0]}


def rules(parts: Mapping[str, Any]) -> dict[str, Any]:
    groups = objects(parts)["PrometheusRule", f"{APP}-service"]["spec"]["groups"]
    found = [rule for group in groups for rule in group["rules"]]
    assert len({rule.get("alert", rule.get("record")) for rule in found}) == len(found), "promtool refuses two rules of one name"
    return {rule.get("alert", rule.get("record")): rule for rule in found}


def labels_of(text: str) -> dict[str, set[tuple[str, str]]]:
    """Labels of each metric of an exposition, or those that each selector of an expression asks for."""
    found = re.findall(r"(cnai_\w+)\{([^}]*)\}", text)
    return {name: set(re.findall(r'(\w+)="([^"]*)"', labels)) for name, labels in found}


def test_a_drift_alert_asks_for_labels_that_its_metric_has() -> None:
    """What the step exports with the arguments of the workflow, against what the rules select."""
    made = objects(DRIFT)
    args = made["WorkflowTemplate", f"{APP}-observe-service"]["spec"]["templates"][0]["container"]["args"]
    labels = dict(arg.removeprefix("--label=").split("=") for arg in args if arg.startswith("--label="))
    labels["model"] = next(arg.removeprefix("--model=") for arg in args if arg.startswith("--model="))
    exported = labels_of(exposition([Score("country", "total_variation", 0.5)], labels, rows=9, window_end=1.0))
    asked = [labels_of(rule["expr"]) for rule in rules(DRIFT).values()]
    assert {name for found in asked for name in found} == {"cnai_drift_score", "cnai_drift_window_end_timestamp"}
    for found in asked:
        for name, wanted in found.items():
            assert wanted == {("app", APP), ("environment", "dev"), ("model", "scorer")}
            assert wanted <= exported[name]


def test_a_drift_check_that_never_reports_is_an_alert() -> None:
    stale = rules(DRIFT)["ExampleDriftStale"]
    end = 'cnai_drift_window_end_timestamp{app="example",environment="dev",model="scorer"}'
    assert stale["expr"] == f"(time() - max by (app) ({end}) > 345600) or absent(max by (app) (max_over_time({end}[345600s])))"
    assert stale["for"] == "24h"
    assert stale["annotations"]["summary"] == "no drift result of example for more than 120 hours"


def test_a_suspended_drift_check_is_not_waited_for() -> None:
    parts = {**DRIFT, "release": {"observe.service": {"suspend": True}}}
    assert objects(parts)["CronWorkflow", f"{APP}-observe-service"]["spec"]["suspend"] is True
    assert list(rules(parts)) == ["ExampleDataDrift"]


def slo(serve: Mapping[str, Any], **promise: Any) -> dict[str, Any]:
    return {"serve": serve, "observe": {"signals": [{"kind": "slo", **promise}]}}


@pytest.mark.parametrize("promise", [{"availability": 99.9}, {"p99_ms": 80}])
def test_nobody_who_answers_is_an_alert(promise: Mapping[str, Any]) -> None:
    outage = rules(slo(SERVE, **promise))["ExampleOutage"]
    names = '"example-scorer(-canary|-previous)?-metrics"'
    ready = f'count(kube_endpoint_address{{namespace="risk-dev",endpoint=~{names},ready='
    assert outage["expr"] == (f'absent(up{{namespace="risk-dev",service=~{names}}} == 1) or ({ready}"false"}}) unless {ready}"true"}}))')
    assert (outage["for"], outage["labels"]["severity"], outage["labels"]["service"]) == ("5m", "page", "example-scorer")


def test_a_service_that_may_sleep_is_not_out() -> None:
    lag = {"kind": "lag", "topic": "rows", "consumer_group": "scorer"}
    assert "ExampleOutage" in rules(slo({**SERVE, "scaling": {"triggers": [lag]}}, availability=99.9))
    assert "ExampleOutage" not in rules(slo({**SERVE, "scaling": {"min": 0, "triggers": [lag]}}, availability=99.9))


def test_a_failed_request_of_ray_serve_counts_once() -> None:
    """Its counter of requests has the failed ones, too; 7.5 % of all are 7.5 %, not 7 %."""
    expr = rules(slo({"name": "models", "engine": RAY}, availability=99.5))["cnai:errors:ratio_1h"]["expr"]
    match = '{namespace="risk-dev",service=~"example-models(-canary|-previous)?-metrics"}[1h]'
    errors, total = (f"sum(rate(ray_serve_num_http_{name}_total{match}))" for name in ("error_requests", "requests"))
    assert expr == f"{errors} / clamp_min({total}, 0.000001)"


def test_when_every_request_of_triton_fails_there_is_a_ratio() -> None:
    """It counts successes apart; a sum of a counter that has no sample is nothing, and nothing plus errors is nothing."""
    expr = rules(slo(SERVE, availability=99.5))["cnai:errors:ratio_1h"]["expr"]
    match = '{namespace="risk-dev",service=~"example-scorer(-canary|-previous)?-metrics"}[1h]'
    errors, good = (f"sum(rate(nv_inference_request_{name}{match}))" for name in ("failure", "success"))
    assert expr == f"{errors} / clamp_min(({errors} + ({good} or vector(0))), 0.000001)"


# -- what scrapes a service ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "scraped"),
    [
        ({"serve": SERVE}, True),
        ({"serve": {**SERVE, "scaling": {"kind": "cron", "start": "0 1 * * *", "end": "0 2 * * *", "replicas": 2}}}, False),
        ({"serve": {"name": "scorer", "engine": RAY}}, False),
    ],
)
def test_a_rate_that_nobody_watches_brings_its_monitor(parts: Mapping[str, Any], scraped: bool) -> None:
    made = objects(parts)
    assert (made.keys() >= METRICS) is scraped
    if scraped:
        service = made["Service", "example-scorer-metrics"]
        assert (
            made["ServiceMonitor", "example-scorer-metrics"]["spec"]["selector"]["matchLabels"].items()
            <= service["metadata"]["labels"].items()
        )
        assert service["spec"]["selector"]["serving.kserve.io/inferenceservice"] == "example-scorer"
        query = made["ScaledObject", "example-scorer"]["spec"]["triggers"][0]["metadata"]["query"]
        assert 'service="example-scorer-metrics"' in query


def test_each_service_is_scraped_by_one_stage() -> None:
    other = {"name": "other", "model": "bought"}
    made = objects({"serve": [SERVE, other], "observe": {"serves": ["scorer"], "interval": "10s"}})
    intervals = {name: body["spec"]["endpoints"][0]["interval"] for (kind, name), body in made.items() if kind == "ServiceMonitor"}
    assert intervals == {"example-scorer-metrics": "10s", "example-other-metrics": "30s"}
