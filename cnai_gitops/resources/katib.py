"""Katib v1beta1: Experiment, a search over hyperparameters.

Must not: trust the CRD, which accepts anything below the root; the model here is the only check there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Required, TypedDict

from cnai_gitops.resources.accelerators import count_of, repeated
from cnai_gitops.resources.base import Body, Demand, Kind, Owned, World
from cnai_gitops.resources.core import ObjectMeta
from cnai_gitops.resources.health import by_conditions

GROUP = "kubeflow.org"
VERSION = "v1beta1"
PARALLEL_TRIALS = 3
"""Trials that run at once when `parallelTrialCount` is absent."""

_PARAMETER = re.compile(r"\$\{trialParameters\.([A-Za-z0-9_-]+)\}")


class FeasibleSpace(TypedDict, total=False):
    """Range or list of a parameter; every bound is text."""

    min: str
    max: str
    step: str
    list: list[str]
    distribution: Literal["uniform", "logUniform", "normal", "logNormal"]


class Parameter(TypedDict):
    """One searched parameter."""

    name: str
    parameterType: Literal["double", "int", "discrete", "categorical"]
    feasibleSpace: FeasibleSpace


class MetricStrategy(TypedDict):
    """Which of the reported values of a metric counts."""

    name: str
    value: Literal["min", "max", "latest"]


class Objective(TypedDict, total=False):
    """The metric that is searched for."""

    type: Required[Literal["minimize", "maximize"]]
    goal: float
    objectiveMetricName: Required[str]
    additionalMetricNames: list[str]
    metricStrategies: list[MetricStrategy]


class Setting(TypedDict):
    """One setting of an algorithm."""

    name: str
    value: str


class Algorithm(TypedDict, total=False):
    """How the next trial is chosen."""

    algorithmName: Required[str]
    algorithmSettings: list[Setting]


class Collector(TypedDict, total=False):
    """How metrics leave a trial."""

    kind: Literal["StdOut", "File", "TensorFlowEvent", "PrometheusMetric", "Custom", "Push", "None"]
    customCollector: dict[str, Any]


class FileSystemPath(TypedDict, total=False):
    """A file of metrics."""

    path: str
    kind: Literal["File", "Directory"]
    format: Literal["TEXT", "JSON"]


class MetricsFilter(TypedDict, total=False):
    """Patterns of metric lines."""

    metricsFormat: list[str]


class MetricsSource(TypedDict, total=False):
    """Where metrics are read."""

    filter: MetricsFilter
    fileSystemPath: FileSystemPath
    httpGet: dict[str, Any]


class MetricsCollectorSpec(TypedDict, total=False):
    """Collector and source of metrics."""

    collector: Collector
    source: MetricsSource


class TrialParameter(TypedDict, total=False):
    """A parameter under the name that the trial template uses."""

    name: Required[str]
    description: str
    reference: Required[str]


class ConfigMapTemplate(TypedDict):
    """A trial template that lies in a ConfigMap."""

    configMapName: str
    configMapNamespace: str
    templatePath: str


class TrialTemplate(TypedDict, total=False):
    """The object made for each trial; its conditions are gjson queries (Argo's are not)."""

    primaryContainerName: str
    primaryPodLabels: dict[str, str]
    trialParameters: list[TrialParameter]
    successCondition: str
    failureCondition: str
    retain: bool
    trialSpec: dict[str, Any]
    configMap: ConfigMapTemplate


class ExperimentSpec(TypedDict, total=False):
    """What is searched, for what, and how."""

    parameters: list[Parameter]
    objective: Required[Objective]
    algorithm: Required[Algorithm]
    earlyStopping: Algorithm
    parallelTrialCount: int
    maxTrialCount: int
    maxFailedTrialCount: int
    resumePolicy: Literal["Never", "LongRunning", "FromVolume"]
    metricsCollectorSpec: MetricsCollectorSpec
    trialTemplate: Required[TrialTemplate]


class Experiment(TypedDict):
    """A search over hyperparameters."""

    apiVersion: Literal["kubeflow.org/v1beta1"]
    kind: Literal["Experiment"]
    metadata: ObjectMeta
    spec: ExperimentSpec


def trials(body: Body) -> Iterator[tuple[str, Body]]:
    """(path, object of a trial) with every searched number at its largest; nothing for a ConfigMap template."""
    spec = body.get("spec") or {}
    template = spec.get("trialTemplate") or {}
    if isinstance(template.get("trialSpec"), Mapping):
        trial = _filled(template["trialSpec"], _largest(spec, template))
        meta = {
            "name": body["metadata"].get("name", ""),
            "namespace": body["metadata"].get("namespace", ""),
            **(trial.get("metadata") or {}),
        }
        yield "spec.trialTemplate.trialSpec", {**trial, "metadata": meta}


def _largest(spec: Mapping[str, Any], template: Mapping[str, Any]) -> dict[str, str]:
    spaces = {p.get("name"): p.get("feasibleSpace") or {} for p in spec.get("parameters") or ()}
    values = {}
    for parameter in template.get("trialParameters") or ():
        space = spaces.get(parameter.get("reference"), {})
        values[str(parameter.get("name"))] = max([*(space.get("list") or ()), space.get("max") or ""], key=_size)
    return {name: str(value) for name, value in values.items() if value != ""}


def _size(value: Any) -> tuple[int, str]:
    count = count_of(value)
    return (-1 if count is None else count, str(value))


def _filled(node: Any, values: Mapping[str, str]) -> Any:
    if isinstance(node, Mapping):
        return {k: _filled(v, values) for k, v in node.items()}
    if isinstance(node, list):
        return [_filled(v, values) for v in node]
    return _PARAMETER.sub(lambda m: values.get(m[1], m[0]), node) if isinstance(node, str) else node


def _demand(body: Body, world: World) -> Demand:
    """Parallel trials x one trial; how many trials there are in all is cost, not peak."""
    spec = body.get("spec") or {}
    found = list(trials(body))
    if not found:
        return Demand(unknown=("spec.trialTemplate: a template in a ConfigMap cannot be counted; write it as trialSpec",))
    return repeated(world.demand(found[0][1]), spec.get("parallelTrialCount"), PARALLEL_TRIALS, "spec.parallelTrialCount")


KINDS = (
    Kind(
        group=GROUP,
        version=VERSION,
        kind="Experiment",
        plural="experiments",
        model=Experiment,
        # Trials are `<name>-<8>`, and a TrainJob of that name has pods `<trial>-node-0-<pod>-<5>`.
        name_limit=63 - len("-01234567") - len("-node-0-999-01234"),
        demand=_demand,
        owned=(Owned("/spec/parallelTrialCount", "katib-ui", "a running experiment is edited"),),
        immutable=("/spec/objective", "/spec/algorithm", "/spec/parameters", "/spec/trialTemplate"),
        health=by_conditions({"Running=True": "Healthy", "Succeeded=True": "Healthy", "Failed=True": "Degraded"}),
    ),
)
