"""What is concluded from a cluster as it was seen; the asking itself is tested against a real API server."""

from __future__ import annotations

import builtins
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from cnai_gitops import pipeline
from cnai_gitops.cluster import preflight as module
from cnai_gitops.cluster.health import CONFIG_MAP, customisations
from cnai_gitops.cluster.live import Controller, Live, controller
from cnai_gitops.cluster.preflight import Fact, custom_kinds, judge, preflight
from cnai_gitops.errors import ToolError, UsageError
from cnai_gitops.facts.operators import operators
from cnai_gitops.facts.profiles import newest, profiles
from cnai_gitops.facts.requirements import Requirement, requirements
from cnai_gitops.resources.base import kinds
from cnai_gitops.system.tools import Settings

PINNED = newest().versions
"""What a profile pins that is no operator."""


def complete() -> Live:
    """A cluster that has everything, in the versions of the newest profile."""
    served: dict[str, set[str]] = {}
    for kind in custom_kinds():
        served.setdefault(kind.api_version, set()).add(kind.kind)
    groups: dict[str, tuple[str, ...]] = {}
    for api_version in served:
        group, _, version = api_version.partition("/")
        groups[group] = (*groups.get(group, ()), version)
    found = [Controller(f"mirror.example.com/{o.images[0]}", PINNED.get(o.name, "9.9")) for o in operators().values() if o.images]
    return Live(
        PINNED["kubernetes"] + ".2-gke.1",
        {k: frozenset(v) for k, v in served.items()},
        groups,
        tuple(found),
        frozenset(customisations()),
        {one["metadata"]["name"]: one["data"] for one in manifests()},
        {"node-1": "containerd://2.2.0", "node-2": "containerd://2.10.1"},
    )


def manifests() -> list[dict[str, Any]]:
    """What the requirements say to apply: a cluster that has it has what they ask for."""
    return [yaml.safe_load(requirement.manifest) for requirement in requirements() if requirement.manifest]


def without(live: Live, *groups: str) -> Live:
    return replace(live, kinds={k: v for k, v in live.kinds.items() if k.partition("/")[0] not in groups})


def judged(live: Live, role: str = "") -> dict[str, Fact]:
    return {fact.name: fact for fact in judge(live, newest(), role)}


OTHERS = {"kubernetes", "containerd", "jetstream"}
"""What a profile pins beside operators: the cluster itself, what its nodes run containers with, and what the event bus runs."""


def wrong(live: Live, role: str = "") -> set[str]:
    return {name for name, fact in judged(live, role).items() if not fact.ok}


def test_every_pinned_component_is_an_operator_and_every_other_operator_says_who_needs_it() -> None:
    for profile in profiles().values():
        assert profile.versions.keys() - OTHERS <= operators().keys()
    assert {o.name for o in operators().values() if not o.needed} == PINNED.keys() - OTHERS


def test_a_complete_cluster() -> None:
    facts = judged(complete())
    assert [fact for fact in facts.values() if not fact.ok or fact.cure] == []
    assert facts["kueue"].version == PINNED["kueue"]
    settings = [one.name for one in requirements() if one.config_map or one.runtime]
    assert list(facts) == ["kubernetes", *operators(), "argo-cd-health", *settings]


