"""The ledger against worked examples: every row is a manifest and the number of accelerators it holds at its peak."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from cnai_gitops.check.objects.inventory import Inventory
from cnai_gitops.check.objects.ledger import findings, peaks, team_totals
from cnai_gitops.resources.base import INFINITE, Body, Key, key_of, kinds

GPU = "nvidia.com/gpu"
Bodies = list[Body]


def body(kind: str, spec: dict[str, Any], name: str = "x", namespace: str = "team", **labels: str) -> Body:
    versions = {known: api for api, known in kinds()}
    versions |= {"Deployment": "apps/v1", "Job": "batch/v1"}
    meta: dict[str, Any] = {"name": name, "namespace": namespace}
    return {"apiVersion": versions[kind], "kind": kind, "metadata": {**meta, "labels": labels} if labels else meta, "spec": spec}


def asks(count: Any, resource: str = GPU, **more: Any) -> dict[str, Any]:
    return {"name": "c", "image": "i", "resources": {"limits": {resource: count}}, **more}


def pod(count: Any, **more: Any) -> dict[str, Any]:
    return {"spec": {"containers": [asks(count)], **more}}


def deployment(replicas: int, count: int, **more: Any) -> Body:
    return body("Deployment", {"replicas": replicas, "template": pod(count), **more})


def scaler(kind: str, **spec: Any) -> Body:
    return body(kind, {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "x"}, **spec}, name="scaler")


def ray_cluster(autoscaling: bool, **group: Any) -> dict[str, Any]:
    workers = {"groupName": "g", "minReplicas": 0, "template": pod(4), "numOfHosts": 2, **group}
    return {
        "enableInTreeAutoscaling": autoscaling,
        "headGroupSpec": {"template": {"spec": {"containers": []}}},
        "workerGroupSpecs": [workers],
    }


def spark(**dynamic: Any) -> Body:
    gpu = {"name": GPU, "quantity": 1}
    return body(
        "SparkApplication",
        {"driver": {"gpu": gpu}, "executor": {"instances": 4, "gpu": gpu}, "dynamicAllocation": {"enabled": True, **dynamic}},
    )


def train_job(runtime: str = "torch-distributed") -> Body:
    trainer = {"numNodes": 4, "numProcPerNode": 8, "resourcesPerNode": {"limits": {GPU: 8}}}
    return body("TrainJob", {"runtimeRef": {"name": runtime}, "trainer": trainer})


def service(mode: str, **predictor: Any) -> Body:
    model = {"modelFormat": {"name": "onnx"}, "resources": {"limits": {GPU: predictor.pop("gpus")}}}
    spec = {"predictor": {"model": model, **predictor}}
    made = body("InferenceService", spec)
    made["metadata"]["annotations"] = {"serving.kserve.io/deploymentMode": mode}
    return made


def with_explainer() -> Body:
    made = service("Standard", gpus=2, maxReplicas=5)
    made["spec"]["explainer"] = {"containers": [asks(1)], "maxReplicas": 2}
    return made


def nodes(pipeline: int, tensor: int, worker: int | None) -> Body:
    resources = {"resources": {"limits": {GPU: worker}}} if worker else {}
    made = service("Standard", gpus=None)
    made["spec"]["predictor"]["model"].pop("resources")
    made["spec"]["predictor"]["model"]["runtime"] = "r"
    container = {"name": "worker-container", **resources}
    made["spec"]["predictor"]["workerSpec"] = {"pipelineParallelSize": pipeline, "tensorParallelSize": tensor, "containers": [container]}
    return made


RUNTIME = body("ServingRuntime", {"containers": [{"name": "kserve-container", "image": "i"}], "workerSpec": {"containers": []}}, name="r")


def workflow(*templates: dict[str, Any], kind: str = "Workflow", **spec: Any) -> Body:
    return body(kind, {"entrypoint": templates[0]["name"], "templates": list(templates), **spec})


def steps(name: str, *groups: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"name": name, "steps": list(groups), **more}


def call(template: str, **more: Any) -> dict[str, Any]:
    return {"name": template, "template": template, **more}


def leaf(count: Any, name: str = "leaf", **more: Any) -> dict[str, Any]:
    return {"name": name, "container": asks(count), **more}


def fan_out(**loop: Any) -> Any:
    return steps("main", [call("leaf", **loop)])


SIDECAR = asks(1, restartPolicy="Always")
NESTED = workflow(
    steps("main", [call("a")]),
    steps("a", [call("b", withItems=[1, 2, 3, 4])], parallelism=1),
    steps("b", [call("leaf", withItems=[1, 2])]),
    leaf(8),
)

GOLDEN: dict[str, tuple[Bodies, Fraction | float | int]] = {
    "G1 Deployment, default surge": ([deployment(3, 4)], 16),
    "G2 Deployment, Recreate": ([deployment(3, 4, strategy={"type": "Recreate"})], 12),
    "G3 HPA replaces replicas": ([deployment(2, 1), scaler("HorizontalPodAutoscaler", maxReplicas=10)], 13),
    "G4 KEDA's default maximum": ([deployment(1, 2), scaler("ScaledObject", triggers=[])], 250),
    "G5 Job, completions below parallelism": ([body("Job", {"parallelism": 8, "completions": 3, "template": pod(1)})], 3),
    "G6 Job, parallelism 0": ([body("Job", {"parallelism": 0, "template": pod(1)})], 0),
    "G7 JobSet": (
        [
            body(
                "JobSet",
                {
                    "replicatedJobs": [
                        {"name": "driver", "template": {"spec": {"template": pod(0)}}},
                        {"name": "w", "replicas": 4, "template": {"spec": {"parallelism": 2, "completions": 2, "template": pod(8)}}},
                    ]
                },
            )
        ],
        64,
    ),
    "G8 RayCluster, autoscaling": ([body("RayCluster", ray_cluster(True, replicas=2, maxReplicas=6))], 48),
    "G8 RayCluster, fixed": ([body("RayCluster", ray_cluster(False, replicas=2, maxReplicas=6))], 16),
    "G8 RayCluster, no maximum": ([body("RayCluster", ray_cluster(True, replicas=2))], INFINITE),
    "G8 RayCluster, the largest int32": ([body("RayCluster", ray_cluster(True, maxReplicas=2**31 - 1))], INFINITE),
    "G8 RayCluster, suspended": ([body("RayCluster", {**ray_cluster(False, replicas=2), "suspend": True})], 16),
    "G9 RayService, a second cluster": ([body("RayService", {"rayClusterConfig": ray_cluster(False, replicas=2)})], 32),
    "G9 RayService, surge of 25 %": (
        [
            body(
                "RayService",
                {
                    "rayClusterConfig": ray_cluster(False, replicas=2),
                    "upgradeStrategy": {"type": "NewClusterWithIncrementalUpgrade", "clusterUpgradeOptions": {"maxSurgePercent": 25}},
                },
            )
        ],
        20,
    ),
    "G9 RayService, no upgrade": (
        [body("RayService", {"rayClusterConfig": ray_cluster(False, replicas=2), "upgradeStrategy": {"type": "None"}})],
        16,
    ),
    "RayJob": ([body("RayJob", {"rayClusterSpec": ray_cluster(False, replicas=2)})], 16),
    "RayJob on a selected cluster": ([body("RayJob", {"clusterSelector": {"a": "b"}})], 0),
    "G10 Spark, dynamic allocation": ([spark(maxExecutors=10)], 11),
    "G10 Spark, no maximum": ([spark()], INFINITE),
    "G10 Spark, sparkConf raises it": (
        [{**(s := spark(maxExecutors=10)), "spec": {**s["spec"], "sparkConf": {"spark.executor.instances": "20"}}}],
        21,
    ),
    "G11 TrainJob": ([train_job()], 32),
    "G13 Experiment, three trials": (
        [body("Experiment", {"trialTemplate": {"trialSpec": train_job()}})],
        96,
    ),
    "G14 InferenceService with explainer": ([with_explainer()], 17),
    "G15 InferenceService, serverless without maximum": ([service("Serverless", gpus=2)], INFINITE),
    "G15 InferenceService, minimum without maximum": ([service("Standard", gpus=2, minReplicas=2)], 6),
    "G16 several nodes during rollout": ([nodes(2, 4, 4), RUNTIME], 16),
    "G19 loop under a cap on pods": ([workflow(fan_out(withItems=list(range(10))), leaf(1), parallelism=4)], 4),
    "G19 loop without a cap": ([workflow(fan_out(withItems=list(range(10))), leaf(1))], 10),
    "G19 unknown loop under a cap": ([workflow(fan_out(withParam="{{steps.a.outputs.result}}"), leaf(1), parallelism=6)], 6),
    "G19 unknown loop": ([workflow(fan_out(withParam="{{steps.a.outputs.result}}"), leaf(1))], INFINITE),
    "G19 literal withParam": ([workflow(fan_out(withParam='[1, "b", {"c": 2}]'), leaf(2))], 6),
    "G19 withSequence": ([workflow(fan_out(withSequence={"start": "3", "end": "7"}), leaf(2))], 10),
    "G19 nested parallelism": ([NESTED], 16),
    "G20 sidecar before init": ([body("Pod", {"initContainers": [SIDECAR, asks(8)], "containers": [asks(2), asks(1)]})], 9),
    "G20 sidecar after init": ([body("Pod", {"initContainers": [asks(8), SIDECAR], "containers": [asks(2), asks(1)]})], 8),
    "G22 seven slices are one card": ([body("Pod", {"containers": [asks(7, "nvidia.com/mig-1g.10gb")]})], 1),
    "G25 base and overlay": ([deployment(3, 4), deployment(3, 4)], 16),
}


@pytest.mark.parametrize("case", GOLDEN)
def test_golden(case: str) -> None:
    bodies, expected = GOLDEN[case]
    held = sum((demand.peak.get(GPU, 0) for demand in peaks(bodies).values()), Fraction(0))
    assert held == expected
    assert held == INFINITE or isinstance(held, Fraction)


def held(*bodies: Body) -> Fraction | float:
    return sum((demand.peak.get(GPU, 0) for demand in peaks(bodies).values()), Fraction(0))


def only(made: Body) -> Mapping[str, Fraction | float]:
    [demand] = peaks([made]).values()
    return demand.peak


def codes(*bodies: Body) -> list[str]:
    return sorted({finding.code for finding in findings(Inventory(bodies), peaks(bodies))})


@pytest.mark.parametrize("quantity", ["1k", 1.5, -1, True, "", "1.0", " 1", "1\n", "0x10", "9999999999", None, [], "٣"])
def test_g24_junk_is_never_a_number(quantity: Any) -> None:
    found = peaks([body("Pod", {"containers": [asks(quantity)]})])
    assert not any(demand.peak for demand in found.values())
    assert codes(body("Pod", {"containers": [asks(quantity)]})) == ["CNAI603"]


def test_limits_win_over_requests_and_requests_count_alone() -> None:
    both = {"resources": {"limits": {GPU: 2}, "requests": {GPU: 1}}}
    assert held(body("Pod", {"containers": [both]})) == 2
    assert held(body("Pod", {"containers": [{"resources": {"requests": {GPU: "3"}}}]})) == 3


def test_class_comes_from_node_labels() -> None:
    h100 = {"nodeSelector": {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3"}}
    found = peaks([deployment(2, 1, template={"spec": {"containers": [asks(1)], **h100}})])
    assert [demand.peak for demand in found.values()] == [{"h100": Fraction(3)}]
    mixed = {"spec": {"containers": [asks(1), asks(4, "amd.com/gpu")]}}
    assert [d.peak for d in peaks([body("Pod", mixed["spec"])]).values()] == [{GPU: 1, "amd.com/gpu": 4}]


def test_class_from_required_affinity_only_when_it_leaves_no_choice() -> None:
    def affinity(*products: str) -> dict[str, Any]:
        term = {"matchExpressions": [{"key": "nvidia.com/gpu.product", "operator": "In", "values": list(products)}]}
        required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
        return {"containers": [asks(1)], "affinity": {"nodeAffinity": required}}

    assert only(body("Pod", affinity("NVIDIA-L4"))) == {"l4": 1}
    assert only(body("Pod", affinity("NVIDIA-L4", "NVIDIA-L40S"))) == {GPU: 1}


def test_two_large_slices_fill_a_card() -> None:
    assert held(body("Pod", {"containers": [asks(2, "nvidia.com/mig-3g.40gb")]})) == 1
    assert codes(body("Pod", {"containers": [asks(1, "nvidia.com/mig-9g.1gb")]})) == ["CNAI602"]


def test_unbounded_and_unsaid_maxima_are_findings() -> None:
    assert codes(body("RayCluster", ray_cluster(True, replicas=2))) == ["CNAI601"]
    assert codes(deployment(1, 2), scaler("ScaledObject", triggers=[])) == ["CNAI601"]
    assert codes(deployment(1, 0), scaler("ScaledObject", triggers=[])) == []
    assert codes(deployment(1, 2), scaler("ScaledObject", maxReplicaCount=3)) == []


def test_a_scaler_without_its_target_is_unknown() -> None:
    assert codes(scaler("ScaledObject", maxReplicaCount=3)) == ["CNAI602"]
    predictor = {"scaleTargetRef": {"kind": "Deployment", "name": "x-predictor", "apiVersion": "apps/v1"}, "maxReplicaCount": 3}
    assert codes(service("Standard", gpus=1, maxReplicas=1), body("ScaledObject", predictor, name="s")) == []


def test_an_unknown_kind_with_containers_is_unknown() -> None:
    unknown = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "t"}, "spec": {"pods": [{"containers": [asks(1)]}]}}
    assert codes(unknown) == ["CNAI602"]
    assert codes({**unknown, "spec": {}}) == []


def test_a_train_job_of_an_unknown_runtime_is_unknown() -> None:
    assert codes(train_job("ours")) == ["CNAI602"]
    job = {"template": {"spec": {"template": {"spec": {"containers": [asks(1, name="node")]}}}}}
    runtime = body(
        "ClusterTrainingRuntime", {"template": {"spec": {"replicatedJobs": [{"name": "node", **job}, {"name": "init", **job}]}}}, "ours", ""
    )
    assert codes(train_job("ours"), runtime) == []
    assert held(train_job("ours"), runtime) == 33


def test_a_count_that_is_text_is_unknown() -> None:
    job = train_job()
    job["spec"]["trainer"]["numNodes"] = "many"
    assert codes(job) == ["CNAI601", "CNAI602"]


def test_experiment_takes_the_largest_searched_value() -> None:
    trial = train_job()
    trial["spec"]["trainer"]["numNodes"] = "${trialParameters.nodes}"
    template = {"trialSpec": trial, "trialParameters": [{"name": "nodes", "reference": "n"}]}
    parameters = [{"name": "n", "parameterType": "int", "feasibleSpace": {"min": "1", "max": "16"}}]
    experiment = body("Experiment", {"parallelTrialCount": 2, "parameters": parameters, "trialTemplate": template})
    assert held(experiment) == 2 * 16 * 8
    assert [path for path, _ in Inventory([]).embedded(experiment)] == ["spec.trialTemplate.trialSpec"]
    assert codes(body("Experiment", {"trialTemplate": {"configMap": {}}})) == ["CNAI602"]


def test_totals_are_by_team() -> None:
    found = {("eu", Key("", "", "a", "1")): peaks([deployment(3, 4)]), ("us", Key("", "", "a", "1")): peaks([deployment(1, 4)])}
    rows = [((cluster, key), demand) for (cluster, _), part in found.items() for key, demand in part.items()]
    totals = team_totals(rows, lambda row: row[1].namespace)
    assert totals["team"].peak == {GPU: 16 + 8}
    assert [cluster for cluster, _ in totals["team"].holders[GPU]] == ["eu", "us"]


def test_objects_without_a_name_are_counted_each() -> None:
    one = body("Workflow", {"entrypoint": "leaf", "templates": [leaf(1)]})
    one["metadata"] = {"generateName": "run-", "namespace": "team"}
    assert held(one, {**one}) == 2
    assert key_of(one).name == ""
