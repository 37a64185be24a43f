"""Environment variables of containers.

Must not: know a stage or a target.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnai_gitops.resources.core.container import EnvVar


def env_list(values: Mapping[str, str]) -> list[EnvVar]:
    """Environment variables in the order given; `$(` is escaped so that the kubelet expands nothing."""
    return [{"name": name, "value": value.replace("$(", "$$(")} for name, value in values.items()]


def secret_env(secrets: Mapping[str, str]) -> list[EnvVar]:
    """Environment variables that hold the key `value` of a Secret, by name of the variable."""
    return [{"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": "value"}}} for name, secret in secrets.items()]
