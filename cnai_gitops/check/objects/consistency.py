"""What contradicts itself in an object, whoever set it: a minimum above its maximum, a schedule, time zone or network that is none.

Must not: know a kind. A field is judged by its name, which means the same wherever it is used.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from cnai_gitops.check.field_path import path_text
from cnai_gitops.check.objects.said import said_of
from cnai_gitops.findings import Finding
from cnai_gitops.resources.schedule import interval, is_timezone
from cnai_gitops.source.text import shorten

Fault = tuple[str, tuple[str | int, ...], str, str]
_SUFFIX = {"m": Decimal("0.001"), "": Decimal(1), **{s: Decimal(1000) ** i for i, s in enumerate("kMGTPE", 1)}}
_SUFFIX |= {f"{s}i": Decimal(1024) ** i for i, s in enumerate("KMGTPE", 1)}
_QUANTITY = re.compile(r"([0-9.]+(?:[eE][-+]?[0-9]+)?)([a-zA-Z]*)")
_EVERY = re.compile(r"@every ([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+")
_CRON_HELP = "five fields: minute, hour, day of month, month, day of week, such as `0 2 * * *`"


def contradictions(documents: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """CNAI730 to CNAI733 on documents of the inventory (`id`, `env`, `cluster`, `object`)."""
    return [
        finding
        for document in documents
        for finding in said_of(
            document, ((code, path_text(path), message, help_) for code, path, message, help_ in _walk(document["object"]))
        )
    ]


def _walk(body: Any) -> Iterator[Fault]:
    queue: list[tuple[tuple[str | int, ...], Any]] = [((), body)]
    while queue:
        path, value = queue.pop()
        if isinstance(value, list):
            queue += [((*path, i), inner) for i, inner in enumerate(value) if isinstance(inner, (dict, list))]
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                if isinstance(inner, (dict, list)):
                    queue.append(((*path, key), inner))
                if key in _JUDGES:
                    yield from _JUDGES[key](path, key, inner, value)
                elif key.startswith("min") or key == "idleReplicaCount":
                    yield from _range(path, key, inner, value)


def _range(path: tuple[str | int, ...], key: str, least: Any, fields: Mapping[str, Any]) -> Iterator[Fault]:
    for most in ("minReplicaCount",) if key == "idleReplicaCount" else (f"max{key[3:]}",):
        other = fields.get(most)
        if type(least) in (int, float) and type(other) in (int, float) and least > other:
            yield "CNAI730", (*path, key), f"{key} {least} is above {most} {other}", "change one of the two"


def _between(path: tuple[str | int, ...], key: str, number: Any, fields: Mapping[str, Any]) -> Iterator[Fault]:
    """Replicas that a group starts with lie between its bounds."""
    low, high = fields.get("minReplicas"), fields.get("maxReplicas")
    if type(number) is int and ((type(low) is int and number < low) or (type(high) is int and number > high)):
        message = f"{key} {number} is not between minReplicas {low} and maxReplicas {high}"
        yield "CNAI730", (*path, key), message, "change one of the three"


def _requests(path: tuple[str | int, ...], key: str, requests: Any, fields: Mapping[str, Any]) -> Iterator[Fault]:
    limits = fields.get("limits")
    if not isinstance(requests, Mapping) or not isinstance(limits, Mapping):
        return
    for name, wanted in requests.items():
        one, other = _amount(wanted), _amount(limits.get(name))
        if one is not None and other is not None and one > other:
            message = f"{key} {name} {wanted} is above its limit {limits[name]}"
            yield "CNAI733", (*path, key, name), message, "raise the limit or lower the request: Kubernetes refuses the pod"


def _amount(quantity: Any) -> Decimal | None:
    found = _QUANTITY.fullmatch(str(quantity)) if type(quantity) in (int, float, str) else None
    try:
        return Decimal(found[1]) * _SUFFIX[found[2]] if found else None
    except (InvalidOperation, KeyError):
        return None


def _schedule(path: tuple[str | int, ...], key: str, value: Any, fields: Mapping[str, Any]) -> Iterator[Fault]:
    lines = value if isinstance(value, list) else [value]
    for i, line in enumerate(lines):
        if isinstance(line, str) and "{{" not in line and not _EVERY.fullmatch(line) and interval(line) is None:
            place = (*path, key, i) if isinstance(value, list) else (*path, key)
            yield "CNAI731", place, f"{key} {shorten(line)!r} is no schedule of cron", _CRON_HELP


def _span(path: tuple[str | int, ...], key: str, value: Any, fields: Mapping[str, Any]) -> Iterator[Fault]:
    """`type: cron` of a scaler: two schedules and a time zone in its metadata."""
    metadata = fields.get("metadata")
    if value == "cron" and isinstance(metadata, Mapping):
        for name in ("start", "end"):
            yield from _schedule((*path, "metadata"), name, metadata.get(name), metadata)


def _timezone(path: tuple[str | int, ...], key: str, value: Any, fields: Mapping[str, Any]) -> Iterator[Fault]:
    if isinstance(value, str) and value and "{{" not in value and not is_timezone(value):
        yield "CNAI731", (*path, key), f"{key} {shorten(value)!r} is no time zone", "a name of the IANA database, such as Europe/Berlin"


def _network(path: tuple[str | int, ...], key: str, value: Any, fields: Mapping[str, Any]) -> Iterator[Fault]:
    whole = _parsed(fields.get("cidr"))
    for i, text in enumerate(value if isinstance(value, list) else [value]):
        place = (*path, key, i) if isinstance(value, list) else (*path, key)
        if not isinstance(text, str) or "{{" in text:
            continue
        network = _parsed(text)
        if network is None or (key != "cidr" and "/" not in text):
            yield (
                "CNAI732",
                place,
                f"{key} {shorten(text)!r} is no network",
                "an address and the length of its prefix, such as 10.40.0.0/16",
            )
        elif key == "except" and whole and (network.version != whole.version or not network.subnet_of(whole) or network == whole):  # type: ignore[arg-type]
            yield "CNAI732", place, f"except {text} is no part of {fields['cidr']}", "name a smaller network inside the other one"


def _parsed(text: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False) if isinstance(text, str) and "/" in text else None
    except ValueError:
        return None


_JUDGES = {
    "requests": _requests,
    "replicas": _between,
    "schedule": _schedule,
    "schedules": _schedule,
    "timezone": _timezone,
    "timeZone": _timezone,
    "type": _span,
    "cidr": _network,
    "except": _network,
    "loadBalancerSourceRanges": _network,
}
