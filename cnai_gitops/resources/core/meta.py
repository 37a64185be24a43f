"""Types that every Kubernetes object shares: metadata, selectors, references and scalars.

Must not: declare kinds, describe pods.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, Required, TypedDict

from annotated_types import Ge, Gt, Le, MinLen


@dataclass(frozen=True, slots=True)
class Matches:
    """Bound of a text field: the regular expression that it must match as a whole."""

    pattern: str


IntOrString = int | str
"""A number, or a percentage or a name as text."""

Quantity = int | str
"""A Kubernetes quantity. CRDs refuse floats (`0.5`), so write `500m` or `"0.5"`."""

Natural = Annotated[int, Ge(0)]
Positive = Annotated[int, Gt(0)]
Percent = Annotated[int, Ge(0), Le(100)]
Port = Annotated[int, Ge(1), Le(65535)]
NonEmpty = Annotated[str, MinLen(1)]

Duration = Annotated[str, Matches("(0|([0-9]+(ms|s|m|h|d|w|y))+)")]
"""A duration in the manner of Prometheus: `30s`, `1h30m`."""

KeyOperator = Literal["In", "NotIn", "Exists", "DoesNotExist"]


class OwnerReference(TypedDict, total=False):
    """The object that this one is deleted with."""

    apiVersion: Required[str]
    kind: Required[str]
    name: Required[str]
    uid: Required[str]
    controller: bool
    blockOwnerDeletion: bool


class ObjectMeta(TypedDict, total=False):
    """The metadata that a manifest may set; what only the API server writes is left out."""

    name: str
    generateName: str
    namespace: str
    labels: dict[str, str]
    annotations: dict[str, str]
    finalizers: list[str]
    ownerReferences: list[OwnerReference]


class TemplateMeta(TypedDict, total=False):
    """The metadata of an object that a controller makes from a template."""

    name: str
    namespace: str
    labels: dict[str, str]
    annotations: dict[str, str]
    finalizers: list[str]


class LabelSelectorRequirement(TypedDict, total=False):
    """One expression over a label key."""

    key: Required[str]
    operator: Required[KeyOperator]
    values: list[str]


class LabelSelector(TypedDict, total=False):
    """Labels and expressions that must all hold."""

    matchLabels: dict[str, str]
    matchExpressions: list[LabelSelectorRequirement]


class LocalObjectReference(TypedDict, total=False):
    """Name of an object in the same namespace."""

    name: str


class KeySelector(TypedDict, total=False):
    """One key of a Secret or a ConfigMap in the same namespace."""

    name: str
    key: Required[str]
    optional: bool


class TypedLocalObjectReference(TypedDict, total=False):
    """Kind and name of an object in the same namespace."""

    apiGroup: str
    kind: Required[str]
    name: Required[str]


class TypedObjectReference(TypedLocalObjectReference, total=False):
    """Kind and name of an object, in another namespace if one is named."""

    namespace: str
