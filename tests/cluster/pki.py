"""Certificates of a test cluster, made by openssl, and the kubeconfig of its administrator.

Must not: outlive the test; the keys are not protected.
"""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_PKI = {  # name -> (subject, extensions)
    "apiserver": (
        "/CN=kube-apiserver",
        "extendedKeyUsage=serverAuth\nsubjectAltName=IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc,IP:10.96.0.1",
    ),
    "admin": ("/O=system:masters/CN=admin", "extendedKeyUsage=clientAuth"),
    "front-proxy": ("/CN=front-proxy-client", "extendedKeyUsage=clientAuth"),
}


def make_pki(folder: Path, names: Sequence[str] = (), more: Mapping[str, tuple[str, str]] | None = None) -> None:
    """An authority, the server's and two clients' certificates, and the key that signs accounts' tokens.

    `names` are further names of the server, such as `DNS:host`; `more` are further certificates by name: subject and extensions.
    """
    folder.mkdir()
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    _openssl(folder, "req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=cnai-e2e")
    server = {"apiserver": (_PKI["apiserver"][0], ",".join([_PKI["apiserver"][1], *names]))}
    for name, (subject, extensions) in {**_PKI, **(more or {}), **server}.items():
        (folder / f"{name}.ext").write_text(extensions)
        _openssl(folder, "req", *new_key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", subject)
        signing = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext")
        _openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.crt", *signing)
    _openssl(folder, "genrsa", "-out", "sa.key", "2048")
    _openssl(folder, "rsa", "-in", "sa.key", "-pubout", "-out", "sa.pub")


def write_kubeconfig(file: Path, folder: Path, port: int) -> None:
    """What kubectl, the controllers and the scheduler read."""
    text = {name: base64.b64encode((folder / name).read_bytes()).decode() for name in ("ca.crt", "admin.crt", "admin.key")}
    cluster = {"server": f"https://127.0.0.1:{port}", "certificate-authority-data": text["ca.crt"]}
    user = {"client-certificate-data": text["admin.crt"], "client-key-data": text["admin.key"]}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "e2e", "cluster": cluster}],
        "users": [{"name": "admin", "user": user}],
        "contexts": [{"name": "e2e", "context": {"cluster": "e2e", "user": "admin"}}],
        "current-context": "e2e",
    }
    file.write_text(json.dumps(config))


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
