"""The sheet of documents that policies get, as JSON text from the start: each is refused as it comes if Rego would skip a part of it.

Must not: decide what is a document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from cnai_gitops.check.gate.rules import TIERS
from cnai_gitops.errors import NotEvaluated
from cnai_gitops.system.store import digest_of

_DOCUMENT = {"id": str, "env": str, "tier": str, "cluster": str, "object": dict, "pods": list, "images": list}
_IMAGE = ("path", "image", "digest")


class Sheet:
    """Documents as JSON; `ids` are theirs, `place` environment and cluster of the first."""

    def __init__(self, documents: Iterable[Mapping[str, Any]] = ()) -> None:
        """Begin with these documents."""
        self.ids: set[str] = set()
        self.place: tuple[str, str] | None = None
        self._text = bytearray(b'{"documents":[')
        for document in documents:
            self.add(document)

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, document: Mapping[str, Any]) -> None:
        """Take a document. Raises NotEvaluated for one that is not complete, or has the id of another."""
        identity = document.get("id")
        if any(not isinstance(document.get(key), kind) for key, kind in _DOCUMENT.items()) or document["tier"] not in TIERS:
            raise NotEvaluated(f"document {str(identity)!r} of the inventory is not complete")
        require_keys(str(identity), document["images"], _IMAGE)
        if identity in self.ids:
            raise NotEvaluated("two documents of the inventory have the same id")
        self.ids.add(str(identity))
        self.place = self.place or (document["env"], document["cluster"])
        self._text += as_json(document) + b","

    def digest(self) -> str:
        """What stands for all documents so far."""
        return digest_of(bytes(self._text))

    def finish(self, more: Sequence[Mapping[str, Any]]) -> bytearray:
        """The whole sheet, with planted documents at its end. It is large, so there is only one of it, and nothing can follow."""
        self._text += b",".join(map(as_json, more))
        if self._text.endswith(b","):
            del self._text[-1:]
        self._text += b"]}"
        return self._text


def as_json(value: Any) -> bytes:
    """JSON of a part of the inventory. Raises NotEvaluated for what has none."""
    try:
        return orjson.dumps(value)
    except TypeError as error:
        raise NotEvaluated(f"the inventory cannot be written as JSON: {error}") from error


def require_keys(name: str, entries: Iterable[Mapping[str, Any]], keys: Sequence[str]) -> None:
    """Raise NotEvaluated for an entry that lacks a key: a rule would skip it."""
    for entry in entries:
        missing = [key for key in keys if key not in entry]
        if missing:
            raise NotEvaluated(f"an entry of {name} lacks {', '.join(missing)}, so rules would skip it")
