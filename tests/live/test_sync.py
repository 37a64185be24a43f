"""The real Argo CD on the rendered set of one cluster and the hub: what git says is what the cluster has, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from bench import PATIENCE, Bench
from components import argocd
from definitions import kind_of, read_definitions
from git_server import GitServer
from pki import make_pki
from stories import Stories

from cnai_gitops.resources.base import Body

pytestmark = pytest.mark.live

CLUSTER, TARGET = "dev1", "dev/dev1"
HUB = "deploy/rendered/prod/hub/_argocd/manifest.yaml"
API = "argoproj.io/v1alpha1"
REPOSITORY = "https://git.example.com/ml/config.git"


class Hub(Bench):
    """One API server is hub and cluster; it answers at port 443 by the names that the Applications use."""

    def __init__(self, definitions: dict[str, bytes]) -> None:
        super().__init__(["argocd"], definitions)
        assert self.network.own, "names and port 443 need a network namespace of their own"
        self.port = 443
        self.hosts = Path("/etc/netns") / self.network.name
        self.hosts.mkdir(parents=True)
        (self.hosts / "hosts").write_text(f"127.0.0.1 localhost {CLUSTER}.k8s.example.com\n127.0.2.1 git.example.com\n")

    def prepare(self) -> None:
        """The certificate is good for both names."""
        make_pki(self.pki, [f"DNS:{CLUSTER}.k8s.example.com", "DNS:git.example.com", "IP:127.0.2.1"])

    def stop(self) -> None:
        """The names go, too."""
        super().stop()
        shutil.rmtree(self.hosts, ignore_errors=True)


@pytest.fixture(scope="module")
def stories() -> Stories:
    return Stories.read()


@pytest.fixture(scope="module")
def files(stories: Stories) -> dict[str, str]:
    """The rendered set of the cluster, and the hub's Applications for it."""
    found = {}
    for item in stories.made:
        target = item.unit.target
        bodies = [resource.body for resource in item.resources]
        path = f"deploy/rendered/{target.env}/{target.cluster}/{item.unit.owner}/manifest.yaml"
        if target.name == TARGET:
            found[path] = text(bodies)
        elif path == HUB:
            found[path] = text([body for body in bodies if body["metadata"]["labels"].get("cnai.dev/cluster", CLUSTER) == CLUSTER])
    assert HUB in found
    return found


def text(bodies: list[Body]) -> str:
    return yaml.dump_all(json.loads(json.dumps(bodies)), Dumper=yaml.CSafeDumper, sort_keys=False)


def bodies_in(files: dict[str, str]) -> Iterator[dict[str, Any]]:
    for content in files.values():
        yield from yaml.load_all(content, yaml.CSafeLoader)


@pytest.fixture(scope="module")
def hub(files: dict[str, str]) -> Iterator[Hub]:
    if "CNAI_CRDS" not in os.environ:
        pytest.skip("CNAI_CRDS, the folder of upstream CRDs, is not set")
    if shutil.which("redis-server") is None:
        pytest.fail("redis-server is not installed (Debian: redis-server); Argo CD needs it")
    kinds = {(body["apiVersion"].rpartition("/")[0], body["kind"]) for body in bodies_in(files)} | {("argoproj.io", "Workflow")}
    upstream = {name: content for name, content in read_definitions(Path(os.environ["CNAI_CRDS"])).items() if kind_of(content) in kinds}
    with Hub(upstream) as running:
        running.apply([argocd.cluster_secret(running, CLUSTER, f"https://{CLUSTER}.k8s.example.com")])
        yield running


@pytest.fixture(scope="module")
def git(hub: Hub) -> Iterator[GitServer]:
    server = GitServer(hub.network, hub.folder, "ml/config.git", "127.0.2.1", hub.pki)
    yield server
    server.close()


@pytest.fixture(scope="module")
def synced(hub: Hub, git: GitServer, files: dict[str, str]) -> Callable[[dict[str, str]], None]:
    """Commit a tree, and wait until Argo CD has looked at it. The hub's own Application is what a person applies once."""
    hub.apply([root()])

    def commit(tree: dict[str, str]) -> None:
        revision = git.commit(tree, "a change")
        for name in [item["metadata"]["name"] for item in applications(hub)]:
            refresh(hub, name)
        hub.wait(lambda: application(hub, "root").get("sync", {}).get("revision") == revision, "the hub has seen the commit")
        hub.wait(lambda: application(hub, "root")["sync"]["status"] == "Synced", "the hub is synced")

    return commit


