"""The preflight against a real API server: without definitions, with them, and with controllers that say their versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from control_plane import ControlPlane

from cnai_gitops.cluster import live
from cnai_gitops.cluster.health import config_map, customisations
from cnai_gitops.cluster.preflight import Fact, preflight
from cnai_gitops.errors import ToolError
from cnai_gitops.facts.operators import operators
from cnai_gitops.facts.profiles import newest
from cnai_gitops.facts.requirements import requirements

pytestmark = pytest.mark.e2e

SPACE = "operators"


def controller(name: str, image: str) -> dict[str, Any]:
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": SPACE},
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "manager", "image": image}]}},
        },
    }


def asked(cluster: ControlPlane, **more: Any) -> dict[str, Fact]:
    with cluster.network.inside():
        return {fact.name: fact for fact in preflight("e2e", kubeconfig=cluster.kubeconfig, **more)}


@pytest.fixture
def installed(cluster: ControlPlane, crds: set[str]) -> Iterator[ControlPlane]:
    """The server with a Deployment for every controller, in the version of the newest profile, and Argo CD's settings."""
    images = {o.name: f"mirror.example.com:5000/copy/{o.images[0]}:v{newest().versions.get(o.name, '1.0.0')}" for o in _controlled()}
    manifests = [*(controller(name, image) for name, image in images.items()), *_settings()]
    cluster.api.make_namespaces(manifests)
    assert [answer for answer in cluster.api.apply(manifests) if not answer.ok] == []
    yield cluster
    for manifest in manifests:
        cluster.api.request("DELETE", str(cluster.api.path(manifest)))


def _settings() -> list[dict[str, Any]]:
    """Each ConfigMap with what the requirements say to apply."""
    found: dict[str, dict[str, Any]] = {}
    wanted = [yaml.safe_load(requirement.manifest) for requirement in requirements() if requirement.manifest and requirement.config_map]
    for made in (config_map(), *wanted):
        name = made["metadata"]["name"]
        data = {**found.get(name, {}).get("data", {}), **made["data"]}
        found[name] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": SPACE}, "data": data}
    return list(found.values())


def _controlled() -> list[Any]:
    return [operator for operator in operators().values() if operator.images]


@pytest.mark.usefixtures("cluster")  # which skips where no server is built
def test_a_bare_cluster_lacks_everything_and_says_how_to_get_it() -> None:
    with ControlPlane() as bare:
        facts = asked(bare)
    assert facts["kubernetes"].ok
    assert facts["kubernetes"].version.startswith("1.")
    wrong = {name for name, fact in facts.items() if not fact.ok}
    assert wrong == {operator.name for operator in operators().values() if operator.role == "workload" and not operator.needed}
    assert "ScaledObject" in facts["keda"].cure
    assert operators()["keda"].install in facts["keda"].cure
    assert "not here; needed on the hub" in facts["argo-cd"].purpose


@pytest.mark.usefixtures("crds")
def test_kinds_without_a_controller_are_not_enough(cluster: ControlPlane) -> None:
    facts = asked(cluster)
    assert {name for name, fact in facts.items() if fact.ok} == {"kubernetes", "gateway-api"}
    assert "no Deployment runs an image that ends in kedacore/keda" in facts["keda"].cure
    assert facts["argo-cd-health"].version == f"0/{len(customisations())}"


def test_a_cluster_that_has_everything(installed: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PAGE", 3)  # so that there are several
    facts = asked(installed)
    nodes = list(installed.api.items("/api/v1/nodes"))  # those of other tests are made up: they run no containerd, and that is said
    assert [fact.name for fact in facts.values() if not fact.ok] == (["containerd-image-volumes"] if nodes else [])
    assert facts["kueue"].version == newest().versions["kueue"]
    assert facts["argo-cd-health"].version == f"{len(customisations())}/{len(customisations())}"


def test_an_older_controller(installed: ControlPlane) -> None:
    installed.api.apply([controller("keda", "ghcr.example.com/kedacore/keda:2.1.0@sha256:" + "0" * 64)])
    fact = asked(installed)["keda"]
    assert not fact.ok
    assert fact.version == "2.1.0"
    assert f"older than the profile's {newest().versions['keda']}" in fact.cure


def test_a_server_that_does_not_answer(cluster: ControlPlane) -> None:
    dead = cluster.folder / "dead.kubeconfig"
    dead.write_text(cluster.kubeconfig.read_text().replace(f":{cluster.port}", f":{cluster.network.free_ports(1)[0]}"))
    with pytest.raises(ToolError, match="does not answer"), cluster.network.inside():
        preflight("e2e", kubeconfig=dead)


def test_a_context_that_does_not_exist(cluster: ControlPlane) -> None:
    with pytest.raises(ToolError, match="context 'nowhere' cannot be used"):
        preflight("nowhere", kubeconfig=cluster.kubeconfig)
