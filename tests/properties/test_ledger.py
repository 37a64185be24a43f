"""Laws of the ledger: bigger counts never lower a peak; order and grouping of documents never change it."""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cnai_gitops.check.objects.ledger import peaks, team_totals
from cnai_gitops.resources.argo_workflows.bound import NOTHING, Bound, at_most, both, copies, either, heaviest_antichain, most, pod
from cnai_gitops.resources.base import Body

GPU = "nvidia.com/gpu"
counts = st.integers(0, 6)


def template(gpus: int) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": "c", "resources": {"limits": {GPU: gpus}}}]}}


def deployment(n: int, gpus: int) -> tuple[str, str, dict[str, Any]]:
    return "apps/v1", "Deployment", {"replicas": n, "template": template(gpus)}


def job(n: int, gpus: int) -> tuple[str, str, dict[str, Any]]:
    return "batch/v1", "Job", {"parallelism": n, "template": template(gpus)}


def job_set(n: int, gpus: int) -> tuple[str, str, dict[str, Any]]:
    jobs = [{"name": "w", "replicas": n, "template": {"spec": {"template": template(gpus)}}}]
    return "jobset.x-k8s.io/v1alpha2", "JobSet", {"replicatedJobs": jobs}


def ray(n: int, gpus: int) -> tuple[str, str, dict[str, Any]]:
    group = {"groupName": "g", "minReplicas": 0, "maxReplicas": n, "template": template(gpus)}
    head = {"template": template(1)}
    return "ray.io/v1", "RayCluster", {"enableInTreeAutoscaling": True, "headGroupSpec": head, "workerGroupSpecs": [group]}


def train_job(n: int, gpus: int) -> tuple[str, str, dict[str, Any]]:
    trainer = {"numNodes": n, "resourcesPerNode": {"limits": {GPU: gpus}}}
    return "trainer.kubeflow.org/v1alpha1", "TrainJob", {"runtimeRef": {"name": "torch-distributed"}, "trainer": trainer}


def spark(n: int, gpus: int) -> tuple[str, str, dict[str, Any]]:
    gpu = {"name": GPU, "quantity": gpus}
    return "sparkoperator.k8s.io/v1beta2", "SparkApplication", {"driver": {}, "executor": {"instances": n, "gpu": gpu}}


def workflow(n: int, gpus: int) -> tuple[str, str, dict[str, Any]]:
    leaf = {"name": "leaf", "container": template(gpus)["spec"]["containers"][0]}
    steps = [[{"name": "a", "template": "leaf", "withSequence": {"count": str(n)}}], [{"name": "b", "template": "leaf"}]]
    return (
        "argoproj.io/v1alpha1",
        "Workflow",
        {"entrypoint": "main", "parallelism": 4, "templates": [{"name": "main", "steps": steps}, leaf]},
    )


makers = st.sampled_from([deployment, job, job_set, ray, train_job, spark, workflow])


@st.composite
def inventories(draw: st.DrawFn) -> list[Body]:
    bodies = []
    for index in range(draw(st.integers(0, 6))):
        version, kind, spec = draw(makers)(draw(counts), draw(counts))
        meta = {"name": f"x{index}", "namespace": draw(st.sampled_from(["a", "b"]))}
        bodies.append({"apiVersion": version, "kind": kind, "metadata": meta, "spec": spec})
    return bodies


@given(makers, counts, counts, counts, counts)
def test_peak_is_monotone_in_counts_and_sizes(maker: Any, n: int, more: int, gpus: int, larger: int) -> None:
    def held(n: int, gpus: int) -> Any:
        version, kind, spec = maker(n, gpus)
        [demand] = peaks([{"apiVersion": version, "kind": kind, "metadata": {"name": "x", "namespace": "a"}, "spec": spec}]).values()
        return demand.peak.get(GPU, 0)

    assert held(n, gpus) <= held(n + more, gpus + larger)


@given(inventories(), st.randoms(use_true_random=False))
def test_order_never_changes_a_peak(bodies: list[Body], random: Any) -> None:
    shuffled = list(bodies)
    random.shuffle(shuffled)
    assert peaks(bodies) == peaks(shuffled)
    totals = [team_totals(peaks(b).items(), lambda key: key.namespace) for b in (bodies, shuffled)]
    assert {t: v.peak for t, v in totals[0].items()} == {t: v.peak for t, v in totals[1].items()}


@given(inventories(), st.integers(0, 6))
def test_splitting_and_unrelated_documents_never_change_a_peak(bodies: list[Body], at: int) -> None:
    unrelated = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "a"}}
    assert peaks(bodies) == {**peaks(bodies[:at]), **peaks(bodies[at:])}
    assert peaks(bodies).items() <= peaks([*bodies, unrelated]).items()


# -- bounds against brute force ------------------------------------------------------------------------------


@st.composite
def bounds(draw: st.DrawFn, limit: int) -> Bound:
    result = NOTHING
    for amount in draw(st.lists(counts, max_size=3)):
        operation = draw(st.sampled_from([lambda b, p: both(b, p, limit), either]))
        result = operation(result, pod(amount, limit))
    return result


def at(bound: Bound, pods: int) -> Any:
    return max(amount for cost, amount in bound if cost <= pods)


@given(st.data(), st.integers(0, 5))
def test_side_by_side_is_the_best_split_of_the_pods(data: st.DataObject, limit: int) -> None:
    a, b = data.draw(bounds(limit)), data.draw(bounds(limit))
    assert most(both(a, b, limit)) == max(at(a, i) + at(b, limit - i) for i in range(limit + 1))
    assert most(either(a, b)) == max(most(a), most(b))


@given(st.data(), st.integers(0, 5), st.integers(0, 4))
def test_copies_are_repeated_addition(data: st.DataObject, limit: int, n: int) -> None:
    bound, expected = data.draw(bounds(limit)), NOTHING
    for _ in range(n):
        expected = both(expected, bound, limit)
    assert copies(bound, n, limit) == expected


@given(st.data(), st.integers(0, 4), st.integers(1, 3))
def test_at_most_chooses_the_best_children(data: st.DataObject, limit: int, slots: int) -> None:
    children = [(data.draw(bounds(limit)), data.draw(st.integers(1, 2))) for _ in range(data.draw(st.integers(1, 3)))]
    best = 0
    for numbers in product(*(range(n + 1) for _, n in children)):
        if sum(numbers) <= slots:
            chosen = NOTHING
            for (bound, _), n in zip(children, numbers, strict=True):
                chosen = both(chosen, copies(bound, n, limit), limit)
            best = max(best, most(chosen))
    assert most(at_most(children, slots, limit)) == best


@given(st.lists(counts, max_size=6), st.data())
def test_antichain_is_the_heaviest_of_all(weights: list[int], data: st.DataObject) -> None:
    before: list[set[int]] = []
    for i in range(len(weights)):
        direct = data.draw(st.sets(st.integers(0, i - 1))) if i else set()
        before.append(direct | {k for j in direct for k in before[j]})
    best = 0
    for chosen in product([False, True], repeat=len(weights)):
        members = [i for i, taken in enumerate(chosen) if taken]
        if not any(j in before[i] for i in members for j in members):
            best = max(best, sum(weights[i] for i in members))
    assert heaviest_antichain(weights, before) == best
