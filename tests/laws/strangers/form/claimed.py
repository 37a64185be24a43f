"""Claimed: devices that a pod gets by a claim (dynamic resource allocation).

Must not: know other forms.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from cnai_gitops.contract.form import AcceleratorForm
from cnai_gitops.facts import Accelerator
from cnai_gitops.parts.pods import Held
from cnai_gitops.spec.base import Name


class Claimed(AcceleratorForm):
    """Devices of one device class."""

    kind: Literal["claimed"] = "claimed"
    device_class: Name = "gpu"
    """the cluster's DeviceClass"""

    def resource(self, card: Accelerator) -> str:
        """What quotas count."""
        return f"{card.name}.claims"

    def held(self, card: Accelerator, devices: int, claim: str) -> Held:
        """The claim alone: it also finds the node."""
        return Held(devices, claim=claim, tolerations=card.tolerations)

    def objects(self, card: Accelerator, devices: int, metadata: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The template of the claim."""
        request = {"name": "devices", "exactly": {"deviceClassName": self.device_class, "count": devices}}
        spec = {"spec": {"devices": {"requests": [request]}}}
        yield {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaimTemplate", "metadata": metadata, "spec": spec}


EXAMPLE = """
beside:
  serve: {name: scorer, model: bought}
  train: {name: scorer, image: train}
example:
  serve: {name: scorer, model: bought, accelerator: {type: h100, per_node: 2, form: {kind: claimed, device_class: nine}}}
  train: {name: scorer, image: train, accelerator: {type: h100, per_node: 2, form: {kind: claimed, device_class: nine}}}
  environment:
    clusters: {dev1: {accelerators: {h100: {form: {kind: claimed, device_class: nine}}}}}
other:
  Claimed: {device_class: five}
"""
