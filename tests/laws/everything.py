"""One project in which every field of every model that users write says something, and changed copies of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from applications import REPOSITORY, project_of, surroundings

from cnai_gitops import (
    BlueGreen,
    Blueprint,
    Canary,
    Checkpoint,
    Column,
    Container,
    Cron,
    Drift,
    KServe,
    Lag,
    Observe,
    Override,
    Prepare,
    Ray,
    RayApplication,
    RayService,
    Resources,
    Scaling,
    Serve,
    Slo,
    Spark,
    SparkPods,
    Step,
    Sweep,
    Train,
    Trainer,
    choice,
    custom,
    gpu,
    integers,
    log_uniform,
)  # fmt: skip
from cnai_gitops.project import Entry, Project
from cnai_gitops.source.places import PythonPlace
from cnai_gitops.spec.base import Spec
from cnai_gitops.spec.config import Config
from cnai_gitops.spec.environment import Environment
from cnai_gitops.spec.release import Release
from cnai_gitops.spec.waiver import Waivers

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
Path = tuple[str | int, ...]
NIGHT = Cron(start="0 18 * * *", end="0 2 * * *", replicas=3)
REASON = "a reason that is long enough"


def blueprint() -> Blueprint:
    """Every stage, every engine, every field."""
    size = Resources(cpu="2", memory="4Gi")
    steps = [
        Step(
            name="copy", engine=Container(image="copy", command=["sh"], args=["-c"], resources=size, accelerator=gpu("l4"), env={"A": "1"})
        ),
        Step(name="wait", engine=Container(image="copy")),
        Step(
            name="join",
            engine=Spark(image="join", main="a.py", args=["x"], executor=SparkPods(), driver=SparkPods(), conf={"spark.a": "1"}),
            after=["copy"],
        ),
        Step(name="rows", engine=Ray(image="rows", entrypoint="python a.py", worker=size, head=size, accelerator=gpu("l4"))),
    ]
    space = {"c": choice("a", "b"), "i": integers(1, 9), "u": log_uniform(1e-4, 1e-2)}
    sweep = Sweep(trials=4, parallel=2, space=space, maximize="auc", seed=1)
    train = Train(
        name="scorer", image="train", command=["python"], reads=["fraud-features"], model="risk-model", accelerator=gpu("h100"), nodes=2,
        resources=size, sweep=sweep, gate={"auc": ">= 0.9"}, checkpoint=Checkpoint(), schedule="0 1 * * *", env={"A": "1"},
        engine=Trainer(),
    )  # fmt: skip
    services = [
        Serve(
            name="scorer", model="risk-model", reads=["fraud-features"], resources=size, accelerator=gpu("l4"),
            scaling=Scaling(min=2, max=4), rollout=Canary(), args=["-v"], env={"A": "1"}, public=True, engine=KServe(),
        ),
        Serve(
            name="queue", model="risk-model", rollout=BlueGreen(),
            scaling=Scaling(min=2, fallback=3, triggers=[Lag(topic="t", consumer_group="g"), NIGHT]),
        ),
        Serve(
            name="many",
            engine=RayService(
                image="many", worker=size, head=size, accelerator=gpu("l4"), applications=[RayApplication(name="a", import_path="a:b")]
            ),
        ),
        Serve(name="own", model="risk-model", runtime=custom("lmdeploy"), accelerator=gpu(custom("b300"))),
    ]  # fmt: skip
    return Blueprint(
        name="everything", team="risk", purpose="fraud-detection", description="all of it",
        prepare=[
            Prepare(name="steps", steps=steps, reads=["transactions"], writes=["fraud-features"], schedule="0 2 * * *", env={"A": "1"}),
            Prepare(name="one", engine=Container(image="copy")),
        ],
        train=[train, Train(name="other", image="train")],
        serve=services,
        observe=Observe(
            serves=["scorer", "own"], runbook="https://runbooks.example.com/a",
            signals=[Slo(availability=99.9, p99_ms=50), Drift(reference="fraud-features", then="retrain", retrain="scorer")],
        ),
        overrides=[Override(kind="ScaledObject", name="everything-scorer", set={"/spec/pollingInterval": 20}, reason=REASON)],
    )  # fmt: skip


def release() -> Release:
    images = dict.fromkeys(["copy", "join", "rows", "train"], A)
    scorer = {"model": A, "previous": A, "canary": {"model": B, "weight": 10}, "rollback": False}
    stages = {
        "serve.scorer": scorer,
        "serve.queue": {"model": A},
        "serve.own": {"model": A},
        "serve.many": {"images": {"many": A}},
        "train.scorer": {"suspend": False},
    }
    override = Override(kind="Service", set={"/spec/x": 1}, reason=REASON)
    clusters = {"eu2": {"serve.scorer": {"scaling": {"min": 3}}}}
    return Release(app="everything", run_on=["eu1", "eu2"], images=images, stages=stages, clusters=clusters, overrides=[override])


def environment() -> Environment:
    base = surroundings().environments["prod"].value
    data = base.model_dump(exclude_unset=True)
    for cluster in ("eu1", "eu2"):
        data["clusters"][cluster].setdefault("accelerators", {})["l4"] = {"count": 8, "per_node": 4, "driver": "580.95.05"}
        data["clusters"][cluster]["accelerators"]["b300"] = {"count": 8, "driver": "580.95.05"}
        data["clusters"][cluster]["dns"] = {"namespace": "openshift-dns", "port": 5353, "cidrs": ["169.254.20.10/32"]}
        role = {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/{namespace}-{account}"}
        data["clusters"][cluster]["identity"] = {"annotations": role, "apps": {"everything": {"example.com/stage": "{stage}"}}}
    data["images"]["lmdeploy"] = A
    data["teams"] = {"risk": {"quota": {"h100": 32, "l4": 4, "b300": 8}, "cpu": 8, "memory": "1Ti"}}
    data["datasets"]["fraud-features"] |= {"secret": "reader", "clusters": {"eu2": {"uri": "s3://second/fraud-features"}}}
    data["secrets"]["writer"] = {"remote": "risk/writer"}
    data["datasets"]["transactions"] |= {"secret": "writer"}
    data["secrets"]["reader"] = {"store": "vault", "remote": "risk/reader", "property": "dsn", "refresh": "2h"}
    data["endpoints"] |= {"pushgateway": "http://push.monitoring.svc:9091", "kafka": "kafka:9093"}
    data["registry_secret"] = "writer"
    data["endpoints"]["request_log"] = "http://log.observability.svc/requests"
    data["argocd"] = {"namespace": "argocd", "windows": [{"kind": "deny", "schedule": "0 1 * * *", "duration": "1h"}]}
    data["defaults"] = {"serve": {"grace": "90s"}}
    return Environment.model_validate(data)


B300 = {
    "vendor": "nvidia", "resource": "example.com/gpu", "selector": {"example.com/product": "b300"}, "also": [{"example.com/gpu": "b300"}],
    "tolerations": [{"key": "example.com/gpu", "operator": "Exists"}], "memory_gib": 268, "tdp_watts": 1400, "mig": {"1g.34gb": [1, 1]},
    "source": "data sheet, 2026-11",
}  # fmt: skip
LMDEPLOY = {
    "format": "lmdeploy", "image": "lmdeploy", "command": ["serve"], "env": {"HOME": "/tmp"}, "args": ["--port=PORT"], "metrics_port": 8002,
    "ready": "/ready", "live": "/live", "paths": ["/v1/"], "requests": "requests_total", "errors": "errors_total",
    "p99_ms": "max(latency_ms{SELECTOR})", "honours": ["accelerator"],
}  # fmt: skip
WAIVER = {
    "id": "one", "rule": "images.scan_fresh", "resource": "prod/eu1/x/Y/z/n", "reason": "a reason that is long enough", "ticket": "A-1",
    "owner": "risk", "approver": "data-protection", "created": "2026-11-01", "expires": "2026-12-01",
}  # fmt: skip


@cache
def everything() -> Project:
    """The project; frozen, so it is made once."""
    app = blueprint()
    base = project_of((app, {"prod": release()}))
    datasets = {
        name: replace(e, value=e.value.with_(consumers=["risk"], columns={"c": Column(type="string", personal=True, protection="hashed")}))
        for name, e in base.datasets.items()
    }
    prod = replace(base.environments["prod"], value=environment())
    waivers = Entry(
        Waivers.model_validate({"team": "risk", "waivers": [WAIVER]}), PythonPlace(None, REPOSITORY), "policies/waivers/risk.yaml"
    )
    own = {"accelerators": {"b300": B300}, "runtimes": {"lmdeploy": LMDEPLOY}}
    config = Config.model_validate(base.config.model_dump(exclude_unset=True) | own)
    return replace(base, config=config, datasets=datasets, environments={"prod": prod}, waivers=(waivers,))


# -- changed copies -------------------------------------------------------------------------------------


def tops(project: Project) -> Iterator[tuple[str, Any, Spec]]:
    """Everything that was written, as (field of the project, key in it, value)."""
    yield "config", None, project.config
    for field in ("apps", "datasets", "models", "environments", "releases"):
        for key, entry in getattr(project, field).items():
            yield field, key, entry.value
    for i, entry in enumerate(project.waivers):
        yield "waivers", i, entry.value


def parts(value: Any, path: Path = ()) -> Iterator[tuple[Path, Spec]]:
    """Every model inside a value, the value itself first."""
    if isinstance(value, Spec):
        yield path, value
        for name in type(value).model_fields:
            yield from parts(getattr(value, name), (*path, name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from parts(item, (*path, key))
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from parts(item, (*path, i))


def changed(value: Any, path: Path, new: Any) -> Any:
    """A copy with `new` at `path`, each model on the way validated again. Raises ValidationError."""
    if not path:
        return new
    head, *rest = path
    if isinstance(value, Spec):
        fields = {name: getattr(value, name) for name in value.model_fields_set}
        return type(value).model_validate(fields | {head: changed(getattr(value, str(head)), tuple(rest), new)})
    if isinstance(value, Mapping):
        return {**value, head: changed(value[head], tuple(rest), new)}
    return [changed(item, tuple(rest), new) if i == head else item for i, item in enumerate(value)]


def with_change(project: Project, field: str, key: Any, value: Any) -> Project:
    """The project with one thing replaced."""
    if field == "config":
        return replace(project, config=value)
    if field == "waivers":
        return replace(project, waivers=(replace(project.waivers[key], value=value),))
    table = dict(getattr(project, field))
    entry = replace(table.pop(key), value=value)
    table[(key[0], value.app) if field == "releases" else value.name] = entry  # found under the name it has now
    return replace(project, **{field: dict(sorted(table.items()))})
