"""A model's files as an OCI image layout: one deterministic layer under /models, a config and a manifest.

Must not: use the network or the clock, follow links, or unpack anything.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from cnai_gitops.steps.files import json_text, read_json, write_whole

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
ROOT = "models"
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

Descriptor = dict[str, Any]


class PackageError(Exception):
    """The model, the base or the layout cannot be used; the message names the file."""


@dataclass(frozen=True, slots=True)
class Image:
    """What was built: digest of the manifest, and bytes of the model's layer."""

    digest: str
    layer_bytes: int


def model_files(folder: Path) -> list[Path]:
    """All folders and files of a model, in the order in which they are packed; PackageError for what must not be in one."""
    if not folder.is_dir() or folder.is_symlink():
        raise PackageError(f"{folder}: not a folder")
    found = sorted(_walk(folder), key=lambda path: path.relative_to(folder).as_posix().encode())
    if not any(path.is_file() for path in found):
        raise PackageError(f"{folder}: holds no file")
    return found


def build(
    model: Path,
    layout: Path,
    *,
    tag: str = "",
    annotations: Mapping[str, str] | None = None,
    created: int | None = None,
    platform: str = "linux/amd64",
    base: Path | None = None,
) -> Image:
    """Write a model as an OCI image layout; the same input gives the same digest.

    `created` is in Unix seconds, None leaves it out. `base` is the layout of an image to build upon: KServe's classic
    modelcar starts a shell in the image, which a model alone does not have. Layers are not compressed, because weights
    hardly shrink and compressors differ from version to version.
    """
    (layout / "index.json").unlink(missing_ok=True)
    system, _, architecture = platform.partition("/")
    config: dict[str, Any] = {"architecture": architecture, "os": system, "config": {}, "rootfs": {"type": "layers", "diff_ids": []}}
    layers: list[Descriptor] = []
    if base is not None:
        config, layers = _from_base(base, layout, platform)
    layer = _write_layer(model, layout)
    config["rootfs"]["diff_ids"].append(layer["digest"])  # an uncompressed layer's digest is its diff id
    if "history" in config:
        config["history"].append({"comment": f"files of the model under /{ROOT}"})
    config.pop("created", None)
    if created is not None:
        config["created"] = datetime.fromtimestamp(created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _write_blob(layout, CONFIG, json_text(config).encode()),
        "layers": [*layers, layer],
        "annotations": dict(annotations or {}),
    }
    entry = _write_blob(layout, MANIFEST, json_text(manifest).encode())
    _write_index(layout, entry, tag)
    return Image(str(entry["digest"]), int(layer["size"]))


def read_layout(layout: Path, platform: str = "") -> tuple[Descriptor, dict[str, Any]]:
    """Descriptor and content of the one manifest in a layout (of `platform`, when there are several); PackageError otherwise."""
    index = _read(layout / "index.json")
    entries = [entry for entry in index.get("manifests", []) if entry.get("mediaType") == MANIFEST]
    if len(entries) > 1 and platform:
        entries = [entry for entry in entries if _platform(entry) == platform]
    if len(entries) != 1:
        raise PackageError(f"{layout}: expected one image manifest, found {len(entries)}")
    return entries[0], _read(blob_path(layout, entries[0]["digest"]))


def blob_path(layout: Path, digest: str) -> Path:
    """Where a layout keeps a blob; PackageError for anything but a sha256 digest."""
    if not DIGEST.fullmatch(digest):
        raise PackageError(f"{layout}: {digest!r} is not a sha256 digest")
    return layout / "blobs" / "sha256" / digest.removeprefix("sha256:")


