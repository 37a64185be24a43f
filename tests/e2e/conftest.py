from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cluster"))

from control_plane import ControlPlane, builder, seed


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[ControlPlane]:
    """A running API server, with the upstream definitions if CNAI_CRDS names their folder.

    Building one takes long, so only a run that asks for e2e (`-m e2e`) does.
    """
    folder, programs = builder().default_folder(), builder().PROGRAMS
    if request.config.getoption("markexpr") != "e2e" and not all((folder / name).exists() for name in programs):
        pytest.skip("no API server is built; `make e2e` builds one")
    upstream = os.environ.get("CNAI_CRDS")
    with ControlPlane(seed(Path(upstream)) if upstream else None) as plane:
        yield plane


@pytest.fixture(scope="session")
def crds(cluster: ControlPlane) -> set[str]:
    """Names of the CustomResourceDefinitions that the server has established."""
    if "CNAI_CRDS" not in os.environ:
        pytest.skip("CNAI_CRDS, the folder of upstream CRDs, is not set")
    return cluster.established()
