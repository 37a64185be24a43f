"""The overlay law: what kustomize builds from the tree is what was resolved, value by value and type by type."""

from __future__ import annotations

import copy
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from cnai_gitops.overlay import Unwritable, same, tree
from cnai_gitops.resources.base import Body, Resource
from cnai_gitops.system.tools import Found

Targets = dict[str, dict[str, list[Body]]]
Build = Callable[[Path], list[Body]]

NUMBER_LIKE = ["1", "1e3", "1e400", "12e03", "no", "y", "true", "null", "~", "=", "0o14", "1_000", "1:30", "2024-01-01", "25%", "0"]
MARKS = ["<", "-", "? a", "#", "a: b", "$patch", "$retainKeys", "$(A)", "{{x}}", "a/b", "a~b", "~1", "/", "a.b", " a "]
ODD = [*NUMBER_LIKE, *MARKS, "tab\t", "cr\r\n", "\u2028", "\U0001f600", "x" * 200]
LINES = ["a\nb", "a\nb\n", "a\n\n", "\n", " a\nb", "a \nb\n", "\u00e9\u65e5\n"]
TEXTS = st.one_of(st.sampled_from(["a", "b", ""]), st.sampled_from(ODD), st.sampled_from(LINES))
KEYS = st.one_of(st.sampled_from(["a", "b", "c"]), st.sampled_from(ODD))
SCALARS = st.one_of(TEXTS, st.booleans(), st.integers(-3, 3), st.sampled_from([2**53, -(2**53), 0.5, -1.25, None]))
VALUES = st.recursive(SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)), max_leaves=8)
ENV_ITEMS = st.fixed_dictionaries({"name": st.sampled_from("ABC"), "value": TEXTS})
PORTS = st.fixed_dictionaries({"containerPort": st.sampled_from([53, 80])}, optional={"protocol": st.sampled_from(["TCP", "UDP"])})


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """A value near another: the same, or with something replaced, dropped or added inside."""
    if draw(st.integers(0, 3)) == 0:
        return draw(VALUES)
    if type(value) is dict:
        kept = {key: draw(changed(old)) for key, old in value.items() if draw(st.integers(0, 4))}
        return kept | draw(st.dictionaries(KEYS, VALUES, max_size=1))
    if type(value) is list:
        return [draw(changed(old)) for old in value] + draw(st.lists(VALUES, max_size=1))
    return value


@st.composite
def notes(draw: st.DrawFn) -> Body:
    found = draw(st.dictionaries(st.sampled_from(["example.com/a", "example.com/b", "checksum"]), TEXTS, max_size=2))
    return {"annotations": found} if found else {}


@st.composite
def things(draw: st.DrawFn) -> Callable[[], Body]:
    """Versions of one custom resource, near each other."""
    spec = draw(st.dictionaries(KEYS, VALUES, max_size=4))

    def version() -> Body:
        changes = draw(changed(spec))
        return {"apiVersion": "example.com/v1", "kind": "Thing", "spec": changes}

    return version


@st.composite
def config_maps(draw: st.DrawFn) -> Callable[[], Body]:
    data = draw(st.dictionaries(KEYS, TEXTS, max_size=4))

    def version() -> Body:
        return {"apiVersion": "v1", "kind": "ConfigMap", "data": data | draw(st.dictionaries(KEYS, TEXTS, max_size=2))}

    return version


FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "env": st.lists(ENV_ITEMS, max_size=4),
    "args": st.lists(TEXTS, max_size=3),
    "image": TEXTS,
}


