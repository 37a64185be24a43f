"""The shape of overlays, one small case for each rule, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from cnai_gitops.overlay import Unwritable, delta, equal, read_kustomize, same, tree
from cnai_gitops.resources.base import Body, Resource


def scaled(namespace: str, environment: str, largest: int, server: str) -> Body:
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": "fraud", "namespace": namespace, "labels": {"cnai.dev/environment": environment}},
        "spec": {"maxReplicaCount": largest, "triggers": [{"type": "prometheus", "metadata": {"serverAddress": server}}]},
    }


def account(namespace: str, environment: str, name: str = "fraud") -> Body:
    labels = {"cnai.dev/environment": environment}
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace, "labels": labels}}


def resources(*bodies: Body) -> list[Resource]:
    return [Resource(body) for body in bodies]


GOLDEN = {
    "base/kustomization.yaml": """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- scaledobject-fraud.yaml
- serviceaccount-fraud.yaml
""",
    "base/scaledobject-fraud.yaml": """\
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: fraud
  namespace: risk
  labels:
    cnai.dev/environment: none
spec:
  maxReplicaCount: 1
  triggers:
  - type: prometheus
    metadata:
      serverAddress: http://prom
""",
    "base/serviceaccount-fraud.yaml": """\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: fraud
  namespace: risk
  labels:
    cnai.dev/environment: none
""",
    "envs/prod/kustomization.yaml": """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- ../../base
namespace: risk-prod
labels:
- pairs:
    cnai.dev/environment: prod
patches:
- path: patch.yaml
- path: scaledobject-fraud.ops.yaml
  target:
    group: keda\\.sh
    version: v1alpha1
    kind: ScaledObject
    namespace: risk
    name: fraud
""",
    "envs/prod/patch.yaml": """\
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: fraud
  namespace: risk
spec:
  maxReplicaCount: 16
""",
    "envs/prod/scaledobject-fraud.ops.yaml": """\
# was "http://prom"
- op: replace
  path: /spec/triggers/0/metadata/serverAddress
  value: http://prom.eu1
""",
    "overlays/prod/eu1/kustomization.yaml": """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- ../../../envs/prod
""",
    "overlays/prod/us1/kustomization.yaml": """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- ../../../envs/prod
- serviceaccount-extra.yaml
patches:
- path: patch.yaml
- path: scaledobject-fraud.ops.yaml
  target:
    group: keda\\.sh
    version: v1alpha1
    kind: ScaledObject
    namespace: risk-prod
    name: fraud
""",
    "overlays/prod/us1/patch.yaml": """\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: fraud
  namespace: risk-prod
$patch: delete
""",
    "overlays/prod/us1/scaledobject-fraud.ops.yaml": """\
# was "http://prom.eu1"
- op: replace
  path: /spec/triggers/0/metadata/serverAddress
  value: http://prom.us1
""",
    "overlays/prod/us1/serviceaccount-extra.yaml": """\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: extra
  namespace: risk-prod
  labels:
    cnai.dev/environment: prod
