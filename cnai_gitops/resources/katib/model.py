"""Fields of a Katib Experiment (kubeflow.org/v1beta1).

Must not: count trials.
"""

from __future__ import annotations

from typing import Any, Literal, Required, TypedDict

from cnai_gitops.resources.core.meta import ObjectMeta


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
