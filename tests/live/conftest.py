from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "cluster"))

RECORDED = HERE / "recorded"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-recorded", action="store_true", help="write anew what the real controllers did (refused in CI)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """They build and start much: a run has to ask for them."""
    if "live" not in (config.getoption("markexpr") or ""):
        asked = [item for item in items if "live" not in item.keywords or HERE not in item.path.parents]
        config.hook.pytest_deselected(items=[item for item in items if item not in asked])
        items[:] = asked


@pytest.fixture(scope="session", autouse=True)
def _root(request: pytest.FixtureRequest) -> None:
    """A network namespace and mounts of our own need root; a run that asks for live tests is not green without."""
    if os.geteuid() != 0 and any(HERE in item.path.parents for item in request.session.items):
        pytest.fail("the live tests need root: a network namespace and mounts of their own")


@pytest.fixture(scope="session")
def record(request: pytest.FixtureRequest) -> Callable[[str, str, Any], None]:
    """Hold what a real controller made against what it made before: record(COMPONENT-VERSION, NAME, data)."""
    update = request.config.getoption("--update-recorded", default=False)

    def held(component: str, name: str, data: Any) -> None:
        file = RECORDED / component / f"{name}.json"
        text = json.dumps(data, indent=1, sort_keys=True) + "\n"
        if update:
            assert not os.environ.get("CI"), "--update-recorded is refused in CI: records are changed by people who read the diff"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.exists(), f"{file.relative_to(HERE)} is not recorded yet; --update-recorded writes it"
        assert json.loads(file.read_text(encoding="utf-8")) == json.loads(text), f"{component} did something else than recorded in {name}"

    return held
