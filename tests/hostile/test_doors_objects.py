"""What an override or a patch may not make of an object: another team's, a contradiction, a secret; and patches that select nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spoiling import ENVIRONMENT, PATCHES, RELEASE, Change, append, component, override, replace, write

from cnai_gitops.check.objects.consistency import contradictions
from cnai_gitops.check.objects.identity import strangers
from cnai_gitops.check.objects.inventory import Inventory
from cnai_gitops.check.objects.payload import payload
from cnai_gitops.check.objects.queues import unqueued
from cnai_gitops.resources.base import Body
from cnai_gitops.system.tools import Settings

Refused = Callable[..., list[str]]
KUSTOMIZATION = f"{PATCHES}/kustomization.yaml"


def document(body: Body, embedded: bool = False) -> dict[str, Any]:
    return {"id": "dev/dev1/x/X/risk-dev/x", "env": "dev", "cluster": "dev1", "object": body, "embedded": embedded}


# -- contradictions, by any field in any object --------------------------------------------------------------------------------

EVIL: dict[str, tuple[dict[str, Any], str, str]] = {
    "minReplicas": ({"minReplicas": 3, "maxReplicas": 2}, "CNAI730", "minReplicas"),
    "minReplicaCount": ({"minReplicaCount": 3, "maxReplicaCount": 2}, "CNAI730", "minReplicaCount"),
    "minimum zero": ({"minReplicaCount": 1, "maxReplicaCount": 0}, "CNAI730", "minReplicaCount"),
    "idle": ({"idleReplicaCount": 3, "minReplicaCount": 2}, "CNAI730", "idleReplicaCount"),
    "replicas above": ({"replicas": 4, "minReplicas": 1, "maxReplicas": 3}, "CNAI730", "replicas"),
    "replicas below": ({"replicas": 0, "minReplicas": 1, "maxReplicas": 3}, "CNAI730", "replicas"),
    "executors": ({"minExecutors": 9, "maxExecutors": 3}, "CNAI730", "minExecutors"),
    "four fields": ({"schedule": "0 2 * *"}, "CNAI731", "schedule"),
    "six fields": ({"schedule": "0 0 2 * * *"}, "CNAI731", "schedule"),
    "minute 61": ({"schedules": ["0 2 * * *", "61 2 * * *"]}, "CNAI731", "schedules[1]"),
    "hour 24": ({"schedules": ["0 24 * * *"]}, "CNAI731", "schedules[0]"),
    "day 32": ({"schedule": "0 0 32 * *"}, "CNAI731", "schedule"),
    "month 13": ({"schedule": "0 0 1 13 *"}, "CNAI731", "schedule"),
    "weekday 8": ({"schedule": "0 0 * * 8"}, "CNAI731", "schedule"),
    "weekday by another name": ({"schedule": "0 0 * * monday"}, "CNAI731", "schedule"),
    "step 0": ({"schedule": "*/0 * * * *"}, "CNAI731", "schedule"),
    "empty": ({"schedule": ""}, "CNAI731", "schedule"),
    "a word": ({"schedule": "@dayly"}, "CNAI731", "schedule"),
    "a scaler's start": ({"type": "cron", "metadata": {"start": "0 25 * * *", "end": "0 1 * * *"}}, "CNAI731", "metadata.start"),
    "a scaler's end": ({"type": "cron", "metadata": {"start": "0 2 * * *", "end": "never"}}, "CNAI731", "metadata.end"),
    "a scaler's zone": ({"type": "cron", "metadata": {"timezone": "Berlin"}}, "CNAI731", "metadata.timezone"),
    "zone": ({"timezone": "Europe/Berln"}, "CNAI731", "timezone"),
    "zone of Kubernetes": ({"timeZone": "CEST"}, "CNAI731", "timeZone"),
    "zone by path": ({"timeZone": "../../etc/passwd"}, "CNAI731", "timeZone"),
    "prefix 99": ({"cidr": "10.0.0.0/99"}, "CNAI732", "cidr"),
    "prefix 129": ({"cidr": "2001:db8::/129"}, "CNAI732", "cidr"),
    "no prefix": ({"cidr": "10.0.0.1"}, "CNAI732", "cidr"),
    "no address": ({"cidr": "10.0.0/8"}, "CNAI732", "cidr"),
    "number above 255": ({"cidr": "10.0.0.256/32"}, "CNAI732", "cidr"),
    "exception outside": ({"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16"]}, "CNAI732", "except[0]"),
    "exception is all": ({"cidr": "10.0.0.0/8", "except": ["10.0.0.0/8"]}, "CNAI732", "except[0]"),
    "exception of another family": ({"cidr": "10.0.0.0/8", "except": ["2001:db8::/32"]}, "CNAI732", "except[0]"),
    "source ranges": ({"loadBalancerSourceRanges": ["10.0.0.0/8", "all"]}, "CNAI732", "loadBalancerSourceRanges[1]"),
    "cpu": ({"requests": {"cpu": "2"}, "limits": {"cpu": "1500m"}}, "CNAI733", "requests.cpu"),
    "memory": ({"requests": {"memory": "2Gi"}, "limits": {"memory": "2G"}}, "CNAI733", "requests.memory"),
    "storage": (
        {"requests": {"ephemeral-storage": "1e10"}, "limits": {"ephemeral-storage": "1Gi"}},
        "CNAI733",
        "requests.ephemeral-storage",
    ),
    "a number": ({"requests": {"cpu": 2}, "limits": {"cpu": 1}}, "CNAI733", "requests.cpu"),
}
PLACES: dict[str, Callable[[dict[str, Any]], tuple[Body, str]]] = {
    "spec": lambda fields: ({"spec": fields}, "spec."),
    "deep": lambda fields: (
        {"spec": {"template": {"spec": {"containers": [{}, {"resources": fields}]}}}},
        "spec.template.spec.containers[1].resources.",
    ),
    "a list in a list": lambda fields: ({"spec": {"a": [[fields]]}}, "spec.a[0][0]."),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("evil", EVIL)
def test_a_contradiction(evil: str, place: str) -> None:
    fields, code, path = EVIL[evil]
    body, prefix = PLACES[place](fields)
    assert [(found.code, found.path) for found in contradictions([document(body)])] == [(code, prefix + path)]


SOUND: tuple[dict[str, Any], ...] = (
    {"minReplicas": 2, "maxReplicas": 2, "replicas": 2},
    {"idleReplicaCount": 0, "minReplicaCount": 1, "maxReplicaCount": 3},
    {"minAvailable": 5, "maxUnavailable": 1},
    {"minReplicas": "{{a}}", "maxReplicas": 1},
    {"schedule": "@every 1h30m"},
    {"schedule": "@daily", "timezone": "Etc/UTC"},
    {"schedules": ["*/5 8-18/2 1,15 jan-mar mon-fri", "TZ=Europe/Berlin 0 2 * * *", "{{inputs.parameters.when}}"], "timezone": ""},
    {"type": "cron", "metadata": {"start": "0 8 * * *", "end": "0 18 * * *", "timezone": "Europe/Berlin"}},
    {"type": "kafka", "metadata": {"start": "whatever"}},
    {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]},
    {"cidr": "::/0"},
    {"requests": {"cpu": "1", "memory": "1Gi", "nvidia.com/gpu": 1}, "limits": {"cpu": "1000m", "memory": "1Gi", "nvidia.com/gpu": "1"}},
    {"requests": {"storage": "10Gi"}},
    {"requests": {"cpu": "{{a}}"}, "limits": {"cpu": "1"}},
)  # fmt: skip


@pytest.mark.parametrize("fields", SOUND, ids=json.dumps)
def test_no_contradiction(fields: dict[str, Any]) -> None:
    assert contradictions([document({"spec": fields})]) == []


SPECS: dict[str, tuple[Change, str]] = {
    "api_cidrs": (
        replace(ENVIRONMENT, "10.10.255.1/32", "10.10.255.1/99"),
        f"{ENVIRONMENT}:9:17: error[CNAI101]: clusters.dev1.api_cidrs[0]",
    ),
    "cidrs": (
        replace(ENVIRONMENT, "    cidrs: [10.10.0.0/16]", "    cidrs: [10.0.0.0/64]"),
        f"{ENVIRONMENT}:10:13: error[CNAI101]: clusters.dev1.cidrs[0]",
    ),
    "quota": (replace(ENVIRONMENT, "quota: {h100: 32}", "quota: {h1000: 32}"), "error[CNAI231]: accelerator must be one of"),
    "window": (append(ENVIRONMENT, 'argocd: {windows: [{kind: deny, schedule: "0 25 * * *", duration: 1h}]}\n'), "is no schedule of cron"),
    "zone of a window": (
        append(ENVIRONMENT, 'argocd: {windows: [{kind: deny, schedule: "0 2 * * *", duration: 1h, timezone: Europe/Berln}]}\n'),
        "is no time zone of the IANA database",
    ),
}


@pytest.mark.parametrize("case", SPECS)
def test_a_contradiction_in_a_file(case: str, root: Path, refused: Refused) -> None:
    change, words = SPECS[case]
    change(root)
    (found,) = refused()
    assert words in found


# -- whose an object is -----------------------------------------------------------------------------------------------------------


def said(body: Body, embedded: bool = False) -> list[tuple[str, str]]:
    found = strangers([document(body, embedded)], namespace="risk-dev", team="risk", env="dev")
    return [(finding.code, finding.path) for finding in found]


def body_of(api: str, kind: str, **metadata: Any) -> Body:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "x", **metadata}}


CLUSTER = [
    ("v1", "Namespace"), ("v1", "PersistentVolume"), ("rbac.authorization.k8s.io/v1", "ClusterRole"), ("x.example.com/v1", "Anything"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"), ("kueue.x-k8s.io/v1beta2", "ClusterQueue"),
    ("scheduling.k8s.io/v1", "PriorityClass"),
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"), ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
]  # fmt: skip


@pytest.mark.parametrize(("api", "kind"), CLUSTER)
def test_an_object_of_the_whole_cluster(api: str, kind: str) -> None:
    assert said(body_of(api, kind)) == [("CNAI741", "kind")]


@pytest.mark.parametrize(
    "namespace", ["default", "kube-system", "grocery-dev", "risk-prod", "risk-dev-2", "{{workflow.namespace}}", "argocd"]
)
@pytest.mark.parametrize(("api", "kind"), [("v1", "ConfigMap"), ("apps/v1", "Deployment"), ("x.example.com/v1", "Anything")])
@pytest.mark.parametrize("embedded", [False, True])
def test_an_object_in_another_namespace(api: str, kind: str, namespace: str, embedded: bool) -> None:
    assert said(body_of(api, kind, namespace=namespace), embedded) == [("CNAI740", "metadata.namespace")]


def test_an_object_of_a_workflow_needs_no_namespace() -> None:
    assert said(body_of("v1", "ConfigMap"), embedded=True) == []


LABELS: dict[str, tuple[Body, str]] = {
    "its own": (body_of("v1", "ConfigMap", namespace="risk-dev", labels={"cnai.dev/team": "grocery"}), "metadata.labels['cnai.dev/team']"),
    "environment": (
        body_of("v1", "Service", namespace="risk-dev", labels={"cnai.dev/environment": "prod"}),
        "metadata.labels['cnai.dev/environment']",
    ),
    "its pods": (
        body_of("apps/v1", "Deployment", namespace="risk-dev") | {"spec": {"template": {"metadata": {"labels": {"cnai.dev/team": "x"}}}}},
        "spec.template.metadata.labels['cnai.dev/team']",
    ),
    "a list": (
        body_of("x/v1", "X", namespace="risk-dev") | {"spec": {"a": [{"labels": {"cnai.dev/team": ""}}]}},
        "spec.a[0].labels['cnai.dev/team']",
    ),
}


@pytest.mark.parametrize("case", LABELS)
def test_a_forged_label(case: str) -> None:
    body, path = LABELS[case]
    assert said(body) == [("CNAI742", path)]


def test_a_selector_may_name_another_team() -> None:
    spec = {"spec": {"podSelector": {"matchLabels": {"cnai.dev/team": "grocery"}}}}
    assert said(body_of("networking.k8s.io/v1", "NetworkPolicy", namespace="risk-dev") | spec) == []


POD = {"spec": {"containers": [{"name": "c", "resources": {"limits": {"nvidia.com/gpu": "1"}}}]}}
JOBS = {
    "Job": body_of("batch/v1", "Job", namespace="risk-dev") | {"spec": {"template": POD}},
    "JobSet": body_of("jobset.x-k8s.io/v1alpha2", "JobSet", namespace="risk-dev")
    | {"spec": {"replicatedJobs": [{"name": "a", "template": {"spec": {"template": POD}}}]}},
}


@pytest.mark.parametrize("kind", JOBS)
@pytest.mark.parametrize("labels", [{}, {"kueue.x-k8s.io/queue-name": ""}, {"kueue.x-k8s.io/queue_name": "risk"}])
def test_a_workload_without_a_queue(kind: str, labels: dict[str, str]) -> None:
    priority = {"kueue.x-k8s.io/priority-class": "training"}
    body = JOBS[kind] | {"metadata": {**JOBS[kind]["metadata"], "labels": {**priority, **labels}}}
    words = f"{kind} holds 1 nvidia.com/gpu and names no queue (label kueue.x-k8s.io/queue-name), so it runs outside of every quota"
    assert [(finding.code, finding.message) for finding in unqueued(Inventory([body]))] == [("CNAI605", words)]


# -- secrets ---------------------------------------------------------------------------------------------------------------------

S = "hunter2-Tr0ub4dor"
KEY = "q7Gv0Zk2Xb9LmN4pRs8TuW1yAc5EdF3hJ6oKiQ0x"
SECRETS: dict[str, tuple[Any, str]] = {
    "env": ({"env": [{"name": "DB_PASSWORD", "value": S}]}, "env[0].value"),
    "env in small letters": ({"env": [{"name": "db_password", "value": S}]}, "env[0].value"),
    "env by a word": ({"env": [{"name": "apiKey", "value": S}]}, "env[0].value"),
    "key": ({"data": {"db_password": S}}, "data.db_password"),
    "key with dots": ({"data": {"spring.datasource.password": S}}, "data['spring.datasource.password']"),
    "key with a dash": ({"data": {"client-secret": S}}, "data.client-secret"),
    "key in capitals": ({"data": {"HF_TOKEN": S}}, "data.HF_TOKEN"),
    "key by a word": ({"data": {"accessToken": S}}, "data.accessToken"),
    "annotation": ({"metadata": {"annotations": {"example.com": "x", "password": S}}}, "metadata.annotations.password"),
    "flag": ({"args": [f"--db-password={S}"]}, "args[0]"),
    "flag and value": ({"args": ["--db-password", S]}, "args[1]"),
    "one dash": ({"args": ["-password", S]}, "args[1]"),
    "flag in a line": ({"command": ["sh", "-c", f"run --api-key {S} now"]}, "command[2]"),
    "curl": ({"command": ["sh", "-c", f"curl -s -u admin:{S} http://x"]}, "command[2]"),
    "curl in a list": ({"args": ["curl", "-u", f"admin:{S}"]}, "args[2]"),
    "header": ({"args": ["-H", f"Authorization: Bearer {KEY}"]}, "args[1]"),
    "basic": ({"args": ["-H", f"Authorization: Basic {KEY}"]}, "args[1]"),
    "address": ({"a": f"postgresql://user:{S}@db/x"}, "a"),
    "address without a user": ({"a": f"redis://:{S}@db/0"}, "a"),
    "token in an address": ({"a": f"https://{KEY}@git.example.com/x"}, "a"),
    "connection": ({"a": f"Server=db;User=x;Password={S};"}, "a"),
    "query": ({"a": f"jdbc:postgresql://db/x?user=u&password={S}"}, "a"),
    "assignment": ({"command": ["sh", "-c", f"export HF_TOKEN={S}; run"]}, "command[2]"),
    "PGPASSWORD": ({"command": ["sh", "-c", f"PGPASSWORD={S} psql"]}, "command[2]"),
    "PEM": ({"a": "-----BEGIN RSA PRIVATE KEY-----\nx"}, "a"),
    "PEM of another kind": ({"a": "-----BEGIN ENCRYPTED PRIVATE KEY-----\nx"}, "a"),
    "PGP": ({"a": "-----BEGIN PGP PRIVATE KEY BLOCK-----\nx"}, "a"),
    "AWS": ({"a": "AKIA" + "A1B2C3D4E5F6G7H8"}, "a"),
    "GitHub": ({"a": "ghp_" + "a1" * 18}, "a"),
    "npm": ({"a": "npm_" + "a1" * 18}, "a"),
    "Stripe": ({"a": "sk_live_" + "a1" * 12}, "a"),
    "Azure": ({"a": "AccountName=x;AccountKey=" + "Ab1" * 12 + "=="}, "a"),
    "Vault": ({"a": "hvs." + "a1" * 15}, "a"),
    "by chance": ({"a": KEY}, "a"),
    "by chance in a line": ({"a": f"use {KEY} now"}, "a"),
    "by chance, base64": ({"a": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY9zQ=="}, "a"),
}
WHERE: dict[str, Callable[[Any], tuple[Body, str]]] = {
    "ConfigMap": lambda value: ({"apiVersion": "v1", "kind": "ConfigMap", **value}, ""),
    "deep": lambda value: ({"spec": {"template": {"spec": {"containers": [value]}}}}, "spec.template.spec.containers[0]."),
}


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("case", SECRETS)
def test_a_secret_is_named_and_not_shown(case: str, where: str) -> None:
    value, path = SECRETS[case]
    body, prefix = WHERE[where](value)
    found = payload([document(body)])
    assert [(finding.code, finding.path) for finding in found] == [("CNAI407", prefix + path)]
    assert not any(secret in f"{finding}" for finding in found for secret in (S, KEY, "a1a1a1", "Ab1Ab1", "A1B2C3"))


HARMLESS: tuple[Any, ...] = (
    {"env": [{"name": "DB_PASSWORD", "value": "$(FROM_SECRET)"}, {"name": "TOKEN_PATH", "value": "/var/run/x"}]},
    {"env": [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]},
    {"args": ["--token-file", "/x/y", "--password=$(DB_PASSWORD)", "--secret-name", "db", "-u", "1000", "--user", "nobody"]},
    {"args": ["--password", "$(DB_PASSWORD)", "--token", "{{inputs.parameters.token}}"]},
    {"secretName": "db", "secretStoreRef": {"kind": "ClusterSecretStore", "name": "vault"}, "secretKey": "password"},
    {"image": f"registry.example.com:5000/ml/x@sha256:{'0123456789abcdef' * 4}", "a": "0123456789abcdef" * 4},
    {"a": "arn:aws:kms:eu-central-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"},
    {"a": "AVeryLongNameOfAClassThatNobodyShouldEverHaveToReadAloud"},
    {"a": "registry/Team/Project/Models/Scorer/Version2026/Something"},
    {"a": "https://git.example.com/ml/config.git?ref=main"},
    {"a": "sum(rate(http_requests_total{code=~\"5..\"}[5m])) by (token)"},
    {"automountServiceAccountToken": False, "serviceAccountToken": {"path": "token", "audience": "x"}},
)  # fmt: skip


@pytest.mark.parametrize("value", HARMLESS, ids=str)
def test_what_is_no_secret(value: Any) -> None:
    assert payload([document({"spec": value})]) == []


# -- by the command, through both doors ---------------------------------------------------------------------------------------------

POINTERS: dict[str, tuple[str, str, Any, str]] = {
    "minimum": ("ScaledObject", "/spec/minReplicaCount", 9, "CNAI730]: minReplicaCount 9 is above maxReplicaCount 2"),
    "idle": ("ScaledObject", "/spec/idleReplicaCount", 9, "CNAI730]: idleReplicaCount 9 is above minReplicaCount"),
    "namespace": ("ScaledObject", "/metadata/namespace", "grocery-dev", "CNAI740]: it lies in namespace grocery-dev, and the team's is"),
    "team": ("ScaledObject", "/metadata/labels/cnai.dev~1team", "grocery", "CNAI742]: label cnai.dev/team says grocery, and it is risk"),
    "secret": (
        "InferenceService",
        "/spec/predictor/model/env",
        [{"name": "db_password", "value": S}],
        "CNAI407]: spec.predictor.model.env[0].value holds the value of db_password",
    ),
}


@pytest.mark.parametrize("case", POINTERS)
def test_an_override(case: str, root: Path, refused: Refused, settings: Settings) -> None:
    kind, pointer, value, words = POINTERS[case]
    override(kind, "scores-scorer", {pointer: value})(root)
    found = [line for line in refused("check", "--no-stale") if words in line]
    assert len(found) == 1
    assert found[0].startswith(f"{RELEASE}:12:")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: kube-system}\n", "error[CNAI740]"),
        ("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n", "error[CNAI741]"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: risk-dev, labels: {cnai.dev/team: x}}\n", "error[CNAI742]"),
        (f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: risk-dev}}\ndata: {{db_password: {S}}}\n", "error[CNAI407]"),
        (
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a, namespace: risk-dev}\n"
            'spec: {schedule: "0 99 * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: []}}}}}\n',
            "error[CNAI731]",
        ),
    ],
)
def test_a_patch(root: Path, refused: Refused, settings: Settings, text: str, words: str) -> None:
    component("resources: [more.yaml]\n")(root)
    write(f"{PATCHES}/more.yaml", text)(root)
    found = refused("check", "--no-stale")
    assert [line for line in found if words in line]
    assert not any(S in line for line in found)


# -- patches that select nothing ---------------------------------------------------------------------------------------------------

OPERATION = "  patch: |-\n    - {op: add, path: /metadata/annotations, value: {a: b}}\n"
SELECT = {
    "a kind": "{kind: Deploiment}",
    "a name": "{kind: ScaledObject, name: scorer}",
    "a namespace": "{kind: ScaledObject, namespace: risk}",
    "a group": "{group: apps, kind: ScaledObject}",
    "a version": "{version: v1, kind: ScaledObject}",
    "a label": "{kind: ScaledObject, labelSelector: 'cnai.dev/team=grocery'}",
    "a label that is there": "{kind: ScaledObject, labelSelector: '!cnai.dev/team'}",
    "a label that is not there": "{kind: ScaledObject, labelSelector: 'cnai.dev/teem'}",
    "another label": "{kind: ScaledObject, labelSelector: 'cnai.dev/team!=risk'}",
    "a label in a set": "{kind: ScaledObject, labelSelector: 'cnai.dev/team in (a, b)'}",
    "a label not in a set": "{kind: ScaledObject, labelSelector: 'cnai.dev/team notin (risk)'}",
    "one of two labels": "{kind: ScaledObject, labelSelector: 'cnai.dev/team=risk,cnai.dev/environment=prod'}",
    "an annotation": "{kind: ScaledObject, annotationSelector: 'a=b'}",
}


@pytest.mark.parametrize("case", SELECT)
def test_a_target_that_fits_nothing(case: str, root: Path, refused: Refused, settings: Settings) -> None:
    component(f"patches:\n- target: {SELECT[case]}\n{OPERATION}")(root)
    assert refused() == [f"{KUSTOMIZATION}:4:3: error[CNAI304]: no object fits the target of this patch, so it changes nothing"]


@pytest.mark.parametrize(
    "selector", ["cnai.dev/team=risk", "cnai.dev/team==risk, !x", "cnai.dev/team in (a, risk)", "cnai.dev/team", "x!=y", "x notin (y)"]
)
def test_a_selector_that_fits(root: Path, cnai: Callable[..., Any], settings: Settings, selector: str) -> None:
    component(f"patches:\n- target: {{kind: ScaledObject, labelSelector: '{selector}'}}\n{OPERATION}")(root)
    assert cnai("build", "--root", root).code == 0


OTHERS = {
    "an image": ("images:\n- {name: nobody, newTag: v1}\n", 4, "no object has an image of this name, so nothing is changed"),
    "a transformer": (
        "transformers:\n- |\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: x}\n  target: {kind: Deploiment}\n"
        f"{OPERATION}",
        4,
        "no object fits the target of this patch, so it changes nothing",
    ),
}


@pytest.mark.parametrize("case", OTHERS)
def test_other_things_that_change_nothing(case: str, root: Path, refused: Refused, settings: Settings) -> None:
    text, line, words = OTHERS[case]
    component(text)(root)
    assert refused() == [f"{KUSTOMIZATION}:{line}:3: error[CNAI304]: {words}"]


@pytest.mark.parametrize("word", ["curl ", "--a-", "a_", "x", ":", "password", ";a.b-c_", "Bearer ", "https://a:"])
def test_a_long_text_is_searched_in_time(word: str) -> None:
    begin = time.process_time()
    payload([document({"spec": {"args": [word * (200_000 // len(word))]}})])
    assert time.process_time() - begin < 10
