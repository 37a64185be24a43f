"""A review says what changes, deletions, refusals and restarts first, and never breaks the page it stands on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cnai_gitops.errors import UsageError
from cnai_gitops.findings import Finding
from cnai_gitops.resources.base import kinds
from cnai_gitops.review.diff import Review, _immutable, _restarts, between, compare
from cnai_gitops.review.formats import markdown, names, render
from cnai_gitops.review.page import QuotaRow, ReviewPage
from cnai_gitops.review.quota import bar, rows

Body = dict[str, Any]
PROD = ("prod/eu1", "scorer")
CONTEXT = ReviewPage(title="what this change does", base="0123456789ab", version="0.1.0")


def deployment(name: str = "scorer", image: str = "one", **more: Any) -> Body:
    spec = {
        "selector": {"matchLabels": {"app": name}},
        "template": {"spec": {"containers": [{"name": "main", "image": image}, {"name": "log", "image": "log"}]}},
        **more,
    }
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "risk-prod"}, "spec": spec}


def claim(name: str) -> Body:
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name, "namespace": "risk-prod"}, "spec": {}}


def test_text_says_what_must_be_read_first() -> None:
    changed = deployment(image="two")
    changed["spec"]["selector"] = {"matchLabels": {"app": "other"}}
    review = compare({PROD: [deployment(), claim("data")]}, {PROD: [changed, claim("cache")]}, ["scorer (prod) sets /spec/x of Deployment"])
    assert render("text", review, CONTEXT) == (
        "what this change does (base: 0123456789ab)\n"
        "\n"
        "!  deletes PersistentVolumeClaim/data on prod/eu1\n"
        "!  cannot change spec.selector of Deployment/scorer on prod/eu1: the API server refuses it\n"
        "!  restarts the pods of Deployment/scorer on prod/eu1\n"
        "!  escape hatch: scorer (prod) sets /spec/x of Deployment\n"
        "\n"
        "prod/eu1  scorer\n"
        "  + PersistentVolumeClaim/cache\n"
        "  - PersistentVolumeClaim/data\n"
        "  ~ Deployment/scorer\n"
        "      spec.selector.matchLabels.app                            scorer -> other\n"
        "      spec.template.spec.containers[main].image                one -> two\n"
        "\n"
        "+1 ~1 -1 of 3 objects, 1 restart(s)\n"
    )


def test_nothing_compared_is_no_good_news() -> None:
    assert "0 objects compared: this review says nothing" in render("text", compare({}, {}), CONTEXT)
    assert "no change in 1 objects" in render("text", compare({PROD: [deployment()]}, {PROD: [deployment()]}), CONTEXT)


def test_an_owner_that_is_gone_is_said_by_name() -> None:
    review = compare({PROD: [deployment()], ("prod/eu1", "old"): [claim("x")]}, {PROD: [deployment()]})
    assert review.gone == ("old",)
    assert "!  old is gone: nothing of it is left" in render("text", review, CONTEXT)


def test_lists_are_matched_by_name_and_their_order_is_no_change() -> None:
    other = deployment()
    other["spec"]["template"]["spec"]["containers"].reverse()
    (change,) = compare({PROD: [deployment()]}, {PROD: [other]}).targets[0].changes
    assert change.fields == ()


def test_values_of_another_type_differ() -> None:
    (change,) = compare({PROD: [deployment(replicas=1)]}, {PROD: [deployment(replicas="1")]}).targets[0].changes
    assert [(f.path, f.before, f.after) for f in change.fields] == [("spec.replicas", 1, "1")]


def test_embedded_manifests_are_compared_line_by_line() -> None:
    def workflow(count: int) -> Body:
        text = f"kind: TrainJob\nspec:\n  numNodes: {count}\n"
        templates = [{"name": "create", "resource": {"manifest": text}}]
        return {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "WorkflowTemplate",
            "metadata": {"name": "w"},
            "spec": {"templates": templates},
        }

    (change,) = compare({PROD: [workflow(1)]}, {PROD: [workflow(2)]}).targets[0].changes
    assert [(f.path, f.before, f.after) for f in change.fields] == [
        ("spec.templates[create].resource.manifest (line 3)", "  numNodes: 1", "  numNodes: 2")
    ]
    assert not change.restarts


def test_two_environments_are_compared_without_their_names() -> None:
    def body(env: str, cluster: str, low: int) -> Body:
        metadata = {"name": "scorer", "namespace": f"risk-{env}", "labels": {"cnai.dev/environment": env}}
        data = {"cluster": cluster, "low": low, "word": f"pre{env}"}
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}

    side = {("staging/s1", "scorer"): [body("staging", "s1", 1)], ("prod/p1", "scorer"): [body("prod", "p1", 2)]}
    review = between(side, "staging", "prod", {"s1": "p1"})
    (target,) = review.targets
    assert target.target == "staging/s1 -> prod/p1"
    assert [(f.path, f.before, f.after) for f in target.changes[0].fields] == [("data.low", 1, 2), ("data.word", "prestaging", "preprod")]


HOSTILE = "x`\n::error::</details><script>alert(1)</script>|@all\x1b[31m\u202e"


def hostile() -> Review:
    before, after = deployment(), deployment(image=HOSTILE)
    after["metadata"]["labels"] = {HOSTILE: HOSTILE}
    return compare({("prod/eu1", HOSTILE): [before]}, {("prod/eu1", HOSTILE): [after]}, [HOSTILE])


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
def test_hostile_text_stays_text(name: str) -> None:
    context = ReviewPage(title=HOSTILE, base="b", version="0.1.0", findings=[Finding(code="x.y", message=HOSTILE)], judged=True)
    text = render(name, hostile(), context)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\n::error" not in text
    if name == "markdown":  # nothing inside a code fence is markup, and no name can end one
        text = "".join(text.split("```")[::2])
        assert text.count("<details>") == text.count("</details>") == 1
    if name != "text":
        assert "<script" not in text


def test_json_holds_everything() -> None:
    data = json.loads(render("json", hostile(), CONTEXT))
    assert (data["apiVersion"], data["kind"]) == ("cnai/v1", "Review")
    assert data["targets"][0]["owner"] == HOSTILE
    assert data["targets"][0]["changes"][0]["restarts"] is True


def test_the_comment_fits_and_counts_what_it_leaves_out() -> None:
    before = {(f"prod/c{i}", f"app-{i}"): [deployment(image="a" * 100, **{f"k{j}": "b" * 100 for j in range(60)})] for i in range(40)}
    after = {key: [deployment(image="c" * 100, **{f"k{j}": "d" * 100 for j in range(60)})] for key in before}
    text = render("markdown", compare(before, after), CONTEXT)
    assert text.startswith("<!-- cnai:report -->\n")
    assert len(text) <= markdown.BUDGET
    assert text.count("<details>") == text.count("</details>") > 0
    assert text.count("```") % 2 == 0
    shown = text.count("<details>")
    assert f"{40 - shown} more not shown for length" in text


def test_html_needs_nothing_else() -> None:
    review = compare({PROD: [deployment()]}, {PROD: [deployment(image="two")]})
    quota = [QuotaRow("prod", "risk", "h100", 8, 24, 16)]
    text = render("html", review, ReviewPage(title="t", base="b", version="v", quota=quota))
    assert "<script" not in text
    assert "http" not in text
    assert "prod risk h100: 24 of 16 (over)" in text


def test_an_unknown_format_lists_the_formats() -> None:
    with pytest.raises(UsageError, match="there is no review format 'pdf'") as error:
        render("pdf", Review(), CONTEXT)
    assert error.value.help == f"the formats are {', '.join(names())}"


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (QuotaRow("prod", "risk", "h100", 12, 24, 48), "############............  24/48 (+12)"),
        (QuotaRow("prod", "risk", "h100", 34, 34, 32), "!!!!!!!!!!!!!!!!!!!!!!!!  34/32 over by 2"),
        (QuotaRow("prod", "risk", "h100", None, None, 8), "!!!!!!!!!!!!!!!!!!!!!!!!  unbounded"),
        (QuotaRow("prod", "risk", "h100", 1, 1, None), "????????????????????????  1, no quota declared"),
    ],
)
def test_bars(row: QuotaRow, text: str) -> None:
    assert bar(row) == text


def test_rows_put_the_older_ledger_beside() -> None:
    after = [
        {"env": "prod", "team": "risk", "class": "h100", "peak": 8, "quota": 16},
        {"env": "prod", "team": "", "class": "l4", "peak": 1, "quota": None},
    ]
    assert rows(after, []) == [QuotaRow("prod", "risk", "h100", 0, 8, 16)]
    assert rows(after) == [QuotaRow("prod", "risk", "h100", 8, 8, 16)]


def placed(pointer: str, value: str, body: Body) -> Body:
    """The body with a value at a JSON pointer."""
    *above, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    made: Body = json.loads(json.dumps(body))
    node = made
    for part in above:
        node = node.setdefault(part, {})
    node[last] = value
    return made


FIXED = [(key, pointer) for key, kind in sorted(kinds().items()) for pointer in kind.immutable]


@pytest.mark.parametrize(("key", "pointer"), FIXED, ids=lambda part: "/".join(part) if isinstance(part, tuple) else part)
def test_every_immutable_field_is_noticed(key: tuple[str, str], pointer: str) -> None:
    body = {"apiVersion": key[0], "kind": key[1], "metadata": {"name": "x", "namespace": "n"}}
    old, new = (list(_immutable(placed(pointer, value, body), placed(pointer, value, {**body, "data": value}))) for value in ("one", "two"))
    assert old == new == []
    assert len(list(_immutable(placed(pointer, "one", body), placed(pointer, "two", body)))) == 1


def test_a_field_with_a_slash_in_its_name_is_shown_as_it_is() -> None:
    mode = {"serving.kserve.io/deploymentMode": "Standard"}
    service = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "metadata": {"name": "s", "annotations": mode}}
    other = {**service, "metadata": {"name": "s", "annotations": {"serving.kserve.io/deploymentMode": "Knative"}}}
    assert list(_immutable(service, other)) == ["metadata.annotations.serving.kserve.io/deploymentMode"]


PREDICTOR = {
    "apiVersion": "serving.kserve.io/v1beta1",
    "kind": "InferenceService",
    "metadata": {"name": "s"},
    "spec": {"predictor": {"model": {}}},
}


@pytest.mark.parametrize(
    ("old", "new", "restarts"),
    [
        (placed("/spec/predictor/logger", "x", PREDICTOR), PREDICTOR, True),
        (PREDICTOR, placed("/spec/predictor/annotations/a", "b", PREDICTOR), True),
        (PREDICTOR, placed("/metadata/labels/a", "b", PREDICTOR), True),
        (PREDICTOR, placed("/spec/predictor/model/image", "x", PREDICTOR), True),
        (PREDICTOR, placed("/spec/predictor/maxReplicas", "x", PREDICTOR), False),
        (deployment(), placed("/spec/template/metadata/annotations/a", "b", deployment()), True),
        (deployment(), placed("/metadata/annotations/a", "b", deployment()), False),
    ],
)
def test_what_replaces_running_pods(old: Body, new: Body, restarts: bool) -> None:
    assert _restarts(old, new) is restarts
