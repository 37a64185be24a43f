"""The graph: which nodes and edges a plan has, and pictures that hold what they say."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cnai_gitops import project
from cnai_gitops.errors import UsageError
from cnai_gitops.findings.plain import width
from cnai_gitops.plan.build import Plan, make_plan
from cnai_gitops.review.graph import Edge, Graph, Node, graph
from cnai_gitops.review.graph_svg import svg
from cnai_gitops.review.graph_text import as_json, dot, mermaid
from cnai_gitops.review.notebook import ShownGraph

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = 'a"]; </text><script>alert(1)</script>\x1b[31m\u202e`#\\'

WRITTEN = """\
flowchart LR
    n1[("fraud-features")]
    n2[("transactions")]
    subgraph n3g ["fraud-detection"]
        n3["prepare: features"]
        n4["train: scorer"]
        n5{{"model: scorer"}}
        n6(["serve: scorer"])
        n7["observe: service"]
    end
    n2 -->|reads| n3
    n3 -->|writes| n1
    n1 -->|reads| n4
    n4 -->|makes| n5
    n5 -->|serves| n6
    n6 -->|watches| n7
    n7 -.->|retrains| n4
"""


@pytest.fixture
def plan(repository: Path) -> Plan:
    return make_plan(project.load(repository))


def whole(stories: Path, env: str | None = None) -> Graph:
    return graph(make_plan(project.load(stories)), env=env)


def boxes(picture: str) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right and bottom of each node's box, by the texts in it."""
    found = {}
    for group in ElementTree.fromstring(picture).iter(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        assert rect is not None
        x, y, wide, high = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        found[" ".join(text.text or "" for text in group.iter(f"{SVG}text"))] = (x, y, x + wide, y + high)
    return found


def extent(text: ElementTree.Element) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a text, with letters as wide as the widest of common monospaced fonts."""
    size = 11 if "small" in text.attrib.get("class", "") else 13
    wide = 0.61 * size * width(text.text or "")
    x, y = float(text.attrib["x"]), float(text.attrib["y"])
    left = x - wide if text.attrib.get("text-anchor") == "end" else x
    return left, y - 0.8 * size, left + wide, y + 0.25 * size


def inside(inner: tuple[float, ...], outer: tuple[float, ...]) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def apart(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_graph_as_written(plan: Plan) -> None:
    assert mermaid(graph(plan)) == WRITTEN


def test_environment_adds_the_clusters_that_run_it(plan: Plan) -> None:
    drawn = graph(plan, env="prod", app="fraud-detection")
    assert [node.label for node in drawn.nodes if node.kind == "cluster"] == ["prod/eu1", "prod/eu2"]
    running = {(edge.source, edge.target) for edge in drawn.edges if edge.label == "runs on"}
    stages = [node.id for node in drawn.nodes if node.kind in ("prepare", "train", "serve", "observe")]
    assert running == {(stage, f"cluster.prod/{cluster}") for stage in stages for cluster in ("eu1", "eu2")}
    assert [edge for edge in drawn.edges if edge.label != "runs on"] == list(graph(plan).edges)


def test_a_stage_without_its_digest_is_not_there(repository: Path) -> None:
    release = repository / "environments/prod/fraud-detection.yaml"
    lines = release.read_text().splitlines(keepends=True)
    release.write_text("".join(line for line in lines if not line.startswith("  fraud-train:")))
    plan = make_plan(project.load(repository))
    drawn = graph(plan, env="prod")
    assert "fraud-detection.train.scorer" not in {node.id for node in drawn.nodes}
    assert "retrains" not in {edge.label for edge in drawn.edges}
    assert Edge("fraud-detection.model.scorer", "fraud-detection.serve.scorer", "serves") in drawn.edges


def test_drawing_adds_no_findings(repository: Path) -> None:
    release = repository / "environments/prod/fraud-detection.yaml"
    release.write_text(release.read_text().replace("timeout: 12h", "timeout: never"))
    plan = make_plan(project.load(repository))
    before = plan.findings
    assert graph(plan, env="prod").nodes
    assert plan.findings == before


def test_shared_data_is_one_node(stories: Path) -> None:
    drawn = whole(stories)
    orders = [node for node in drawn.nodes if node.label == "orders" and node.kind == "dataset"]
    assert [node.group for node in orders] == [""]
    readers = {edge.target.partition(".")[0] for edge in drawn.edges if edge.source == orders[0].id}
    assert readers == {"food-delivery", "logistics"}


def test_edges_join_nodes_that_exist(stories: Path) -> None:
    for env in (None, "dev", "prod"):
        drawn = whole(stories, env)
        ids = [node.id for node in drawn.nodes]
        assert len(ids) == len(set(ids))
        assert {end for edge in drawn.edges for end in (edge.source, edge.target)} <= set(ids)


def test_one_application_is_a_part_of_the_whole(stories: Path) -> None:
    plan = make_plan(project.load(stories))
    parts = [graph(plan, app=name) for name in plan.project.apps]
    assert {node for part in parts for node in part.nodes} == set(graph(plan).nodes)
    assert {edge for part in parts for edge in part.edges} == set(graph(plan).edges)


@pytest.mark.parametrize(
    ("env", "app", "message", "help_"),
    [
        ("qa", None, "environment 'qa' does not exist", "known: dev, prod"),
        (None, "froud", "application 'froud' does not exist", "known: fraud-detection"),
        ("dev", "fraud-detection", "fraud-detection is not released to dev", "it is released to prod"),
    ],
)
def test_unknown_choices_name_the_known_ones(repository: Path, env: str | None, app: str | None, message: str, help_: str) -> None:
    (repository / "environments/dev/fraud-detection.yaml").unlink()
    with pytest.raises(UsageError) as raised:
        graph(make_plan(project.load(repository)), env=env, app=app)
    assert (str(raised.value), raised.value.help) == (message, help_)


def test_json_has_everything(plan: Plan) -> None:
    data = json.loads(as_json(graph(plan, app="fraud-detection")))
    assert (data["apiVersion"], data["kind"], data["env"], data["app"]) == ("cnai/v1", "Graph", None, "fraud-detection")
    assert {"id": "fraud-detection.model.scorer", "label": "scorer", "kind": "model", "group": "fraud-detection"} in data["nodes"]
    assert {"source": "dataset.transactions", "target": "fraud-detection.prepare.features", "label": "reads"} in data["edges"]


def test_dot_names_every_node_and_edge(plan: Plan) -> None:
    text = dot(graph(plan))
    assert '"dataset.transactions" [label="transactions", shape=cylinder];' in text
    assert '"fraud-detection.observe.service" -> "fraud-detection.train.scorer" [label="retrains", style=dashed];' in text
    assert text.count("{") == text.count("}")
    assert text.count(" -> ") == len(graph(plan).edges)


def test_notebook_gets_text_and_a_picture(plan: Plan) -> None:
    drawn = graph(plan, env="prod")
    assert repr(drawn) == "Graph(all applications in prod: 9 nodes, 15 edges)"
    assert ShownGraph.of(drawn)._repr_mimebundle_() == {"text/plain": mermaid(drawn), "image/svg+xml": svg(drawn)}


# -- the picture ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("env", [None, "dev", "prod"])
def test_texts_lie_in_their_boxes(stories: Path, env: str | None) -> None:
    drawn = whole(stories, env)
    root = ElementTree.fromstring(svg(drawn))
    picture = tuple(map(float, root.attrib["viewBox"].split()))
    assert root[0].text == drawn.title
    groups = list(root.iter(f"{SVG}g"))
    assert len(groups) == len(drawn.nodes)
    for text in root.iter(f"{SVG}text"):
        assert inside(extent(text), picture), text.text
    for group, box in zip(groups, boxes_of(root), strict=True):
        assert all(inside(extent(text), box) for text in group.iter(f"{SVG}text")), box


def boxes_of(root: ElementTree.Element) -> list[tuple[float, float, float, float]]:
    found = []
    for rect in root.iter(f"{SVG}rect"):
        if rect.attrib["class"] == "box":
            x, y, wide, high = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
            found.append((x, y, x + wide, y + high))
    return found


@pytest.mark.parametrize("env", [None, "prod"])
def test_boxes_and_words_do_not_cover_each_other(stories: Path, env: str | None) -> None:
    drawn = whole(stories, env)
    root = ElementTree.fromstring(svg(drawn))
    words = [extent(text) for text in root.iter(f"{SVG}text") if "label" in text.attrib.get("class", "")]
    assert len(words) == len(drawn.edges)
    everything = [*boxes_of(root), *words]
    assert all(apart(one, other) for i, one in enumerate(everything) for other in everything[:i])


def test_data_flows_from_left_to_right(plan: Plan) -> None:
    places = boxes(svg(graph(plan, env="prod", app="fraud-detection")))
    order = ["transactions dataset", "features prepare", "fraud-features dataset", "scorer train", "scorer model", "scorer serve"]
    lefts = [places[name][0] for name in [*order, "service observe", "prod/eu1 cluster"]]
    assert lefts == sorted(set(lefts))
    assert places["prod/eu1 cluster"][0] == places["prod/eu2 cluster"][0]


def test_circles_are_drawn() -> None:
    nodes = tuple(Node(name, name, "dataset") for name in "abc")
    edges = tuple(Edge(pair[0], pair[1], "reads") for pair in ("ab", "bc", "ca", "ba", "aa"))
    picture = svg(Graph(nodes, edges))
    lefts = [box[0] for box in boxes(picture).values()]
    assert lefts == sorted(set(lefts))
    assert picture.count('class="arrow"') == len(edges)


def test_nothing_is_a_picture_too() -> None:
    root = ElementTree.fromstring(svg(Graph((), (), env="dev")))
    assert [text.text for text in root.iter(f"{SVG}text")] == ["all applications in dev: nothing to show"]


def test_no_script_and_both_colour_schemes(plan: Plan) -> None:
    picture = svg(graph(plan))
    assert {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(picture).iter()} == {
        "svg", "title", "style", "rect", "text", "path", "g"
    }  # fmt: skip
    assert "prefers-color-scheme:dark" in picture
    assert "http" not in picture.replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_hostile_names_stay_text() -> None:
    drawn = Graph((Node("a", HOSTILE, "dataset"), Node("b", HOSTILE, HOSTILE, HOSTILE)), (Edge("a", "b", HOSTILE),), HOSTILE, HOSTILE)
    root = ElementTree.fromstring(svg(drawn))
    assert f"{SVG}script" not in {element.tag for element in root.iter()}
    for text in (mermaid(drawn), dot(drawn), svg(drawn), as_json(drawn), repr(drawn)):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "<script" not in svg(drawn) + mermaid(drawn)
    assert json.loads(as_json(drawn))["nodes"][0]["label"] == HOSTILE
    labels = [line for line in mermaid(drawn).splitlines() if line.strip().startswith("n1[")]
    assert labels == [
        '    n1[("a#34;#93;#59; #60;/text#62;#60;script#62;alert#40;1#41;#60;/script#62;#92;x1b#91;31m#92;u202e#96;#35;#92;")]'
    ]
    assert '[label="a\\"]; </text><script>alert(1)</script>\\\\x1b[31m\\\\u202e`#\\\\", shape=cylinder];' in dot(drawn)


def test_wide_letters_have_room() -> None:
    narrow, wide = (boxes(svg(Graph((Node("a", label, "dataset"),), ()))) for label in ("datadatadata", "数据数据数据数据数据数据"))
    (one,), (other,) = narrow.values(), wide.values()
    assert other[2] - other[0] == one[2] - one[0] + 12 * 8