@pytest.mark.parametrize("requirement", [one for one in requirements() if one.config_map], ids=lambda one: one.name)
def test_a_setting_that_is_missing_or_wrong(requirement: Requirement) -> None:
    live, name, key = complete(), requirement.config_map, requirement.key
    gone = {other: data for other, data in live.settings.items() if other != name}
    for settings, words in (
        (gone, f"there is no ConfigMap {name}"),
        ({**gone, name: {}}, f"{key} is not set in the ConfigMap {name}"),
        ({**gone, name: {key: "[]"}}, f"in {key} of the ConfigMap {name} {', '.join(str(want) for want in requirement.wants)}"),
        ({**gone, name: {key: "{"}}, f"in {key} of the ConfigMap {name} {', '.join(str(want) for want in requirement.wants)}"),
    ):
        fact = judged(replace(live, settings=settings))[requirement.name]
        assert (fact.ok, fact.cure) == (False, f"{words}; docs/reference/cluster-requirements.md has what to apply")


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("manageJobsWithoutQueueName",), False, "manageJobsWithoutQueueName must be true"),
        (("manageJobsWithoutQueueName",), "true", "manageJobsWithoutQueueName must be true"),
        (
            ("integrations", "frameworks"),
            ["batch/job", "pod"],
            'integrations.frameworks must hold nothing but ["batch/job", "jobset.x-k8s.io/jobset", '
            '"trainer.kubeflow.org/trainjob", "ray.io/rayjob"]',
        ),
    ],
)
def test_kueue_that_would_hold_pods_of_services(path: tuple[str, ...], value: object, words: str) -> None:
    live, name, key = complete(), "kueue-manager-config", "controller_manager_config.yaml"
    setting = yaml.safe_load(live.settings[name][key])
    node = setting
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = value
    fact = judged(replace(live, settings={**live.settings, name: {key: yaml.safe_dump(setting)}}))["kueue-unqueued-jobs"]
    assert fact.cure.startswith(f"in {key} of the ConfigMap {name} {words}; ")


@pytest.mark.parametrize("runtime", ["containerd://2.1.9", "containerd://1.7.20", "cri-o://1.33.0", "", "containerd://"])
def test_a_node_that_ignores_the_path_of_a_model(runtime: str) -> None:
    live = complete()
    fact = judged(replace(live, runtimes={**live.runtimes, "node-3": runtime}))["containerd-image-volumes"]
    assert fact.cure.startswith(f"containerd 2.2 or later is needed, node-3 has {runtime}; ")
    assert "containerd-image-volumes" not in judged(replace(live, runtimes={"node-3": runtime}), "hub")


def test_settings_of_what_is_not_there_are_not_asked_for() -> None:
    facts = judged(replace(without(complete(), "kueue.x-k8s.io", "argoproj.io"), settings={}), "hub")
    assert not {"kueue-unqueued-jobs", "argo-executor-security", "argo-cd-sync-timeout"} & facts.keys()


def test_a_kind_that_is_not_served() -> None:
    live = complete()
    fewer = live.kinds["keda.sh/v1alpha1"] - {"ScaledJob"}
    fact = judged(replace(live, kinds={**live.kinds, "keda.sh/v1alpha1": fewer}))["keda"]
    assert not fact.ok
    assert fact.cure.startswith("ScaledJob of keda.sh/v1alpha1 not served; install keda ")


def test_a_group_that_is_served_in_another_version() -> None:
    live = without(complete(), "kueue.x-k8s.io")
    fact = judged(replace(live, groups={**live.groups, "kueue.x-k8s.io": ("v1beta1",)}))["kueue"]
    assert not fact.ok
    assert "(kueue.x-k8s.io has v1beta1)" in fact.cure


def test_an_old_cluster() -> None:
    fact = judged(replace(complete(), kubernetes="1.30.4"))["kubernetes"]
    assert not fact.ok
    assert PINNED["kubernetes"] in fact.cure


@pytest.mark.parametrize(
    ("version", "words"),
    [("2.1.0", "2.1.0 is older than"), ("", "not in the image's tag"), ("latest", "not in the image's tag")],
)
def test_a_controller_that_is_old_or_does_not_say_its_version(version: str, words: str) -> None:
    live = complete()
    changed = tuple(replace(c, version=version) if c.image.endswith("kedacore/keda") else c for c in live.controllers)
    fact = judged(replace(live, controllers=changed))["keda"]
    assert not fact.ok
    assert words in fact.cure


def test_the_oldest_of_several_controllers_counts() -> None:
    live = complete()
    fact = judged(replace(live, controllers=(*live.controllers, Controller("x.example.com/kedacore/keda", "2.9.1"))))["keda"]
    assert (fact.ok, fact.version) == (False, "2.9.1")


