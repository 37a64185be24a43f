"""What an object may not carry: a secret that is written out, or more bytes than the API server takes.

Must not: show a value that it takes for a secret. Objects are searched as JSON first, and walked only where that finds something.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import orjson

from cnai_gitops.check.field_path import path_text
from cnai_gitops.check.objects.said import Said, said_of
from cnai_gitops.findings import Finding
from cnai_gitops.resources.base import Body, kind_of

LARGEST_OBJECT = 1_572_864
"""Bytes of one request that etcd takes by default (`--max-request-bytes`)."""

LARGEST_DATA = 1_048_576
"""Bytes of the data of a ConfigMap or Secret (Kubernetes API reference, `MaxSecretSize`)."""

_TOO_LARGE, _SECRET = "CNAI406", "CNAI407"
_CREDENTIAL = "a credential"
_HELP = "keep it in the secret store, and name it in `secrets` of environment.yaml; whoever reads this repository has it now, so replace it"
_CREDENTIALS = [
    (mark, re.compile(pattern))
    for marks, pattern in (
        (("PRIVATE KEY",), r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY(?: BLOCK)?-----"),
        (("AKIA", "ASIA"), r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),  # AWS access key id
        (("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
        (("github_pat_",), r"\bgithub_pat_[A-Za-z0-9_]{22,}"),
        (("glpat-",), r"\bglpat-[A-Za-z0-9_-]{20}"),
        (("xox",), r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),  # Slack
        (("hf_",), r"\bhf_[A-Za-z0-9]{30,}"),  # Hugging Face
        (("sk-",), r"\bsk-[A-Za-z0-9_-]{20,}"),  # OpenAI and others
        (("AIza",), r"\bAIza[0-9A-Za-z_-]{35}"),  # Google
        (("eyJ",), r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\."),  # JWT
        (("_live_", "_test_"), r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}"),  # Stripe
        (("npm_",), r"\bnpm_[A-Za-z0-9]{36}\b"),
        (("pypi-",), r"\bpypi-[A-Za-z0-9_-]{32,}"),
        (("dckr_pat_",), r"\bdckr_pat_[A-Za-z0-9_-]{20,}"),  # Docker
        (("AGE-SECRET-KEY-",), r"\bAGE-SECRET-KEY-1[A-Z0-9]{40,}"),
        (("hvs.",), r"\bhvs\.[A-Za-z0-9_-]{20,}"),  # Vault
        (("AccountKey=", "SharedAccessKey="), r"\b(?:Account|SharedAccess)Key=[A-Za-z0-9+/=]{20,}"),  # Azure
        (("earer ", "asic "), r"\b[Bb](?:earer|asic) +[A-Za-z0-9+/=._-]{16,}"),
        (("--",), r"--(?:[a-z0-9]+-)*(?:password|passwd|pass|token|api-?key|secret|access-key|secret-key|credentials?)[= ]+[^\s\"$({<-]+"),
        (("curl", "wget"), r"\b(?:curl|wget)\b[^\n|;&]{0,400}\s(?:-u|--user|--proxy-user)[= ]*[^\s:\"$({-]+:[^\s\"$({]+"),
        (("://",), r"[a-z0-9+.-]://[^\s/:@{}$\"]*:[^\s/:@{}$\"]+@"),  # a password inside an address
        (("://",), r"[a-z0-9+.-]://[A-Za-z0-9_-]{20,}@"),  # or a token
        (("assw", "ASSW", "wd="), r"(?i)(?:^|[\s;&?,'\"])(?:[a-z0-9._-]{0,40}(?:password|passwd)|pwd)=[^\s;&?,'\"$({<]+"),
        (("_TOKEN=", "_SECRET=", "_KEY=", "TOKEN="), r"\b(?:[A-Z0-9]+_)*(?:TOKEN|SECRET|API_?KEY|ACCESS_KEY|PRIVATE_KEY)=[^\s\"'$({<]{6,}"),
    )
    for mark in marks
]
"""Forms of credentials, each behind a text that all of them hold: looking for that first is thirty times as fast."""

_SECRET_WORDS = r"(?:password|passwd|passphrase|secret|token|api[._-]?key|access[._-]?key|private[._-]?key|secret[._-]?key|credentials?)"
_VARIABLE = re.compile(rf"(?:[a-z0-9]+[._-])*{_SECRET_WORDS}", re.IGNORECASE)
"""Names of what holds a secret, words parted by `_`, `.` or `-`; `dbPassword` is read as `db_Password`. An ExternalSecret's
`secretKey` is the name of a key."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_FLAG = re.compile(rf"--?(?:[a-z0-9]+-)*(?:{_SECRET_WORDS}|pass)", re.IGNORECASE)
_USER = re.compile(r"-u|--user|--proxy-user")
_WORD = re.compile(rf'{_SECRET_WORDS}"[:,]"|"(?:-u|--user|--proxy-user|--?[a-z0-9-]{{0,20}}pass)","', re.IGNORECASE)
_NOISE = re.compile(r"(?<![A-Za-z0-9+/_=.:@-])[A-Za-z0-9+/_-]{32,}={0,2}(?![A-Za-z0-9+/_=.:@-])")
_BITS = 4.4
"""Bits in a character of what was made by chance, with capitals, small letters and figures; words and digests have fewer."""
_HARMLESS = re.compile(r"\s*|/.*|<.*>|\[.*\]|\$\(.*\)|.*\{\{.*\}\}.*", re.DOTALL)  # empty, a path, a marker of a tokenizer, a reference


