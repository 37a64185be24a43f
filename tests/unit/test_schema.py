from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Annotated, Any, Literal, Required, TypedDict

import pytest
from annotated_types import Ge, MinLen

from cnai_gitops.check.schemas.models import schema_of
from cnai_gitops.check.schemas.published import nearest_minor
from cnai_gitops.check.schemas.schema import check_schema, path_text
from cnai_gitops.errors import NotEvaluated
from cnai_gitops.resources.base import Body, Resource, kinds

KINDS = sorted(kinds())
IDS = [f"{version}-{kind}" for version, kind in KINDS]
NEWEST = "1.37"


def problems(body: Body, version: str = NEWEST, lock: Path | None = None) -> list[tuple[str, str, str]]:
    return [(f.code, f.message, f.help) for f in check_schema([("prod/eu1", body)], version, lock)]


def service(**spec: Any) -> Body:
    meta = {"name": "scorer", "namespace": "risk-prod"}
    return {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "metadata": meta, "spec": spec}


def deployment() -> Body:
    container = {"name": "main", "image": "ghcr.io/example/app:1", "resources": {"limits": {"cpu": "500m", "memory": "1Gi"}}}
    template = {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [container]}}
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "a"}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "risk-prod"}, "spec": spec}


@pytest.mark.parametrize("key", KINDS, ids=IDS)
def test_a_typing_error_at_the_top_and_in_the_metadata_fails_for_every_kind(key: tuple[str, str]) -> None:
    meta = {"name": "a", "labelz": {}} | ({"namespace": "n"} if kinds()[key].namespaced else {})
    found = problems({"apiVersion": key[0], "kind": key[1], "metadata": meta, "spce": {}})
    assert ("CNAI403", "metadata.labelz is not a field of metadata", "did you mean labels?") in found
    assert [(code, words) for code, words, _ in found if "spce" in words] == [("CNAI403", f"spce is not a field of {key[1]}")]


@pytest.mark.parametrize("key", KINDS, ids=IDS)
def test_every_model_compiles_and_every_kind_is_served_by_the_newest_kubernetes(key: tuple[str, str]) -> None:
    meta = {"name": "a"} | ({"namespace": "n"} if kinds()[key].namespaced else {})
    assert "CNAI401" not in [code for code, _, _ in problems({"apiVersion": key[0], "kind": key[1], "metadata": meta})]


TYPOS = [
    (
        service(predictor={"model": {"modelFormat": {"name": "onnx"}, "storageUrl": "s3://m"}}),
        ("CNAI403", "spec.predictor.model.storageUrl is not a field of spec.predictor.model", "did you mean storageUri or storage?"),
    ),
    (
        service(predictor={"minReplicaCount": 2}),
        ("CNAI403", "spec.predictor.minReplicaCount is not a field of spec.predictor", "did you mean minReplicas?"),
    ),
    (
        service(predictor={"scaleMetric": "gpu"}),
        ("CNAI404", "spec.predictor.scaleMetric must be cpu, memory, concurrency or rps, not 'gpu'", ""),
    ),
    (
        service(predictor={}, canary=[{"trafficPercent": 101, "predictor": {"name": "next"}}]),
        ("CNAI404", "spec.canary[0].trafficPercent must be at most 100, not 101", ""),
    ),
    (
        {
            "apiVersion": "keda.sh/v1alpha1",
            "kind": "ScaledObject",
            "metadata": {"name": "s", "namespace": "n"},
            "spec": {"scaleTargetRef": {"name": "a"}, "triggers": [{"type": "prometheus", "metadata": {"threshold": 5}}]},
        },
        ("CNAI404", "spec.triggers[0].metadata.threshold must be text, not 5", ""),
    ),
    (
        {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": {"name": "r", "namespace": "n"},
            "spec": {"groups": [{"name": "g", "rules": [{"alert": "A", "expr": "up", "for": "5 minutes"}]}]},
        },
        ("CNAI404", "spec.groups[0].rules[0].for must match (0|([0-9]+(ms|s|m|h|d|w|y))+), not '5 minutes'", ""),
    ),
    (
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Sensor",
            "metadata": {"name": "s", "namespace": "n"},
            "spec": {"dependencies": [], "triggers": [{"template": {"name": "t"}, "rateLimits": {}}]},
        },
        ("CNAI403", "spec.triggers[0].rateLimits is not a field of spec.triggers[0]", "did you mean rateLimit?"),
    ),
    (
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": "a", "namespace": "n"},
            "spec": {"project": "p"},
        },
        ("CNAI405", "spec.destination is missing", ""),
    ),
]


@pytest.mark.parametrize(("body", "expected"), TYPOS, ids=[e[1][:40] for _, e in TYPOS])
def test_the_exact_words(body: Body, expected: tuple[str, str, str]) -> None:
    assert problems(body) == [expected]


