"""A variant that needs more than the cluster's platform has is refused at its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops import KServe


@pytest.mark.parametrize(("needs", "there"), [({"kserve": "0.99"}, "has kserve 0.20.0"), ({"nobody": "1.0"}, "pins no nobody")])
def test_what_the_profile_lacks(
    repository: Path, cnai: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, needs: dict[str, str], there: str
) -> None:
    monkeypatch.setattr(KServe, "needs", needs)
    done = cnai("build", "--root", repository)
    [component, version] = next(iter(needs.items()))
    words = f"serve.scorer: kserve needs {component} {version} or later, and the profile 2026.11 {there}"
    assert done.code == 1
    assert done.first.startswith(f"blueprints/fraud_detection.py:23:11: error[CNAI234]: {words}")


def test_what_the_profile_has_is_not_said(repository: Path, cnai: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KServe, "needs", {"kserve": "0.20", "kubernetes": "1.30"})
    assert cnai("build", "--root", repository).code == 0
