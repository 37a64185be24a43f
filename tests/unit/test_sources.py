"""What datasets lie in: known by the scheme of a place's URI, each with its own fields, and volumes mounted by every engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from cnai_gitops import pipeline
from cnai_gitops.contract.source import Claim, Mounted, Source, claim_of, data_of, path_of
from cnai_gitops.spec.engine import engines
from cnai_gitops.spec.place import DatasetPlace
from cnai_gitops.spec.roles import source_of
from cnai_gitops.steps.lineage import dataset_name
from cnai_gitops.system.tools import Settings

Cnai = Callable[..., Any]
DIGEST = f"sha256:{'a' * 64}"
BLUEPRINT = """
name: volumes
team: risk
purpose: fraud-detection
prepare:
  name: rows
  reads: [labels, shared]
  writes: [rows]
  steps:
    - {name: first, engine: {kind: container, image: work}}
    - {name: second, engine: {kind: spark, image: work, main: job.py}, after: [first]}
    - {name: third, engine: {kind: ray, image: work, entrypoint: python job.py}, after: [second]}
train:
  name: scorer
  image: work
  reads: [labels, rows]
  resources: {cpu: "4", memory: 16Gi}
serve:
  - {name: one, model: scorer, runtime: sklearn, reads: [rows]}
  - name: many
    reads: [rows]
    engine: {kind: rayservice, image: work, applications: [{name: a, import_path: "a:b"}]}
"""
DATASET = """
name: {name}
owner: {owner}
origin: made by a test
purposes: [fraud-detection]
classification: internal
personal: false
residency: [EU]
retention_days: 30
consumers: [risk]
"""
RELEASE = f"""app: volumes
run_on: [CLUSTERS]
images: {{work: {DIGEST}}}
serve.one: {{model: {DIGEST}}}
"""
PLACES = """  labels: {uri: "pvc://disk/labels", region: eu-central-1, jurisdiction: EU}
  rows: {uri: "pvc://disk/rows/v2", region: eu-central-1, jurisdiction: EU, encryption: cmek, kms_key: keys/disk}
  shared: {uri: "s3://shared/rows", region: eu-central-1, jurisdiction: EU}
"""


def add(root: Path, env: str, places: str, clusters: str) -> None:
    file = root / "environments" / env / "environment.yaml"
    file.write_text(file.read_text().replace("datasets:\n", f"datasets:\n{places}"))
    (root / "environments" / env / "volumes.yaml").write_text(RELEASE.replace("CLUSTERS", clusters))


@pytest.fixture
def volumes(repository: Path) -> Path:
    """A repository whose data is on volumes in prod, and in a bucket in dev; each engine reads or writes some of it."""
    (repository / "blueprints" / "volumes.yaml").write_text(BLUEPRINT)
    for name, owner in (("labels", "risk"), ("rows", "risk"), ("shared", "other")):
        (repository / "blueprints" / "datasets" / f"{name}.yaml").write_text(DATASET.format(name=name, owner=owner))
    add(repository, "dev", PLACES.replace("pvc://disk", "s3://risk-dev").replace("cmek", "sse-kms"), "dev1")
    add(repository, "prod", PLACES, "eu1, eu2")
    return repository


def manifests(root: Path, target: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((root / "deploy" / "rendered" / target / "volumes" / "manifest.yaml").read_text()))


def pods(node: Any) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Everything that has volumes in pods: (what holds `volumes`, the containers that mount them)."""
    if isinstance(node, dict):
        if "template" not in node and ("containers" in node or "container" in node or "model" in node):
            yield node, [*node.get("containers", ()), *(node[key] for key in ("container", "model") if key in node)]
        if "driver" in node:
            yield node, [node["driver"], node["executor"]]
        if "manifest" in node:
            yield from pods(yaml.safe_load(node["manifest"]))
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from pods(child)


def mounting(manifest: dict[str, Any]) -> list[tuple[list[dict[str, Any]], list[list[dict[str, Any]]]]]:
    """Claims of each pod of a manifest that has some, and what each of its containers mounts of them."""
    found = []
    for holder, containers in pods(manifest["spec"]):
        claims = [volume for volume in holder.get("volumes", ()) if "persistentVolumeClaim" in volume]
        names = {volume["name"] for volume in claims}
        mounts = [[m for m in container.get("volumeMounts", ()) if m["name"] in names] for container in containers]
        if claims:
            found.append((claims, mounts))
    return found


