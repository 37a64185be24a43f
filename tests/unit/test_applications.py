"""What Argo CD would refuse, said before the merge: each part of a project against each kind of object."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cnai_gitops import pipeline
from cnai_gitops.check.objects.applications import refused_applications, refused_objects
from cnai_gitops.compile.argocd import HUB
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resources.base import Body, Key

SERVER, REPOSITORY = "https://a.example.com", "https://git.example.com/ml.git"
RULES: dict[str, Any] = {
    "sourceRepos": [REPOSITORY],
    "destinations": [{"server": SERVER, "namespace": "risk-*"}, {"server": SERVER, "namespace": "!risk-secret"}],
    "clusterResourceWhitelist": [{"group": "", "kind": "Namespace", "name": "risk-*"}, {"group": "kueue.x-k8s.io", "kind": "*"}],
    "namespaceResourceBlacklist": [{"group": "", "kind": "ResourceQuota"}],
}


def project(**rules: Any) -> Body:
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "risk"}, "spec": {**RULES, **rules}}


def application(**spec: Any) -> Body:
    to = {"server": SERVER, "namespace": "risk-prod"}
    whole = {"project": "risk", "source": {"repoURL": REPOSITORY}, "destination": to, **spec}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "app", "namespace": "argocd"}, "spec": whole}


@pytest.mark.parametrize(
    ("key", "rules", "words"),
    [
        (Key("", "ConfigMap", "risk-prod", "a"), {}, ""),
        (Key("", "ConfigMap", "", "a"), {}, ""),
        (Key("example.com", "Thing", "risk-prod", "a"), {}, ""),
        (Key("", "ConfigMap", "kube-system", "a"), {}, f"project risk has no destination in namespace kube-system of {SERVER}"),
        (Key("", "ConfigMap", "risk-secret", "a"), {}, f"project risk has no destination in namespace risk-secret of {SERVER}"),
        (Key("", "ResourceQuota", "risk-prod", "a"), {}, "project risk does not allow the kind ResourceQuota"),
        (Key("", "ConfigMap", "risk-prod", "a"), {"namespaceResourceWhitelist": []}, "project risk does not allow the kind ConfigMap"),
        (Key("", "ConfigMap", "risk-prod", "a"), {"namespaceResourceWhitelist": [{"group": "*", "kind": "Config*"}]}, ""),
        (Key("", "Namespace", "", "risk-prod"), {}, ""),
        (Key("", "Namespace", "", "other"), {}, "project risk does not allow the cluster-scoped kind Namespace"),
        (Key("kueue.x-k8s.io", "ClusterQueue", "", "a"), {}, ""),
        (
            Key("kueue.x-k8s.io", "ClusterQueue", "", "a"),
            {"clusterResourceBlacklist": [{"group": "*", "kind": "ClusterQueue"}]},
            "project risk does not allow the cluster-scoped kind ClusterQueue of kueue.x-k8s.io",
        ),
        (
            Key("rbac.authorization.k8s.io", "ClusterRole", "", "a"),
            {},
            "project risk does not allow the cluster-scoped kind ClusterRole of rbac.authorization.k8s.io",
        ),
        (Key("example.com", "Thing", "", "a"), {}, "project risk does not allow the cluster-scoped kind Thing of example.com"),
    ],
)
def test_objects(key: Key, rules: dict[str, Any], words: str) -> None:
    found = list(refused_objects(application(), project(**rules), [key], "prod/eu1"))
    assert [(f.code, f.message, f.target) for f in found] == (
        [("CNAI240", f"Argo CD would refuse {key.kind}/{key.name}: {words}", "prod/eu1")] if words else []
    )


@pytest.mark.parametrize(
    ("spec", "words", "path"),
    [
        ({}, "", ""),
        ({"project": "other"}, "there is no project other", "spec.project"),
        (
            {"source": {"repoURL": "https://evil.example.com/x.git"}},
            "project risk does not allow the repository https://evil.example.com/x.git",
            "spec.source.repoURL",
        ),
        (
            {"sources": [{"repoURL": REPOSITORY}, {"repoURL": "https://evil.example.com/x.git"}]},
            "project risk does not allow the repository https://evil.example.com/x.git",
            "spec.sources[1].repoURL",
        ),
        (
            {"destination": {"server": SERVER, "namespace": "default"}},
            f"project risk has no destination in namespace default of {SERVER}",
            "spec.destination",
        ),
        (
            {"destination": {"server": "https://b.example.com", "namespace": "risk-prod"}},
            "project risk has no destination in namespace risk-prod of https://b.example.com",
            "spec.destination",
        ),
    ],
)
def test_applications(spec: dict[str, Any], words: str, path: str) -> None:
    found = list(refused_applications([project(), application(**spec)]))
    assert [(f.message, f.path) for f in found] == ([(f"Argo CD would refuse Application/app: {words}", path)] if words else [])


def test_everything_of_the_stories_may_be_synced(stories: Path) -> None:
    """The hub's own Applications and projects, as they are rendered, against the objects at each path."""
    resolved = Resolved(pipeline.plan_of(stories))
    units = {f"deploy/rendered/{unit.target.name}/{unit.owner}": unit for unit in resolved.units()}
    seen = set()
    for hub in resolved.hubs:
        bodies = [resource.body for resource in resolved.load(hub).resources]
        assert list(refused_applications(bodies)) == []
        projects = {body["metadata"]["name"]: body for body in bodies if body["kind"] == "AppProject"}
        for body in bodies:
            if body["kind"] == "Application":
                seen.add(path := body["spec"]["source"]["path"])
                keys = [resource.key for resource in resolved.load(units[path]).resources]
                assert list(refused_objects(body, projects[body["spec"]["project"]], keys)) == []
    assert seen == {path for path, unit in units.items() if unit.owner != HUB}


