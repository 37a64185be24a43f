"""Lets the tests of the laws import what they share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cnai_gitops import pipeline
from cnai_gitops.plan.build import Plan

sys.path.insert(0, str(Path(__file__).resolve().parent))


@pytest.fixture(scope="session")
def story_plan(stories: Path) -> Plan:
    """The stories, read and related once."""
    plan = pipeline.plan_of(stories)
    assert [finding.message for finding in plan.findings if finding.fails] == []
    return plan