def payload(documents: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """CNAI406 and CNAI407 on documents of the inventory (`id`, `env`, `cluster`, `object`)."""
    return [finding for document in documents for finding in said_of(document, _faults(document["object"]))]


def _faults(body: Body) -> Iterator[Said]:
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
    if _is_credential(shown) or _WORD.search(shown) or _is_noise(shown):
        found: dict[str, str] = {}
        for path, what in _written_out(body):
            if path not in found or what == _CREDENTIAL:  # what it is says more than what it is called
                found[path] = what
        for path, what in found.items():
            yield _SECRET, path, f"{path} holds {what}", _HELP


def _is_credential(text: str) -> bool:
    return any(mark in text and pattern.search(text) for mark, pattern in _CREDENTIALS)


def _is_noise(text: str) -> bool:
    """Something in the text looks as if it was made by chance: a key that has no form of its own."""
    return any(_is_random(found[0]) for found in _NOISE.finditer(text))


def _is_random(word: str) -> bool:
    if not (re.search("[a-z]", word) and re.search("[A-Z]", word) and re.search("[0-9]", word)) or word.count("/") > len(word) // 12:
        return False
    counts = Counter(word)
    return -sum(n / len(word) * math.log2(n / len(word)) for n in counts.values()) >= _BITS


def _names_secret(name: Any) -> bool:
    return isinstance(name, str) and _VARIABLE.fullmatch(_CAMEL.sub("_", name)) is not None


def _written_out(body: Any) -> Iterator[tuple[str, str]]:
    """(path, words) of every secret below a value."""
    queue: list[tuple[tuple[str | int, ...], Any]] = [((), body)]
    while queue:
        path, value = queue.pop()
        if isinstance(value, Mapping):
            name, text = value.get("name"), value.get("value")
            if _names_secret(name) and isinstance(text, str) and not _HARMLESS.fullmatch(text):
                yield path_text((*path, "value")), f"the value of {name}, which looks like a secret"
            for key, inner in value.items():
                if isinstance(inner, str) and key != "secretKey" and _names_secret(key) and not _HARMLESS.fullmatch(inner):
                    yield path_text((*path, str(key))), f"the value of {key}, which looks like a secret"
            queue += [((*path, str(key)), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            queue += [((*path, index), inner) for index, inner in enumerate(value)]
            for index, (flag, inner) in enumerate(pairwise(value), 1):
                if isinstance(flag, str) and isinstance(inner, str) and _is_given(flag, inner):
                    yield path_text((*path, index)), f"the value of {flag}, which looks like a secret"
        elif isinstance(value, str) and _is_credential(value):
            yield path_text(path), _CREDENTIAL
        elif isinstance(value, str) and _is_noise(value):
            yield path_text(path), "a text that looks as if it was made by chance, as keys are"


def _is_given(flag: str, text: str) -> bool:
    """An argument that follows the flag which says that it is a secret."""
    if _USER.fullmatch(flag):
        return ":" in text and not _HARMLESS.fullmatch(text) and "$" not in text
    return bool(_FLAG.fullmatch(flag)) and not _HARMLESS.fullmatch(text) and not text.startswith(("-", "$"))
