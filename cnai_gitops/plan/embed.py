"""Manifests that a workflow carries as text: they hold no value of an environment, workflow parameters do.

Must not: know a kind. An overlay then changes one parameter, and ledger, schema and `explain` see through it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnai_gitops.emit import emit_one
from cnai_gitops.plan.context import Context

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
    """Environment of a container inside such a manifest, and the workflow parameters that it refers to."""

    env: list[dict[str, Any]]
    parameters: Mapping[str, str]

    def text(self, manifest: Mapping[str, Any]) -> str:
        """The manifest as the text of a resource template."""
        return emit_one(dict(manifest))


def embed(context: Context, step: str, **more: str) -> Embedded:
    """The contract's variables for a step whose manifest is text; `more` are further variables that Argo fills in."""
    env: list[dict[str, Any]] = []
    parameters: dict[str, str] = {}
    for name, value in {**context.contract(step), **more, **context.stage.env}.items():
        if name in FIXED or "{{" in value:
            env.append({"name": name, "value": value})
            continue
        parameter = parameter_of(name)
        parameters[parameter] = value
        env.append({"name": name, "value": f"{{{{workflow.parameters.{parameter}}}}}"})
    parameters.setdefault("environment", context.target.env)
    return Embedded(env, parameters)


def parameter_of(variable: str) -> str:
    """Workflow parameter of an environment variable: CNAI_INPUT_CLICKS is `input-clicks`."""
    return variable.removeprefix("CNAI_").lower().replace("_", "-")
