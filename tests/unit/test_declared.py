"""Accelerator classes and runtimes that an organisation declares in cnai.toml: used like ours, and refused when nobody declares them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from cnai_gitops import AcceleratorRequest, custom, gaudi, gpu, pipeline
from cnai_gitops.facts import accelerator_class, accelerator_share
from cnai_gitops.facts.known import built_in
from cnai_gitops.project import read_config
from cnai_gitops.resources.accelerators import counting, is_accelerator, pod_demand
from cnai_gitops.scaffold.schemas import json_schemas
from cnai_gitops.system.tools import Settings

Cnai = Callable[..., Any]
DECLARED = """
[accelerators.b300]
vendor = "nvidia"
resource = "example.com/gpu"
selector = {"example.com/product" = "b300"}
also = [{"example.com/family" = "b300"}]
tolerations = [{key = "example.com/gpu", operator = "Exists", effect = "NoSchedule"}]
memory_gib = 268
source = "data sheet, 2026-11"

[accelerators.b300.mig]
"1g.34gb" = [1, 1]

[runtimes.lmdeploy]
format = "lmdeploy"
image = "lmdeploy"
command = ["lmdeploy", "serve"]
args = ["--port=PORT", "--model=MODEL"]
ready = "/ready"
live = "/live"
paths = ["/v1/"]
requests = "lmdeploy_requests_total"
p99_ms = "max(lmdeploy_latency_ms{SELECTOR})"
honours = ["accelerator"]
"""
DIGEST = f"sha256:{'a' * 64}"
BLUEPRINT = "blueprints/fraud_detection.py"
PROD = "environments/prod/environment.yaml"


def edit(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new, 1))


@pytest.fixture
def declaring(repository: Path) -> Path:
    """The golden repository with a class and a runtime of its own."""
    with (repository / "cnai.toml").open("a") as file:
        file.write(DECLARED)
    return repository


@pytest.fixture
def using(declaring: Path) -> Path:
    """The same, with a training and a service that name them."""
    edit(declaring, BLUEPRINT, "import Blueprint,", "import custom, Blueprint,")
    edit(declaring, BLUEPRINT, 'gpu("h100"', 'gpu(custom("b300")')
    edit(declaring, BLUEPRINT, 'model="scorer", ', 'model="scorer", runtime=custom("lmdeploy"), ')
    for file in (declaring / "environments").glob("*/environment.yaml"):
        text = re.sub(r"\bh100:", "b300:", file.read_text())
        file.write_text(text.replace("images:", f"images:\n  lmdeploy: {DIGEST}", 1))
    return declaring


def findings(root: Path) -> list[str]:
    return [f"{f.location}: {f.code} {f.message}" for f in pipeline.plan_of(root).findings if f.fails]


def test_what_is_declared_is_used_like_ours(using: Path, settings: Settings) -> None:
    assert findings(using) == []
    built = pipeline.build(using, settings)
    assert [f"{f.location}: {f.message}" for f in built.findings if f.fails] == []
    text = (using / "deploy/rendered/prod/eu1/fraud-detection/manifest.yaml").read_text()
    assert "example.com/product: b300" in text
    [name] = set(re.findall(r"\n      runtime: (lmdeploy-[0-9a-f]{8})\n", text))
    assert "--model=scorer" in text
    assert "lmdeploy_requests_total" in text
    platform = (using / "deploy/rendered/prod/eu1/_platform/manifest.yaml").read_text()
    [runtime] = [body for body in yaml.safe_load_all(platform) if body["kind"] == "ServingRuntime"]
    assert runtime["metadata"]["name"] == name
    [container] = runtime["spec"]["containers"]
    assert container["image"] == f"registry.example.com/ml/lmdeploy@{DIGEST}"
    assert container["command"] == ["lmdeploy", "serve"]
    assert container["env"] == [{"name": "HOME", "value": "/tmp"}]
    assert "nodeLabels:\n    example.com/product: b300\n" in platform


def test_a_change_of_what_is_declared_is_a_change_of_what_is_built(using: Path, settings: Settings) -> None:
    pipeline.build(using, settings)
    edit(using, "cnai.toml", '{"example.com/product" = "b300"}', '{"example.com/product" = "b300-nvl"}')
    pipeline.build(using, settings)
    assert "example.com/product: b300-nvl" in (using / "deploy/rendered/prod/eu1/fraud-detection/manifest.yaml").read_text()


def test_what_is_declared_is_counted_by_its_class(using: Path, settings: Settings) -> None:
    verdict = pipeline.check(using, settings, at=date(2026, 11, 24), fresh=False)
    counted = {row["class"]: row["peak"] for row in verdict.data["ledger"]["teams"] if row["env"] == "prod"}
    assert counted["b300"]
    assert "example.com/gpu" not in counted


def test_a_name_that_nobody_declares_is_refused_where_it_stands(repository: Path) -> None:
    edit(repository, BLUEPRINT, 'gpu("h100"', 'gpu("b300"')
    [found] = findings(repository)
    assert found.startswith("blueprints/fraud_detection.py:18:21: CNAI231 accelerator must be one of a100, ")
    assert "got 'b300'" in found


def test_a_layer_is_blamed_for_its_own_name(repository: Path) -> None:
    edit(repository, "cnai.toml", "[defaults.serve]\n", '[defaults.serve]\nruntime = "lmdeploi"\n')
    [found] = findings(repository)
    assert found.startswith("cnai.toml:")
    assert found.endswith("CNAI231 runtime must be one of sklearn, triton, vllm, got 'lmdeploi'")
    with (repository / "cnai.toml").open("a") as file:
        file.write(DECLARED)
    [found] = findings(repository)
    assert found.endswith("one of lmdeploy, sklearn, triton, vllm, got 'lmdeploi'; did you mean 'lmdeploy'?")


def test_a_quota_of_an_unknown_class_is_refused(repository: Path) -> None:
    edit(repository, PROD, "quota: {h100", "quota: {h1000")
    [found] = findings(repository)
    assert found.startswith(f"{PROD}:")
    assert "got 'h1000'; did you mean 'h100'?" in found


def test_a_name_of_ours_cannot_be_declared(repository: Path, cnai: Cnai) -> None:
    with (repository / "cnai.toml").open("a") as file:
        file.write(DECLARED.replace("b300", "h100"))
    done = cnai("build", "--root", repository)
    assert done.code == 2
    assert "`accelerators.h100` is one of ours; declare yours under another name" in done.first


def test_schemas_offer_what_is_declared(declaring: Path) -> None:
    words = json.loads(json_schemas(read_config(declaring).facts)["blueprint"])["definitions"]
    assert "b300" in words["AcceleratorRequest"]["properties"]["type"]["enum"]
    assert words["Serve"]["properties"]["runtime"]["enum"] == ["lmdeploy", "sklearn", "triton", "vllm"]
    ours = json.loads(json_schemas()["blueprint"])["definitions"]
    assert "b300" not in ours["AcceleratorRequest"]["properties"]["type"]["enum"]


def test_one_repository_teaches_another_nothing(declaring: Path) -> None:
    known = read_config(declaring).facts.accelerators
    labels = {"example.com/family": "b300"}
    assert accelerator_class("example.com/gpu", labels, known) == "b300"
    assert accelerator_class("example.com/gpu", labels) is None
    assert accelerator_share("nvidia.com/mig-1g.34gb", {}, known) == Fraction(1, 7)
    assert accelerator_share("nvidia.com/mig-1g.34gb", {}) is None
    pod = {"nodeSelector": labels, "containers": [{"resources": {"limits": {"example.com/gpu": 2}}}]}
    with counting(known):
        assert is_accelerator("example.com/gpu")
        assert pod_demand(pod).peak == {"b300": 2}
    assert not is_accelerator("example.com/gpu")
    assert pod_demand(pod).peak == {}
    assert "b300" not in built_in().accelerators


def test_each_function_makes_its_own_device() -> None:
    assert gaudi() == AcceleratorRequest(type="gaudi3", per_node=8)
    with pytest.raises(ValueError, match=r"gaudi3 is no GPU: its resource is habana.ai/gaudi"):
        gpu(custom("gaudi3"))
