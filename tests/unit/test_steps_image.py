"""A model as an image layout: same files same digest, and nothing in it that should not be."""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from pathlib import Path

import pytest

from cnai_gitops.steps.image import PackageError, blob_path, build, model_files, read_layout


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    (folder / "1").mkdir(parents=True)
    (folder / "1" / "weights.bin").write_bytes(b"\x00\x01" * 5000)
    (folder / "config.pbtxt").write_text("backend: 'onnxruntime'\n")
    return folder


def layer(layout: Path) -> bytes:
    _, manifest = read_layout(layout)
    return blob_path(layout, manifest["layers"][-1]["digest"]).read_bytes()


def test_same_files_same_digest_whatever_times_modes_and_order(tmp_path: Path, model: Path) -> None:
    first = build(model, tmp_path / "one")
    twin = tmp_path / "twin"
    twin.mkdir()
    (twin / "config.pbtxt").write_bytes((model / "config.pbtxt").read_bytes())
    (twin / "1").mkdir(mode=0o700)
    (twin / "1" / "weights.bin").write_bytes((model / "1" / "weights.bin").read_bytes())
    (twin / "1" / "weights.bin").chmod(0o400)
    os.utime(twin / "config.pbtxt", (1, 1))
    assert build(twin, tmp_path / "two") == first
    (twin / "config.pbtxt").write_text("other")
    assert build(twin, tmp_path / "three").digest != first.digest


def test_the_layer_holds_the_files_under_models_without_traces_of_the_machine(tmp_path: Path, model: Path) -> None:
    build(model, tmp_path / "layout")
    path = tmp_path / "layer.tar"
    path.write_bytes(layer(tmp_path / "layout"))
    with tarfile.open(path) as archive:
        entries = archive.getmembers()
        weights = archive.extractfile("models/1/weights.bin")
        assert weights is not None
        assert weights.read() == b"\x00\x01" * 5000
    assert [e.name for e in entries] == ["models", "models/1", "models/1/weights.bin", "models/config.pbtxt"]
    assert {(e.mtime, e.uid, e.gid, e.uname, e.gname) for e in entries} == {(0, 0, 0, "", "")}
    assert {oct(e.mode) for e in entries if e.isfile()} == {"0o644"}


def test_the_layout_is_consistent_with_itself(tmp_path: Path, model: Path) -> None:
    layout = tmp_path / "layout"
    image = build(model, layout, tag="run-1", annotations={"cnai.dev/run": "run-1"}, created=1795500000)
    descriptor, manifest = read_layout(layout)
    config = json.loads(blob_path(layout, manifest["config"]["digest"]).read_bytes())
    assert descriptor["digest"] == image.digest
    assert descriptor["annotations"] == {"org.opencontainers.image.ref.name": "run-1"}
    assert manifest["annotations"] == {"cnai.dev/run": "run-1"}
    assert config["created"] == "2026-11-24T06:00:00Z"
    assert config["rootfs"]["diff_ids"] == [manifest["layers"][0]["digest"]]
    assert json.loads((layout / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
    for blob in (layout / "blobs" / "sha256").iterdir():
        assert hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name
    build(model, tmp_path / "undated")
    _, undated = read_layout(tmp_path / "undated")
    assert "created" not in json.loads(blob_path(tmp_path / "undated", undated["config"]["digest"]).read_bytes())


def test_a_base_image_stays_below_the_model(tmp_path: Path, model: Path) -> None:
    shell = tmp_path / "shell"
    shell.mkdir()
    (shell / "sh").write_text("#!")
    base, layout = tmp_path / "base", tmp_path / "layout"
    build(shell, base)
    build(model, layout, base=base)
    _, below = read_layout(base)
    _, manifest = read_layout(layout)
    config = json.loads(blob_path(layout, manifest["config"]["digest"]).read_bytes())
    assert manifest["layers"][0] == below["layers"][0]
    assert config["rootfs"]["diff_ids"] == [entry["digest"] for entry in manifest["layers"]]
    assert blob_path(layout, below["layers"][0]["digest"]).is_file()
    with pytest.raises(PackageError, match="is for linux/amd64, not linux/arm64"):
        build(model, tmp_path / "arm", base=base, platform="linux/arm64")
    blob_path(base, below["layers"][0]["digest"]).write_bytes(b"tampered")
    with pytest.raises(PackageError, match="does not have this digest"):
        build(model, tmp_path / "again", base=base)
    assert not (tmp_path / "again" / "index.json").exists()


def test_what_must_not_be_in_a_model(tmp_path: Path, model: Path) -> None:
    with pytest.raises(PackageError, match="not a folder"):
        model_files(tmp_path / "absent")
    (tmp_path / "empty" / "sub").mkdir(parents=True)
    with pytest.raises(PackageError, match="holds no file"):
        model_files(tmp_path / "empty")
    (tmp_path / "link").symlink_to(model)
    with pytest.raises(PackageError, match="not a folder"):
        model_files(tmp_path / "link")
    makers = {
        "pointer": lambda path: path.symlink_to("/etc/passwd"),
        "pipe": os.mkfifo,
        ".wh.config.pbtxt": Path.touch,
        "new\nline": Path.touch,
        "back\\slash": Path.touch,
    }
    for name, make in makers.items():
        make(model / "1" / name)
        with pytest.raises(PackageError, match=r"can be packed|cannot be packed"):
            build(model, tmp_path / "layout")
        (model / "1" / name).unlink()
    assert not (tmp_path / "layout" / "index.json").exists()
    assert not (tmp_path / "layout" / ".layer").exists()


def test_a_rebuild_that_fails_leaves_no_finished_layout(tmp_path: Path, model: Path) -> None:
    layout = tmp_path / "layout"
    build(model, layout)
    (model / "pointer").symlink_to("/etc/passwd")
    with pytest.raises(PackageError):
        build(model, layout)
    assert not (layout / "index.json").exists()
