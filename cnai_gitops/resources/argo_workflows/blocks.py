"""Blocks that workflows and templates of Argo have in common: metadata, retries, locks, caches, metrics.

Must not: know what the controller does with them.
"""

from __future__ import annotations

from typing import Any, Literal, Required, TypedDict

from cnai_gitops.resources.core.meta import IntOrString, KeySelector, LocalObjectReference


class Metadata(TypedDict, total=False):
    """Labels and annotations of what is made."""

    labels: dict[str, str]
    annotations: dict[str, str]


class Backoff(TypedDict, total=False):
    """Waiting time between retries, as text (`30s`)."""

    duration: str
    factor: IntOrString
    cap: str
    maxDuration: str


class RetryAffinity(TypedDict, total=False):
    """Whether a retry avoids the node of the failure."""

    nodeAntiAffinity: dict[str, Any]


class RetryStrategy(TypedDict, total=False):
    """Retries, one after the other: they cost time, never a higher peak."""

    limit: IntOrString
    retryPolicy: Literal["Always", "OnFailure", "OnError", "OnTransientError"]
    backoff: Backoff
    expression: str
    affinity: RetryAffinity


class Mutex(TypedDict, total=False):
    """A lock."""

    name: str
    namespace: str
    database: bool


class SemaphoreKey(TypedDict):
    """A semaphore in the controller's database."""

    key: str


class Semaphore(TypedDict, total=False):
    """A counted lock."""

    configMapKeyRef: KeySelector
    database: SemaphoreKey
    namespace: str


class Synchronization(TypedDict, total=False):
    """Locks; the singular forms are gone since 4.0."""

    mutexes: list[Mutex]
    semaphores: list[Semaphore]


class CacheConfigMap(TypedDict, total=False):
    """The ConfigMap that holds a cache."""

    configMap: Required[LocalObjectReference]


class Memoize(TypedDict):
    """Outputs kept for the same key."""

    key: str
    maxAge: str
    cache: CacheConfigMap


class Label(TypedDict):
    """A label of a metric."""

    key: str
    value: str


class Gauge(TypedDict, total=False):
    """A value that goes up and down."""

    value: Required[str]
    realtime: Required[bool]
    operation: Literal["Set", "Add", "Sub"]


class Counter(TypedDict):
    """A value that goes up."""

    value: str


class Histogram(TypedDict):
    """Values in buckets."""

    value: str
    buckets: list[float]


class Metric(TypedDict, total=False):
    """A metric of the controller."""

    name: Required[str]
    help: Required[str]
    when: str
    labels: list[Label]
    gauge: Gauge
    counter: Counter
    histogram: Histogram


class Metrics(TypedDict):
    """Metrics of the controller."""

    prometheus: list[Metric]


class ExecutorConfig(TypedDict, total=False):
    """The executor beside the main container."""

    serviceAccountName: str