@st.composite
def deployments(draw: st.DrawFn) -> Callable[[], Body]:
    """Pod templates with everything that merge patches are known to damage: equal names in env, ports without protocol."""
    container = {
        "env": draw(st.lists(ENV_ITEMS, max_size=4)),
        "ports": draw(st.lists(PORTS, max_size=3)),
        "args": draw(st.lists(TEXTS, max_size=3)),
        "image": "fraud@sha256:0",
    }
    names = draw(st.lists(st.sampled_from(["main", "side", "log"]), min_size=1, max_size=2, unique=True))

    def version() -> Body:
        containers: list[Body] = [{"name": name, **copy.deepcopy(container)} for name in names]
        one = draw(st.sampled_from(containers))
        if draw(st.booleans()):
            one |= draw(st.sampled_from(["env", "args", "image"]).flatmap(lambda field: st.fixed_dictionaries({field: FIELDS[field]})))
        if draw(st.booleans()):
            one["ports"] = [*one["ports"], draw(PORTS)]
        pod = {"containers": containers, "imagePullSecrets": [{"name": "a"}, {"name": "a"}][: draw(st.integers(0, 2))]}
        spec = {"replicas": draw(st.integers(0, 2)), "template": {"metadata": {"labels": {"app": draw(TEXTS)}}, "spec": pod}}
        return {"apiVersion": "apps/v1", "kind": "Deployment", "spec": spec}

    return version


SUBJECTS = [("ServiceAccount", True), ("ServiceAccount", True), ("ServiceAccount", False), ("User", False), ("Group", False)]


def accounts() -> st.SearchStrategy[Callable[[], Body]]:
    return st.just(lambda: {"apiVersion": "v1", "kind": "ServiceAccount"})


@st.composite
def role_bindings(draw: st.DrawFn) -> Callable[[], Body]:
    subjects = draw(st.lists(st.tuples(st.sampled_from(["a", "default", "x0", "x1"]), st.sampled_from(SUBJECTS)), max_size=3))

    def version() -> Body:
        space = draw(st.sampled_from(["risk", "risk-dev", "default"]))
        subject = [{"kind": kind, "name": name, **({"namespace": space} if own else {})} for name, (kind, own) in subjects]
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"}
        return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "roleRef": role, "subjects": subject}

    return version


SPACES = st.sampled_from(["own", "own", "own", "monitoring", ""])
OBJECTS = st.lists(st.tuples(st.one_of(things(), things(), config_maps(), deployments(), role_bindings(), accounts()), SPACES), max_size=4)


@st.composite
def applications(draw: st.DrawFn) -> tuple[list[Body], Targets, dict[str, str]]:
    """A base, 1-3 environments of 1-2 clusters, and the namespace of each environment."""
    objects = draw(OBJECTS)
    labelled = draw(st.booleans())

    def resolved(env: str, namespace: str) -> list[Body]:
        found = []
        for at, (version, space) in enumerate(objects):
            if draw(st.integers(0, 5)) == 0:
                continue
            where = {"own": {"namespace": namespace}, "": {}}.get(space, {"namespace": space})
            labels = {"labels": {"app.kubernetes.io/name": "fraud", "cnai.dev/environment": env}} if labelled or draw(st.booleans()) else {}
            found.append({**version(), "metadata": {"name": f"x{at}", **where, **labels, **draw(notes())}})
        return found

    names = draw(st.lists(st.sampled_from(["dev", "staging", "prod"]), min_size=1, max_size=3, unique=True))
    spaces = {env: draw(st.sampled_from([f"risk-{env}", "risk"])) for env in names}
    base = resolved("none", "risk")
    targets = {env: {c: resolved(env, spaces[env]) for c in ["eu1", "us1"][: draw(st.integers(1, 2))]} for env in names}
    return base, targets, spaces


def build_tree(base: list[Body], targets: Targets, spaces: dict[str, str]) -> dict[str, str]:
    environments = {env: {name: [Resource(b) for b in bodies] for name, bodies in clusters.items()} for env, clusters in targets.items()}
    try:
        return tree("fraud", [Resource(b) for b in base], environments, base_namespace="risk", namespaces=spaces)
    except Unwritable as refused:
        if "takes this for the ServiceAccount" in refused.reason:
            reject()
        raise


