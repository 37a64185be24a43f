"""The worker pool: applications rendered by forked processes, which are given names and answer with JSON.

Must not: know what a manifest is, or decide what is rendered.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import orjson

from cnai_gitops.findings import finding_of
from cnai_gitops.plan.selection import Selection
from cnai_gitops.render import Owner, render_app
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.resolved.units import Summary
from cnai_gitops.resources.base import kinds

_SHARED: tuple[Resolved, Selection] | None = None
"""What forked workers see of their parent."""


def render_apps(resolved: Resolved, names: Sequence[str], selection: Selection, jobs: int) -> Iterator[Owner]:
    """The files of these applications, by `jobs` processes; what they find out about units is taken over into `resolved`."""
    if jobs <= 1:
        yield from (render_app(resolved, name, selection) for name in names)
        return
    size = -(-len(names) // (jobs * 4))
    chunks = [names[i : i + size] for i in range(0, len(names), size)]
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    global _SHARED
    _SHARED = (resolved, selection)
    kinds()  # imported once, before the workers are forked
    gc.freeze()
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        for about, texts in pool.map(_chunk, chunks):
            yield from _owners(resolved, orjson.loads(about), texts)
    _SHARED = None
    gc.unfreeze()


def _chunk(names: Sequence[str]) -> tuple[bytes, bytes]:
    """What a worker answers: everything about the owners as JSON, and their texts, one behind the other."""
    assert _SHARED is not None
    resolved, selection = _SHARED
    owners = [render_app(resolved, name, selection) for name in names]
    texts = [[(path, text.encode()) for path, text in o.files.items()] for o in owners]
    about = [
        {
            "name": owner.name,
            "files": {path: len(data) for path, data in files},
            "findings": [asdict(finding) for finding in owner.findings],
            "units": [resolved.told(unit) for unit in resolved.apps[owner.name]],
        }
        for owner, files in zip(owners, texts, strict=True)
    ]
    return orjson.dumps(about), b"".join(data for files in texts for _, data in files)


def _owners(resolved: Resolved, about: Sequence[dict[str, Any]], texts: bytes) -> Iterator[Owner]:
    """The owners of a worker's answer."""
    view, at = memoryview(texts), 0
    for data in about:
        files: dict[str, str] = {}
        for path, size in data["files"].items():
            files[path] = str(view[at : at + size], "utf-8")
            at += size
        for unit, (summary, blob) in zip(resolved.apps[data["name"]], data["units"], strict=True):
            resolved.learn(unit, Summary.read(summary), blob)
        yield Owner(data["name"], files, [finding_of(f) for f in data["findings"]])