def test_every_engine_mounts_a_volume(volumes: Path, settings: Settings) -> None:
    assert [f.message for f in pipeline.build(volumes, settings).findings if f.fails] == []
    by_name = {(m["kind"], m["metadata"]["name"]): m for m in manifests(volumes, "prod/eu1")}
    reads = {"name": "data-labels", "mountPath": "/cnai/data/labels", "readOnly": True}
    written = [reads, {"name": "data-labels", "mountPath": "/cnai/data/rows"}]
    only_read = [reads, {"name": "data-labels", "mountPath": "/cnai/data/rows", "readOnly": True}]
    direct = [{"name": "data-labels", "persistentVolumeClaim": {"claimName": "disk"}}]
    moved = [{"name": "data-labels", "persistentVolumeClaim": {"claimName": "{{workflow.parameters.claim-labels}}"}}]
    assert mounting(by_name["WorkflowTemplate", "volumes-prepare-rows"]) == [
        (direct, [written]),  # the container
        (moved, [written, written]),  # Spark's driver and executors
        (moved, [written]),  # Ray's head
        (moved, [written]),  # and workers
    ]
    read_only = {"claimName": "disk", "readOnly": True}
    assert mounting(by_name["TrainingRuntime", "volumes-train-scorer"]) == [
        ([{"name": "data-labels", "persistentVolumeClaim": read_only}], [only_read])
    ]
    served = [{"name": "data-rows", "persistentVolumeClaim": read_only}]
    mount = [{"name": "data-rows", "mountPath": "/cnai/data/rows", "readOnly": True}]
    assert mounting(by_name["InferenceService", "volumes-one"]) == [(served, [mount])]
    assert mounting(by_name["RayService", "volumes-many"]) == [(served, [mount]), (served, [mount])]


def test_programs_are_told_the_path_and_lineage_the_place(volumes: Path, settings: Settings) -> None:
    pipeline.build(volumes, settings)
    by_name = {(m["kind"], m["metadata"]["name"]): m for m in manifests(volumes, "prod/eu1")}
    prepare = by_name["WorkflowTemplate", "volumes-prepare-rows"]["spec"]
    templates = {t["name"]: t for t in prepare["templates"]}

    def told(container: dict[str, Any]) -> dict[str, str]:
        wanted = ("CNAI_INPUT_LABELS", "CNAI_INPUT_SHARED", "CNAI_OUTPUT_ROWS", "CNAI_INPUT_ROWS")
        return {item["name"]: item["value"] for item in container["env"] if item["name"] in wanted}

    shared = {"CNAI_INPUT_SHARED": "s3://shared/rows"}
    paths = {"CNAI_INPUT_LABELS": "file:///cnai/data/labels/labels", "CNAI_OUTPUT_ROWS": "file:///cnai/data/rows/rows/v2"}
    assert told(templates["first"]["container"]) == {**paths, **shared}
    for name in ("start", "finish"):  # they report to lineage and mount nothing
        assert told(templates[name]["container"]) == {
            "CNAI_INPUT_LABELS": "pvc://disk/labels",
            "CNAI_OUTPUT_ROWS": "pvc://disk/rows/v2",
            **shared,
        }
    parameters = {p["name"]: p["value"] for p in prepare["arguments"]["parameters"]}
    assert (parameters["claim-labels"], parameters["input-labels"]) == ("disk", paths["CNAI_INPUT_LABELS"])
    assert told(by_name["InferenceService", "volumes-one"]["spec"]["predictor"]["model"]) == {
        "CNAI_INPUT_ROWS": "file:///cnai/data/rows/rows/v2"
    }


def test_where_data_lies_in_a_bucket_nothing_is_mounted(volumes: Path, settings: Settings) -> None:
    pipeline.build(volumes, settings)
    assert [mounting(m) for m in manifests(volumes, "dev/dev1") if "spec" in m and mounting(m)] == []
    assert "CNAI_INPUT" not in str([m for m in manifests(volumes, "dev/dev1") if m["kind"] in ("InferenceService", "RayService")])


def test_overlays_schemas_and_policies_take_volumes(volumes: Path, settings: Settings) -> None:
    pipeline.build(volumes, settings)
    assert [f.message for f in pipeline.verify(volumes, settings) if f.fails] == []
    found = pipeline.check(volumes, settings, at=date(2026, 11, 24)).findings
    assert {f.code for f in found if f.fails} == {"images.scan_fresh", "reliability.disruption_budget"}  # of the app, not of its data