def test_a_good_object_has_no_findings() -> None:
    assert problems(deployment()) == []
    assert problems(service(predictor={"model": {"modelFormat": {"name": "onnx"}, "storageUri": "s3://m"}})) == []


def test_all_errors_of_a_core_kind_are_reported_at_once() -> None:
    body = deployment()
    body["spec"]["replicas"] = "3"
    del body["spec"]["selector"]
    body["spec"]["template"]["spec"]["container"] = []
    body["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"] = ["1"]
    assert sorted(problems(body)) == [
        ("CNAI403", "spec.template.spec.container is not a field of spec.template.spec", "did you mean containers or initContainers?"),
        ("CNAI404", "spec.replicas must be a whole number, not '3'", ""),
        ("CNAI404", "spec.template.spec.containers[0].resources.limits.cpu must be a number or text, not a list of 1", ""),
        ("CNAI405", "spec.selector is missing", ""),
    ]


def test_an_unknown_kind_is_a_finding_and_names_what_is_near() -> None:
    meta = {"name": "a", "namespace": "n"}
    assert problems({"apiVersion": "apps/v1", "kind": "Deploymnt", "metadata": meta}) == [
        (
            "CNAI401",
            "apps/v1 Deploymnt is not a kind that is known here, so nothing about it was checked",
            "did you mean apps/v1 Deployment?",
        )
    ]
    old = problems({"apiVersion": "external-secrets.io/v1beta1", "kind": "ExternalSecret", "metadata": meta})
    assert [(code, help_) for code, _, help_ in old] == [("CNAI401", "known is external-secrets.io/v1 ExternalSecret")]
    assert [(code, words[:27]) for code, words, _ in problems({})] == [("CNAI401", "no apiVersion no kind is no")]


def test_a_kind_that_this_kubernetes_lacks_is_a_finding() -> None:
    body = {"apiVersion": "resource.k8s.io/v1", "kind": "DeviceClass", "metadata": {"name": "gpu"}, "spec": {}}
    assert problems(body, "1.31") == [("CNAI401", "resource.k8s.io/v1 DeviceClass does not exist in Kubernetes 1.31", "")]
    assert problems(body, "1.34") == []


@pytest.mark.parametrize(("version", "minor"), [("1.34", 34), ("v1.33.7", 33), ("1.99", 37), ("1.2", 25)])
def test_the_nearest_published_version_is_used(version: str, minor: int) -> None:
    assert nearest_minor(version) == minor


@pytest.mark.parametrize("version", ["", "2.0", "latest", "1"])
def test_an_unreadable_version_is_not_evaluated(version: str) -> None:
    with pytest.raises(NotEvaluated):
        nearest_minor(version)


@pytest.mark.parametrize(
    ("kind", "meta", "words"),
    [
        ("ConfigMap", {}, "metadata.name is missing"),
        ("ConfigMap", {"generateName": "a-"}, "metadata.name is missing"),
        ("ConfigMap", {"name": "Upper"}, "'Upper' must be DNS labels (lower-case letters, digits and `-`) with dots between them"),
        ("ConfigMap", {"name": "a\n"}, "'a\\n' must be DNS labels (lower-case letters, digits and `-`) with dots between them"),
        ("Service", {"name": "1a"}, "'1a' must be a DNS label that starts with a letter"),
        ("Service", {"name": "a" * 64}, f"{'a' * 64!r} has 64 characters, a Service may have 63"),
        (
            "ConfigMap",
            {"name": "a", "namespace": "A"},
            "'A' must be a DNS label: lower-case letters, digits and `-`, a letter or digit at both ends, at most 63 characters",
        ),
        ("Namespace", {"name": "a", "namespace": "b"}, "a Namespace belongs to no namespace"),
    ],
)
def test_names(kind: str, meta: dict[str, Any], words: str) -> None:
    found = problems({"apiVersion": "v1", "kind": kind, "metadata": meta})
    assert [(code, text) for code, text, _ in found] == [("CNAI402", words)]


def test_names_leave_room_for_what_controllers_append() -> None:
    limit = kinds()[("serving.kserve.io/v1beta1", "InferenceService")].name_limit
    body = service(predictor={})
    body["metadata"]["name"] = "a" * limit
    assert problems(body) == []
    assert len("a" * limit + "-predictor" + "-0123456789-01234") == 63
    body["metadata"]["name"] += "a"
    assert [code for code, _, _ in problems(body)] == ["CNAI402"]


def test_a_hook_may_have_a_generated_name_and_a_role_a_colon() -> None:
    hook = {"generateName": "a-", "namespace": "n", "annotations": {"argocd.argoproj.io/hook": "PostSync"}}
    assert problems({"apiVersion": "v1", "kind": "ConfigMap", "metadata": hook}) == []
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "cnai:read"}, "rules": []}
    assert problems(role) == []