@pytest.fixture(scope="module")
def kustomize(tool: Callable[[str], Found]) -> Iterator[Build]:
    """Builds a folder with kustomize's own library, in one process for all tests of this file."""
    with subprocess.Popen(tool("kbuild").command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def build(path: Path) -> list[Body]:
            stdin.write(f"{path}\n".encode())
            stdin.flush()
            answer = json.loads(stdout.readline())
            assert "error" not in answer, answer["error"]
            return list(answer["objects"])

        yield build
        stdin.close()


def assert_law(kustomize: Build, files: dict[str, str], targets: Targets) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            Path(folder, path).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, path).write_bytes(text.encode())
        for env, clusters in targets.items():
            for cluster, bodies in clusters.items():
                assert same(kustomize(Path(folder, "overlays", env, cluster)), bodies) == []


@settings(max_examples=120, deadline=None)
@given(applications())
def test_overlay_law(kustomize: Build, application: tuple[list[Body], Targets, dict[str, str]]) -> None:
    base, targets, spaces = application
    assert_law(kustomize, build_tree(base, targets, spaces), targets)


@settings(max_examples=60, deadline=None)
@given(applications(), st.data())
def test_a_change_touches_the_files_of_its_own_target(application: tuple[list[Body], Targets, dict[str, str]], data: st.DataObject) -> None:
    base, targets, spaces = application
    env = data.draw(st.sampled_from(sorted(targets)))
    cluster = data.draw(st.sampled_from(sorted(targets[env])))
    extra = {
        "apiVersion": "example.com/v1",
        "kind": "Thing",
        "metadata": {"name": "new", "namespace": spaces[env]},
        "spec": data.draw(VALUES),
    }
    bodies = targets[env][cluster]
    edited = [{**body, "spec": data.draw(changed(body.get("spec")))} for body in bodies] + [extra]
    after_targets = {**targets, env: {**targets[env], cluster: edited}}
    before, after = build_tree(base, targets, spaces), build_tree(base, after_targets, spaces)
    touched = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    primary = cluster == min(targets[env])
    mine = (f"envs/{env}/", f"overlays/{env}/") if primary else (f"overlays/{env}/{cluster}/",)
    assert touched
    assert {path for path in touched if not path.startswith(mine)} == set()


def stateful(env: str, namespace: str) -> Body:
    labels = {"cnai.dev/environment": env, "app.kubernetes.io/name": "index"}
    claim = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}}
    spec = {
        "serviceName": "index",
        "selector": {"matchLabels": {"app": "index"}},
        "template": {"metadata": {"labels": {"app": "index"}}, "spec": {"containers": [{"name": "a"}, {"image": "b"}, {"image": "c"}]}},
        "volumeClaimTemplates": [claim],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "index", "namespace": namespace, "labels": labels},
        "spec": spec,
    }


def test_common_labels_reach_neither_selectors_nor_templates(kustomize: Build) -> None:
    targets = {"prod": {"eu1": [stateful("prod", "risk-prod")]}}
    files = build_tree([stateful("none", "risk")], targets, {"prod": "risk-prod"})
    assert "labels:\n- pairs:\n    cnai.dev/environment: prod\n" in files["envs/prod/kustomization.yaml"]
    assert [path for path in files if path.endswith((".ops.yaml", "patch.yaml"))] == []
    assert_law(kustomize, files, targets)


def test_components_come_last(kustomize: Build) -> None:
    def thing(namespace: str, value: str) -> Resource:
        return Resource(
            {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "x", "namespace": namespace}, "spec": {"v": value}}
        )

    clusters = {"eu1": [thing("risk-prod", "eu")], "us1": [thing("risk-prod", "us")]}
    files = tree(
        "fraud",
        [thing("risk", "")],
        {"prod": clusters},
        base_namespace="risk",
        namespaces={"prod": "risk-prod"},
        components={"prod": ["hand"]},
    )
    patch = "apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: x\n  namespace: risk-prod\nspec:\n  v: by hand\n"
    files["hand/kustomization.yaml"] = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- path: patch.yaml\n"
    files["hand/patch.yaml"] = patch
    assert_law(kustomize, files, {"prod": {"eu1": [thing("risk-prod", "by hand").body], "us1": [thing("risk-prod", "by hand").body]}})
