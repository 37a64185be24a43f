"""What an object may not carry: a secret that is written out, or more bytes than the API server takes.

Must not: show a value that it takes for a secret. Objects are searched as JSON first, and walked only where that finds something.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from cnai_gitops.check.field_path import path_text
from cnai_gitops.findings import Finding
from cnai_gitops.resources.base import Body, kind_of

LARGEST_OBJECT = 1_572_864
"""Bytes of one request that etcd takes by default (`--max-request-bytes`)."""

LARGEST_DATA = 1_048_576
"""Bytes of the data of a ConfigMap or Secret (Kubernetes API reference, `MaxSecretSize`)."""

_TOO_LARGE, _SECRET = "CNAI406", "CNAI407"
_HELP = "keep it in the secret store, and name it in `secrets` of environment.yaml; whoever reads this repository has it now, so replace it"
_CREDENTIALS = [
    (mark, re.compile(pattern))
    for marks, pattern in (
        (("PRIVATE KEY-----",), r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
        (("AKIA", "ASIA"), r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),  # AWS access key id
        (("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
        (("github_pat_",), r"\bgithub_pat_[A-Za-z0-9_]{22,}"),
        (("glpat-",), r"\bglpat-[A-Za-z0-9_-]{20}"),
        (("xox",), r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),  # Slack
        (("hf_",), r"\bhf_[A-Za-z0-9]{30,}"),  # Hugging Face
        (("sk-",), r"\bsk-[A-Za-z0-9_-]{20,}"),  # OpenAI and others
        (("AIza",), r"\bAIza[0-9A-Za-z_-]{35}"),  # Google
        (("eyJ",), r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\."),  # JWT
        (("--",), r"--(?:password|passwd|token|api-key|secret)=[^\s\"$({]+"),
        (("://",), r"[a-z0-9+.-]://[^\s/:@{}$\"]+:[^\s/:@{}$\"]+@"),  # a password inside an address
    )
    for mark in marks
]
"""Forms of credentials, each behind a text that all of them hold: looking for that first is thirty times as fast."""

_VARIABLE = re.compile(r"(?:[A-Z0-9]+_)*(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS?)")
_WORD = re.compile(r'"name":"(?:[A-Z0-9]+_)*(?:PASS|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIAL)')
_HARMLESS = re.compile(r"\s*|/.*|<.*>|\[.*\]|\$\(.*\)|.*\{\{.*\}\}.*", re.DOTALL)  # empty, a path, a marker of a tokenizer, a reference


def payload(documents: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """CNAI406 and CNAI407 on documents of the inventory (`id`, `env`, `cluster`, `object`)."""
    found: list[Finding] = []
    for document in documents:
        target = f"{document['env']}/{document['cluster']}"
        resource = document["id"].removeprefix(f"{target}/")
        for code, path, message, help_ in _faults(document["object"]):
            found.append(Finding(code=code, message=message, path=path, resource=resource, target=target, help=help_))
    return found


def _faults(body: Body) -> Iterator[tuple[str, str, str, str]]:
    text = orjson.dumps(body)
    known = kind_of(body)
    data = known.data if known else ""
    held = sum(len(orjson.dumps(body.get(field) or {})) for field in ("data", "binaryData", "stringData"))
    if data and held > LARGEST_DATA:
        yield _TOO_LARGE, "data", f"the data has {held:,} bytes, the API server takes {LARGEST_DATA:,}", "keep it in a volume or an image"
    elif len(text) > LARGEST_OBJECT:
        yield _TOO_LARGE, "", f"the object has {len(text):,} bytes, the API server takes {LARGEST_OBJECT:,}", "split it"
    if data == "secret":
        for field in ("data", "stringData"):
            if body.get(field):
                yield _SECRET, field, f"{field} of a {body['kind']} is written out", _HELP
        return
    shown = text.decode()
    if _is_credential(shown) or _WORD.search(shown):
        for path, what in dict.fromkeys(_written_out(body)):
            yield _SECRET, path, f"{path} holds {what}", _HELP


def _is_credential(text: str) -> bool:
    return any(mark in text and pattern.search(text) for mark, pattern in _CREDENTIALS)


def _written_out(body: Any) -> Iterator[tuple[str, str]]:
    """(path, words) of every secret below a value."""
    queue: list[tuple[tuple[str | int, ...], Any]] = [((), body)]
    while queue:
        path, value = queue.pop()
        if isinstance(value, Mapping):
            name, text = value.get("name"), value.get("value")
            if isinstance(name, str) and isinstance(text, str) and _VARIABLE.fullmatch(name) and not _HARMLESS.fullmatch(text):
                yield path_text((*path, "value")), f"the value of {name}, which looks like a secret"
            queue += [((*path, str(key)), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            queue += [((*path, index), inner) for index, inner in enumerate(value)]
        elif isinstance(value, str) and _is_credential(value):
            yield path_text(path), "a credential"
