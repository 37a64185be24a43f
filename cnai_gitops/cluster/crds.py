"""CRDs from a folder, an address or a cluster, as schema files and a lock of their digests.

Must not: judge an object (`check.schema` reads what this gives), or fetch anything that was not asked for.
"""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from cnai_gitops.errors import ToolError, UsageError
from cnai_gitops.source.files import list_files, read_text
from cnai_gitops.source.yaml import parse_all

FOLDER = "schemas/crds"
SORTED = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
LIMIT = 32 * 1024 * 1024
"""Most bytes that an address may answer with."""


def collect(source: str) -> dict[str, str]:
    """Schema files and the lock by path. Raises UsageError when there is no CRD, ToolError when the source does not answer."""
    files: dict[str, str] = {}
    for definition in _definitions(source):
        spec = definition["spec"]
        for version in spec["versions"]:
            schema = version.get("schema", {}).get("openAPIV3Schema")
            if version.get("served") and schema:
                name = f"{FOLDER}/{spec['group']}_{version['name']}_{spec['names']['kind']}.json"
                files[name] = orjson.dumps(schema, option=SORTED).decode()
    if not files:
        message = f"no CustomResourceDefinition in {source}"
        raise UsageError(message, help="give a folder of CRD files, an https address, or cluster:CONTEXT")
    digests = {path.rpartition("/")[2]: hashlib.sha256(text.encode()).hexdigest() for path, text in sorted(files.items())}
    named = "://" in source or source.startswith("cluster:")
    lock = {"source": source if named else Path(source).name, "sha256": digests}
    files[f"{FOLDER}/lock.json"] = orjson.dumps(lock, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    return files


def _definitions(source: str) -> Iterator[dict[str, Any]]:
    if source.startswith("cluster:"):
        yield from _of_cluster(source.removeprefix("cluster:"))
    elif "://" in source:
        yield from _crds(_fetched(source), source)
    else:
        root = Path(source)
        if not root.is_dir():
            raise UsageError(f"{source} is no folder", help="give a folder of CRD files")
        for file in list_files(root, ".", [".yaml", ".yml"]):
            yield from _crds(read_text(root, file), file)


def _crds(text: str, file: str) -> Iterable[dict[str, Any]]:
    documents = (document.data for document in parse_all(text, file))
    return [d for d in documents if isinstance(d, dict) and d.get("kind") == "CustomResourceDefinition"]


def _fetched(url: str) -> str:
    from http.client import HTTPException, HTTPSConnection

    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise UsageError(f"{url} is no https address", help="schemas are only taken over an authenticated connection")
    try:
        connection = HTTPSConnection(parts.hostname, parts.port, timeout=60, context=ssl.create_default_context())
        connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""))
        answer = connection.getresponse()
        data = answer.read(LIMIT + 1)
    except (OSError, HTTPException) as error:
        raise ToolError(f"{url} does not answer: {error}", help="fetch the file yourself and give its folder") from error
    if answer.status != 200 or len(data) > LIMIT:
        raise ToolError(f"{url} answered {answer.status} with {len(data)} bytes", help="fetch the file yourself and give its folder")
    return data.decode("utf-8")


def _of_cluster(context: str) -> list[dict[str, Any]]:
    from cnai_gitops.cluster.live import definitions

    return definitions(context)
