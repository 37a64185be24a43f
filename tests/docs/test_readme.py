"""The README is true: its blueprint is one, its commands print what is shown, and it names the kinds that come out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from blocks import ROOT, Reader, blocks, commands, matches

from cnai_gitops import Blueprint, pipeline
from cnai_gitops.plan.build import Plan
from cnai_gitops.system.tools import Settings

README = ROOT / "README.md"


def test_commands(copied_stories: Path, tmp_path: Path, settings: Settings) -> None:
    assert Reader(copied_stories, tmp_path / "home").follow(README) == 2


def not_run(word: str) -> list[tuple[str, str]]:
    """(command, what is shown) of the block that the reader above leaves out and that has this word."""
    [block] = [block for block in blocks(README) if block.mark == "not run" and word in block.text]
    return list(commands(block))


def test_the_first_command_says_what_is_shown(copied_stories: Path, cnai: Callable[..., Any]) -> None:
    (command, shown), (other, _) = not_run("make demo")
    assert [command.split()[:2], other.split()[:2]] == [["make", "demo"], ["make", "test"]]
    recipe = re.search(r"^demo:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe
    said = ""
    for line in recipe[1].splitlines():
        done = cnai(*line.replace("\t$(CNAI) ", "").split(), "--root", copied_stories)
        said += done.err + done.out
    assert matches(f"...\n{shown}", said), said[-3000:]


def test_what_a_reviewer_gets(copied_stories: Path, tmp_path: Path, settings: Settings) -> None:
    reader = Reader(copied_stories, tmp_path / "home")
    before = "git init --quiet --initial-branch main && cnai build --quiet && git add . && git commit --quiet --message before"
    assert reader.shell(before)[0] == 0
    for command, shown in not_run("cnai promote"):
        _, printed = reader.shell(command)
        assert not shown.strip() or matches(shown, printed), printed


def test_blueprint() -> None:
    [code] = [block.text for block in blocks(README) if block.language == "python"]
    assert len(code.splitlines()) <= 12
    made: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), made)
    assert isinstance(made["fraud"], Blueprint)


def test_table_of_what_is_emitted(stories: Path) -> None:
    plan: Plan = pipeline.plan_of(stories)
    made = pipeline.resolve(plan, Settings.of({})).objects()
    emitted = {resource.key.kind for item in made for resource in item.resources}
    table = README.read_text(encoding="utf-8").partition("## What it emits")[2].partition("\n## ")[0]
    named = set(re.findall(r"\b[A-Z]+[a-z]+[A-Z]\w+|HTTPRoute|\bRole|\bService|\bNamespace|\bCohort|\bSensor|\bApplication", table))
    inside_workflows = {"SparkApplication", "RayJob", "TrainJob"}
    assert emitted - named == set()
    assert {name.removesuffix("s") for name in named} - {name.removesuffix("s") for name in emitted} - inside_workflows == {"OpenLineage"}


def test_links_lead_somewhere() -> None:
    documents = [README, ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
    broken = []
    for document in documents:
        text = re.sub(r"`[^`\n]*`", "", document.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            path, _, anchor = target.partition("#")
            if path.startswith("http"):
                continue
            file = document.parent / path if path else document
            if not file.exists() or (anchor and anchor not in anchors(file)):
                broken.append(f"{document.relative_to(ROOT)}: {target}")
    assert broken == []


def anchors(file: Path) -> set[str]:
    """Anchors of the headings of a Markdown file, as forges make them."""
    heads = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