def _walk(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            path = Path(entry.path)
            mode = entry.stat(follow_symlinks=False).st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise PackageError(f"{path}: only files and folders can be packed, not links, devices, sockets or pipes")
            # `.wh.` would delete a file of the layer below; the rest cannot be named the same way everywhere.
            if entry.name.startswith(".wh.") or not entry.name.isprintable() or "\\" in entry.name:
                raise PackageError(f"{str(path)!r}: this name cannot be packed")
            yield path
            if stat.S_ISDIR(mode):
                yield from _walk(path)


class _Blob:
    """A file under construction that knows its digest; tarfile only calls `write`."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self.hash.update(data)
        self.size += len(data)
        return self.file.write(data)


def _write_layer(model: Path, layout: Path) -> Descriptor:
    blobs = layout / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    partial = layout / ".layer"
    try:
        with partial.open("wb") as file:
            blob = _Blob(file)
            with tarfile.open(fileobj=blob, mode="w|", format=tarfile.PAX_FORMAT) as archive:  # type: ignore[call-overload]
                archive.addfile(_entry(ROOT, 0, folder=True))
                for path in model_files(model):
                    _add(archive, path, f"{ROOT}/{path.relative_to(model).as_posix()}")
        digest = f"sha256:{blob.hash.hexdigest()}"
        partial.replace(blob_path(layout, digest))
    except OSError as error:
        raise PackageError(f"{model}: cannot be packed: {error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return {"mediaType": LAYER, "digest": digest, "size": blob.size}


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    if path.is_dir():
        archive.addfile(_entry(name, 0, folder=True))
        return
    # O_NOFOLLOW: the file could have become a link since it was listed.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        archive.addfile(_entry(name, os.fstat(file.fileno()).st_size, folder=False), file)


def _entry(name: str, size: int, *, folder: bool) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)  # time, uid, gid and owner names are zero and empty already
    entry.type = tarfile.DIRTYPE if folder else tarfile.REGTYPE
    entry.mode = 0o755 if folder else 0o644
    entry.size = size
    return entry


def _write_blob(layout: Path, media_type: str, data: bytes) -> Descriptor:
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    write_whole(blob_path(layout, digest), data.decode())
    return {"mediaType": media_type, "digest": digest, "size": len(data)}


def _from_base(base: Path, layout: Path, platform: str) -> tuple[dict[str, Any], list[Descriptor]]:
    _, manifest = read_layout(base, platform)
    config = _read(blob_path(base, manifest["config"]["digest"]))
    if f"{config.get('os')}/{config.get('architecture')}" != platform:
        raise PackageError(f"{base}: is for {config.get('os')}/{config.get('architecture')}, not {platform}")
    for layer in manifest["layers"]:
        _copy_blob(base, layout, layer["digest"])
    return config, _plain(manifest["layers"])


def _write_index(layout: Path, entry: Descriptor, tag: str) -> None:
    names = {"annotations": {"org.opencontainers.image.ref.name": tag}} if tag else {}
    write_whole(layout / "oci-layout", json_text({"imageLayoutVersion": "1.0.0"}))
    # Last: a layout without an index is not one, so a killed build is never taken for a finished one.
    write_whole(layout / "index.json", json_text({"schemaVersion": 2, "manifests": [entry | names]}))


def _copy_blob(base: Path, layout: Path, digest: str) -> None:
    source, target = blob_path(base, digest), blob_path(layout, digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = layout / ".blob"
    with source.open("rb") as reader, partial.open("wb") as file:
        blob = _Blob(file)
        while block := reader.read(1 << 20):
            blob.write(block)
    if f"sha256:{blob.hash.hexdigest()}" != digest:
        partial.unlink()
        raise PackageError(f"{source}: its content does not have this digest")
    partial.replace(target)


def _plain(layers: Sequence[Descriptor]) -> list[Descriptor]:
    return [{key: layer[key] for key in ("mediaType", "digest", "size")} for layer in layers]


def _platform(entry: Descriptor) -> str:
    platform = entry.get("platform", {})
    return f"{platform.get('os')}/{platform.get('architecture')}"


def _read(path: Path) -> dict[str, Any]:
    try:
        value = read_json(path)
    except (OSError, ValueError) as error:
        raise PackageError(f"{path}: cannot be read: {error}") from error
    if not isinstance(value, dict):
        raise PackageError(f"{path}: must hold a JSON object")
    return value
