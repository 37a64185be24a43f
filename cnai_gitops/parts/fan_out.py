"""Trials as branches of one workflow.

Must not: choose hyperparameters.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_workflows.template import Arguments, Step, Template


def fan_out(name: str, entry: str, trials: Sequence[Mapping[str, Any]], parallel: int, *, go_on: bool = False) -> Template:
    """A template that calls `entry` once for each of `trials`, its number and its parameters as JSON, `parallel` at a time.

    With `go_on` a trial that fails does not fail the template.
    """
    arguments: Arguments = {"parameters": [{"name": key, "value": f"{{{{item.{key}}}}}"} for key in ("trial", "params")]}
    items = [{"trial": str(i), "params": json.dumps(values, sort_keys=True)} for i, values in enumerate(trials)]
    call: Step = {"name": "trial", "template": entry, "arguments": arguments, "withItems": items}
    if go_on:
        call["continueOn"] = {"failed": True, "error": True}
    return {
        "name": name,
        # its direct children are composite; its parallelism bounds them, and so the accelerators held at once
        "parallelism": parallel,
        "steps": [[call]],
    }
