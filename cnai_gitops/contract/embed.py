"""Manifests that a workflow carries as text: they hold no value of an environment, workflow parameters do.

Must not: know a kind. An overlay then changes one parameter, and ledger, schema and `explain` see through it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cnai_gitops.contract.context import Context
from cnai_gitops.contract.source import data_of
from cnai_gitops.emit import emit_one
from cnai_gitops.parts.env import secret_env
from cnai_gitops.parts.pods import Data

if TYPE_CHECKING:
    from cnai_gitops.resources.core.container import EnvVar

FIXED = frozenset(
    {
        "CNAI_APP",
        "CNAI_TEAM",
        "CNAI_STAGE",
        "CNAI_STEP",
        "CNAI_PURPOSE",
        "CNAI_INPUT_DIR",
        "CNAI_OUTPUT_DIR",
        "CNAI_MODEL_DIR",
        "CNAI_METRICS",
    }
)
"""Variables of the contract that are the same everywhere, or filled in by Argo itself."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Environment and data of a container inside such a manifest, and the workflow parameters that it refers to."""

    env: list[EnvVar]
    data: Data
    parameters: Mapping[str, str]

    def text(self, manifest: Mapping[str, Any]) -> str:
        """The manifest as the text of a resource template."""
        return emit_one(dict(manifest))


def embed(context: Context[Any], step: str, **more: str) -> Embedded:
    """The contract's variables for a step whose manifest is text; `more` are further variables that Argo fills in."""
    values: dict[str, str] = {}
    parameters: dict[str, str] = {}
    for name, value in {**context.contract(step), **more}.items():
        values[name] = value if name in FIXED or "{{" in value else _moved(parameter_of(name), value, parameters)
    for name, value in context.resolved.stage.env.items():
        values[name] = value if "{{" in value else _moved(f"env-{parameter_of(name)}", value, parameters)
    parameters.setdefault("environment", context.target.env)
    secrets = {name: _moved(parameter_of(name), secret, parameters) for name, secret in context.secret_variables().items()}
    env: list[EnvVar] = [{"name": name, "value": value} for name, value in values.items()]
    data = data_of(context.mounted, lambda dataset, claim: _moved(f"claim-{dataset}", claim, parameters))
    return Embedded([*env, *secret_env(secrets)], data, parameters)


def _moved(parameter: str, value: str, parameters: dict[str, str]) -> str:
    """The reference to a workflow parameter that carries the value from now on."""
    parameters[parameter] = value
    return f"{{{{workflow.parameters.{parameter}}}}}"


def parameter_of(variable: str) -> str:
    """Workflow parameter of a variable: CNAI_INPUT_CLICKS is `input-clicks`; the author's own get `env-` in front."""
    return variable.removeprefix("CNAI_").lower().replace("_", "-")
