"""Generated applications: blueprints with random stages and names, and releases of them, in the fraud repository's environments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from cnai_gitops import (
    BlueGreen,
    Blueprint,
    Canary,
    Container,
    Cron,
    Drift,
    KServe,
    Lag,
    Model,
    Observe,
    Prepare,
    Rate,
    Ray,
    RayApplication,
    RayService,
    Scaling,
    Serve,
    Slo,
    Spark,
    Step,
    Sweep,
    Train,
    choice,
    gpu,
    integers,
    log_uniform,
    uniform,
)  # fmt: skip
from cnai_gitops.plan.build import Plan, make_plan
from cnai_gitops.plan.images import images_of
from cnai_gitops.project import Entry, Project, load
from cnai_gitops.source.places import PythonPlace
from cnai_gitops.spec.environment import Environment
from cnai_gitops.spec.release import Release

REPOSITORY = Path(__file__).resolve().parents[1] / "repositories" / "fraud"
DATASETS = ("fraud-features", "transactions")
WORKLOADS = {"dev": ("dev1",), "prod": ("eu1", "eu2")}
ODD = ["1e3", "no", "0o14", "~", "=", "a: b", "- x", "#", "{{x}}", "1_000", "\u00e9", "'", '"', "a\nb", " ", "2024-01-01"]


def names(longest: int) -> st.SearchStrategy[str]:
    """Legal names, short ones and ones at the limit."""
    return st.one_of(
        st.sampled_from(["a", "b", "scorer", "x-1"]), st.from_regex(rf"[a-z]([-a-z0-9]{{0,{longest - 2}}}[a-z0-9])?", fullmatch=True)
    )


TEXTS = st.one_of(st.sampled_from(ODD), st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12))
VARIABLES = st.dictionaries(st.sampled_from(["A", "B_1", "LOG"]), TEXTS, max_size=2)
IMAGES = names(40)
READS = st.lists(st.sampled_from(DATASETS), max_size=2, unique=True)
ACCELERATORS = st.one_of(st.none(), st.builds(gpu, st.sampled_from(["h100", "l4"]), st.integers(1, 8)))
CRONS = st.one_of(st.none(), st.sampled_from(["0 2 * * *", "*/5 * * * 1-5"]))
STEP_ENGINES = st.one_of(
    st.builds(Container, image=IMAGES, command=st.lists(TEXTS, max_size=2), args=st.lists(TEXTS, max_size=2), env=VARIABLES,
              accelerator=ACCELERATORS),
    st.builds(Spark, image=IMAGES, main=st.sampled_from(["join.py", "s3a://code/app.jar"]), args=st.lists(TEXTS, max_size=2),
              executors=st.integers(1, 9), conf=st.dictionaries(st.sampled_from(["spark.a", "spark.b"]), TEXTS, max_size=2)),
    st.builds(Ray, image=IMAGES, entrypoint=st.sampled_from(["python a.py", "sh -c 'x: y'"]), workers=st.integers(1, 4),
              accelerator=ACCELERATORS),
)  # fmt: skip
SPACES = st.dictionaries(
    st.sampled_from(["lr", "depth", "kind"]),
    st.sampled_from([log_uniform(1e-4, 1e-2), uniform(0, 1), integers(1, 9), choice("a", "b"), choice(1, 0.5)]),
    min_size=1,
)
SWEEPS = st.one_of(st.none(), st.builds(Sweep, trials=st.integers(3, 6), parallel=st.integers(1, 3), space=SPACES, maximize=st.just("auc")))


def named(strategy: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[list[Any]]:
    """Up to `most` things with different names."""
    return st.lists(strategy, max_size=most, unique_by=lambda thing: thing.name)


@st.composite
def prepares(draw: st.DrawFn) -> Prepare:
    common = {
        "name": draw(names(40)),
        "reads": draw(READS),
        "schedule": draw(CRONS),
        "env": draw(VARIABLES),
        "retries": draw(st.integers(0, 3)),
    }
    if draw(st.booleans()):
        return Prepare(engine=draw(STEP_ENGINES), **common)
    steps: list[Step] = []
    for name in draw(st.lists(names(12), min_size=1, max_size=3, unique=True)):
        after = draw(st.lists(st.sampled_from([step.name for step in steps]), unique=True)) if steps else []
        steps.append(Step(name=name, engine=draw(STEP_ENGINES), after=after))
    return Prepare(steps=steps, **common)


TRAINS = st.builds(
    Train, name=names(40), image=IMAGES, reads=READS, accelerator=ACCELERATORS, nodes=st.integers(1, 4), sweep=SWEEPS, schedule=CRONS,
    command=st.lists(TEXTS, max_size=2), gate=st.sampled_from([{}, {"auc": ">= 0.9"}]), env=VARIABLES,
)  # fmt: skip
RATES = st.builds(Rate, requests_per_replica=st.integers(1, 500))
LAGS = st.builds(Lag, topic=st.just("t"), consumer_group=st.just("g"))
CRON = st.just(Cron(start="0 18 * * *", end="0 2 * * *", replicas=6))
SCALINGS = st.one_of(
    RATES,
    st.builds(Scaling, min=st.integers(1, 3), max=st.integers(3, 40), triggers=st.lists(st.one_of(RATES, CRON), min_size=1, max_size=2)),
    st.builds(Scaling, min=st.integers(0, 3), max=st.integers(3, 40), triggers=st.lists(st.one_of(LAGS, CRON), min_size=1, max_size=2)),
)
APPLICATIONS = st.lists(
    st.builds(RayApplication, name=names(12), import_path=st.just("a.b:app"), max=st.integers(2, 5)),
    min_size=1, max_size=3, unique_by=lambda application: application.name,
)  # fmt: skip
SERVICES = st.one_of(
    st.builds(Serve, name=names(40), model=st.just("bought"), runtime=st.just("sklearn"), reads=READS, scaling=SCALINGS),
    st.builds(
        Serve, name=names(40), model=st.just("bought"), runtime=st.sampled_from(["triton", "vllm"]), reads=READS,
        args=st.lists(TEXTS, max_size=2), accelerator=ACCELERATORS, scaling=SCALINGS,
        rollout=st.one_of(st.none(), st.just(Canary()), st.just(BlueGreen())), public=st.booleans(), env=VARIABLES,
        engine=st.just(KServe()),
    ),
    st.builds(
        Serve, name=names(40), env=VARIABLES,
        engine=st.builds(
            RayService, image=IMAGES, applications=APPLICATIONS, accelerator=ACCELERATORS, min_workers=st.integers(1, 3),
            max_workers=st.integers(3, 4),
        ),
    ),
)  # fmt: skip


@st.composite
def blueprints(draw: st.DrawFn) -> Blueprint:
    trains, services = draw(named(TRAINS, 2)), draw(named(SERVICES, 2))
    drift = draw(st.one_of(st.none(), st.builds(Drift, threshold=st.sampled_from([0.1, 0.25]), then=st.sampled_from(["alert", "retrain"]))))
    if drift and drift.then == "retrain":
        drift = drift.with_(retrain=trains[0].name) if trains else drift.with_(then="alert")
    slo = draw(st.one_of(st.none(), st.just(Slo(availability=99.9, p99_ms=50))))
    observe = Observe(signals=[signal for signal in (slo, drift) if signal])
    return Blueprint(
        name=draw(names(24)), team="risk", purpose="fraud-detection", prepare=draw(named(prepares(), 2)), train=trains, serve=services,
        observe=[observe] if services and draw(st.booleans()) else [],
    )  # fmt: skip


def digest(draw: st.DrawFn) -> str:
    return "sha256:" + draw(st.sampled_from("123456789abcdef")) * 64


def pins(draw: st.DrawFn, stage: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"model": digest(draw)} if stage.engine.needs_model else {}
    if found and draw(st.booleans()):
        found["previous"] = digest(draw)
        found["rollback"] = draw(st.booleans())
    if found and stage.rollout and draw(st.booleans()):
        found["canary"] = {"model": digest(draw), "weight": draw(st.integers(0, 100))}
    return found


@st.composite
def releases(draw: st.DrawFn, blueprint: Blueprint, env: str) -> Release:
    images = {image: digest(draw) for _, stage in blueprint.stages() for image in images_of(stage)}
    stages: dict[str, dict[str, Any]] = {key: pins(draw, stage) for key, stage in blueprint.stages("serve")}
    clusters: dict[str, dict[str, Any]] = {}
    for key, stage in blueprint.stages():
        if draw(st.booleans()):
            stages.setdefault(key, {}).update(change(draw, key, stage))
        if draw(st.booleans()):
            clusters.setdefault(draw(st.sampled_from(WORKLOADS[env])), {})[key] = change(draw, key, stage)
    return Release(app=blueprint.name, images=images, stages={k: v for k, v in stages.items() if v}, clusters=clusters)


def change(draw: st.DrawFn, key: str, stage: Any) -> dict[str, Any]:
    """What an environment or a cluster may say differently."""
    if key.startswith("observe."):
        return {"interval": draw(st.sampled_from(["15s", "1m"]))}
    if key.startswith("serve."):
        scaled = {"scaling": {"max": draw(st.integers(5, 60))}} if stage.engine.needs_model else {}
        return scaled | {"env": draw(VARIABLES)}
    return draw(st.sampled_from([{"timeout": "90m"}, {"schedule": "5 4 * * *"}, {"suspend": True}, {"env": {"A": "x"}}]))


@cache
def surroundings() -> Project:
    """The fraud repository: its environments, datasets and organisation."""
    project = load(REPOSITORY)
    assert project.findings == ()
    return replace(
        project, environments={name: replace(entry, value=_with_l4(entry.value)) for name, entry in project.environments.items()}
    )


def _with_l4(environment: Environment) -> Environment:
    """The environment with a second kind of accelerator on each cluster."""
    data = environment.model_dump(mode="json", exclude_unset=True)
    for cluster in data["clusters"].values():
        cluster.setdefault("accelerators", {})["l4"] = {"count": 8, "driver": "580.95.05"}
    return Environment.model_validate(data)


def project_of(*applications: tuple[Blueprint, Mapping[str, Release]]) -> Project:
    """The fraud repository with other applications in it."""
    base = surroundings()
    model = Entry(_bought(), PythonPlace(None, REPOSITORY), "blueprints/generated.py")
    return replace(
        base,
        apps={b.name: Entry(b, PythonPlace(b, REPOSITORY), "blueprints/generated.py") for b, _ in applications},
        models={"bought": model},
        releases={
            (env, b.name): Entry(r, PythonPlace(r, REPOSITORY), f"environments/{env}/{b.name}.yaml")
            for b, released in applications
            for env, r in released.items()
        },
    )


def _bought() -> Model:
    return Model(name="bought", owner="risk", origin="a vendor", licence="proprietary", purposes=["fraud-detection"])


@st.composite
def plans(draw: st.DrawFn, most: int = 1) -> Plan:
    """A plan of 1 to `most` generated applications, each released to dev, prod or both."""
    chosen = draw(st.lists(blueprints(), min_size=1, max_size=most, unique_by=lambda b: b.name))
    environments = st.sampled_from([("dev",), ("prod",), ("dev", "prod")])
    plan = make_plan(project_of(*((b, {env: draw(releases(b, env)) for env in draw(environments)}) for b in chosen)))
    assert [finding.message for finding in plan.findings if finding.fails] == []
    return plan
