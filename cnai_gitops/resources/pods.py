"""Pods as they will run, and the accelerators that they hold at their peak.

Must not: know a kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any


@dataclass(frozen=True, slots=True)
class Demand:
    """Accelerators held at the peak, by resource name, and why a number could not be told.

    A value of `INFINITE` means that nothing bounds it; `unknown` says in words what is missing.
    """

    peak: Mapping[str, Fraction | float] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    def __add__(self, other: Demand) -> Demand:
        total = dict(self.peak)
        for name, n in other.peak.items():
            total[name] = total.get(name, Fraction(0)) + n
        return Demand(total, self.unknown + other.unknown)

    def __mul__(self, times: Fraction | float) -> Demand:
        return Demand({k: (v * times if v else v) for k, v in self.peak.items()}, self.unknown)

    def join(self, other: Demand) -> Demand:
        """The larger of both, name by name (things that never run at once)."""
        names = {**self.peak, **other.peak}
        peak = {n: max(self.peak.get(n, Fraction(0)), other.peak.get(n, Fraction(0))) for n in names}
        return Demand(peak, self.unknown + other.unknown)


INFINITE = float("inf")


@dataclass(frozen=True, slots=True)
class Pods:
    """A set of equal pods as they will run: at most `count` at the peak, each with pod spec `spec`, found at `path`.

    `labels` are those of the pods. A pod that was put together from several places has at `path` what says most of it; `places`
    are the paths in the object of its containers (`containers[0]`) and their fields that lie elsewhere than below `path`. What a
    controller takes from its own settings (the image of a sidecar, say) is left out. `beside` when they stand beside the replicas
    of a service (the head of a Ray cluster, a transformer), so that what is said of those does not hold for them.
    """

    count: Fraction | float
    spec: Mapping[str, Any]
    path: str
    labels: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    beside: bool = False

    def place(self, name: str, rest: str = "") -> str:
        """Path in the object of a part of the pod, by its place in the spec (`containers[0]`), and of what is below that."""
        return self.places.get(f"{name}.{rest}") or ".".join(filter(None, (self.places.get(name, f"{self.path}.{name}"), rest)))

    @property
    def images(self) -> Iterator[tuple[str, str]]:
        """(path, image) of each container that has one, and of each volume that is one."""
        for group in ("initContainers", "containers", "ephemeralContainers"):
            for i, container in enumerate(self.spec.get(group) or ()):
                if isinstance(container, Mapping) and "image" in container:
                    yield self.place(f"{group}[{i}]", "image"), str(container["image"])
        for i, volume in enumerate(self.spec.get("volumes") or ()):
            image = volume.get("image") if isinstance(volume, Mapping) else None
            if isinstance(image, Mapping) and image.get("reference"):
                yield f"{self.path}.volumes[{i}].image.reference", str(image["reference"])