COMPONENT = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", "resources": ["added.yaml"]}
FOLDER = "environments/prod/patches/fraud-detection"


@pytest.mark.parametrize(
    ("api_version", "kind", "namespace", "words"),
    [
        (
            "rbac.authorization.k8s.io/v1",
            "ClusterRole",
            "",
            "project risk-prod does not allow the cluster-scoped kind ClusterRole of rbac.authorization.k8s.io",
        ),
        ("v1", "ConfigMap", "kube-system", "project risk-prod has no destination in namespace kube-system of https://eu1.k8s.example.com"),
        ("v1", "LimitRange", "risk-prod", "project risk-prod does not allow the kind LimitRange"),
        ("argoproj.io/v1alpha1", "Application", "risk-prod", "project risk-prod does not allow the kind Application of argoproj.io"),
    ],
)
def test_an_object_that_a_patch_adds(
    repository: Path, cnai: Callable[..., Any], api_version: str, kind: str, namespace: str, words: str
) -> None:
    body = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "added", **({"namespace": namespace} if namespace else {})}}
    (repository / FOLDER).mkdir(parents=True)
    (repository / FOLDER / "kustomization.yaml").write_text(yaml.safe_dump(COMPONENT))
    (repository / FOLDER / "added.yaml").write_text(yaml.safe_dump(body))
    done = cnai("check", "--root", repository, "--no-stale")
    lines = (done.out + done.err).splitlines()
    wanted = f"{FOLDER}/kustomization.yaml:1: error[CNAI240]: Argo CD would refuse {kind}/added: {words}"
    assert done.code == 1
    assert [line for line in lines if line.startswith(wanted)], lines


def test_an_override_of_a_namespace_is_named_by_its_own_line(repository: Path, cnai: Callable[..., Any]) -> None:
    release = repository / "environments/prod/fraud-detection.yaml"
    override = "overrides:\n  - kind: ServiceAccount\n    set: {/metadata/namespace: kube-system}\n    reason: it is only a test\n"
    text = release.read_text().rstrip("\n") + "\n" + override
    release.write_text(text)
    line = next(number for number, one in enumerate(text.splitlines(), 1) if "/metadata/namespace" in one)
    done = cnai("check", "--root", repository, "--no-stale")
    found = [one for one in (done.out + done.err).splitlines() if "CNAI240" in one and "error[" in one]
    assert found and {one.partition(": error")[0].rsplit(":", 1)[0] for one in found} == {
        f"environments/prod/fraud-detection.yaml:{line}"
    }, done.out
