"""Spec: the frozen base of every model that a user writes, and the small typed values they share.

Must not: know any noun; nouns are the other files of this package.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Self, TypeVar

from annotated_types import Ge, Le
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails

from cnai_gitops.resources.schedule import interval, is_timezone
from cnai_gitops.source.positions import Captured, caller_frames

__all__ = ["ImageName", "Resources"]

T = TypeVar("T")


class Spec(BaseModel):
    """Base of everything that a user writes. Frozen, strict, closed; remembers where Python made it.

    `with_(**changes)` returns a changed copy; nested fields are reached with two underscores
    (`scaling__max=8`). Raises pydantic's ValidationError, which `source` turns into findings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)
    __slots__ = ("_once", "_where")

    def __init__(self, /, **data: Any) -> None:
        super().__init__(**data)
        object.__setattr__(self, "_where", caller_frames())

    def once(self, find: Callable[[Self], T]) -> T:
        """What `find` finds in this value, found once: a value never changes."""
        try:
            known: dict[Any, T] = object.__getattribute__(self, "_once")
        except AttributeError:  # the first time; a validator may ask before the value is complete, and a slot has no default
            known = {}
            object.__setattr__(self, "_once", known)
        if find not in known:
            known[find] = find(self)
        return known[find]

    @property
    def where(self) -> Captured:
        """The Python frames that made this value; empty for values that came from YAML."""
        return getattr(self, "_where", ())

    def made_at(self, frames: Captured) -> None:
        """Say which frames made this value, where another process ran them."""
        object.__setattr__(self, "_where", frames)

    def with_(self, **changes: Any) -> Self:
        """A copy with some fields replaced, validated again."""
        nested: dict[str, Any] = {}
        for name, value in changes.items():
            head, _, rest = name.partition("__")
            nested[head] = _changed(nested.get(head, getattr(self, head)), rest, value) if rest else value
        return override(self, nested)


def _changed(old: Any, path: str, value: Any) -> Any:
    """`old` with the field at `path` replaced; in a list of stages the path begins with a name, or there is only one."""
    if not isinstance(old, tuple):
        return old.with_(**{path: value})
    name, _, rest = path.partition("__")
    chosen = [i for i, item in enumerate(old) if getattr(item, "name", "").replace("-", "_") == name]
    if not chosen and len(old) == 1:
        chosen, rest = [0], path
    if len(chosen) != 1 or not rest:
        raise ValueError(f"{path!r} must begin with the name of one of {', '.join(item.name for item in old)}")
    return tuple(item.with_(**{rest: value}) if i == chosen[0] else item for i, item in enumerate(old))


def override(model: M, patch: Mapping[str, Any]) -> M:
    """`model` with the fields of `patch` laid over it: maps key by key, everything else replaced whole.

    The result is validated again as a whole; only what differs is built anew. Raises ValidationError.
    """
    values: dict[str, Any] = {name: getattr(model, name) for name in model.model_fields_set}
    inner: list[InitErrorDetails] = []
    for name, new in patch.items():
        old = getattr(model, name, None)
        if isinstance(new, Mapping) and isinstance(old, Spec) and new.get("kind", getattr(old, "kind", None)) == getattr(old, "kind", None):
            try:
                values[name] = override(old, new)
            except ValidationError as error:
                inner += [_below(name, details) for details in error.errors(include_url=False)]
        elif isinstance(new, Mapping) and isinstance(old, Mapping):
            values[name] = {**old, **new}
        else:
            values[name] = new
    if inner:
        raise ValidationError.from_exception_data(type(model).__name__, inner)
    return type(model).model_validate(values)


def _below(name: str, details: ErrorDetails) -> InitErrorDetails:
    """The same error, seen from the model one level further out."""
    return InitErrorDetails(type=details["type"], loc=(name, *details["loc"]), input=details["input"], ctx=details.get("ctx", {}))


M = TypeVar("M", bound=Spec)


# -- values ---------------------------------------------------------------------------------------------

LABEL = r"[a-z]([-a-z0-9]*[a-z0-9])?"

Name = Annotated[str, StringConstraints(pattern=rf"^{LABEL}$", max_length=40)]
"""a DNS label that starts with a letter, short enough that names made from it stay legal"""