def test_a_cluster_may_have_another_volume_than_the_first(volumes: Path, settings: Settings) -> None:
    file = volumes / "environments/prod/environment.yaml"
    file.write_text(
        file.read_text().replace("kms_key: keys/disk}", 'kms_key: keys/disk, clusters: {eu2: {uri: "pvc://other-disk/rows/v2"}}}')
    )
    pipeline.build(volumes, settings)
    assert [f.message for f in pipeline.verify(volumes, settings) if f.fails] == []
    runtimes = {c: next(m for m in manifests(volumes, f"prod/{c}") if m["kind"] == "TrainingRuntime") for c in ("eu1", "eu2")}
    claims = {c: [v["persistentVolumeClaim"]["claimName"] for v in mounting(m)[0][0]] for c, m in runtimes.items()}
    assert claims == {"eu1": ["disk"], "eu2": ["disk", "other-disk"]}


WRONG = {
    "unknown scheme": (
        'uri: "pvcs://disk/rows/v2"',
        "error[CNAI101]: datasets.rows.uri must begin with one of abfss://, bigquery://, gcs://, gs://, hdfs://, jdbc:mysql://, "
        "jdbc:postgresql://, kafka://, mysql://, postgres://, postgresql://, pvc://, s3://, s3a://, s3n://, got pvcs://; "
        "did you mean pvc://?",
    ),
    "no claim": (
        'uri: "pvc://Disk_1/rows"',
        "error[CNAI101]: datasets.rows.uri must be pvc://CLAIM/PATH with the name of a PersistentVolumeClaim (a DNS label), got "
        "'pvc://Disk_1/rows'",
    ),
    "out of the volume": (
        'uri: "pvc://disk/../etc"',
        "error[CNAI101]: datasets.rows.uri must name a path inside the volume, without . and .., got 'pvc://disk/../etc'",
    ),
    "a login": (
        'uri: "postgres://ann:pw@db.example.com/rows"',
        "error[CNAI101]: datasets.rows.uri: dataset URI 'postgres://db.example.com/rows': must not carry credentials",
    ),
    "no dataset": (
        'uri: "kafka://broker:9092/"',
        "error[CNAI101]: datasets.rows.uri: dataset URI 'kafka://broker:9092/': names no dataset",
    ),
    "another one's encryption": (
        'uri: "s3://b/rows"',
        "error[CNAI101]: datasets.rows.encryption must be one of sse-s3, sse-kms, csek for s3://, got 'cmek'",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_place_that_is_none_is_said_at_its_line(volumes: Path, cnai: Cnai, name: str) -> None:
    uri, message = WRONG[name]
    file = volumes / "environments/prod/environment.yaml"
    file.write_text(file.read_text().replace('uri: "pvc://disk/rows/v2"', uri))
    line = next(i for i, text in enumerate(file.read_text().splitlines(), 1) if uri in text)
    done = cnai("build", "--root", volumes)
    assert done.code == 1
    assert message in done.out + done.err
    assert f"environments/prod/environment.yaml:{line}:" in done.out + done.err


EFFECTLESS = {
    "secret of a volume": (
        "encryption: cmek, kms_key: keys/disk",
        "secret: reader",
        "error[CNAI215]: datasets.rows.secret has no effect with the source pvc",
    ),
    "on one cluster": (
        "kms_key: keys/disk",
        "kms_key: keys/disk, clusters: {eu2: {secret: reader}}",
        "error[CNAI215]: datasets.rows.clusters.eu2.secret has no effect with the source pvc",
    ),
    "a key for nothing": (
        "encryption: cmek, kms_key",
        "kms_key",
        "error[CNAI101]: datasets.rows.kms_key names a key, but `encryption` does not say what it encrypts",
    ),
    "inherited by a cluster": (
        "kms_key: keys/disk",
        'kms_key: keys/disk, clusters: {eu2: {uri: "s3://b/rows"}}',
        "must be one of sse-s3, sse-kms, csek for s3://, got 'cmek'",
    ),
    "a field that is none on a cluster": (
        "kms_key: keys/disk",
        "kms_key: keys/disk, clusters: {eu2: {url: x}}",
        "datasets.rows.clusters.eu2.url is not a known field",
    ),
    "clusters of a cluster": (
        "kms_key: keys/disk",
        "kms_key: keys/disk, clusters: {eu2: {clusters: {}}}",
        "datasets.rows.clusters.eu2 cannot hold `clusters` of its own",
    ),
}


@pytest.mark.parametrize("name", EFFECTLESS)
def test_a_field_without_effect_is_an_error_at_its_line(volumes: Path, cnai: Cnai, name: str) -> None:
    old, new, message = EFFECTLESS[name]
    file = volumes / "environments/prod/environment.yaml"
    file.write_text(file.read_text().replace(old, new))
    line = next(i for i, text in enumerate(file.read_text().splitlines(), 1) if "  rows: " in text)
    done = cnai("build", "--root", volumes)
    assert done.code == 1
    assert message in done.out + done.err
    assert f"environments/prod/environment.yaml:{line}:" in done.out + done.err


def test_data_in_another_teams_namespace_is_out_of_reach(volumes: Path, cnai: Cnai) -> None:
    file = volumes / "environments/prod/environment.yaml"
    file.write_text(file.read_text().replace("s3://shared/rows", "pvc://shared/rows"))
    done = cnai("build", "--root", volumes)
    assert done.code == 1
    for cluster in ("eu1", "eu2"):
        assert (
            "error[CNAI232]: volumes prepare.rows of team 'risk' reads dataset 'shared', but on prod/"
            f"{cluster} it lies in the namespace of team 'other' (pvc://shared/rows)" in done.out + done.err
        )


PLACE = {"region": "eu-central-1", "jurisdiction": "EU"}
URIS = {
    "s3://b/k": "s3", "s3a://b/k": "s3", "gs://b/k": "gcs", "abfss://c@a.dfs.core.windows.net/p": "azure", "hdfs://n/p": "hdfs",
    "kafka://b:9092/t": "kafka", "postgres://h/db/t": "database", "jdbc:mysql://h/db/t": "database", "bigquery://p/d/t": "database",
    "pvc://disk": "pvc",
}  # fmt: skip


@pytest.mark.parametrize("uri", URIS)
def test_a_scheme_belongs_to_one_source(uri: str) -> None:
    place = DatasetPlace.model_validate({"uri": uri, **PLACE})
    assert place.source.kind == URIS[uri]
    assert claim_of(place) == (Claim("disk") if uri == "pvc://disk" else None)
    assert dataset_name(uri)[0]


def test_no_two_sources_share_a_scheme_and_each_has_one() -> None:
    sources = [cls for (role, _), cls in engines().items() if role == "source" and issubclass(cls, Source)]
    schemes = [scheme for cls in sources for scheme in cls.schemes]
    assert len(schemes) == len(set(schemes))
    assert {source_of(f"{scheme}://x").kind for scheme in schemes} == {cls.model_fields["kind"].default for cls in sources}
    assert {*URIS.values()} == {cls.model_fields["kind"].default for cls in sources}


@pytest.mark.parametrize("cls", [cls for (role, _), cls in sorted(engines().items()) if role == "source"])
def test_a_source_says_how_it_encrypts_in_words_that_a_place_may_use(cls: Any) -> None:
    uri = next(uri for uri, kind in URIS.items() if kind == cls.model_fields["kind"].default)
    for word in cls.encryptions:
        assert DatasetPlace.model_validate({"uri": uri, **PLACE, "encryption": word}).encryption == word
    others = {"sse-s3", "sse-kms", "csek", "cmek", "tde"} - set(cls.encryptions)
    for word in others:
        with pytest.raises(ValidationError, match="must be one of"):
            DatasetPlace.model_validate({"uri": uri, **PLACE, "encryption": word})


def test_datasets_of_one_claim_share_a_volume_and_are_written_where_one_is() -> None:
    uses = {
        name: Mounted(name, Claim(claim, "p"), writes)
        for name, claim, writes in (("a", "one", False), ("b", "two", False), ("c", "one", True))
    }
    data = data_of(uses)
    assert list(data.volumes) == [
        {"name": "data-a", "persistentVolumeClaim": {"claimName": "one"}},
        {"name": "data-b", "persistentVolumeClaim": {"claimName": "two", "readOnly": True}},
    ]
    assert [(m["name"], m["mountPath"], m.get("readOnly", False)) for m in data.mounts] == [
        ("data-a", "/cnai/data/a", True), ("data-a", "/cnai/data/c", False), ("data-b", "/cnai/data/b", True)
    ]  # fmt: skip
    assert path_of("a", Claim("one")) == "file:///cnai/data/a"
    assert path_of("a", Claim("one", "p/q")) == "file:///cnai/data/a/p/q"
