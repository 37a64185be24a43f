"""Requirements: settings of controllers and nodes that no manifest of ours can hold, and without which our objects do nothing.

Must not: ask a cluster (`cluster` does).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from cnai_gitops.facts import load


@dataclass(frozen=True, slots=True)
class Want:
    """What is at `path` of a setting must be `value`, or with `within` hold nothing but what `value` lists."""

    path: tuple[str, ...]
    value: Any
    within: bool = False

    def holds(self, setting: Any) -> bool:
        """True when a setting is as wanted."""
        for part in self.path:
            if not isinstance(setting, Mapping) or part not in setting:
                return False
            setting = setting[part]
        if self.within:
            return isinstance(setting, list) and bool(setting) and all(item in self.value for item in setting)
        return type(setting) is type(self.value) and bool(setting == self.value)

    def __str__(self) -> str:
        """In words."""
        return f"{'.'.join(self.path) or 'the value'} must {'hold nothing but' if self.within else 'be'} {json.dumps(self.value)}"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One setting. It is seen in `key` of a ConfigMap, or in the container runtime of nodes; nobody can tell where neither is said."""

    name: str
    component: str
    since: str
    role: Literal["workload", "hub"]
    setting: str
    value: str
    why: str
    manifest: str = ""
    config_map: str = ""
    key: str = ""
    wants: tuple[Want, ...] = ()
    runtime: tuple[str, str] | None = None
    """Name and least version."""


@cache
def requirements() -> tuple[Requirement, ...]:
    """Every requirement, in the order of facts/requirements.yaml."""
    return tuple(_requirement(name, fields) for name, fields in load("requirements").items())


def _requirement(name: str, fields: Mapping[str, Any]) -> Requirement:
    see = fields.get("see", {})
    runtime = see.get("runtime")
    return Requirement(
        name=name,
        component=fields["component"],
        since=fields["since"],
        role=fields["role"],
        setting=fields["setting"],
        value=fields["value"],
        why=fields["why"],
        manifest=fields.get("manifest", ""),
        config_map=see.get("config_map", ""),
        key=see.get("key", ""),
        wants=tuple(Want(tuple(w["path"]), w["within"] if "within" in w else w["is"], "within" in w) for w in see.get("wants", ())),
        runtime=(runtime["name"], runtime["version"]) if runtime else None,
    )
