"""Whether controllers and nodes of a live cluster are set as our objects need it.

Must not: change a setting; facts/requirements.yaml says what to apply.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from cnai_gitops.facts.requirements import Requirement


def seen_in(settings: Mapping[str, Mapping[str, str]], requirement: Requirement) -> str:
    """What is wrong with a setting of a ConfigMap, in words; empty when nothing is. `settings` are the data of ConfigMaps by name."""
    name, key = requirement.config_map, requirement.key
    if name not in settings:
        return f"there is no ConfigMap {name}"
    if key not in settings[name]:
        return f"{key} is not set in the ConfigMap {name}"
    setting = _value(settings[name][key])
    missed = [str(want) for want in requirement.wants if not want.holds(setting)]
    return f"in {key} of the ConfigMap {name} {', '.join(missed)}" if missed else ""


def runtimes_of(runtimes: Mapping[str, str], requirement: Requirement) -> str:
    """Nodes whose container runtime is another one or too old, in words. `runtimes` are those of nodes by name: `containerd://2.2.0`."""
    assert requirement.runtime is not None
    name, least = requirement.runtime
    old = [f"{node} has {runtime}" for node, runtime in sorted(runtimes.items()) if not _is(runtime, name, least)]
    more = f" and {len(old) - 3} more" if len(old) > 3 else ""
    return f"{name} {least} or later is needed, {', '.join(old[:3])}{more}" if old else ""


def _is(runtime: str, name: str, least: str) -> bool:
    found, _, version = runtime.partition("://")
    return found == name and tuple(_numbers(version)) >= tuple(_numbers(least))


def _numbers(version: str) -> Iterator[int]:
    for part in version.split("."):
        if not part.isdigit():
            return
        yield int(part)


def _value(text: str) -> Any:
    """A setting as data: most are texts of YAML or JSON."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text
