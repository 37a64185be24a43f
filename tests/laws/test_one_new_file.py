"""Adding a thing is one new file: a throw-away one of each kind works, and nothing else was edited."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops import engines as engines_package
from cnai_gitops import pipeline
from cnai_gitops import resources as resources_package
from cnai_gitops.findings import formats
from cnai_gitops.plan.build import Plan
from cnai_gitops.resources.base import kinds
from cnai_gitops.scaffold import new_policy
from cnai_gitops.spec.engine import engines
from cnai_gitops.system.tools import Settings

Snapshot = Callable[[Path], dict[str, bytes]]
Cnai = Callable[..., Any]

ENGINE = '''
"""Wasm: a step that runs one module."""
from typing import Literal
from cnai_gitops.contract.context import Context
from cnai_gitops.contract.roles import StepEngine, StepPlan
from cnai_gitops.spec.base import ImageName
from cnai_gitops.spec.prepare import Prepare

class Wasm(StepEngine):
    kind: Literal["wasm"] = "wasm"
    image: ImageName
    fuel: int = 7

    def step(self, context: Context[Prepare], name: str) -> StepPlan:
        container = {"image": context.image(self.image), "args": [f"--fuel={self.fuel}"]}
        return StepPlan(entry=name, templates=({"name": name, "container": container},))
'''
KIND = '''
"""Widgets of example.com."""
from cnai_gitops.resources.base import Kind, Owned

KINDS = (Kind(group="example.com", version="v1", kind="Widget", plural="widgets", rank=7, owned=(Owned("/spec/size", "widget-operator"),)),)
'''
FORMAT = '''
"""Shouting."""
def render(findings, context):
    return "\\n".join(finding.message.upper() for finding in findings)
'''
STEP = """
name: other
team: risk
purpose: fraud-detection
prepare:
  name: rows
  engine: {kind: wasm, image: rows, fuel: 9}
"""


@pytest.fixture
def extended(tmp_path: Path) -> Iterator[Callable[[Any, str, str], None]]:
    """Puts a new module into one of our packages for the length of a test."""
    added: list[tuple[Any, str]] = []

    def add(package: Any, name: str, text: str) -> None:
        folder = tmp_path / package.__name__
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.py").write_text(text)
        package.__path__.append(str(folder))
        added.append((package, name))
        forget()

    yield add
    for package, name in added:
        package.__path__.remove(str(tmp_path / package.__name__))
        sys.modules.pop(f"{package.__name__}.{name}", None)
        vars(package).pop(name, None)
    forget()


def forget() -> None:
    """What was found once is remembered; a new file in a running process needs this."""
    importlib.invalidate_caches()
    engines.cache_clear()
    kinds.cache_clear()


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def build(root: Path, settings: Settings) -> pipeline.Built:
    built = pipeline.build(root, settings)
    assert [f"{f.location}: {f.message}" for f in built.findings if f.fails] == []
    return built


def plan(root: Path) -> Plan:
    found = pipeline.plan_of(root)
    assert [finding.message for finding in found.findings if finding.fails] == []
    return found


def test_engine(extended: Callable[..., None], repository: Path, settings: Settings) -> None:
    extended(engines_package, "wasm", ENGINE)
    write(repository, "blueprints/other.yaml", STEP)
    write(repository, "environments/dev/other.yaml", f"app: other\nimages: {{rows: sha256:{'a' * 64}}}\n")
    build(repository, settings)
    assert "--fuel=9" in (repository / "deploy/rendered/dev/dev1/other/manifest.yaml").read_text()
    assert "kind: wasm" not in (repository / "deploy/rendered/dev/dev1/other/manifest.yaml").read_text()


def test_engine_unknown_again_afterwards(repository: Path) -> None:
    write(repository, "blueprints/other.yaml", STEP)
    found = pipeline.plan_of(repository).findings
    assert any("got 'wasm'" in finding.message for finding in found)


def test_resource_kind(extended: Callable[..., None], repository: Path, settings: Settings) -> None:
    extended(resources_package, "widgets", KIND)
    component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [widget.yaml]\n"
    widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w, namespace: risk-prod}\nspec: {size: 3}\n"
    write(repository, "environments/prod/patches/fraud-detection/kustomization.yaml", component)
    write(repository, "environments/prod/patches/fraud-detection/widget.yaml", widget)
    build(repository, settings)
    text = (repository / "deploy/rendered/prod/eu1/fraud-detection/manifest.yaml").read_text()
    assert text.index("kind: Widget") < text.index("kind: InferenceService")  # by its rank
    hub = (repository / "deploy/rendered/prod/hub/_argocd/manifest.yaml").read_text()
    assert "kind: Widget\n      jsonPointers:\n      - /spec/size\n" in hub or "kind: Widget\n    jsonPointers:\n    - /spec/size\n" in hub


def test_policy_of_an_organisation(repository: Path, settings: Settings, cnai: Cnai) -> None:
    build(repository, settings)
    assert cnai("check", "--root", repository).code == 0
    for path, text in new_policy("operations", "owner_named").items():
        write(repository, path, text.replace("cnai.dev/team", "cnai.dev/owner"))
    done = cnai("check", "--root", repository, "-o", "name")
    assert done.code == 1
    assert "operations.owner_named" in done.out


def test_environment(repository: Path, settings: Settings, snapshot: Snapshot) -> None:
    build(repository, settings)
    before = snapshot(repository / "deploy")
    text = (repository / "environments/dev/environment.yaml").read_text()
    write(repository, "environments/lab/environment.yaml", text.replace("name: dev\n", "name: lab\n").replace("dev1", "lab1"))
    build(repository, settings)
    after = snapshot(repository / "deploy")
    assert "rendered/lab/lab1/_platform/manifest.yaml" in after
    assert {p for p in before if before[p] != after.get(p)} <= {
        ".index/_platform.json",
        ".index/_argocd.json",
        "rendered/prod/hub/_argocd/manifest.yaml",
    }


def test_output_format(extended: Callable[..., None], repository: Path, cnai: Cnai) -> None:
    extended(formats, "shout", FORMAT)
    (repository / "blueprints/fraud_detection.py").unlink()
    done = cnai("check", "--root", repository, "-o", "shout")
    assert (done.code, done.first) == (1, "APPLICATION 'FRAUD-DETECTION' DOES NOT EXIST")


def test_blueprint(repository: Path, settings: Settings, snapshot: Snapshot) -> None:
    build(repository, settings)
    before = snapshot(repository / "deploy")
    write(
        repository,
        "blueprints/fleet.py",
        "from cnai_gitops import Blueprint\nfleet = Blueprint(name='fleet', team='risk', purpose='routing')\n",
    )
    assert list(plan(repository).project.apps) == ["fleet", "fraud-detection"]
    write(repository, "environments/dev/fleet.yaml", "app: fleet\n")
    build(repository, settings)
    after = snapshot(repository / "deploy")
    assert "rendered/dev/dev1/fleet/manifest.yaml" in after
    assert all(content == after[path] for path, content in before.items() if "fraud-detection" in path)
