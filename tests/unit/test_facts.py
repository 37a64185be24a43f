"""Facts about accelerators: complete, dated, and told apart by their labels."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from cnai_gitops.facts import accelerator_class, accelerator_share, accelerators
from cnai_gitops.resources.accelerators import is_accelerator


@pytest.mark.parametrize("name", accelerators())
def test_every_class_is_found_by_each_of_its_labels_and_by_no_others(name: str) -> None:
    accelerator = accelerators()[name]
    for labels in (accelerator.selector, *accelerator.also):
        assert labels
        assert accelerator_class(accelerator.resource, {**labels, "zone": "a"}) == name
    assert accelerator_class(accelerator.resource, {}) is None


@pytest.mark.parametrize("name", accelerators())
def test_every_class_has_its_numbers_and_a_dated_source(name: str) -> None:
    accelerator = accelerators()[name]
    assert is_accelerator(accelerator.resource)
    assert accelerator.memory_gib > 0
    assert accelerator.tdp_watts is None or accelerator.tdp_watts > 0
    assert re.search(r"20[0-9]{2}-[01][0-9]$", accelerator.source)
    assert all(0 < share <= 1 for share in accelerator.mig.values())


def test_slices_are_exact_fractions_of_their_card() -> None:
    h100 = accelerators()["h100"].selector
    assert accelerator_share("nvidia.com/mig-1g.10gb", h100) == Fraction(1, 7)
    assert accelerator_share("nvidia.com/mig-3g.40gb", h100) == Fraction(1, 2)
    assert accelerator_share("nvidia.com/mig-1g.18gb", h100) is None
    assert accelerator_share("nvidia.com/mig-1g.18gb", {}) == Fraction(1, 7)


def test_a_slice_under_the_single_strategy_is_named_by_the_product_label() -> None:
    labels = {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3-MIG-1g.10gb"}
    assert accelerator_class("nvidia.com/gpu", labels) == "h100"
    assert accelerator_share("nvidia.com/gpu", labels) == Fraction(1, 7)
