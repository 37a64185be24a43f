"""Every manifest of the stories and of the golden cases, against the upstream CRDs, closed: a typo fails."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cnai_gitops.check.objects.inventory import Inventory
from cnai_gitops.check.schemas.schema import check_schema
from cnai_gitops.cluster.crds import collect
from cnai_gitops.overlay import read_kustomize
from cnai_gitops.resources.base import Body, kind_of

pytestmark = [
    pytest.mark.crds,
    pytest.mark.skipif(not os.environ.get("CNAI_CRDS"), reason="CNAI_CRDS, the folder of upstream CRDs, is not set"),
]
ROOT = Path(__file__).resolve().parents[2]
MANIFESTS = sorted((ROOT / "tests" / "golden").rglob("manifest.yaml"))


@pytest.fixture(scope="module")
def lock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crds")
    for path, text in collect(os.environ["CNAI_CRDS"]).items():
        (folder / Path(path).name).write_text(text)
    return folder


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.relative_to(ROOT).parent.as_posix())
def test_manifest_is_what_the_crds_describe(manifest: Path, lock: Path) -> None:
    assert _wrong(manifest, lock) == []


def test_stories_are_what_the_crds_describe(built_stories: Path, lock: Path) -> None:
    manifests = sorted((built_stories / "deploy" / "rendered").rglob("manifest.yaml"))
    assert {path.parent.name for path in manifests} > {"_argocd", "_platform", "fraud-detection"}
    assert [f"{path.relative_to(built_stories)}: {line}" for path in manifests for line in _wrong(path, lock)] == []


def _wrong(manifest: Path, lock: Path) -> list[str]:
    """What a manifest has that no CRD knows."""
    bodies = read_kustomize(manifest.read_text())
    world = Inventory(bodies)
    inner = [made for body in bodies for _, made in world.embedded(body) if "spec" in made]
    unknown = [f"no schema of {_name(body)}" for body in (*bodies, *inner) if _custom(body) and not _has_schema(body, lock)]
    found = check_schema([("", body) for body in (*bodies, *inner)], "1.37", lock)
    return [*unknown, *(f"{f.resource} {f.path}: {f.message}" for f in found)]


def _custom(body: Body) -> bool:
    kind = kind_of(body)
    return kind is not None and kind.model != ""


def _has_schema(body: Body, lock: Path) -> bool:
    group, _, version = body["apiVersion"].rpartition("/")
    return (lock / f"{group}_{version}_{body['kind']}.json").is_file()


def _name(body: Body) -> str:
    return f"{body['apiVersion']} {body['kind']}"
