"""Drift: live inputs compared with the training data, an alert past a threshold, and a retraining where the author wants one.

Must not: release what a retraining makes; a reviewed change does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from annotated_types import Gt, Le

from cnai_gitops.contract.context import STEPS_IMAGE, Context
from cnai_gitops.contract.roles import Signal
from cnai_gitops.contract.workflow import Run, Scheduled, steps_container
from cnai_gitops.facts.known import Facts
from cnai_gitops.parts.alerts import alert, alert_name
from cnai_gitops.parts.retraining import retraining
from cnai_gitops.resources.base import Resource
from cnai_gitops.spec.base import Cron, Duration, Name, seconds
from cnai_gitops.spec.observe import Observe
from cnai_gitops.spec.serve import Serve

if TYPE_CHECKING:
    from cnai_gitops.resources.argo_workflows.artifacts import Artifact
    from cnai_gitops.resources.monitoring.model import Group as RuleGroup


class Drift(Signal):
    """Compare live inputs with the training data by `method`; past `threshold` do `then`.

    psi is the population stability index (0.1 stable, 0.25 drift by convention), ks the Kolmogorov-Smirnov distance.
    """

    kind: Literal["drift"] = "drift"
    logs_requests: ClassVar[bool] = True
    method: Literal["psi", "ks"] = "psi"
    """`psi`: population stability index; `ks`: Kolmogorov-Smirnov distance"""
    threshold: Annotated[float, Gt(0), Le(10)] = 0.2
    """score above which the data has drifted"""
    window: Duration = "1d"
    """how much of the recent inputs is compared"""
    schedule: Cron = "17 * * * *"
    """when it is compared, in UTC"""
    reference: Name | None = None
    """dataset to compare with; the first one that the train stage reads unless given"""
    then: Literal["alert", "retrain"] = "alert"
    """`alert` tells people; `retrain` also starts the train stage"""
    retrain: Name | None = None
    """train stage to start; needed when the app has more than one"""

    @property
    def starts(self) -> str | None:
        """The train stage that it starts."""
        return (self.retrain or "") if self.then == "retrain" else None

    @property
    def words(self) -> str:
        """For people."""
        return f"drift {self.schedule}, then {self.then}"

    def platform_images(self, holder: Observe, facts: Facts) -> Sequence[str]:
        """The comparison runs in the steps image."""
        return (STEPS_IMAGE,)

    def rules(self, context: Context[Observe], services: Sequence[Context[Serve]]) -> Iterator[RuleGroup]:
        """Drift past its threshold, and a drift job that stopped reporting or never did."""
        app = context.blueprint.name
        # labels that every metric of the drift step has; a feature's distance may be another one than the method's, the job's end has none
        match = "{" + ",".join(f'{name}="{value}"' for name, value in self._labels(context, services).items()) + "}"
        retrained = "a retraining starts; what it makes is released by a pull request"
        then = retrained if self.then == "retrain" else "decide whether to retrain"
        drifted = alert(
            app,
            "DataDrift",
            f"max by (app, model) (cnai_drift_score{match}) > {self.threshold:g}",
            wait="15m",
            severity="ticket",
            summary=f"inputs of {app} have drifted ({self.method} above {self.threshold:g}); {then}",
            labels=context.alert_labels,
            runbook=context.stage.runbook,
        )
        bound = 2 * seconds(self.window)
        end = f"cnai_drift_window_end_timestamp{match}"
        stale = alert(
            app,
            "DriftStale",
            f"(time() - max by (app) ({end}) > {bound}) or absent(max by (app) (max_over_time({end}[{bound}s])))",
            # a day, in which a new service has its first comparison
            wait="24h",
            severity="ticket",
            summary=f"no drift result of {app} for more than {bound // 3600 + 24} hours",
            labels=context.alert_labels,
            runbook=context.stage.runbook,
        )
        # where the comparison is suspended nobody waits for its result
        rules = [drifted] if context.suspended else [drifted, stale]
        yield {"name": f"{app}.drift", "interval": "1m", "rules": rules}

    def _labels(self, context: Context[Observe], services: Sequence[Context[Serve]]) -> dict[str, str]:
        """What tells this comparison's metrics from others."""
        return {"app": context.blueprint.name, "environment": context.target.env, "model": services[0].stage.name}

    def workflow(self, context: Context[Observe], services: Sequence[Context[Serve]]) -> Scheduled:
        """A scheduled comparison of the window's inputs with the reference, which pushes scores."""
        labels = self._labels(context, services)
        service = labels.pop("model")
        reference = self.reference or next((name for _, train in context.blueprint.stages("train") for name in train.reads), "")
        pushgateway = context.target.environment.endpoints.pushgateway
        args = [
            f"--method={self.method}",
            "--reference=/cnai/in/reference",
            "--current=/cnai/in/current",
            f"--model={service}",
            *(f"--label={name}={value}" for name, value in labels.items()),
            "--window-end={{workflow.creationTimestamp.RFC3339}}",
            *([f"--pushgateway={pushgateway}"] if pushgateway else []),
        ]
        artifacts: list[Artifact] = [
            {"name": "reference", "path": "/cnai/in/reference", "s3": {"key": f"{context.namespace}/reference/{reference}"}},
            {"name": "current", "path": "/cnai/in/current", "s3": {"key": f"{context.namespace}/requests/{service}/{self.window}"}},
        ]
        run = Run(self.schedule, "Etc/UTC", "30m", (reference,) if reference else ())
        return Scheduled(run, [steps_container(context, "compare", "drift", *args, inputs={"artifacts": artifacts}, reads=run.reads)])

    def resources(self, context: Context[Observe], services: Sequence[Context[Serve]]) -> Iterator[Resource]:
        """What the alert starts; nothing where schedules do not run (a standby cluster)."""
        if self.then != "retrain" or context.target.standby:
            return
        chosen = [train for train in context.app.of("train") if self.retrain in (None, train.stage.name)]
        if not chosen:
            return
        bodies = retraining(
            context.metadata(f"{context.blueprint.name}-retrain"),
            alert=alert_name(context.blueprint.name, "DataDrift"),
            workflow=context.other(chosen[0]).workflow_name,
            monitoring_namespace=context.target.environment.endpoints.monitoring_namespace,
            dns=context.dns,
            cidrs=[*context.target.place.api_cidrs, *context.target.place.cidrs],
        )
        yield from (context.made(body) for body in bodies)


EXAMPLE = """
beside:
  train: {name: scorer, image: train, reads: [rows]}
  serve: {name: scorer, model: scorer}
  observe: {}
example:
  observe: {signals: [{kind: drift, reference: rows, then: retrain, retrain: scorer}]}
other:
  Drift:
    method: ks
    threshold: 0.3
    window: 2d
    schedule: "5 * * * *"
    reference: columns
    then: alert
    retrain: other
"""
