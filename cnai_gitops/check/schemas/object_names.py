"""Whether an object may bear its name: the API's rules and the room that controllers need.

Must not: make names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cnai_gitops.resources.base import Body, Kind

_HOOK = "argocd.argoproj.io/hook"
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LABEL_WORDS = "a DNS label: lower-case letters, digits and `-`, a letter or digit at both ends"
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_SUBDOMAIN_WORDS = "DNS labels (lower-case letters, digits and `-`) with dots between them"
_SERVICE = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_SERVICE_WORDS = "a DNS label that starts with a letter"
_SEGMENT = re.compile(r"(?!\.{1,2}$)[^/%\x00-\x1f\x7f]+")
_SEGMENT_WORDS = "free of `/` and `%`"

_FORMS: dict[str, tuple[re.Pattern[str], str]] = {
    "subdomain": (_SUBDOMAIN, _SUBDOMAIN_WORDS),
    "label": (_LABEL, _LABEL_WORDS),
    "service": (_SERVICE, _SERVICE_WORDS),
    "segment": (_SEGMENT, _SEGMENT_WORDS),
}


def name_problems(body: Body, kind: Kind) -> Iterator[tuple[str, str]]:
    """Manifest path and problem for each thing that is wrong with the name or the namespace of an object."""
    meta = body.get("metadata")
    if not isinstance(meta, dict):
        yield "metadata", "metadata.name is missing"
        return
    yield from _name(meta, kind)
    namespace = meta.get("namespace")
    if namespace is None:
        return
    if not kind.namespaced:
        yield "metadata.namespace", f"a {kind.kind} belongs to no namespace"
    elif not isinstance(namespace, str) or len(namespace) > 63 or not _LABEL.fullmatch(namespace):
        yield "metadata.namespace", f"{_short(namespace)} must be {_LABEL_WORDS}, at most 63 characters"


def _name(meta: dict[str, Any], kind: Kind) -> Iterator[tuple[str, str]]:
    name = meta.get("name")
    if name is None:
        # Argo CD takes a generated name for hooks only: anything else would be made anew by each sync.
        if not (meta.get("generateName") and _HOOK in (meta.get("annotations") or {})):
            yield "metadata.name", "metadata.name is missing"
        return
    form, words = _FORMS[kind.name_form]
    if not isinstance(name, str) or not form.fullmatch(name):
        yield "metadata.name", f"{_short(name)} must be {words}"
    elif len(name) > kind.name_limit:
        yield "metadata.name", f"{_short(name)} has {len(name)} characters, a {kind.kind} may have {kind.name_limit}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
