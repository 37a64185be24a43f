"""A digest of zeros is never rendered: not by a user's file, not by the escape hatch, not by an engine that forgot to name an image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cnai = Callable[..., Any]
ZEROS = "sha256:" + "0" * 64

ENGINE = '''
from typing import Literal
from cnai_gitops import Blueprint, Context, ImageName, Prepare, StepEngine, StepPlan


class Router(StepEngine):
    """Runs two images."""

    kind: Literal["router"] = "router"
    image: ImageName
    router_image: {type}

    def step(self, context: Context, name: str) -> StepPlan:
        """One container and one beside it."""
        sidecar = {{"name": "router", "image": context.image(self.router_image)}}
        template = {{"name": name, "container": {{"image": context.image(self.image)}}, "sidecars": [sidecar]}}
        return StepPlan(entry=name, templates=(template,))


app = Blueprint(
    name="routes", team="risk", purpose="fraud-detection", prepare=Prepare(name="rows", engine=Router(image="rows", router_image="router"))
)
'''


def add(root: Path, kind: str, images: str) -> None:
    (root / "blueprints" / "routes.py").write_text(ENGINE.format(type=kind))
    (root / "environments" / "dev" / "routes.yaml").write_text(f"app: routes\nimages:\n{images}")


def test_a_user_cannot_write_one(repository: Path, cnai: Cnai) -> None:
    release = repository / "environments/prod/fraud-detection.yaml"
    lines = release.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.lstrip().startswith("model: sha256"))
    lines[at] = lines[at].partition("sha256")[0] + ZEROS
    release.write_text("\n".join(lines) + "\n")
    done = cnai("build", "--root", repository)
    assert done.code == 1
    words = "serve.scorer.model must be the digest that the registry shows; zeros stand for none"
    assert done.first == f"environments/prod/fraud-detection.yaml:{at + 1}:3: error[CNAI101]: {words}"


def test_the_escape_hatch_cannot_either(repository: Path, cnai: Cnai) -> None:
    release = repository / "environments/dev/fraud-detection.yaml"
    hatch = "overrides:\n- kind: InferenceService\n  reason: to see what happens\n"
    release.write_text(release.read_text() + hatch + f"  set: {{/spec/predictor/model/image: r.example.com/a@{ZEROS}}}\n")
    done = cnai("build", "--root", repository)
    assert done.code == 1
    assert "error[CNAI305]: InferenceService/fraud-detection-scorer: spec.predictor.model.image holds a digest of zeros" in done.out
    assert "blueprints/fraud_detection.py:" in done.first


def test_every_image_of_an_engine_must_be_pinned(repository: Path, cnai: Cnai) -> None:
    """The fields are found by their type, whatever they are called."""
    add(repository, "ImageName", f"  rows: sha256:{'a' * 64}\n")
    assert "prepare.rows is not deployed to dev/dev1: no digest for image router" in cnai("check", "--no-stale", "--root", repository).out
    add(repository, "ImageName", f"  rows: sha256:{'a' * 64}\n  router: sha256:{'b' * 64}\n")
    assert cnai("build", "--root", repository).code == 0
    text = (repository / "deploy/rendered/dev/dev1/routes/manifest.yaml").read_text()
    assert f"router@sha256:{'b' * 64}" in text


@pytest.mark.parametrize("kind", ["str"])
def test_an_engine_that_forgets_to_name_an_image_is_told(repository: Path, cnai: Cnai, kind: str) -> None:
    add(repository, kind, f"  rows: sha256:{'a' * 64}\n")
    done = cnai("build", "--root", repository)
    assert done.code == 3
    assert "routes prepare.rows asks for image 'router', which its engine does not name in images()" in done.err
    assert "give the field the type ImageName, or override images()" in done.err