IMAGE = "image"
ImageName = Annotated[Name, IMAGE]
"""an image by the blueprint's name for it; a release pins its digest"""

# pydantic drops a Field constraint that repeats one of the alias, so each shorter name is a type of its own
AppName = Annotated[str, StringConstraints(pattern=rf"^{LABEL}$", max_length=24)]
TeamName = Annotated[str, StringConstraints(pattern=rf"^{LABEL}$", max_length=16)]
EnvironmentName = Annotated[str, StringConstraints(pattern=rf"^{LABEL}$", max_length=12)]
"""names that others are made of: `fraud-detection-scorer-canary-predictor` in namespace `risk-staging`"""

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
"""words, not empty"""


def _pinned(value: str) -> str:
    if value.endswith("0" * 64):
        raise ValueError("must be the digest that the registry shows; zeros stand for none")
    return value


Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$"), AfterValidator(_pinned)]
"""the digest of an image"""

Quantity = Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$")]
"""a Kubernetes quantity: `500m`, `16Gi`"""

Duration = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*(s|m|h|d)$")]
"""a whole number with a unit: `90s`, `30m`, `6h`, `2d`"""


def _runs(value: str) -> str:
    if interval(value) is None:
        raise ValueError(f"{value!r} is no schedule of cron: a field is out of its range")
    return value


def _is_there(value: str) -> str:
    if not is_timezone(value):
        raise ValueError(f"{value!r} is no time zone of the IANA database")
    return value


def _is_network(value: str) -> str:
    try:
        ipaddress.ip_network(value if "/" in value else "", strict=False)
    except ValueError as error:
        raise ValueError(f"{value!r} is no network such as 10.40.0.0/16") from error
    return value


Cron = Annotated[str, StringConstraints(pattern=r"^\S+ \S+ \S+ \S+ \S+$"), AfterValidator(_runs)]
"""five cron fields: minute, hour, day of month, month, day of week"""

Timezone = Annotated[str, StringConstraints(pattern=r"^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_+-]+)+)$"), AfterValidator(_is_there)]
"""a name of the IANA time zone database, for example `Europe/Berlin`"""

Url = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9+.-]*://[^\s]+$")]
"""an address with its scheme"""

Count = Annotated[int, Ge(0), Le(100_000)]
"""a whole number from 0 on"""

Positive = Annotated[int, Ge(1), Le(100_000)]
"""a whole number from 1 on"""

Percent = Annotated[int, Ge(0), Le(100)]
"""a share in percent"""


_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(duration: str) -> int:
    """Seconds of a Duration."""
    return int(duration[:-1]) * _SECONDS[duration[-1]]


def _frozen_sequence(value: Sequence[T]) -> tuple[T, ...]:
    return tuple(value)


def _sorted_map(value: Mapping[str, T]) -> dict[str, T]:
    return {key: value[key] for key in sorted(value)}


Names = Annotated[Sequence[Name], AfterValidator(_frozen_sequence)]
Strings = Annotated[Sequence[str], AfterValidator(_frozen_sequence)]
Networks = Annotated[Sequence[Annotated[str, AfterValidator(_is_network)]], AfterValidator(_frozen_sequence)]
"""networks as address and length of the prefix: `10.40.0.0/16`"""
ENV_NAME = re.compile(r"^[A-Z_][A-Z0-9_]*$")


def _environment_names(value: Mapping[str, str]) -> dict[str, str]:
    for key in value:
        if not ENV_NAME.match(key):
            raise ValueError(f"{key!r} is no name of an environment variable: upper-case letters, digits and _")
        if key.startswith("CNAI_"):
            raise ValueError(f"{key!r} is set by the container contract; choose another prefix than CNAI_")
    return _sorted_map(value)


Variables = Annotated[Mapping[str, str], AfterValidator(_environment_names)]
"""environment variables of a container: plain values, never secrets"""


class Resources(Spec):
    """CPU and memory of one container; requests equal limits for memory."""

    cpu: Quantity
    """cores that are requested"""
    memory: Quantity
    """memory that is requested, and the limit"""