def root() -> dict[str, Any]:
    source = {"repoURL": REPOSITORY, "targetRevision": "main", "path": str(Path(HUB).parent), "directory": {"include": "manifest.yaml"}}
    policy = {"automated": {"prune": True, "selfHeal": True}, "syncOptions": ["ServerSideApply=true"]}
    destination = {"server": "https://kubernetes.default.svc", "namespace": argocd.SPACE}
    spec = {"project": "default", "source": source, "destination": destination, "syncPolicy": policy}
    return {"apiVersion": API, "kind": "Application", "metadata": {"name": "root", "namespace": argocd.SPACE}, "spec": spec}


def applications(hub: Hub) -> list[dict[str, Any]]:
    return hub.api.items(f"/apis/{API}/namespaces/{argocd.SPACE}/applications")


def application(hub: Hub, name: str) -> dict[str, Any]:
    """Status of one Application."""
    status: dict[str, Any] = hub.get("Application", API, name, argocd.SPACE).get("status", {})
    return status


def refresh(hub: Hub, name: str) -> None:
    path = f"/apis/{API}/namespaces/{argocd.SPACE}/applications/{name}"
    hub.api.request("PATCH", path, {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "normal"}}}, "application/merge-patch+json")


def told(hub: Hub) -> dict[str, str]:
    """Each Application that is not Synced, with the reason."""
    found = {}
    for item in applications(hub):
        status = item.get("status", {})
        if status.get("sync", {}).get("status") != "Synced":
            words = [condition["message"][:200] for condition in status.get("conditions", ())]
            out = [f"{part['kind']}/{part['name']}" for part in status.get("resources", ()) if part.get("status") == "OutOfSync"]
            operation = status.get("operationState", {}).get("message", "")[:200]
            found[item["metadata"]["name"]] = f"{status.get('sync', {}).get('status')} {words} {out[:5]} {operation}"
    return found


APPS = ("fraud-detection-dev-dev1", "food-delivery-dev-dev1", "logistics-dev-dev1")


@pytest.fixture(scope="module")
def running(hub: Hub, synced: Callable[[dict[str, str]], None], files: dict[str, str]) -> Hub:
    """The cluster with everything committed. Its namespaces are made by hand: the test of the platform says whether Argo CD makes them."""
    synced(files)
    hub.apply(body for body in bodies_in(files) if body["kind"] == "Namespace")
    return hub


def test_the_hub_syncs_its_projects_and_applications(running: Hub) -> None:
    names = {item["metadata"]["name"] for item in applications(running)}
    assert {*APPS, "platform-dev-dev1", "root"} <= names


def test_the_platform_is_synced(running: Hub) -> None:
    running.wait(lambda: "platform-dev-dev1" not in told(running), "the platform is synced", 30)


@pytest.mark.parametrize("name", APPS)
def test_an_application_is_synced_without_a_lasting_difference(running: Hub, name: str) -> None:
    def good() -> bool:
        refresh(running, name)
        return name not in told(running)

    try:
        running.wait(good, f"{name} is synced", PATIENCE)
    except AssertionError as error:
        raise AssertionError(f"{error}: {told(running).get(name)}") from None


def change(files: dict[str, str], app: str, kind: str, edit: Callable[[dict[str, Any]], None]) -> dict[str, str]:
    """The tree with an edit to each object of a kind of one application."""
    path = f"deploy/rendered/{TARGET}/{app}/manifest.yaml"
    bodies = list(yaml.load_all(files[path], yaml.CSafeLoader))
    chosen = [body for body in bodies if body["kind"] == kind]
    assert chosen
    for body in chosen:
        edit(body)
    return {**files, path: text(bodies)}