def test_the_value_of_a_secret_is_never_shown() -> None:
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "n"}, "data": {"token": 12345678}}
    assert problems(body) == [("CNAI404", "data.token must be text, not that", "")]


def test_a_finding_is_in_the_words_of_the_author_and_names_object_and_target() -> None:
    body = service(predictor={"maxReplicas": "8"})
    item = Resource(
        body, stage="serve.scorer", trace=(("spec.predictor", "serve.scorer"), ("spec.predictor.maxReplicas", "serve.scorer.scaling.max"))
    )
    (found,) = check_schema([("prod/eu1", item)], NEWEST)
    assert (found.path, found.target) == ("serve.scorer.scaling.max", "prod/eu1")
    assert found.resource == "serving.kserve.io/InferenceService/risk-prod/scorer"
    assert found.message == "spec.predictor.maxReplicas must be a whole number, not '8'"


CRD = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"type": "object"},
        "spec": {
            "type": "object",
            "required": ["dnsNames", "usage"],
            "properties": {
                "dnsNames": {"type": "array", "items": {"type": "string"}},
                "usage": {"type": "string", "default": "server"},
                "port": {"x-kubernetes-int-or-string": True},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            },
        },
    },
}


def test_a_synced_crd_makes_a_kind_known_and_is_closed(tmp_path: Path) -> None:
    (tmp_path / "cert-manager.io_v1_Certificate.json").write_text(json.dumps(CRD))
    meta = {"name": "c", "namespace": "n"}
    good: Body = {"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": meta}
    good["spec"] = {"dnsNames": ["a"], "port": "http", "free": {"x": 1}}
    assert problems(good)[0][0] == "CNAI401"
    assert problems(good, lock=tmp_path) == []
    bad = copy.deepcopy(good)
    bad["spec"]["dnsName"] = bad["spec"].pop("dnsNames")
    assert sorted(problems(bad, lock=tmp_path)) == [
        ("CNAI403", "spec.dnsName is not a field of spec", "did you mean dnsNames?"),
        ("CNAI405", "spec.dnsNames is missing", ""),
    ]


def test_a_synced_crd_is_used_beside_our_own_model(tmp_path: Path) -> None:
    older = copy.deepcopy(CRD)
    older["properties"]["spec"] = {
        "type": "object",
        "properties": {"predictor": {"type": "object", "properties": {"name": {"type": "string"}}}},
    }
    (tmp_path / "serving.kserve.io_v1beta1_InferenceService.json").write_text(json.dumps(older))
    body = service(predictor={"maxReplicas": 2})
    assert problems(body) == []
    assert [words for _, words, _ in problems(body, lock=tmp_path)] == ["spec.predictor.maxReplicas is not a field of spec.predictor"]


def test_a_broken_lock_is_not_evaluated(tmp_path: Path) -> None:
    (tmp_path / "cert-manager.io_v1_Certificate.json").write_text("{")
    with pytest.raises(NotEvaluated):
        problems({"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": {"name": "c"}}, lock=tmp_path)


def test_a_path_with_dots_in_a_key_stays_readable() -> None:
    assert path_text(["metadata", "labels", "app.kubernetes.io/name"]) == "metadata.labels['app.kubernetes.io/name']"
    assert path_text(["spec", "containers", 0, "image"]) == "spec.containers[0].image"


class Inner(TypedDict, total=False):
    size: Annotated[int, Ge(1)]
    more: list[Inner]


class Whole(TypedDict):
    name: Required[str]
    inner: Annotated[list[Inner], MinLen(1)]
    either: int | str
    mode: Literal["a"] | Literal["b"]
    free: dict[str, Any]


def test_a_typed_dict_becomes_a_closed_schema() -> None:
    schema = schema_of(Whole)
    whole, inner = (next(s for name, s in schema["$defs"].items() if name.endswith(end)) for end in (".Whole", ".Inner"))
    assert whole["additionalProperties"] is False
    assert whole["required"] == ["name", "inner", "either", "mode", "free"]
    assert whole["properties"]["either"] == {"type": ["integer", "string"]}
    assert whole["properties"]["mode"] == {"enum": ["a", "b"]}
    assert whole["properties"]["free"] == {"type": "object", "additionalProperties": {}}
    assert whole["properties"]["inner"]["minItems"] == 1
    assert inner["properties"]["size"] == {"type": "integer", "minimum": 1}
    assert inner["required"] == []


def test_a_type_that_no_manifest_holds_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot hold"):
        schema_of(TypedDict("Odd", {"x": set[str]}))  # type: ignore[misc]