def test_an_image_is_not_taken_for_another_that_ends_alike() -> None:
    live = complete()
    changed = tuple(c for c in live.controllers if not c.image.endswith("kueue/kueue"))
    assert wrong(replace(live, controllers=(*changed, Controller("x.example.com/notkueue/kueue", "9.9")))) == {"kueue"}


def test_what_only_some_need_may_be_absent_and_is_said() -> None:
    live = without(complete(), "kubeflow.org", "batch.volcano.sh", "scheduling.volcano.sh")
    facts = judged(live)
    assert facts["katib"].ok
    assert facts["katib"].purpose == "not here; needed by train stages that search with Katib"
    assert wrong(live) == set()


def test_what_only_some_need_must_be_whole_where_it_is() -> None:
    live = complete()
    assert wrong(replace(live, controllers=tuple(c for c in live.controllers if "katib" not in c.image))) == {"katib"}


def test_roles() -> None:
    hub = complete()
    hub = replace(hub, kinds={"argoproj.io/v1alpha1": frozenset({"Application", "ApplicationSet", "AppProject"})})
    assert wrong(hub, "hub") == set()
    assert {"keda", "kueue"} <= wrong(hub)
    workload = without(complete(), "argoproj.io")
    assert "argo-cd" in wrong(workload, "hub")
    assert "argo-cd" not in wrong(workload, "workload") | wrong(workload)


def test_health_checks_that_argo_cd_lacks() -> None:
    fact = judged(replace(complete(), argocd=frozenset(customisations()) - {"resource.customizations.health.ray.io_RayService"}))[
        "argo-cd-health"
    ]
    assert not fact.ok
    words, _, missing = fact.cure.partition(": ")
    assert words == "add to the ConfigMap argocd-cm what `cnai doctor --argocd-cm` prints"
    assert missing == "resource.customizations.health.ray.io_RayService"


def test_a_kind_whose_operator_is_not_on_record(monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = replace(custom_kinds()[0], group="new.example.com", kind="Novelty", operator="novelty")
    known = custom_kinds()
    monkeypatch.setattr(module, "custom_kinds", lambda: [*known, stranger])
    facts = judged(complete())
    assert not facts["novelty"].ok
    assert "Novelty of new.example.com" in facts["novelty"].cure


@pytest.mark.parametrize(
    ("image", "label", "name", "version"),
    [
        ("registry.example.com:5000/kueue/kueue:v0.19.2", "", "registry.example.com:5000/kueue/kueue", "0.19.2"),
        ("registry.example.com:5000/kueue/kueue", "v0.18.0", "registry.example.com:5000/kueue/kueue", "0.18.0"),
        ("kedacore/keda:2.20.2@sha256:00", "9", "kedacore/keda", "2.20.2"),
        ("kedacore/keda@sha256:00", "", "kedacore/keda", ""),
    ],
)
def test_image_references(image: str, label: str, name: str, version: str) -> None:
    assert controller(image, label) == Controller(name, version)


def test_words_that_do_not_exist() -> None:
    with pytest.raises(UsageError, match=r"profile '1999\.01'"):
        preflight("any", "1999.01")
    with pytest.raises(UsageError, match="role 'spare'"):
        preflight("any", role="spare")


def test_the_client_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def absent(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "kubernetes":
            raise ImportError(name)
        return original(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ToolError) as caught:
        preflight("any")
    assert "cnai-gitops[cluster]" in caught.value.help


def test_every_health_check_has_its_key() -> None:
    found = customisations()
    assert all(key.startswith("resource.customizations.health.") for key in found)
    assert len(found) == sum(bool(kind.health) for kind in kinds().values())


def test_no_owner_emits_a_config_map_of_argo_cd() -> None:
    plan = pipeline.plan_of(Path(__file__).resolve().parents[2])
    made = pipeline.resolve(plan, Settings.of(os.environ)).objects()
    assert [item.unit.owner for item in made for resource in item.resources if resource.body["metadata"]["name"] == CONFIG_MAP] == []
