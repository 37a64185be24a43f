"""Cards: what they say, and that nothing in them is markup but their own."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops import project
from cnai_gitops.findings import Finding, Location, Severity
from cnai_gitops.resources.base import Resource
from cnai_gitops.review.cards import MOST, blueprint_card, diff_card, findings_card, resources_card
from cnai_gitops.review.diff import compare
from cnai_gitops.spec.blueprint import Blueprint

HOSTILE = "</td><script>alert(1)</script>\x1b[31m\u202e&\"'"
SHOWN = "</td><script>alert(1)</script>\\x1b[31m\\u202e&\"'"


class Table(HTMLParser):
    """Rows and tags of a card."""

    def __init__(self, card: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.caption = ""
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self._cell = ""
        self.feed(card)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self._cell = ""
        if tag == "tr":
            self.rows.append([])

    def handle_data(self, data: str) -> None:
        self._cell += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.rows[-1].append(self._cell)
        elif tag == "strong":
            self.caption = self._cell


def body(kind: str, name: str, **spec: object) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "risk-prod"}, "data": spec}


@pytest.fixture
def apps(stories: Path) -> dict[str, Blueprint]:
    return {name: entry.value for name, entry in project.load(stories).apps.items()}


def test_blueprint_card_says_what_each_stage_does(apps: dict[str, Blueprint]) -> None:
    table = Table(blueprint_card(apps["fraud-detection"]))
    assert table.caption == "fraud-detection: team risk, purpose fraud-detection"
    assert table.rows == [
        ["stage", "engine", "data and models", "capacity", "runs"],
        ["prepare.features", "spark", "transactions → fraud-features", "-", "0 2 * * * Etc/UTC"],
        ["train.scorer", "trainer", "fraud-features → model scorer", "4 h100 on each of 2 nodes", "0 4 * * 6 Etc/UTC"],
        ["serve.scorer", "kserve, triton", "fraud-features, model scorer", "1 l4", "always, scaled by rate"],
        ["observe.service", "-", "watches every service", "-", "drift 17 * * * *, then retrain"],
    ]


def test_blueprint_card_leaves_out_what_an_engine_ignores(apps: dict[str, Blueprint]) -> None:
    assert ["serve.models", "rayservice", "stops", "-", "always"] in Table(blueprint_card(apps["logistics"])).rows


def test_blueprint_card_names_the_engine_of_each_step(apps: dict[str, Blueprint]) -> None:
    assert Table(blueprint_card(apps["grocer-recs"])).rows[1][1] == "join: spark, encode: ray, merge: container"


def test_every_blueprint_shows_itself(apps: dict[str, Blueprint]) -> None:
    for app in apps.values():
        assert app._repr_html_() == blueprint_card(app)
        assert len(Table(blueprint_card(app)).rows) == 1 + len(list(app.stages()))


def test_resources_card_keeps_the_order() -> None:
    resources = [Resource(body("ConfigMap", "b"), "serve.scorer"), Resource(body("ConfigMap", "a"))]
    table = Table(resources_card(resources))
    assert table.caption == "2 objects"
    assert table.rows[1:] == [["ConfigMap", "b", "risk-prod", "serve.scorer", "v1"], ["ConfigMap", "a", "risk-prod", "-", "v1"]]


def test_findings_card_shows_waived_ones_and_counts_failures() -> None:
    place = Location("blueprints/fraud.py", 4, 9)
    findings = [
        Finding(code="CNAI210", message="dataset 'x' does not exist", location=place, help="known: y"),
        Finding(code="security.root", message="runs as root", resource="apps/Deployment/risk/a", waiver="w1"),
        Finding(code="CNAI601", message="near", severity=Severity.WARNING, target="prod/eu1"),
    ]
    table = Table(findings_card(iter(findings)))
    assert table.caption == "1 of 3 findings fail"
    assert table.rows[1:] == [
        ["error", "blueprints/fraud.py:4:9", "CNAI210", "dataset 'x' does not exist", "known: y"],
        ["waived (w1)", "apps/Deployment/risk/a", "security.root", "runs as root", ""],
        ["warning", "prod/eu1", "CNAI601", "near", ""],
    ]


def test_no_findings_are_said() -> None:
    assert findings_card([]) == "<p>no findings</p>"


def test_diff_card_has_a_row_for_each_field() -> None:
    before = {("prod/eu1", "fraud"): [body("ConfigMap", "a", n="1", same="x", old="y"), body("ConfigMap", "old")]}
    after = {("prod/eu1", "fraud"): [body("ConfigMap", "a", n="2", same="x"), body("ConfigMap", "new")]}
    table = Table(diff_card(compare(before, after)))
    assert table.caption == "+1 ~1 -1 of 3 objects, 0 restart(s)"
    assert table.rows == [
        ["target", "owner", "object", "field", "before", "after"],
        ["prod/eu1", "fraud", "~ changed ConfigMap/a", "data.n", "1", "2"],
        ["prod/eu1", "fraud", "~ changed ConfigMap/a", "data.old", "y", "-"],
        ["prod/eu1", "fraud", "+ new ConfigMap/new", "", "", ""],
        ["prod/eu1", "fraud", "- gone ConfigMap/old", "", "", ""],
    ]


def deployment(image: str, label: str) -> dict[tuple[str, str], list[dict[str, Any]]]:
    template = {"metadata": {"labels": {"app": label}}, "spec": {"containers": [{"name": "main", "image": image}]}}
    spec = {"selector": {"matchLabels": {"app": label}}, "template": template}
    return {
        ("prod/eu1", "fraud"): [{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "n"}, "spec": spec}]
    }


def test_diff_card_says_restarts_and_refusals_before_the_fields() -> None:
    rows = Table(diff_card(compare(deployment("a:1", "x"), deployment("a:2", "y")))).rows
    assert rows[1][2:] == ["~ changed Deployment/d", "restarts its pods; cannot change: spec.selector", "", ""]
    assert ["~ changed Deployment/d", "spec.template.spec.containers[main].image", "a:1", "a:2"] in [row[2:] for row in rows]


def test_no_change_says_how_much_was_compared() -> None:
    side = {("prod/eu1", "fraud"): [body("ConfigMap", "a")]}
    assert Table(diff_card(compare(side, side))).caption == "no change in 1 objects"
    assert Table(diff_card(compare({}, {}))).caption == "0 objects compared: this review says nothing"


def test_long_cards_count_what_they_leave_out() -> None:
    card = resources_card([Resource(body("ConfigMap", f"c{i}")) for i in range(MOST + 3)])
    assert len(Table(card).rows) == 1 + MOST + 1
    assert Table(card).rows[-1] == ["3 more rows are not shown"]


def hostile_cards() -> Iterator[str]:
    evil = Resource({"apiVersion": HOSTILE, "kind": HOSTILE, "metadata": {"name": HOSTILE, "namespace": HOSTILE}}, HOSTILE)
    yield resources_card([evil])
    yield findings_card([Finding(code=HOSTILE, message=HOSTILE, location=Location(HOSTILE, 1), help=HOSTILE, waiver=HOSTILE)])
    yield diff_card(compare({(HOSTILE, HOSTILE): [body("ConfigMap", HOSTILE, **{HOSTILE: "1"})]}, {(HOSTILE, HOSTILE): []}))
    before, after = ({("p/c", HOSTILE): [body("ConfigMap", HOSTILE, **{HOSTILE: value})]} for value in (HOSTILE, "x"))
    yield diff_card(compare(before, after))
    yield blueprint_card(Blueprint(name="a", team="t", purpose="p", description=HOSTILE))


def test_hostile_text_stays_text() -> None:
    for card in hostile_cards():
        table = Table(card)
        assert table.tags <= {"table", "caption", "strong", "thead", "tbody", "tr", "th", "td", "p"}
        assert table.attributes <= {"style", "colspan"}
        assert "\x1b" not in card
        assert "\u202e" not in card
        assert "<script" not in card
        assert "&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[31m\\u202e" in card


def test_hostile_names_are_shown_as_they_are() -> None:
    (row,) = Table(resources_card([Resource({"apiVersion": "v1", "kind": HOSTILE, "metadata": {"name": "a"}})])).rows[1:]
    assert row[0] == SHOWN
