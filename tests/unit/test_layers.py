"""Layers of a stage: which one wins, what none may change, and who is told."""

from __future__ import annotations

from typing import Any

import pytest

from cnai_gitops import KServe, Lag, Rate, Scaling, Serve, Train, gpu
from cnai_gitops.findings import Location
from cnai_gitops.plan.layers import Layer, explain, resolve
from cnai_gitops.source.places import TomlPlace
from cnai_gitops.spec.base import Spec

STAGE = Serve(name="scorer", model="scorer", scaling=Scaling(max=8, triggers=[Rate()]), env={"A": "blueprint", "B": "blueprint"})
DIGEST = "sha256:" + "a" * 64


def layer(name: str, values: dict[str, Any], *, weak: bool = False) -> Layer:
    return Layer(name, values, TomlPlace(f"{name}.toml", ("[scorer]",)), ("scorer",), weak)


def resolved(*layers: Layer, stage: Spec = STAGE) -> Any:
    found, findings = resolve("serve.scorer", stage, layers)
    assert findings == []
    return found


def test_the_strongest_layer_wins() -> None:
    found = resolved(
        layer("environment", {"port": 9001, "timeout": "5s"}), layer("release", {"port": 9002}), layer("cluster", {"port": 9003})
    )
    assert (found.stage.port, found.stage.timeout) == (9003, "5s")


def test_a_weak_layer_fills_only_what_the_author_left_open() -> None:
    found = resolved(layer("organisation", {"env": {"A": "other"}, "startup": "1h", "scaling": {"max": 1, "cooldown": "1m"}}, weak=True))
    assert found.stage.env == STAGE.env
    assert (found.stage.startup, found.stage.scaling.max, found.stage.scaling.cooldown) == ("1h", 8, "1m")


def test_maps_are_joined_and_everything_else_is_replaced() -> None:
    found = resolved(layer("release", {"env": {"B": "release", "C": "release"}, "args": ["x"], "scaling": {"min": 2}}))
    assert found.stage.env == {"A": "blueprint", "B": "release", "C": "release"}
    assert list(found.stage.args) == ["x"]
    assert (found.stage.scaling.min, found.stage.scaling.max) == (2, 8)


def test_a_trigger_alone_replaces_a_scaling_whole() -> None:
    found = resolved(layer("release", {"scaling": {"kind": "lag", "topic": "t", "consumer_group": "g"}}))
    assert found.stage.scaling == Scaling(triggers=[Lag(topic="t", consumer_group="g")])


def test_pins_are_joined_by_image() -> None:
    images = [{"images": {"a": DIGEST, "b": DIGEST}}, {"images": {"b": "sha256:" + "b" * 64}, "model": DIGEST}]
    found = resolved(layer("release", images[0]), layer("cluster", images[1]))
    assert found.pins.images == {"a": DIGEST, "b": "sha256:" + "b" * 64}
    assert found.pins.model == DIGEST


@pytest.mark.parametrize(
    ("values", "code"), [({"name": "x"}, "CNAI203"), ({"reads": []}, "CNAI203"), ({"prt": 1}, "CNAI102"), ({"port": 1}, "CNAI101")]
)
def test_what_a_layer_gets_wrong_is_said_at_that_layer(values: dict[str, Any], code: str) -> None:
    found, findings = resolve("serve.scorer", STAGE, [layer("release", values)])
    assert [finding.code for finding in findings] == [code]
    assert findings[0].location == Location("release.toml", 1, 1, 0, "[scorer]")
    assert f"serve.scorer.{next(iter(values))}" in findings[0].message
    assert found.stage == STAGE


def test_a_wrong_field_of_an_engine_is_named_whole() -> None:
    _, [finding] = resolve("serve.scorer", STAGE, [layer("release", {"scaling": {"maximum": 3}})])
    assert finding.message == "serve.scorer.scaling.maximum is not a known field"


def test_layers_that_only_together_are_wrong() -> None:
    _, [finding] = resolve("serve.scorer", STAGE, [layer("release", {"scaling": {"max": 2}}), layer("cluster", {"scaling": {"min": 3}})])
    assert "`min` (3) must not be more than `max` (2)" in finding.message
    assert finding.location is not None
    assert finding.location.file == "cluster.toml"


def test_explain_lists_every_layer_weakest_first() -> None:
    found = resolved(layer("organisation", {"timeout": "9s"}, weak=True), layer("release", {"timeout": "5s"}))
    said = explain(["timeout"], STAGE, TomlPlace("app.toml", ("[serve]",)), found)
    assert [(s.layer, s.value, s.wins) for s in said] == [("default", "60s", False), ("organisation", "9s", False), ("release", "5s", True)]
    [default, blueprint] = explain(["scaling", "max"], STAGE, TomlPlace("app.toml", ("[serve]",)), found)
    assert (default.value, blueprint.value, blueprint.wins) == (4, 8, True)


def test_with_reaches_nested_fields_and_validates_again() -> None:
    train = Train(name="t", image="i", accelerator=gpu("h100"))
    changed = train.with_(accelerator__per_node=8, nodes=2)
    assert (changed.accelerator.per_node, changed.nodes) == (8, 2)
    assert (train.accelerator.per_node, train.nodes) == (1, 1)
    with pytest.raises(ValueError, match="nodes"):
        train.with_(nodes=0)
    assert STAGE.with_(engine=KServe()) == STAGE
