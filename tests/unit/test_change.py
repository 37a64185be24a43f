"""A canary's life, written into the release: each step, the way back, and what is refused before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops import pipeline
from cnai_gitops.change.canary import promote, roll_back
from cnai_gitops.change.edit import Edited
from cnai_gitops.errors import UsageError
from cnai_gitops.findings import exit_code

Cnai = Callable[..., Any]
NEW = f"sha256:{'1' * 64}"
FOOD = "environments/staging/food-delivery.yaml"
MODEL = "sha256:9ceb8c8f456f770645cdf26dc5a845efe57e414c8e37dfd4dc5cd9d1893a1ae8"

# -- one edit of a text ---------------------------------------------------------------------------------

TEXT = """\
# head
app: x  # said

serve.s:
  # above the model
  model: old   # trailing

  canary:  # being tried
    # inside
    model: new

    weight: 5
  # below the canary
  scaling: {min: 1, max: 2}
# the rest
clusters:
  eu: {}
"""


def test_another_value_in_place() -> None:
    edited = Edited(TEXT)
    edited.set(("serve.s", "canary", "weight"), 50)
    edited.set(("serve.s", "model"), "newer")
    edited.set(("serve.s", "scaling", "max"), 9)
    assert edited.text == TEXT.replace("weight: 5", "weight: 50").replace("model: old ", "model: newer ").replace("max: 2", "max: 9")


def test_a_block_goes_and_the_comments_around_it_stay() -> None:
    edited = Edited(TEXT)
    edited.remove(("serve.s", "canary"))
    assert edited.text == TEXT.replace("  canary:  # being tried\n    # inside\n    model: new\n\n    weight: 5\n", "")


def test_a_key_more() -> None:
    edited = Edited(TEXT)
    edited.add(("serve.s", "canary"), "previous", "older")
    edited.add(("serve.s", "model"), "next", {"a": "b", "n": 1})
    edited.add(("app",), "flag", True)
    assert edited.text == TEXT.replace("    weight: 5\n", "    weight: 5\n  previous: older\n").replace(
        "  model: old   # trailing\n", "  model: old   # trailing\n  next:\n    a: b\n    n: 1\n"
    ).replace("app: x  # said\n", "app: x  # said\nflag: true\n")


def test_line_endings_and_a_missing_last_one() -> None:
    edited = Edited("a: 1\r\nb:\r\n  c: 2\r\n  d: 3")
    edited.add(("b", "d"), "e", {"f": 1})
    edited.remove(("b", "c"))
    assert edited.text == "a: 1\r\nb:\r\n  d: 3\r\n  e:\r\n    f: 1\r\n"


def test_what_is_written_on_one_line_neither_grows_nor_shrinks() -> None:
    edited = Edited(TEXT)
    for change in (lambda: edited.remove(("serve.s", "scaling", "min")), lambda: edited.add(("serve.s", "scaling", "min"), "x", 1)):
        with pytest.raises(UsageError, match=r"serve\.s\.scaling\.min shares its line with others"):
            change()
    with pytest.raises(UsageError, match=r"serve\.s\.scaling is no single value"):
        edited.set(("serve.s", "scaling"), 1)
    with pytest.raises(KeyError, match=r"serve\.s\.none"):
        edited.set(("serve.s", "none"), 1)
    assert edited.text == TEXT


# -- a canary's life ------------------------------------------------------------------------------------


def pins(root: Path) -> dict[str, Any]:
    """What the release of food-delivery in staging pins, after a build has nothing to object."""
    plan = pipeline.plan_of(root)
    assert exit_code(plan.findings) == 0
    return dict(plan.project.releases["staging", "food-delivery"].value.stages["serve.ranker"])


def test_from_a_new_model_to_the_way_back(copied_stories: Path, cnai: Cnai) -> None:
    def run(*arguments: str) -> list[str]:
        done = cnai(*arguments, "-e", "staging", "--root", copied_stories)
        assert done.code == 0, done.err
        return list(done.out.replace(f"{FOOD}: serve.ranker.", "").splitlines())

    before = (copied_stories / FOOD).read_text()
    assert run("promote", "food-delivery", "--model", NEW) == ["canary: sha256:111111111111 with 20 % of the requests"]
    assert pins(copied_stories)["canary"] == {"model": NEW, "weight": 20}
    assert run("promote", "food-delivery", "serve.ranker") == ["canary.weight: 20 -> 60"]
    assert run("promote", "food-delivery") == [
        f"model: {MODEL[:19]} -> sha256:111111111111",
        f"previous: {MODEL[:19]}",
        "canary: removed",
    ]
    assert {key: pins(copied_stories).get(key) for key in ("model", "previous", "canary")} == {
        "model": NEW,
        "previous": MODEL,
        "canary": None,
    }
    assert run("rollback", "food-delivery") == [f"rollback: true, every request goes to {MODEL[:19]}"]
    assert pins(copied_stories)["rollback"] is True
    assert run("rollback", "food-delivery", "--finish") == [f"model: sha256:111111111111 -> {MODEL[:19]}", "previous, rollback: removed"]
    assert (copied_stories / FOOD).read_text() == before

    run("promote", "food-delivery", "--model", NEW)
    assert run("rollback", "food-delivery") == ["canary: removed"]
    assert (copied_stories / FOOD).read_text() == before


def test_a_second_promotion_replaces_the_previous_model(copied_stories: Path) -> None:
    file = copied_stories / FOOD
    file.write_text(
        file.read_text().replace(f"  model: {MODEL}\n", f"  model: {MODEL}\n  previous: {NEW}\n  canary: {{model: {NEW}, weight: 60}}\n")
    )
    change = promote(pipeline.plan_of(copied_stories), "food-delivery", "staging")
    assert f"  model: {NEW}\n  previous: {MODEL}\n" in change.text
    assert "canary" not in change.text


@pytest.mark.parametrize(
    ("pinned", "act", "words"),
    [
        ("", promote, "serve.ranker of food-delivery in staging has no canary"),
        ("", roll_back, "serve.ranker of food-delivery in staging has neither a canary nor a previous model"),
        (f"  previous: {NEW}\n  rollback: true\n", promote, "serve.ranker of food-delivery in staging is rolled back"),
        (f"  previous: {NEW}\n  rollback: true\n", roll_back, "serve.ranker of food-delivery in staging is rolled back already"),
        (f"  canary: {{model: {NEW}, weight: 20}}\n", lambda *a: promote(*a, model=NEW), "has a canary already, sha256:111111111111"),
        ("", lambda *a: promote(*a, model=MODEL), f"serves {MODEL[:19]} already"),
        ("", lambda *a: promote(*a, model="latest"), "'latest' is no digest"),
        ("", lambda *a: promote(*a, model=f"{NEW}\nx: 1"), "is no digest"),
        ("", lambda *a: roll_back(*a, finish=True), "is not rolled back"),
        ("", lambda plan, _, env: promote(plan, "nobody", env), "there is no application 'nobody'"),
        ("", lambda plan, app, _: promote(plan, app, "moon"), "food-delivery is not deployed to 'moon'"),
        ("", lambda *a: promote(*a, "serve.other"), "food-delivery has no stage 'serve.other'"),
        (f"clusters:\n  stage1:\n    serve.ranker: {{previous: {NEW}}}\n", promote, "cluster stage1 has its own previous"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(copied_stories: Path, pinned: str, act: Any, words: str) -> None:
    file = copied_stories / FOOD
    text = file.read_text()
    at = f"  model: {MODEL}\n"
    file.write_text(text + pinned if pinned.startswith("clusters") else text.replace(at, at + pinned))
    with pytest.raises(UsageError) as refused:
        act(pipeline.plan_of(copied_stories), "food-delivery", "staging")
    assert words in str(refused.value)
    assert refused.value.help


def test_the_command_line_says_what_it_lacks(copied_stories: Path, cnai: Cnai) -> None:
    done = cnai("promote", "food-delivery", "--root", copied_stories)
    assert (done.code, done.err) == (2, "error: no environment is named\n  help: for example `-e prod`\n")
    (copied_stories / FOOD).write_text("app: [")
    done = cnai("rollback", "food-delivery", "-e", "staging", "--root", copied_stories)
    assert done.code == 1
    assert f"{FOOD}:1:7: error[CNAI104]" in done.out
    assert (copied_stories / FOOD).read_text() == "app: ["


def test_a_mistake_elsewhere_does_not_hold_up_the_way_back(copied_stories: Path, cnai: Cnai) -> None:
    (copied_stories / "environments/dev/grocer-recs.yaml").write_text("app: [")
    assert cnai("rollback", "festival-recs", "-e", "prod", "--root", copied_stories).code == 0


def test_a_canary_that_goes_with_the_rollback_is_said(copied_stories: Path) -> None:
    file = copied_stories / FOOD
    at = f"  model: {MODEL}\n"
    file.write_text(file.read_text().replace(at, f"{at}  previous: {NEW}\n  rollback: true\n  canary: {{model: {NEW}, weight: 20}}\n"))
    change = roll_back(pipeline.plan_of(copied_stories), "food-delivery", "staging", finish=True)
    assert change.done[-1] == "serve.ranker.previous, rollback, canary: removed"
