"""Container images without a builder and without a registry: a folder becomes an OCI archive that containerd imports.

Must not: depend on the time or on who makes it; two archives of one folder are equal.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cnai" / "live" / "images"
MIRROR = os.environ.get("CNAI_DEBIAN_MIRROR", "http://deb.debian.org/debian")
RELEASE = "bookworm"
_KEPT = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PAUSE = """
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static void end(int number) { exit(0); }
static void reap(int number) { while (waitpid(-1, 0, WNOHANG) > 0); }
int main(void) { signal(SIGINT, end); signal(SIGTERM, end); signal(SIGCHLD, reap); for (;;) pause(); }
"""


def archive(root: Path, name: str, target: Path, command: Sequence[str] = (), entrypoint: Sequence[str] = ()) -> Path:
    """An archive of one image with one layer: all of `root`, with owners kept and times of zero."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(root.iterdir()):
            tar.add(path, arcname=path.name, filter=_timeless)
    blobs: dict[str, bytes] = {}
    layer = _put(blobs, gzip.compress(raw.getvalue(), compresslevel=1, mtime=0), "application/vnd.oci.image.layer.v1.tar+gzip")
    config = {
        "architecture": "amd64",
        "os": "linux",
        "created": "1970-01-01T00:00:00Z",
        "config": {"Cmd": list(command), "Entrypoint": list(entrypoint), "Env": [_KEPT], "WorkingDir": "/"},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(raw.getvalue()).hexdigest()}"]},
    }
    described = _put(blobs, _json(config), "application/vnd.oci.image.config.v1+json")
    kind = "application/vnd.oci.image.manifest.v1+json"
    manifest = _put(blobs, _json({"schemaVersion": 2, "mediaType": kind, "config": described, "layers": [layer]}), kind)
    names = {"io.containerd.image.name": name, "org.opencontainers.image.ref.name": name.rpartition(":")[2]}
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [{**manifest, "annotations": names}]}
    files = {f"blobs/sha256/{digest}": data for digest, data in blobs.items()}
    files |= {"index.json": _json(index), "oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}
    with tarfile.open(target, "w") as tar:
        for path_in, data in sorted(files.items()):
            entry = tarfile.TarInfo(path_in)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return target


def _timeless(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    entry.mtime, entry.uname, entry.gname = 0, "", ""
    return None if entry.ischr() or entry.isblk() or entry.isfifo() else entry


def _json(data: object) -> bytes:
    return json.dumps(data, sort_keys=True).encode()


def _put(blobs: dict[str, bytes], data: bytes, media: str) -> dict[str, object]:
    digest = hashlib.sha256(data).hexdigest()
    blobs[digest] = data
    return {"mediaType": media, "digest": f"sha256:{digest}", "size": len(data)}


def pause(folder: Path) -> Path:
    """The image that holds a pod's namespaces, from eight lines of C."""
    root = folder / "pause-root"
    root.mkdir()
    (folder / "pause.c").write_text(_PAUSE)
    subprocess.run(["gcc", "-Os", "-static", "-w", "-o", str(root / "pause"), str(folder / "pause.c")], check=True)
    return archive(root, "cnai.local/pause:1", folder / "pause.tar", entrypoint=["/pause"])


def busybox(folder: Path) -> Path:
    """A shell and its friends, from Debian's busybox-static."""
    root = folder / "busybox-root"
    for name in ("bin", "etc", "tmp", "proc", "sys", "dev"):
        (root / name).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    shutil.copy("/bin/busybox", root / "bin/busybox")
    applets = subprocess.run(["/bin/busybox", "--list"], check=True, capture_output=True, text=True).stdout.split()
    for name in applets:
        if name != "busybox":
            (root / "bin" / name).symlink_to("busybox")
    (root / "etc/passwd").write_text("root:x:0:0:root:/:/bin/sh\n")
    return archive(root, "cnai.local/busybox:1", folder / "busybox.tar", ["/bin/sh"])


def python_root() -> Path:
    """Debian's Python with its standard library, bootstrapped once into the user's cache."""
    made = CACHE / f"python-{RELEASE}"
    if not made.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=".python-", dir=CACHE))
        include = "--include=python3-minimal,libpython3-stdlib,ca-certificates"
        subprocess.run(["debootstrap", "--variant=minbase", include, RELEASE, str(new), MIRROR], check=True, stdout=subprocess.DEVNULL)
        for name in ("var/cache/apt/archives", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"):
            shutil.rmtree(new / name, ignore_errors=True)
        new.chmod(0o755)
        new.rename(made)
    return made


def steps(folder: Path, package: Path, name: str) -> Path:
    """The image of the platform's steps: Python and this package, as tools/steps/Dockerfile makes it."""
    root = folder / "steps-root"
    subprocess.run(["cp", "-al", str(python_root()), str(root)], check=True)
    (root / "usr/bin/python").unlink(missing_ok=True)
    (root / "usr/bin/python").symlink_to("python3")
    place = root / "usr/local/lib/python3.11/dist-packages/cnai_gitops"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(package, place, ignore=shutil.ignore_patterns("__pycache__"))
    return archive(root, name, folder / "steps.tar", ["/usr/bin/python3"])


SERVER = ("kserve==0.20.0", "scikit-learn==1.5.2", "joblib>=1.4", "requests", "certifi")


def server_packages() -> Path:
    """KServe's Python SDK and scikit-learn for the Python of the image, from PyPI into the user's cache, once."""
    made = CACHE / "sklearn-packages"
    if not made.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=".packages-", dir=CACHE))
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--target", str(new)]
        pip += ["--python-version", "3.11", "--only-binary=:all:"]
        subprocess.run([*pip, *SERVER], check=True)
        subprocess.run([*pip, "--no-deps", "kserve-storage==0.20.0"], check=True)  # a local folder needs no cloud's client
        for tests in [path for path in new.rglob("tests") if path.is_dir()]:
            shutil.rmtree(tests)
        new.chmod(0o755)
        new.rename(made)
    return made


def server_root(folder: Path, source: Path) -> Path:
    """Python with KServe's own scikit-learn server, whose source lies in KServe's module."""
    root = folder / "server-root"
    subprocess.run(["cp", "-al", str(python_root()), str(root)], check=True)
    (root / "usr/bin/python").unlink(missing_ok=True)
    (root / "usr/bin/python").symlink_to("python3")
    place = root / "usr/local/lib/python3.11/dist-packages"
    subprocess.run(["cp", "-al", f"{server_packages()}/.", str(place)], check=True)
    (place / "sklearnserver").mkdir()
    for name in ("__init__", "__main__", "model", "sklearn_model_repository"):
        shutil.copyfile(source / f"python/sklearnserver/sklearnserver/{name}.py", place / "sklearnserver" / f"{name}.py")
    return root
