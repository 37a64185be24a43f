"""The `batch` API group: Job and CronJob.

Must not: describe fields (the schemas that Kubernetes publishes check these kinds).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from cnai_gitops.resources.accelerators import pod_count
from cnai_gitops.resources.apps import exact, template_pods
from cnai_gitops.resources.base import Body, Ends, Kind, Owned, Pods, Queued, State, World
from cnai_gitops.resources.schedule import overlap

_KUEUE = "the Job has a kueue.x-k8s.io/queue-name label"


def job_pods(spec: Mapping[str, Any]) -> Fraction | float:
    """Pods of a JobSpec that run at once: parallelism, and never more than completions."""
    at_once = pod_count(spec.get("parallelism"), 1)
    completions = spec.get("completions")
    return at_once if completions is None else min(at_once, pod_count(completions, None))


def _job(body: Body, world: World) -> Iterator[Pods]:
    yield template_pods(body, job_pods(body.get("spec") or {}))


def _cron_job(body: Body, world: World) -> Iterator[Pods]:
    spec = body.get("spec") or {}
    made = (spec.get("jobTemplate") or {}).get("spec") or {}
    runs = overlap(
        str(spec.get("concurrencyPolicy") or ""), [str(spec.get("schedule"))], pod_count(made.get("activeDeadlineSeconds"), None)
    )
    pods = made.get("template") or {}
    at_once = job_pods(made)
    count = exact(runs) * at_once if at_once else at_once
    yield Pods(count, pods.get("spec") or {}, "spec.jobTemplate.spec.template.spec", (pods.get("metadata") or {}).get("labels") or {})


KINDS: tuple[Kind, ...] = (
    Kind(
        group="batch",
        version="v1",
        kind="Job",
        plural="jobs",
        # Pods are `<name>-<5>`, and the label job-name is the whole name.
        name_limit=63 - len("-01234"),
        effective=_job,
        queued=Queued("kueue"),
        ends=Ends(State("conditions[Complete]", ("True",)), State("conditions[Failed]", ("True",))),
        owned=(
            Owned("/spec/suspend", "kueue", _KUEUE),
            Owned("/spec/template/spec/nodeSelector", "kueue", _KUEUE),
            Owned("/spec/template/spec/tolerations", "kueue", _KUEUE),
        ),
        immutable=("/spec/selector", "/spec/template", "/spec/completionMode", "/spec/podFailurePolicy", "/spec/backoffLimitPerIndex"),
    ),
    Kind(
        group="batch",
        version="v1",
        kind="CronJob",
        plural="cronjobs",
        # Jobs are `<name>-<minutes since 1970>`; the API server itself enforces 52.
        name_limit=63 - len("-0123456789"),
        effective=_cron_job,
        runs="scheduled",
        owned=(Owned("/spec/suspend", "kubectl", "paused during an incident"),),
    ),
)
