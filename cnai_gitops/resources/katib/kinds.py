"""Katib: what is known of an Experiment.

Must not: describe fields, count trials.
"""

from __future__ import annotations

from cnai_gitops.resources.base import Ends, Kind, Owned, State
from cnai_gitops.resources.health import by_conditions
from cnai_gitops.resources.katib.trials import demand, trials

GROUP = "kubeflow.org"
VERSION = "v1beta1"


KINDS = (
    Kind(
        group=GROUP,
        version=VERSION,
        kind="Experiment",
        plural="experiments",
        operator="katib",
        model=f"{__package__}.model",
        # Trials are `<name>-<8>`, and a TrainJob of that name has pods `<trial>-node-0-<pod>-<5>`.
        name_limit=63 - len("-01234567") - len("-node-0-999-01234"),
        demand=demand,
        carries=trials,
        ends=Ends(State("conditions[Succeeded]", ("True",)), State("conditions[Failed]", ("True",))),
        owned=(Owned("/spec/parallelTrialCount", "katib-ui", "a running experiment is edited"),),
        immutable=("/spec/objective", "/spec/algorithm", "/spec/parameters", "/spec/trialTemplate"),
        health=by_conditions({"Running=True": "Healthy", "Succeeded=True": "Healthy", "Failed=True": "Degraded"}),
    ),
)