""",
}


def golden_tree(**options: Any) -> dict[str, str]:
    base = resources(scaled("risk", "none", 1, "http://prom"), account("risk", "none"))
    eu1 = resources(scaled("risk-prod", "prod", 16, "http://prom.eu1"), account("risk-prod", "prod"))
    us1 = resources(scaled("risk-prod", "prod", 16, "http://prom.us1"), account("risk-prod", "prod", "extra"))
    return tree("fraud", base, {"prod": {"us1": us1, "eu1": eu1}}, base_namespace="risk", namespaces={"prod": "risk-prod"}, **options)


def test_the_whole_tree() -> None:
    assert golden_tree() == GOLDEN


def binding(namespace: str, subject: str) -> Body:
    metadata = {"name": "b", "namespace": namespace}
    subjects = [{"kind": "ServiceAccount", "name": subject, "namespace": namespace}]
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": metadata, "subjects": subjects}


@pytest.mark.parametrize(
    ("beside", "moved"),
    [(account("risk-prod", "prod", "b"), True), (binding("risk-prod", "fraud"), True), (binding("risk-prod", "default"), False),
     (account("other", "prod", "b"), False), (account("", "prod", "b"), False)],
)  # fmt: skip
def test_a_namespace_is_set_for_all_only_where_that_changes_nothing_else(beside: Body, moved: bool) -> None:
    want = {"prod": {"eu1": resources(account("risk-prod", "prod"), beside)}}
    files = tree("fraud", resources(account("risk", "none")), want, base_namespace="risk", namespaces={"prod": "risk-prod"})
    assert ("\nnamespace: risk-prod\n" in files["envs/prod/kustomization.yaml"]) is moved
    assert ("path: /metadata/namespace" in files["envs/prod/kustomization.yaml"]) is not moved


def bound(**subject: str) -> Body:
    return {**binding("risk-prod", ""), "subjects": [{"kind": "Group", "name": "other"}, subject]}


@pytest.mark.parametrize(
    ("subject", "cure"),
    [
        ({"kind": "User", "name": "fraud"}, "name one of the two differently"),
        ({"kind": "Group", "name": "fraud"}, "name one of the two differently"),
        ({"kind": "ServiceAccount", "name": "fraud"}, "write that namespace"),
        ({"kind": "ServiceAccount", "name": "fraud", "namespace": "risk"}, "name one of the two differently"),
    ],
)
def test_a_subject_that_kustomize_mistakes_is_refused(subject: dict[str, str], cure: str) -> None:
    want = {"prod": {"eu1": resources(account("risk-prod", "prod"), bound(**subject))}}
    with pytest.raises(Unwritable) as refused:
        tree("fraud", [], want, base_namespace="risk", namespaces={"prod": "risk-prod"})
    assert refused.value.steps == ("fraud", "envs/prod", "RoleBinding/b", "subjects", 1)
    assert refused.value.reason == f"kustomize takes this for the ServiceAccount fraud here and sets its namespace; {cure}"


@pytest.mark.parametrize("namespace", ["risk-prod", "elsewhere"])
def test_a_subject_that_says_its_namespace_is_written(namespace: str) -> None:
    subject = {"kind": "ServiceAccount", "name": "fraud", "namespace": namespace}
    want = {"prod": {"eu1": resources(account("risk-prod", "prod"), bound(**subject))}}
    files = tree("fraud", [], want, base_namespace="risk", namespaces={"prod": "risk-prod"})
    assert f"namespace: {namespace}" in files["envs/prod/rolebinding-b.yaml"]


def test_the_primary_cluster_gives_the_layer() -> None:
    files = golden_tree(primary={"prod": "us1"})
    assert "http://prom.us1" in files["envs/prod/scaledobject-fraud.ops.yaml"]
    assert set(files) & {"overlays/prod/us1/patch.yaml", "overlays/prod/us1/scaledobject-fraud.ops.yaml"} == set()
    assert "http://prom.eu1" in files["overlays/prod/eu1/scaledobject-fraud.ops.yaml"]


def test_components_stand_above_the_patches() -> None:
    files = golden_tree(components={"prod": ["../../../patches/a"], "prod/us1": ["../../../patches/b"]})
    assert files["overlays/prod/eu1/kustomization.yaml"].endswith(
        "resources:\n- ../../../envs/prod\ncomponents:\n- ../../../../../../patches/a\n"
    )
    assert (
        "resources:\n- delta\ncomponents:\n- ../../../../../../patches/a\n- ../../../../../../patches/b\n"
        in files["overlays/prod/us1/kustomization.yaml"]
    )
    assert "- ../../../../envs/prod\n" in files["overlays/prod/us1/delta/kustomization.yaml"]
    assert files["overlays/prod/us1/delta/patch.yaml"] == GOLDEN["overlays/prod/us1/patch.yaml"]


def test_equal_kinds_of_two_groups_get_longer_names() -> None:
    knative = {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": {"name": "fraud", "namespace": "risk"}}
    core = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "fraud", "namespace": "risk"}}
    files = tree("fraud", resources(core, knative), {}, base_namespace="risk", namespaces={})
    assert sorted(files) == ["base/kustomization.yaml", "base/service-fraud.serving.knative.dev.yaml", "base/service-fraud.yaml"]


def test_an_application_without_objects_builds_to_nothing() -> None:
    assert tree("fraud", [], {"dev": {}}, base_namespace="risk", namespaces={}) == {
        "base/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n"
    }


# -- delta ----------------------------------------------------------------------------------------------


def thing(spec: Any) -> Body:
    return {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "x"}, "spec": spec}


@pytest.mark.parametrize(
    ("base", "want", "merge", "operations"),
    [
        ({"a": 1}, {"a": 2}, {"a": 2}, []),
        ({"a": 1, "b": 1}, {"b": 1}, {"a": None}, []),
        ({}, {"a": {"b": [1]}}, {"a": {"b": [1]}}, []),
        ({"a": "1"}, {"a": 1}, {}, [('was "1"', {"op": "replace", "path": "/spec/a", "value": 1})]),
        ({"a": 1}, {"a": True}, {}, [("was 1", {"op": "replace", "path": "/spec/a", "value": True})]),
        ({"a": 1}, {"a": None}, {}, [("was 1", {"op": "replace", "path": "/spec/a", "value": None})]),
        ({}, {"a": {"b": None}}, {}, [(None, {"op": "add", "path": "/spec/a", "value": {"b": None}})]),
        ({}, {"$patch": "x"}, {}, [(None, {"op": "add", "path": "/spec/$patch", "value": "x"})]),
        ({"a/b": {"~": [1]}}, {"a/b": {"~": [2]}}, {}, [("was 1", {"op": "replace", "path": "/spec/a~1b/~0/0", "value": 2})]),
        ({"a": [1]}, {"a": [1, 2, 3]}, {}, [(None, {"op": "add", "path": "/spec/a/-", "value": n}) for n in (2, 3)]),
        ({"a": [1, 2]}, {"a": [2]}, {}, [("was [1, 2]", {"op": "replace", "path": "/spec/a", "value": [2]})]),
        (
            {"a": [{"name": "x"}]},
            {"a": [{"name": "y"}]},
            {},
            [('was {"name": "x"}', {"op": "replace", "path": "/spec/a/0", "value": {"name": "y"}})],
        ),
        ({"a": [{"name": "x", "v": 1}]}, {"a": [{"name": "x"}]}, {}, [("was 1", {"op": "remove", "path": "/spec/a/0/v"})]),
    ],
)
def test_delta_of_a_custom_resource(base: Body, want: Body, merge: Body, operations: list[Any]) -> None:
    change = delta(thing(base), thing(want))
    assert change.merge == ({"spec": merge} if merge else {})
    assert list(change.operations) == operations


def test_a_built_in_kind_with_a_list_gets_operations_only() -> None:
    def role(value: str, rules: list[str]) -> Body:
        return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": value}, "rules": rules}

    assert delta(role("a", ["r"]), role("b", ["r"])).merge == {}
    config = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "1"}}
    assert delta(config, {**config, "data": {"a": "2"}}).merge == {"data": {"a": "2"}}
    assert not delta(config, {**config, "data": {"a": "1"}})


def test_long_old_values_are_cut_in_comments() -> None:
    (comment, _), *_ = delta(thing({"a": ["x" * 500]}), thing({"a": []})).operations
    assert comment is not None
    assert len(comment) == 160
    assert comment.endswith("\u2026")


# -- refusals -------------------------------------------------------------------------------------------

SCALED = ("envs/dev", "ScaledObject/fraud", "spec")


@pytest.mark.parametrize(
    ("base", "want", "steps", "reason"),
    [
        ([account("risk", "x")], [scaled("risk-dev", "dev", 2**60, "")], (*SCALED, "maxReplicaCount"), "2^53"),
        ([scaled("risk", "", 1, "")], [scaled("risk-dev", "", 2**60, "")], (*SCALED, "maxReplicaCount"), "2^53"),
        ([scaled("risk", "", 1, "")], [scaled("risk-dev", "", 1, "\x80")], (*SCALED, "triggers", 0, "metadata", "serverAddress"), "U+0080"),
        ([], [account("risk", "dev")], ("envs/dev", "ServiceAccount/fraud"), "belong to risk-dev"),
        ([account("risk-dev", "x")], [], ("envs/dev", "ServiceAccount/fraud"), "belong to risk"),
        ([], [account("risk-dev", "dev")] * 2, ("envs/dev", "ServiceAccount/fraud"), "two objects"),
        ([], [account("default", "dev"), account("", "dev")], ("envs/dev", "ServiceAccount/fraud"), "two objects"),
        ([], [account("risk-dev", "dev", "../x")], ("envs/dev", "ServiceAccount/../x"), "not the identity"),
        ([], [account("risk-dev", "dev", "")], ("envs/dev", "ServiceAccount/"), "not the identity"),
        ([], [{"kind": "X"}], ("envs/dev", "metadata"), "needs a name"),
        (
            [thing({})],
            [{**thing({}), "metadata": {"name": "x", "annotations": {}}}],
            ("envs/dev", "Thing/x", "metadata", "annotations"),
            "leave it out",
        ),
    ],
)
def test_refusals(base: list[Body], want: list[Body], steps: tuple[Any, ...], reason: str) -> None:
    with pytest.raises(Unwritable) as refused:
        tree("fraud", resources(*base), {"dev": {"eu1": resources(*want)}}, base_namespace="risk", namespaces={"dev": "risk-dev"})
    assert refused.value.steps == ("fraud", *steps)
    assert reason in refused.value.reason


def test_objects_that_need_one_file_name_are_refused() -> None:
    def service(api_version: str, name: str) -> Body:
        return {"apiVersion": api_version, "kind": "Service", "metadata": {"name": name}}

    three = resources(service("v1", "a"), service("g.io/v1", "a"), service("v1", "a.g.io"))
    with pytest.raises(Unwritable, match="the same file name"):
        tree("fraud", three, {}, base_namespace="risk", namespaces={})
    changed = {**thing({}), "spec": {"a": None}}
    extra = {**thing({}), "metadata": {"name": "x.ops"}}
    with pytest.raises(Unwritable, match="the same file name"):
        tree("fraud", resources(thing({})), {"dev": {"eu1": resources(changed, extra)}}, base_namespace="risk", namespaces={"dev": "risk"})


# -- reading and comparing ------------------------------------------------------------------------------


def test_the_reader_follows_go() -> None:
    text = "a: =\nb: 1e400\nc: 2024-01-01\nd: 1\ne: 1.5\nf: 1e+21\ng: yes\nh: true\ni: null\nj: 0o14\nk: 010\nl:\n<<: x\n"
    assert read_kustomize(text) == [
        {
            "a": "=",
            "b": "1e400",
            "c": "2024-01-01",
            "d": 1,
            "e": 1.5,
            "f": 1e21,
            "g": "yes",
            "h": True,
            "i": None,
            "j": "0o14",
            "k": "010",
            "l": None,
            "<<": "x",
        }
    ]
    assert read_kustomize("") == []
    assert read_kustomize("---\na: 1\n---\nb: 2\n") == [{"a": 1}, {"b": 2}]


def test_equality_is_strict_about_types() -> None:
    assert equal({"a": [1, "x", None]}, {"a": [1, "x", None]})
    assert equal(1.0, 1)
    for a, b in [(1, True), (1, "1"), (None, ""), ({}, []), ([1], [1, 1]), ({"a": 1}, {"b": 1}), (0, False)]:
        assert not equal(a, b)


def test_differences_are_readable() -> None:
    a, b, c = thing({"a": 1, "b": [1, 2], "c": 0}), thing({"a": "1", "b": [1, 3], "d": "x" * 100}), account("risk", "dev")
    assert same([a, c], [c, a]) == []
    assert same([a, c], [b]) == [
        'example.com/v1/Thing//x: spec.a: 1 is not "1"',
        "example.com/v1/Thing//x: spec.b[1]: 2 is not 3",
        "example.com/v1/Thing//x: spec.c: only in the first, 0",
        'example.com/v1/Thing//x: spec.d: only in the second, "' + "x" * 76 + "...",
        "v1/ServiceAccount/risk/fraud: only in the first",
    ]
    assert same([], [c]) == ["v1/ServiceAccount/risk/fraud: only in the second"]
    assert same([c, c], [c]) == ["v1/ServiceAccount/risk/fraud: twice in the first"]
