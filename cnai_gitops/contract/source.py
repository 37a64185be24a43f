"""The role of sources: what datasets lie in, and what a pod must mount to read or write those that lie on volumes.

Must not: know a scheme by name, or make a volume.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from cnai_gitops.parts.pods import Data
from cnai_gitops.plan.names import fit
from cnai_gitops.spec.place import DatasetPlace
from cnai_gitops.spec.roles import SourceRole
from cnai_gitops.steps.contract import DATA_DIR

if TYPE_CHECKING:
    from cnai_gitops.resources.core.volume import Volume, VolumeMount


@dataclass(frozen=True, slots=True)
class Claim:
    """A PersistentVolumeClaim of the team's namespace by name, and a path inside its volume (empty: all of it)."""

    name: str
    path: str = ""


class Source(SourceRole):
    """What a dataset lies in. One that programs fetch from says nothing more than its schemes and encryptions."""

    honours: ClassVar[frozenset[str]] = frozenset({"encryption", "kms_key", "secret"})

    def claim(self, uri: str) -> Claim | None:
        """The claim that pods must mount to reach the place; None where programs fetch it."""
        return None


def claim_of(place: DatasetPlace) -> Claim | None:
    """The claim that holds a dataset, where pods must mount one."""
    source = place.source
    assert isinstance(source, Source)
    return source.claim(place.uri)


def path_of(dataset: str, claim: Claim) -> str:
    """Where containers find a dataset that lies on a volume, as a URI."""
    return f"file://{'/'.join(filter(None, (DATA_DIR, dataset, claim.path)))}"


@dataclass(frozen=True, slots=True)
class Mounted:
    """A dataset on a volume, as one stage uses it."""

    dataset: str
    claim: Claim
    writes: bool


def data_of(uses: Mapping[str, Mounted], named: Callable[[str, str], str] = lambda _, claim: claim) -> Data:
    """One volume for each claim, and each dataset at a folder of its own, read only unless it is written.

    A pod that names one claim in two volumes may never start, so datasets of one claim share a volume, which is called after
    the first of them. `named` says what stands for a claim, by that dataset and the claim's name.
    """
    by_claim: dict[str, list[Mounted]] = {}
    for use in uses.values():
        by_claim.setdefault(use.claim.name, []).append(use)
    volumes: list[Volume] = []
    mounts: list[VolumeMount] = []
    for claim, sharing in by_claim.items():
        name = fit(f"data-{sharing[0].dataset}", 63)
        volume: Volume = {"name": name, "persistentVolumeClaim": {"claimName": named(sharing[0].dataset, claim)}}
        if not any(use.writes for use in sharing):
            volume["persistentVolumeClaim"]["readOnly"] = True
        volumes.append(volume)
        for use in sharing:
            mount: VolumeMount = {"name": name, "mountPath": f"{DATA_DIR}/{use.dataset}"}
            mounts.append(mount if use.writes else {**mount, "readOnly": True})
    return Data(volumes, mounts)
