"""Peaks of the kinds of Kubernetes, KServe, KEDA and Argo Events: the golden table and what surrounds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cnai_gitops.resources.accelerators import pod_demand, total
from cnai_gitops.resources.base import ALONE, INFINITE, Body, Demand, key_of, kind_of

GPU = "nvidia.com/gpu"


class Objects:
    """The objects of one target."""

    def __init__(self, *bodies: Body) -> None:
        self.bodies = bodies

    def get(self, group: str, kind: str, namespace: str, name: str) -> Body | None:
        return next((b for b in self.bodies if key_of(b) == (group, kind, namespace, name)), None)

    def scaled_max(self, group: str, kind: str, namespace: str, name: str) -> float | None:
        found = [
            s[1] for b in self.bodies if (k := kind_of(b)) and k.scales and (s := k.scales(b)) and s[0] == (group, kind, namespace, name)
        ]
        return max(found, default=None)

    def demand(self, body: Body) -> Demand:
        kind = kind_of(body)
        assert kind is not None
        if kind.demand is not None:
            return kind.demand(body, self)
        return total(pod_demand(pods.spec) * pods.count for pods in (kind.effective(body, self) if kind.effective else ()))


def peak(body: Body, *others: Body) -> Any:
    """The one number of a demand that has a single class, 0 without any."""
    demand = Objects(body, *others).demand(body)
    assert demand.unknown == ()
    assert len(demand.peak) <= 1
    return next(iter(demand.peak.values()), 0)


def unknown(body: Body, *others: Body) -> tuple[str, ...]:
    return Objects(body, *others).demand(body).unknown


def pod(gpus: int, name: str = "main") -> dict[str, Any]:
    return {"containers": [{"name": name, "resources": {"limits": {GPU: gpus}}}]}


def made(api_version: str, kind: str, spec: Mapping[str, Any], name: str = "a", **annotations: str) -> Body:
    meta = {"name": name, "namespace": "n", "annotations": {k.replace("__", "/").replace("_", "."): v for k, v in annotations.items()}}
    return {"apiVersion": api_version, "kind": kind, "metadata": meta, "spec": dict(spec)}


def workload(kind: str, gpus: int, **spec: Any) -> Body:
    return made("apps/v1", kind, {"template": {"spec": pod(gpus)}, **spec})


def hpa(maximum: int, kind: str = "Deployment", name: str = "a") -> Body:
    ref = {"apiVersion": "apps/v1", "kind": kind, "name": name}
    return made("autoscaling/v2", "HorizontalPodAutoscaler", {"scaleTargetRef": ref, "maxReplicas": maximum}, f"hpa-{maximum}")


def scaled_object(target: str = "a", annotations: Mapping[str, str] = {}, **spec: Any) -> Body:
    body = made("keda.sh/v1alpha1", "ScaledObject", {"scaleTargetRef": {"name": target}, "triggers": [], **spec}, "scaler")
    body["metadata"]["annotations"] = dict(annotations)
    return body


def job(gpus: int, **spec: Any) -> dict[str, Any]:
    return {"template": {"spec": pod(gpus)}, **spec}


# -- Deployment and its siblings ----------------------------------------------------------------------------


def test_g1_a_deployment_surges_by_a_quarter_rounded_up() -> None:
    assert peak(workload("Deployment", 4, replicas=3)) == 16


def test_g2_recreate_does_not_surge() -> None:
    assert peak(workload("Deployment", 4, replicas=3, strategy={"type": "Recreate"})) == 12


def test_g3_the_maximum_of_an_autoscaler_replaces_replicas_and_is_counted_once() -> None:
    assert peak(workload("Deployment", 1, replicas=2), hpa(10)) == 13
    assert peak(hpa(10)) == 0


def test_g4_a_scaled_object_without_maximum_scales_to_a_hundred() -> None:
    assert peak(workload("Deployment", 2), scaled_object()) == 250
    assert peak(scaled_object()) == 0


def test_two_autoscalers_count_as_the_larger_and_a_smaller_one_does_not_hide_replicas() -> None:
    assert peak(workload("Deployment", 1, strategy={"type": "Recreate"}), hpa(4), hpa(7)) == 7
    assert peak(workload("Deployment", 1, replicas=9, strategy={"type": "Recreate"}), hpa(4)) == 9


@pytest.mark.parametrize(
    ("surge", "expected"),
    [(0, 8), (3, 11), ("0%", 8), ("50%", 12), ("1%", 9), ("100%", 16), ("many", INFINITE), (-1, INFINITE)],
)
def test_surge(surge: int | str, expected: float) -> None:
    assert peak(workload("Deployment", 1, replicas=8, strategy={"rollingUpdate": {"maxSurge": surge}})) == expected


@pytest.mark.parametrize("replicas", ["{{n}}", True, -1, 1.5])
def test_an_unreadable_number_of_replicas_bounds_nothing(replicas: Any) -> None:
    assert peak(workload("Deployment", 1, replicas=replicas)) == INFINITE
    assert peak(workload("StatefulSet", 1, replicas=replicas)) == INFINITE


def test_a_stateful_set_does_not_surge_and_can_be_scaled() -> None:
    assert peak(workload("StatefulSet", 2, replicas=3)) == 6
    assert peak(workload("StatefulSet", 2), hpa(5, "StatefulSet")) == 10
    assert peak(workload("StatefulSet", 2), hpa(5, "Deployment")) == 2


def test_a_daemon_set_is_unknown_only_with_accelerators() -> None:
    assert "every matching node" in unknown(workload("DaemonSet", 1))[0]
    assert unknown(workload("DaemonSet", 0)) == ()


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"maxReplicaCount": 5}, 5),
        ({"maxReplicaCount": 5, "fallback": {"failureThreshold": 3, "replicas": 8}}, 8),
        ({"annotations": {"autoscaling.keda.sh/paused-replicas": "12"}, "maxReplicaCount": 5}, 12),
    ],
)
def test_a_fallback_and_a_pause_can_ask_for_more_than_the_maximum(spec: dict[str, Any], expected: int) -> None:
    assert peak(workload("Deployment", 1, strategy={"type": "Recreate"}), scaled_object(**spec)) == expected


# -- jobs ----------------------------------------------------------------------------------------------------


def test_g5_g6_a_job_runs_no_more_pods_than_it_needs() -> None:
    assert peak(made("batch/v1", "Job", job(1, parallelism=8, completions=3))) == 3
    assert peak(made("batch/v1", "Job", job(1, parallelism=0))) == 0
    assert peak(made("batch/v1", "Job", job(2, parallelism=4))) == 8
    assert peak(made("batch/v1", "Job", job(2, suspend=True))) == 2


@pytest.mark.parametrize(
    ("policy", "schedule", "deadline", "expected"),
    [
        ("Forbid", "* * * * *", None, 2),
        ("Replace", "* * * * *", None, 2),
        (None, "0 2 * * *", None, INFINITE),
        ("Allow", "0 2 * * *", 86400, 2),
        ("Allow", "0 2 * * *", 86401, 4),
        ("Allow", "*/10 * * * *", 3600, 12),
        ("Allow", "0 0 * * 0", 86400, 2),
        ("Allow", "nonsense", 60, INFINITE),
    ],
)
def test_a_cron_job_counts_runs_that_overlap(policy: str | None, schedule: str, deadline: int | None, expected: float) -> None:
    run = job(2) | ({"activeDeadlineSeconds": deadline} if deadline else {})
    spec = {"schedule": schedule, "jobTemplate": {"spec": run}} | ({"concurrencyPolicy": policy} if policy else {})
    assert peak(made("batch/v1", "CronJob", spec)) == expected


def test_a_cron_job_without_pods_is_nothing_even_when_unbounded() -> None:
    assert peak(made("batch/v1", "CronJob", {"schedule": "* * * * *", "jobTemplate": {"spec": job(1, parallelism=0)}})) == 0


def test_a_scaled_job_multiplies_its_job() -> None:
    spec = {"jobTargetRef": job(2, parallelism=3, completions=2), "triggers": []}
    assert peak(made("keda.sh/v1alpha1", "ScaledJob", spec)) == 400
    assert peak(made("keda.sh/v1alpha1", "ScaledJob", {**spec, "maxReplicaCount": 5})) == 20


def test_a_pod_is_a_pod() -> None:
    assert peak(made("v1", "Pod", pod(3))) == 3


# -- KServe ---------------------------------------------------------------------------------------------------

STANDARD = {"serving.kserve.io/deploymentMode": "Standard"}


def service(annotations: Mapping[str, str] = STANDARD, **spec: Any) -> Body:
    body = made("serving.kserve.io/v1beta1", "InferenceService", spec, "scorer")
    body["metadata"]["annotations"] = dict(annotations)
    return body


def model(gpus: int, **fields: Any) -> dict[str, Any]:
    return {"modelFormat": {"name": "onnx"}, "resources": {"limits": {GPU: gpus}}, **fields}


def runtime(gpus: int, kind: str = "ClusterServingRuntime", **spec: Any) -> Body:
    body = made("serving.kserve.io/v1alpha1", kind, {**pod(gpus, "kserve-container"), **spec}, "triton")
    if kind.startswith("Cluster"):
        del body["metadata"]["namespace"]
    return body


def test_g14_components_are_summed_each_with_its_surge() -> None:
    explainer = {"maxReplicas": 2, **pod(1)}
    assert peak(service(predictor={"maxReplicas": 5, "model": model(2)}, explainer=explainer)) == 17


def test_g15_knative_without_a_maximum_is_unbounded_and_standard_mode_is_not() -> None:
    assert peak(service({}, predictor={"model": model(1)})) == INFINITE
    assert peak(service(predictor={"minReplicas": 2, "model": model(1)})) == 3


def test_knative_keeps_the_previous_revision_and_an_annotation_bounds_it() -> None:
    assert peak(service({}, predictor={"maxReplicas": 4, "model": model(1)})) == 8
    assert peak(service({"autoscaling.knative.dev/max-scale": "3"}, predictor={"model": model(1)})) == 6
    inner = {"annotations": {"autoscaling.knative.dev/max-scale": "2"}, "model": model(1)}
    assert peak(service({"autoscaling.knative.dev/max-scale": "3"}, predictor=inner)) == 4
    assert peak(service({"autoscaling.knative.dev/max-scale": "0"}, predictor={"model": model(1)})) == INFINITE


def test_an_own_strategy_replaces_the_quarter() -> None:
    tight = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}
    assert peak(service(predictor={"maxReplicas": 5, "deploymentStrategy": tight, "model": model(2)})) == 10


def test_an_external_autoscaler_decides_and_maximum_of_ours_does_not() -> None:
    external = {**STANDARD, "serving.kserve.io/autoscalerClass": "external"}
    predictor = {"maxReplicas": 50, "deploymentStrategy": {"type": "Recreate"}, "model": model(1)}
    assert peak(service(external, predictor=predictor), scaled_object("scorer-predictor", maxReplicaCount=6)) == 6
    named = {**predictor, "name": "v2"}
    assert peak(service(external, predictor=named), scaled_object("scorer-v2-predictor", maxReplicaCount=7)) == 7
    assert peak(service(external, predictor=predictor), scaled_object("scorer-transformer", maxReplicaCount=6)) == 50


def test_resources_come_from_the_runtime_when_the_service_has_none() -> None:
    predictor = {
        "maxReplicas": 4,
        "deploymentStrategy": {"type": "Recreate"},
        "model": {"modelFormat": {"name": "onnx"}, "runtime": "triton"},
    }
    assert peak(service(predictor=predictor), runtime(2)) == 8
    assert peak(service(predictor=predictor), runtime(3, "ServingRuntime"), runtime(2)) == 12
    assert unknown(service(predictor=predictor)) == ("predictor sets no resources and the runtime 'triton' is not in this target",)
    assert unknown(service(predictor={"model": {}})) == ("predictor sets no resources and KServe chooses the runtime",)
    assert unknown(service(predictor={"minReplicas": 1})) == ("the predictor names neither a model nor containers",)
    assert peak(runtime(2)) == 0


def test_own_resources_win_over_those_of_the_runtime_and_its_other_containers_run_beside() -> None:
    beside = runtime(8)
    beside["spec"]["containers"].append({"name": "cache", "resources": {"limits": {GPU: 1}}})
    predictor = {"deploymentStrategy": {"type": "Recreate"}, "model": model(2, runtime="triton"), **pod(4, "side")}
    assert peak(service(predictor=predictor), beside) == 2 + 1 + 4


def test_a_canary_adds_its_own_pods() -> None:
    stable = {"minReplicas": 4, "maxReplicas": 4, "deploymentStrategy": {"type": "Recreate"}, "model": model(2)}
    explicit = {"trafficPercent": 10, "predictor": {"name": "next", "minReplicas": 2, "model": {"storageUri": "s3://new"}}}
    assert peak(service(predictor=stable, canary=[explicit])) == 8 + 4
    share = {"trafficPercent": 30, "predictor": {"name": "next", "model": model(1)}}
    assert peak(service(predictor=stable, canary=[share])) == 8 + 2


@pytest.mark.parametrize(
    ("pipeline", "tensor", "worker", "head", "annotations", "expected"),
    [
        (2, 4, 4, None, {}, 16),  # G16: 8 steady, both Deployments once more
        (2, 4, None, None, {}, 16),  # G16: nothing set, eight pods of one
        (2, 3, 4, None, {}, 12),  # G16: head 2 and worker 4
        (2, 4, None, 4, {}, 2 * 4 + 2 * 4),
        (1, 4, 4, None, {}, 8),
        (2, 4, 1, None, {"multinode/executor-backend": "mp"}, 16),
        (3, 2, None, None, {"multinode/executor-backend": "mp"}, 12),
    ],
)
def test_g16_several_nodes_for_one_replica(
    pipeline: int, tensor: int, worker: int | None, head: int | None, annotations: dict[str, str], expected: int
) -> None:
    workers: dict[str, Any] = {"pipelineParallelSize": pipeline, "tensorParallelSize": tensor, "containers": [{"name": "worker-container"}]}
    if worker:
        workers["containers"][0]["resources"] = {"limits": {GPU: worker}}
    served = {"modelFormat": {"name": "vllm"}, "runtime": "triton"} | ({"resources": {"limits": {GPU: head}}} if head else {})
    below = runtime(0, annotations=annotations, workerSpec={"containers": [{"name": "worker-container"}]})
    del below["spec"]["containers"][0]["resources"]
    assert peak(service(predictor={"workerSpec": workers, "model": served}), below) == expected


def test_parallel_sizes_of_the_runtime_are_the_default() -> None:
    below = runtime(1, workerSpec={"pipelineParallelSize": 2, "tensorParallelSize": 2, **pod(2, "worker-container")})
    predictor = {"workerSpec": {}, "model": {"modelFormat": {"name": "vllm"}, "runtime": "triton"}}
    assert peak(service(predictor=predictor), below) == 2
    predictor["workerSpec"] = {"pipelineParallelSize": 2}
    assert peak(service(predictor=predictor), below) == 2 * (1 + 2)


def test_pods_are_listed_with_their_place_and_images_with_theirs() -> None:
    canary = {"trafficPercent": 10, "predictor": {"name": "next", "model": {"storageUri": "oci+native://r/m@sha256:2"}}}
    body = service(
        predictor={"serviceAccountName": "sa", "model": model(1, image="r/server:1", storageUri="oci+native://r/m@sha256:1")},
        canary=[canary],
    )
    kind = kind_of(body)
    assert kind is not None and kind.effective is not None and kind.images is not None
    listed = list(kind.effective(body, ALONE))
    assert [(p.path, p.count) for p in listed] == [("spec.predictor", 2), ("spec.canary[0].predictor", 1)]
    assert listed[0].spec["serviceAccountName"] == "sa"
    assert [c["name"] for c in listed[0].spec["containers"]] == ["kserve-container"]
    assert [list(p.images) for p in listed] == [
        [("spec.predictor.model.image", "r/server:1"), ("spec.predictor.volumes[0].image.reference", "r/m@sha256:1")],
        [("spec.canary[0].predictor.model.image", "r/server:1"), ("spec.canary[0].predictor.volumes[0].image.reference", "r/m@sha256:2")],
    ]
    assert list(kind.images(body)) == [
        ("spec.predictor.model.storageUri", "r/m@sha256:1"),
        ("spec.canary[0].predictor.model.storageUri", "r/m@sha256:2"),
    ]


def test_a_runtime_shows_its_pods_and_runs_none() -> None:
    body = runtime(1, workerSpec={"containers": [{"name": "w", "image": "r/w:1"}]})
    body["spec"]["containers"][0]["image"] = "r/s:1"
    kind = kind_of(body)
    assert kind is not None and kind.effective is not None
    assert [(p.count, *p.images) for p in kind.effective(body, ALONE)] == [
        (0, ("spec.containers[0].image", "r/s:1")),
        (0, ("spec.workerSpec.containers[0].image", "r/w:1")),
    ]
    assert Objects(body).demand(body) == Demand()


# -- Argo Events ----------------------------------------------------------------------------------------------


def sensor(resource: Body, operation: str = "create") -> Body:
    template = {"name": "t", "k8s": {"operation": operation, "source": {"resource": resource}}}
    return made("argoproj.io/v1alpha1", "Sensor", {"dependencies": [], "triggers": [{"template": template}]})


def test_a_sensor_makes_one_object_an_event() -> None:
    named = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "retrain"}, "spec": job(4)}
    generated = {**named, "metadata": {"generateName": "retrain-"}}
    assert peak(sensor(named)) == 4
    assert peak(sensor(generated)) == INFINITE
    assert peak(sensor(generated, "delete")) == 0
    assert peak(sensor({**generated, "spec": job(0)})) == 0


def test_a_mutex_keeps_it_at_one_unless_its_name_is_a_parameter() -> None:
    generated: Body = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"generateName": "retrain-"}, "spec": job(4)}
    generated["spec"]["synchronization"] = {"mutexes": [{"name": "scorer"}]}
    assert peak(sensor(generated)) == 4
    generated["spec"]["synchronization"] = {"mutexes": [{"name": "{{workflow.parameters.model}}"}]}
    assert peak(sensor(generated)) == INFINITE