def live(hub: Hub, files: dict[str, str], app: str, kind: str) -> dict[str, Any]:
    """The first object of a kind of an application, as the cluster has it."""
    bodies = yaml.load_all(files[f"deploy/rendered/{TARGET}/{app}/manifest.yaml"], yaml.CSafeLoader)
    body = next(body for body in bodies if body["kind"] == kind)
    return hub.get(kind, body["apiVersion"], body["metadata"]["name"], body["metadata"]["namespace"])


def test_a_change_by_commit_is_applied_and_taken_back(
    running: Hub, synced: Callable[[dict[str, str]], None], files: dict[str, str]
) -> None:
    """A promotion is a new digest in git; a rollback is the commit before."""
    app, digest = "fraud-detection", "sha256:" + "9" * 64

    def promote(body: dict[str, Any]) -> None:
        model = body["spec"]["predictor"]["storageUris"][0]
        model["uri"] = model["uri"].partition("@")[0] + "@" + digest

    def model() -> str:
        predictor = live(running, files, app, "InferenceService").get("spec", {}).get("predictor", {})
        return str(predictor["storageUris"][0]["uri"]) if predictor else ""

    running.wait(lambda: bool(model()), "the service is there")
    before = model()
    synced(change(files, app, "InferenceService", promote))
    running.wait(lambda: model().endswith(digest), "the promotion is live")
    synced(files)
    running.wait(lambda: model() == before, "the rollback is live")


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("InferenceService", "spec.predictor.model.resources.requests.cpu", "7"),
        ("ScaledObject", "spec.maxReplicaCount", 9),
        ("CronWorkflow", "spec.suspend", True),
        ("PodDisruptionBudget", "spec.maxUnavailable", 2),
        ("Role", "rules.0.verbs", ["get"]),
    ],
    ids=["size", "maximum", "failover", "budget", "rights"],
)
def test_a_field_that_git_changes_changes_in_the_cluster(
    running: Hub, synced: Callable[[dict[str, str]], None], files: dict[str, str], kind: str, path: str, value: Any
) -> None:
    *way, last = path.split(".")

    def at(body: Any) -> Any:
        for key in way:
            body = body[int(key)] if key.isdigit() else body.get(key, {})
        return body

    def edit(body: dict[str, Any]) -> None:
        at(body)[last] = value

    synced(change(files, "fraud-detection", kind, edit))
    try:
        running.wait(lambda: at(live(running, files, "fraud-detection", kind)).get(last) == value, f"{kind} {path} is {value}", 30)
    finally:
        synced(files)


def test_a_change_by_hand_is_taken_back(running: Hub, files: dict[str, str]) -> None:
    body = live(running, files, "food-delivery", "Role")
    path = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{body['metadata']['namespace']}/roles/{body['metadata']['name']}"
    running.api.request(
        "PATCH", path, {"rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["*"]}]}, "application/merge-patch+json"
    )
    running.wait(lambda: live(running, files, "food-delivery", "Role")["rules"] == body["rules"], "the change by hand is gone", 90)


def test_what_git_no_longer_has_is_removed(running: Hub, synced: Callable[[dict[str, str]], None], files: dict[str, str]) -> None:
    path = f"deploy/rendered/{TARGET}/logistics/manifest.yaml"
    bodies = list(yaml.load_all(files[path], yaml.CSafeLoader))
    gone = next(body for body in bodies if body["kind"] == "NetworkPolicy")
    where = (gone["kind"], gone["apiVersion"], gone["metadata"]["name"], gone["metadata"]["namespace"])
    running.wait(lambda: bool(running.get(*where)), "the policy is there")
    synced({**files, path: text([body for body in bodies if body is not gone])})
    running.wait(lambda: not running.get(*where), "the policy is gone", 120)
    synced(files)


def test_a_removed_application_takes_its_objects_along(
    running: Hub, synced: Callable[[dict[str, str]], None], files: dict[str, str]
) -> None:
    bodies = list(yaml.load_all(files[HUB], yaml.CSafeLoader))
    synced({**files, HUB: text([body for body in bodies if body["metadata"]["name"] != "logistics-dev-dev1"])})
    running.wait(lambda: not application(running, "logistics-dev-dev1"), "the Application is gone", 60)
    try:
        running.wait(lambda: not live(running, files, "logistics", "RayService"), "its objects are gone", 30)
    finally:
        synced(files)
