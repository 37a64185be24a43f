"""Pods of replicated jobs, in a JobSet or in what makes one.

Must not: describe fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from cnai_gitops.resources.accelerators import pod_count, pod_demand, repeated, times, total
from cnai_gitops.resources.base import Body, Demand, Pods, World


def replicated_jobs(spec: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """(name, replicated job, its path) of a JobSet spec that lies at `path`."""
    for index, job in enumerate(spec.get("replicatedJobs") or ()):
        yield str(job.get("name", "")), job, f"{path}.replicatedJobs[{index}]"


def job_pods(job: Mapping[str, Any], path: str) -> Pods:
    """The pods of one replicated job at its peak."""
    spec = (job.get("template") or {}).get("spec") or {}
    template = spec.get("template") or {}
    count = pod_count(job.get("replicas"), 1)
    labels = (template.get("metadata") or {}).get("labels") or {}
    at_once = _at_once(spec)
    return Pods(count * at_once if at_once else Fraction(0), template.get("spec") or {}, f"{path}.template.spec.template.spec", labels)


def job_demand(job: Mapping[str, Any], path: str) -> Demand:
    """Peak of one replicated job: replicas x min(parallelism, completions) x pod."""
    spec = (job.get("template") or {}).get("spec") or {}
    one = pod_demand((spec.get("template") or {}).get("spec") or {})
    parallelism = repeated(one, spec.get("parallelism"), 1, f"{path}.template.spec.parallelism")
    together = Demand(times(one, _at_once(spec)).peak, parallelism.unknown)
    return repeated(together, job.get("replicas"), 1, f"{path}.replicas")


def _at_once(job: Mapping[str, Any]) -> Fraction | float:
    """Pods of one Job that run at once; a Job without completions is a work queue of `parallelism` workers."""
    parallelism = pod_count(job.get("parallelism"), 1)
    return min(parallelism, pod_count(job["completions"], None)) if job.get("completions") is not None else parallelism


def pods(body: Body, world: World) -> Iterator[Pods]:
    """The pods of each replicated job."""
    for _, job, path in replicated_jobs(body.get("spec") or {}, "spec"):
        yield job_pods(job, path)


def demand(body: Body, world: World) -> Demand:
    """The plain sum: `dependsOn` makes jobs wait, but only some of its forms free the pods before."""
    return total(job_demand(job, path) for _, job, path in replicated_jobs(body.get("spec") or {}, "spec"))
