from __future__ import annotations

from pathlib import Path

from cnai_gitops.check.schemas.crd_lock import check_lock
from cnai_gitops.cluster.crds import collect

CRD = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
    - {name: v1alpha1, served: false, storage: false, schema: {openAPIV3Schema: {type: object}}}
"""


def synced(tmp_path: Path) -> Path:
    (tmp_path / "crds").mkdir()
    (tmp_path / "crds" / "widgets.yaml").write_text(CRD)
    root = tmp_path / "repository"
    for path, text in collect(str(tmp_path / "crds")).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def test_what_was_synced_is_in_order(tmp_path: Path) -> None:
    root = synced(tmp_path)
    assert sorted(path.name for path in (root / "schemas/crds").iterdir()) == ["example.com_v1_Widget.json", "lock.json"]
    assert check_lock(root) == []


def test_a_repository_without_synced_schemas_has_nothing_to_lock(tmp_path: Path) -> None:
    assert check_lock(tmp_path) == []


def test_edited_added_and_removed_files_are_said(tmp_path: Path) -> None:
    root = synced(tmp_path)
    folder = root / "schemas/crds"
    (folder / "example.com_v1_Widget.json").write_text("{}")
    (folder / "example.com_v1_Gadget.json").write_text("{}")
    assert [finding.message for finding in check_lock(root)] == [
        "schemas/crds/example.com_v1_Gadget.json is not in the lock",
        "schemas/crds/example.com_v1_Widget.json is not what was synced",
    ]
    (folder / "example.com_v1_Gadget.json").unlink()
    (folder / "example.com_v1_Widget.json").unlink()
    assert [finding.message for finding in check_lock(root)] == [
        "schemas/crds/example.com_v1_Widget.json is in the lock but not in the folder"
    ]


def test_a_lock_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    root = synced(tmp_path)
    (root / "schemas/crds/lock.json").write_text("[")
    assert [finding.message for finding in check_lock(root)] == ["schemas/crds/lock.json cannot be read: not JSON: Expecting value"]
