"""Law 2, the first half: no field that a user may write is without effect.

For each field of each model, one other value: the rendered bytes, the facts of the gate or the verdict change, or the
value is refused. A new field fails here until it has another value in `OTHER` or a reason in `ELSEWHERE`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, get_args

import orjson
import pytest
from everything import A, B, Path, changed, everything, parts, tops, with_change
from pydantic import ValidationError

from cnai_gitops import KServe, Mig, Rate, Scaling, Spark, Trainer, Volcano, gpu, integers, pipeline, render
from cnai_gitops.check.rules import Rule, read_rules
from cnai_gitops.check.verdict import inventory_of, waivers_of
from cnai_gitops.check.waivers import apply_waivers
from cnai_gitops.plan.build import make_plan
from cnai_gitops.plan.selection import Selection
from cnai_gitops.project import Project
from cnai_gitops.spec.base import Spec
from cnai_gitops.spec.engine import engines
from cnai_gitops.system.data import policies_dir
from cnai_gitops.system.tools import Settings

OTHER: dict[str, Any] = {
    "AcceleratorClass.resource": "example.com/other",
    "AcceleratorClass.selector": {"example.com/product": "other"},
    "AcceleratorClass.tolerations": (),
    "AcceleratorRequest.form": Mig(profile="1g.10gb"),
    "AcceleratorRequest.per_node": 3,
    "AcceleratorRequest.type": "a100-40",
    "ArgoCD.namespace": "gitops",
    "ArgoCD.self_heal": False,
    "ArgoCD.windows": (),
    "ArtifactStore.bucket": "other",
    "ArtifactStore.endpoint": "s3.example.com",
    "ArtifactStore.kms_key": "key/other",
    "ArtifactStore.region": "eu-west-1",
    "Blueprint.description": "other",
    "Blueprint.name": "other",
    "Blueprint.observe": (),
    "Blueprint.overrides": (),
    "Blueprint.prepare": (),
    "Blueprint.purpose": "other",
    "Blueprint.serve": (),
    "Blueprint.team": "other",
    "Blueprint.train": (),
    "Canary.steps": (20,),
    "CanaryRelease.model": A,
    "CanaryRelease.weight": 50,
    "Checkpoint.interval": "5m",
    "Checkpoint.keep": 7,
    "Choice.values": ["a", "c"],
    "Cluster.accelerators": {},
    "Cluster.api_cidrs": ["10.9.9.9/32"],
    "Cluster.artifacts": {"bucket": "near", "region": "eu-west-1"},
    "Cluster.cidrs": ["10.9.0.0/16"],
    "Cluster.jurisdiction": "US",
    "Cluster.profile": "1999.01",
    "Cluster.queue": Volcano(),
    "Cluster.region": "us-east-1",
    "Cluster.role": "standby",
    "Cluster.server": "https://other.example.com",
    "Column.personal": False,
    "Column.protection": "none",
    "Column.type": "other",
    "Config.accelerators": {},
    "Config.approvers": {"images": ["security"]},
    "Config.defaults": {"serve": {"startup": "20m"}},
    "Config.git": {"repository": "https://git.example.com/other.git"},
    "Config.organisation": {"name": "other", "registry": "r", "models": "m"},
    "Config.rendered": "branches",
    "Config.runtimes": {},
    "Container.accelerator": None,
    "Container.args": ["other"],
    "Container.command": ["other"],
    "Container.env": {"A": "2"},
    "Container.image": "other",
    "Container.resources": {"cpu": "3", "memory": "1Gi"},
    "Cron.end": "0 4 * * *",
    "Cron.replicas": 4,
    "Cron.start": "0 19 * * *",
    "Cron.timezone": "Europe/Berlin",
    "Dataset.classification": "internal",
    "Dataset.columns": {},
    "Dataset.consumers": ["other"],
    "Dataset.description": "other",
    "Dataset.legal_basis": "other",
    "Dataset.licence": "other",
    "Dataset.name": "other",
    "Dataset.origin": "other",
    "Dataset.owner": "other",
    "Dataset.personal": False,
    "Dataset.purposes": ["other"],
    "Dataset.residency": ["US"],
    "Dataset.retention_days": 3,
    "DatasetPlace.access_log": "s3://other",
    "DatasetPlace.clusters": {},
    "DatasetPlace.encryption": "",
    "DatasetPlace.jurisdiction": "US",
    "DatasetPlace.kms_key": "other",
    "DatasetPlace.region": "us-east-1",
    "DatasetPlace.secret": None,
    "DatasetPlace.uri": "s3://other/place",
    "Drift.method": "ks",
    "Drift.reference": "transactions",
    "Drift.retrain": "other",
    "Drift.schedule": "5 * * * *",
    "Drift.then": "alert",
    "Drift.threshold": 0.3,
    "Drift.window": "2d",
    "Endpoints.artifacts": {"bucket": "other", "region": "eu-west-1"},
    "Endpoints.gateway": None,
    "Endpoints.internal_gateway": {"name": "other", "namespace": "gateway", "domain": "other.example.com"},
    "Endpoints.kafka": "other:9093",
    "Endpoints.monitoring_namespace": "other",
    "Endpoints.openlineage": None,
    "Endpoints.prometheus": "http://other.monitoring.svc:9090",
    "Endpoints.prometheus_release": "other",
    "Endpoints.pushgateway": None,
    "Endpoints.ray_operator_namespace": "other",
    "Endpoints.request_log": None,
    "Environment.argocd": {"namespace": "other"},
    "Environment.clusters": {},
    "Environment.datasets": {},
    "Environment.defaults": {},
    "Environment.endpoints": {"artifacts": {"bucket": "other", "region": "eu-west-1"}},
    "Environment.images": {},
    "Environment.name": "other",
    "Environment.secret_store": "other",
    "Environment.secrets": {},
    "Environment.teams": {},
    "Environment.tier": "staging",
    "Gateway.domain": "other.example.com",
    "Gateway.name": "other",
    "Gateway.namespace": "other",
    "Git.repository": "https://git.example.com/other.git",
    "Git.revision": "other",
    "Integers.high": 20,
    "Integers.low": 0,
    "Lag.consumer_group": "other",
    "Lag.messages_per_replica": 7,
    "Lag.topic": "other",
    "Model.licence": "other",
    "Model.name": "other",
    "Model.origin": "other",
    "Model.owner": "other",
    "Model.purposes": ["other"],
    "Observe.interval": "1m",
    "Observe.name": "other",
    "Observe.runbook": "https://other.example.com",
    "Observe.serves": (),
    "Observe.signals": (),
    "Organisation.models": "registry.example.com/other",
    "Organisation.name": "other",
    "Organisation.registry": "registry.example.com/other",
    "Override.kind": "Role",
    "Override.name": "",
    "Override.set": {"/spec/pollingInterval": 25},
    "Pins.canary": None,
    "Pins.images": {"many": B},
    "Pins.model": B,
    "Pins.previous": None,
    "Pins.rollback": True,
    "Pins.suspend": True,
    "Pool.count": 1,
    "Pool.driver": "570.1.1",
    "Pool.form": Mig(profile="1g.6gb"),
    "Pool.per_node": 2,
    "Prepare.engine": Spark(image="join", main="b.py"),
    "Prepare.env": {"A": "2"},
    "Prepare.name": "other",
    "Prepare.reads": [],
    "Prepare.retries": 5,
    "Prepare.schedule": None,
    "Prepare.steps": (),
    "Prepare.timeout": "1h",
    "Prepare.timezone": "Europe/Berlin",
    "Prepare.writes": [],
    "Rate.requests_per_replica": 7,
    "Ray.accelerator": None,
    "Ray.entrypoint": "python b.py",
    "Ray.head": {"cpu": "3", "memory": "1Gi"},
    "Ray.image": "other",
    "Ray.version": "2.50.0",
    "Ray.worker": {"cpu": "3", "memory": "1Gi"},
    "Ray.workers": 5,
    "RayApplication.cpus": 3,
    "RayApplication.import_path": "b:c",
    "RayApplication.max": 7,
    "RayApplication.min": 0,
    "RayApplication.name": "other",
    "RayService.accelerator": None,
    "RayService.applications": [{"name": "b", "import_path": "b:c"}],
    "RayService.head": {"cpu": "3", "memory": "1Gi"},
    "RayService.image": "other",
    "RayService.max_workers": 9,
    "RayService.min_workers": 3,
    "RayService.version": "2.50.0",
    "RayService.worker": {"cpu": "3", "memory": "1Gi"},
    "Release.app": "other",
    "Release.clusters": {},
    "Release.images": {},
    "Release.overrides": (),
    "Release.run_on": ["eu1"],
    "Release.stages": {},
    "Resources.cpu": "7",
    "Resources.memory": "9Gi",
    "Scaling.cooldown": "1m",
    "Scaling.fallback": 5,
    "Scaling.max": 9,
    "Scaling.min": 3,
    "Scaling.triggers": [Rate(requests_per_replica=9)],
    "SecretPlace.property": "other",
    "SecretPlace.refresh": "9h",
    "SecretPlace.remote": "other",
    "SecretPlace.store": "other",
    "Serve.accelerator": None,
    "Serve.args": ["other"],
    "Serve.engine": KServe(),
    "Serve.env": {"A": "2"},
    "Serve.grace": "5m",
    "Serve.model": "bought",
    "Serve.name": "other",
    "Serve.port": 9999,
    "Serve.public": True,
    "Serve.reads": [],
    "Serve.resources": {"cpu": "3", "memory": "1Gi"},
    "Serve.runtime": "sklearn",
    "Serve.rollout": None,
    "Serve.scaling": Scaling(max=9),
    "Serve.startup": "1h",
    "Serve.timeout": "5s",
    "ServingRuntime.args": ["--other"],
    "ServingRuntime.errors": "other_total",
    "ServingRuntime.format": "other",
    "ServingRuntime.honours": (),
    "ServingRuntime.image": "other",
    "ServingRuntime.live": "/other",
    "ServingRuntime.metrics_path": "/other",
    "ServingRuntime.metrics_port": 0,
    "ServingRuntime.p99_ms": "max(other{SELECTOR})",
    "ServingRuntime.paths": ["/v9/"],
    "ServingRuntime.protocol": "v1",
    "ServingRuntime.ready": "/other",
    "ServingRuntime.requests": "other_total",
    "ServingRuntime.runtime": "other",
    "Slo.availability": 99.5,
    "Slo.p99_ms": 70.0,
    "Spark.args": ["other"],
    "Spark.conf": {},
    "Spark.driver": {"cores": 4},
    "Spark.executor": {"cores": 4},
    "Spark.executors": 9,
    "Spark.image": "other",
    "Spark.main": "b.py",
    "Spark.version": "3.5.1",
    "SparkPods.cores": 9,
    "SparkPods.memory": "9g",
    "Step.after": ["wait"],
    "Step.engine": Spark(image="join", main="b.py"),
    "Step.name": "other",
    "Sweep.maximize": "f1",
    "Sweep.minimize": "loss",
    "Sweep.parallel": 3,
    "Sweep.seed": 5,
    "Sweep.space": {"i": integers(1, 9)},
    "Sweep.trials": 5,
    "TeamShare.cpu": 9,
    "TeamShare.memory": "9Gi",
    "TeamShare.quota": {},
    "Train.accelerator": gpu("h100", 3),
    "Train.checkpoint": {"interval": "1h"},
    "Train.command": ["other"],
    "Train.engine": Trainer(framework="jax"),
    "Train.env": {"A": "2"},
    "Train.gate": {},
    "Train.image": "other",
    "Train.model": "other",
    "Train.name": "another",
    "Train.nodes": 3,
    "Train.priority": "opportunistic",
    "Train.reads": [],
    "Train.resources": {"cpu": "3", "memory": "1Gi"},
    "Train.retries": 4,
    "Train.schedule": None,
    "Train.sweep": None,
    "Train.timeout": "1h",
    "Train.timezone": "Europe/Berlin",
    "Trainer.framework": "jax",
    "Uniform.high": 0.5,
    "Uniform.kind": "uniform",
    "Uniform.low": 1e-6,
    "WaiverSpec.approver": "other",
    "WaiverSpec.created": "2026-11-02",
    "WaiverSpec.expires": "2026-12-02",
    "WaiverSpec.id": "other",
    "WaiverSpec.owner": "other",
    "WaiverSpec.path": "spec",
    "WaiverSpec.reason": "another reason that is long enough",
    "WaiverSpec.resource": "prod/eu1/other",
    "WaiverSpec.rule": "images.other",
    "WaiverSpec.ticket": "B-2",
    "Waivers.waivers": (),
    "Window.duration": "5h",
    "Window.kind": "allow",
    "Window.schedule": "5 1 * * *",
    "Window.timezone": "Europe/Berlin",
}

ELSEWHERE: dict[str, str] = {
    "AcceleratorClass.also": "labels of manifests that somebody else wrote; tests/unit/test_declared.py",
    "AcceleratorClass.memory_gib": "a number for people",
    "AcceleratorClass.mig": "shares of slices that somebody else asks for; tests/unit/test_declared.py",
    "AcceleratorClass.source": "why people may believe the numbers",
    "AcceleratorClass.tdp_watts": "a number for people",
    "AcceleratorClass.vendor": "a word for people",
    "Config.at": "the day of the verdict; tests/unit/test_cli.py",
    "Config.committed": "whose files are written; tests/unit/test_committed.py",
    "Config.requires": "which version may run; tests/unit/test_versions.py",
    "Override.reason": "shown by the review beside what was overridden",
    "Waivers.team": "must be the name of its file; tests/unit/test_cli_mistakes.py",
}
"""Fields that change no manifest and no fact of the gate, and who reads them."""

# a release says the fields of these two in its stages, as a map
PINNED: dict[str, Path] = {
    "Pins": ("stages", "serve.scorer"),
    "Pins.images": ("stages", "serve.many"),
    "Pins.suspend": ("stages", "train.scorer"),
    "CanaryRelease": ("stages", "serve.scorer", "canary"),
}
MANIFESTS = Selection(parts=["rendered"])
DAY = date(2026, 11, 24)


def fields() -> list[str]:
    """Every field of every model that users write, but for a `kind` that can have one value only."""
    engines()
    found: set[str] = set()
    pending = [Spec]
    while pending:
        cls = pending.pop()
        pending += cls.__subclasses__()
        if cls.__module__.startswith("cnai_gitops.") and not any(s.__module__.startswith("cnai_gitops.") for s in cls.__subclasses__()):
            found |= {
                f"{cls.__name__}.{name}"
                for name, field in cls.model_fields.items()
                if len(get_args(field.annotation)) != 1 or name != "kind"
            }
    return sorted(found)


@cache
def rules() -> Mapping[str, Rule]:
    return read_rules([policies_dir()])


def outcome(project: Project) -> bytes:
    """All that a user sees of a project: files, facts of the gate, and findings without their lines."""
    plan = make_plan(project)
    seen = [f"{f.code} {f.message}" for f in plan.findings]
    if any(f.fails for f in plan.findings):
        return orjson.dumps(seen)
    resolved = pipeline.resolve(plan, Settings.of({}))
    owners = [render.render_app(resolved, app, MANIFESTS) for app in resolved.apps] + render.render_shared(resolved)
    found = resolved.findings()
    _, facts = inventory_of(resolved, {}, DAY)
    waivers = [repr(replace(waiver, location=None)) for waiver in waivers_of(plan)]
    waivers += [f.message for f in apply_waivers([], waivers_of(plan), DAY, rules(), approvers=project.config.approvers)]
    return orjson.dumps([seen, [f.message for f in found], [o.files for o in owners], facts, waivers], option=orjson.OPT_SORT_KEYS)


@cache
def before() -> bytes:
    return outcome(everything())


def test_the_project_itself_is_clean() -> None:
    assert [finding.message for finding in make_plan(everything()).findings] == []


def test_every_field_has_another_value_or_a_reason() -> None:
    assert sorted(OTHER.keys() & ELSEWHERE.keys()) == []
    assert sorted(OTHER.keys() | ELSEWHERE.keys()) == fields()


def places(model: str, name: str, other: Any) -> Iterator[tuple[str, Any, Spec, Path]]:
    """Everywhere in the project where this field of this model has another value than the other one."""
    for group, key, top in tops(everything()):
        for path, part in parts(top):
            if type(part).__name__ == model and getattr(part, name) != other:
                yield group, key, top, (*path, name)
        if group == "releases" and (path := PINNED.get(f"{model}.{name}", PINNED.get(model, ()))):
            yield group, key, top, (*path, name)


def has_effect(field: str) -> bool:
    """True when the other value, at any of its places, changes something or is refused."""
    tried = 0
    for group, key, top, path in places(*field.split("."), OTHER[field]):
        tried += 1
        try:
            value = changed(top, path, OTHER[field])
        except ValidationError:
            return True
        if outcome(with_change(everything(), group, key, value)) != before():
            return True
    assert tried, f"{field} is {OTHER[field]!r} already, everywhere"
    return False


@pytest.mark.parametrize("field", sorted(OTHER))
def test_field_has_an_effect(field: str) -> None:
    assert has_effect(field)


def test_a_field_without_effect_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above is able to fail."""
    monkeypatch.setitem(OTHER, "Uniform.high", 1e-2)
    with pytest.raises(AssertionError, match="already"):
        has_effect("Uniform.high")
