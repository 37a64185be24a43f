"""Dated facts that no manifest states: accelerators, their node labels, memory and power.

Must not: read user files, know any Kubernetes kind, change while the program runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import yaml

MIG_PREFIX = "nvidia.com/mig-"
_PRODUCT = "nvidia.com/gpu.product"
_MIG_PRODUCT = "-MIG-"  # with the `single` strategy the product label itself names the profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerator:
    """One class of accelerators, as quotas and blueprints name it.

    `selector` are the node labels we write; `also` are other labels of the same class. `memory_gib` is what
    the driver reports, rounded down. `tdp_watts` is None where the vendor publishes nothing. `mig` gives the
    share of a whole card that each MIG profile takes. `source` says where the numbers come from, and when.
    """

    name: str
    vendor: str
    resource: str
    selector: Mapping[str, str]
    also: tuple[Mapping[str, str], ...]
    tolerations: tuple[Mapping[str, str], ...]
    memory_gib: int
    tdp_watts: int | None
    mig: Mapping[str, Fraction]
    source: str

    @property
    def device(self) -> str:
        """What it is: gpu, tpu, gaudi, neuron; the last word of its resource."""
        return self.resource.rpartition("/")[2]

    def selected_by(self, labels: Mapping[str, str]) -> bool:
        """Whether these node labels select this class."""
        return any(wanted.items() <= labels.items() for wanted in (self.selector, *self.also))


@cache
def load(name: str) -> Mapping[str, Any]:
    """One fact file of this package (`accelerators` for accelerators.yaml) as plain data."""
    return _read(resources.files(__package__).joinpath(f"{name}.yaml"))


@cache
def load_folder(name: str) -> Mapping[str, Any]:
    """Every fact file of a folder of this package as plain data, by the file's name without its ending."""
    files = [file for file in resources.files(__package__).joinpath(name).iterdir() if file.name.endswith(".yaml")]
    return {file.name.removesuffix(".yaml"): _read(file) for file in sorted(files, key=lambda file: file.name)}


def _read(file: Traversable) -> Mapping[str, Any]:
    data: Mapping[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return data


@cache
def accelerators() -> Mapping[str, Accelerator]:
    """Every class of our file by name, in its order."""
    return {name: accelerator(name, fields) for name, fields in load("accelerators").items()}


@cache
def other_devices() -> tuple[str, ...]:
    """How the names of extended resources begin that are no accelerators."""
    return tuple(load("devices"))


def accelerator(name: str, fields: Mapping[str, Any]) -> Accelerator:
    """A class from the fields of an entry of accelerators.yaml."""
    # A slice takes the larger of its two shares: two 3g.40gb fill a card although 3 + 3 is less than 7.
    mig = {profile: max(Fraction(g, 7), Fraction(m, 8)) for profile, (g, m) in fields.get("mig", {}).items()}
    return Accelerator(
        name=name,
        vendor=fields["vendor"],
        resource=fields["resource"],
        selector=fields["selector"],
        also=tuple(fields.get("also", ())),
        tolerations=tuple(fields["tolerations"]),
        memory_gib=fields["memory_gib"],
        tdp_watts=fields["tdp_watts"],
        mig=mig,
        source=fields["source"],
    )


def whole_resource(resource: str) -> str:
    """The resource of the whole card that a slice or a shared card is part of; else the name itself."""
    if resource == "nvidia.com/gpu.shared" or resource.startswith(MIG_PREFIX):
        return "nvidia.com/gpu"
    return resource


def accelerator_class(resource: str, node_selector: Mapping[str, str], known: Mapping[str, Accelerator] | None = None) -> str | None:
    """Class of the `known` ones (ours) that a resource name and node labels mean (`h100`), or None when they do not tell."""
    whole, labels = whole_resource(resource), _whole_product(node_selector)
    for each in (accelerators() if known is None else known).values():
        if each.resource == whole and each.selected_by(labels):
            return each.name
    return None


def accelerator_share(resource: str, node_selector: Mapping[str, str], known: Mapping[str, Accelerator] | None = None) -> Fraction | None:
    """Share of a whole card that one unit of this resource takes; None for a MIG profile nobody lists.

    A shared card (time slicing, MPS) counts whole: how many share it is known to the cluster only.
    """
    profile = _mig_profile(resource, node_selector)
    if not profile:
        return Fraction(1)
    classes = accelerators() if known is None else known
    name = accelerator_class(resource, node_selector, classes)
    cards = [classes[name]] if name else list(classes.values())
    return max((card.mig[profile] for card in cards if profile in card.mig), default=None)


def _mig_profile(resource: str, labels: Mapping[str, str]) -> str:
    """`1g.10gb` from the resource name or, with the `single` strategy, from the product label; else empty."""
    if resource.startswith(MIG_PREFIX):
        profile = resource.removeprefix(MIG_PREFIX)
    elif resource == "nvidia.com/gpu":
        profile = str(labels.get(_PRODUCT, "")).partition(_MIG_PRODUCT)[2]
    else:
        return ""
    return profile.removesuffix(".me").removesuffix("+me")


def _whole_product(labels: Mapping[str, str]) -> Mapping[str, str]:
    product = str(labels.get(_PRODUCT, ""))
    return {**labels, _PRODUCT: product.partition(_MIG_PRODUCT)[0]} if _MIG_PRODUCT in product else labels
