"""Adding a thing is one new file: a throw-away one of each kind works, and nothing else was edited."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import test_every_field as fields
import test_honours as honours
import test_kinds
import yaml
from examples import example_of, file_of, golden, merged, models_of

from cnai_gitops import pipeline
from cnai_gitops import resources as resources_package
from cnai_gitops.check.evidence import main_of
from cnai_gitops.check.objects.inventory import Inventory
from cnai_gitops.check.objects.ledger import findings as ledger_findings
from cnai_gitops.check.objects.ledger import peaks
from cnai_gitops.check.objects.payload import payload
from cnai_gitops.check.objects.queues import single_workload
from cnai_gitops.check.schemas.object_names import name_problems
from cnai_gitops.cli import commands
from cnai_gitops.cluster.live import Live
from cnai_gitops.cluster.preflight import judge
from cnai_gitops.facts.profiles import newest
from cnai_gitops.findings import formats
from cnai_gitops.plan.build import Plan
from cnai_gitops.resources.base import Body, Key, Resource, _by_name, kind_of, kinds
from cnai_gitops.review.diff import Change, Review, TargetReview, _restarts
from cnai_gitops.review.formats import warnings
from cnai_gitops.scaffold import new_policy
from cnai_gitops.source.meanings import _docstrings, meanings
from cnai_gitops.spec.engine import engines, variants
from cnai_gitops.system.tools import Settings

Snapshot = Callable[[Path], dict[str, bytes]]
Cnai = Callable[..., Any]

KIND = '''
"""Widgets of example.com."""
from cnai_gitops.resources.base import Ends, Kind, Owned, Pods, Queued, State, Unsaid

def _pods(body, world):
    yield Pods(body["spec"].get("size", 1), body["spec"]["pod"], "spec.pod")

def _carries(body, world):
    yield "spec.inner", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "inner"}}

KINDS = (
    Kind(
        group="example.com", version="v1", kind="Widget", plural="widgets", operator="widget-operator", rank=7,
        data="secret", stands_for="service", name_form="label", effective=_pods, carries=_carries,
        unsaid=Unsaid("spec.size", "the widget operator", 50), queued=Queued("kueue", "pod"),
        ends=Ends(State("phase", ("Done",)), State("phase", ("Broken",))),
        owned=(Owned("/spec/size", "widget-operator"), Owned("/spec/paused", "widget-operator")),
    ),
    Kind(group="example.com", version="v1", kind="WidgetTemplate", plural="widgettemplates", operator="widget-operator",
         runs="named", effective=_pods),
)
'''
FORMAT = '''
"""Shouting."""
def render(findings, context):
    return "\\n".join(finding.message.upper() for finding in findings)
'''
STRANGERS = Path(__file__).resolve().parent / "strangers"
"""An engine of each role that is not in the package, as a stranger would write it."""
ENGINES = {
    "step/wasm": ["- --fuel=9"],
    "train/local": ["- --threads=9"],
    "serve/plain": ["kind: Deployment", "replicas: 9"],
    "trigger/depth": ["type: metrics-api", 'targetValue: "9"'],
    "rollout/halves": ["name: example-scorer-canary", "weight: 9", "minReplicas: 1\n    maxReplicas: 2\n"],
    "signal/freshness": ["[9h])", "alert: ExampleStale"],
    "queue/yunikorn": ["queue: nine.risk-dev", "schedulerName: yunikorn"],
    "sweep/ends": ['{"nine": 0}', '{"nine": 1}'],
    "form/claimed": [
        "kind: ResourceClaimTemplate",
        "deviceClassName: nine",
        "resourceClaimTemplateName: example-serve-scorer-h100-2",
        "resourceClaimTemplateName: example-train-scorer-h100-2",
        "numProcPerNode: 2",
    ],
    "source/lake": ["lake://nine.example.com/rows"],
}
"""What each leads to in the manifests of its example."""
REFUSED = {"form/claimed": {"CNAI602"}}
"""Errors of a check: devices that come by a claim are not counted yet, and what is not counted does not pass."""


@pytest.fixture
def extended(tmp_path: Path) -> Iterator[Callable[[Any, str, str], None]]:
    """Puts a new module into one of our packages for the length of a test."""
    added: list[tuple[Any, str]] = []

    def add(package: Any, name: str, text: str) -> None:
        folder = tmp_path / package.__name__
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.py").write_text(text)
        package.__path__.append(str(folder))
        added.append((package, name))
        forget()

    yield add
    for package, name in added:
        package.__path__.remove(str(tmp_path / package.__name__))
        sys.modules.pop(f"{package.__name__}.{name}", None)
        vars(package).pop(name, None)
    forget()


def forget() -> None:
    """What was found once is remembered; a new file in a running process needs this."""
    importlib.invalidate_caches()
    for remembered in (engines, variants, kinds, _docstrings, honours.held, honours.full, example_of):
        remembered.cache_clear()
    _by_name.cache_clear()


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def build(root: Path, settings: Settings) -> pipeline.Built:
    built = pipeline.build(root, settings)
    assert [f"{f.location}: {f.message}" for f in built.findings if f.fails] == []
    return built


def plan(root: Path) -> Plan:
    found = pipeline.plan_of(root)
    assert [finding.message for finding in found.findings if finding.fails] == []
    return found


def room(name: str) -> Any:
    return importlib.import_module(f"cnai_gitops.engines.{name}")


@pytest.mark.parametrize("name", ENGINES)
def test_engine(name: str, extended: Callable[..., None], tmp_path: Path, settings: Settings, cnai: Cnai) -> None:
    """One file: it is known to YAML, built, checked, and found by the tests of all variants."""
    role, _, kind = name.partition("/")
    extended(room(role), kind, (STRANGERS / f"{name}.py").read_text())
    variant = engines()[role, kind]
    example = example_of(variant)
    parts = merged(example.beside, example.example)
    honours.lay(tmp_path, parts, {}, {})
    build(tmp_path, settings)
    rendered = tmp_path / "deploy/rendered/dev/dev1"
    text = "".join((rendered / owner / "manifest.yaml").read_text() for owner in ("_platform", "example"))
    assert [words for words in ENGINES[name] if words not in text] == []
    done = cnai("check", "--root", tmp_path, "-o", "json")
    assert {f["code"] for f in json.loads(done.out)["findings"] if f["severity"] == "error"} == REFUSED.get(name, set()), done.out
    assert all(words in golden(example) for words in ENGINES[name][:1])
    examine(role, kind)


def test_every_role_has_a_stranger() -> None:
    assert {name.partition("/")[0] for name in ENGINES} == {role for role, _ in engines()}


def test_engine_unknown_again_afterwards(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="got 'wasm'"):
        honours.lay(tmp_path, {"prepare": {"name": "rows", "engine": {"kind": "wasm", "image": "rows"}}}, {}, {})


FORGOTTEN = {
    "no example": ("EXAMPLE =", "SAMPLE =", "has no constant EXAMPLE"),
    "no other value": ("fuel: 5", "", "EXAMPLE has no other value of Wasm.fuel"),
    "an other value that is none": ("fuel: 5", "fuel: none", "is no Wasm.fuel"),
    "the same other value": ("fuel: 5", "fuel: 9", "EXAMPLE has no Wasm with another fuel than 9"),
    "a field without effect": ('[f"--fuel={self.fuel}"]', "[]", "Wasm.fuel has no effect"),
    "a field that is not there": ("fuel: 5", "fuel: 5, more: 1", "EXAMPLE: no fields of Wasm"),
    "an example of something else": ("{kind: wasm, image: rows, fuel: 9}", "{kind: container, image: rows}", "EXAMPLE does not use Wasm"),
    "a field that is not honoured": ("context.stage.env}", "{}}", "Wasm honours fields that have no effect"),
    "no kind": ('    kind: Literal["wasm"] = "wasm"\n', "    kind: str\n", "Wasm has no kind"),
    "no words": ('    """instructions that it may run"""\n', "", "Wasm.fuel has no words"),
}


@pytest.mark.parametrize("what", FORGOTTEN)
def test_what_is_forgotten_is_named(what: str, extended: Callable[..., None]) -> None:
    old, new, words = FORGOTTEN[what]
    text = (STRANGERS / "step/wasm.py").read_text()
    assert old in text
    extended(room("step"), "wasm", text.replace(old, new))
    with pytest.raises((AssertionError, ValueError, SystemExit, LookupError), match=re.escape(words)):
        examine("step", "wasm")


def examine(role: str, kind: str) -> None:
    """The tests of all variants, for one."""
    fields.test_every_engine_of_the_package_is_a_variant()
    variant = engines()[role, kind]
    example = example_of(variant)
    fields.assert_used(variant)
    assert golden(example)
    fields.test_other_values_are_of_fields_that_there_are()
    for model in models_of(variant):
        for name in fields.names_of(model):
            assert meanings(model).get(name), f"{file_of(variant)}: {model.__name__}.{name} has no words"
            fields.assert_effect(variant, model, name)
    if variant.decides:
        honours.test_what_a_variant_honours_has_an_effect(role, kind)


def test_resource_kind(extended: Callable[..., None], repository: Path, settings: Settings) -> None:
    extended(resources_package, "widgets", KIND)
    component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [widget.yaml]\n"
    widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w, namespace: risk-prod}\nspec: {size: 3}\n"
    write(repository, "environments/prod/patches/fraud-detection/kustomization.yaml", component)
    write(repository, "environments/prod/patches/fraud-detection/widget.yaml", widget)
    build(repository, settings)
    text = (repository / "deploy/rendered/prod/eu1/fraud-detection/manifest.yaml").read_text()
    assert text.index("kind: Widget") < text.index("kind: InferenceService")  # by its rank
    hub = (repository / "deploy/rendered/prod/hub/_argocd/manifest.yaml").read_text()
    assert "kind: Widget\n    jsonPointers:\n    - /spec/paused\n" in hub
    assert "/spec/size" not in hub  # git sets it


GPU = "nvidia.com/gpu"


def widget(kind: str = "Widget", **spec: Any) -> Body:
    pod = {"containers": [{"name": "main", "image": "a", "resources": {"limits": {GPU: 2}}}]}
    return {"apiVersion": "example.com/v1", "kind": kind, "metadata": {"name": "w", "namespace": "n"}, "spec": {"pod": pod, **spec}}


@pytest.fixture
def widgets(extended: Callable[[Any, str, str], None]) -> None:
    extended(resources_package, "widgets", KIND)


@pytest.mark.usefixtures("widgets")
def test_a_kind_is_counted_queued_and_bounded() -> None:
    world = Inventory([widget(size=3)])
    (demand,) = peaks(list(world)).values()
    assert demand.peak == {GPU: 6}
    assert single_workload(widget(size=3), world).peak == {GPU: 2}  # pod by pod
    bodies = [widget()]
    (finding,) = ledger_findings(bodies, peaks(bodies))
    assert finding.message == "Widget w: size is absent, so the widget operator goes up to 50"
    assert [path for path, _ in world.embedded(widget())] == ["spec.inner"]


@pytest.mark.usefixtures("widgets")
@pytest.mark.parametrize(("kind", "most"), [("Widget", 2), ("WidgetTemplate", 4)])
def test_a_workflow_holds_what_it_waits_for_only_until_it_ends(kind: str, most: int) -> None:
    made = {"action": "create", "manifest": yaml.safe_dump(widget(kind)), "successCondition": "status.phase == Done"}
    steps = [[{"name": name, "template": "make"}] for name in ("a", "b")]
    templates = [{"name": "main", "steps": steps}, {"name": "make", "resource": made}]
    meta = {"name": "t", "namespace": "n"}
    run = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": meta,
        "spec": {"entrypoint": "main", "templates": templates},
    }
    assert Inventory([run]).demand(run).peak == {GPU: most}


@pytest.mark.usefixtures("widgets")
def test_a_kind_stands_for_its_stage() -> None:
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": {}}
    resources = [Resource(body, stage="serve.a") for body in (deployment, widget("WidgetTemplate"), widget())]
    assert main_of(resources, "serve.a") is resources[2]
    gone = [Change("-", Key("apps", "Deployment", "n", "a")), Change("-", Key("example.com", "Widget", "n", "w"))]
    found = warnings(Review(targets=(TargetReview("dev/c", "app", tuple(gone), compared=2),)))
    assert ["Widget" in line for line in found] == [True, False]  # services first


@pytest.mark.usefixtures("widgets")
@pytest.mark.parametrize(("kind", "restarts"), [("Widget", True), ("WidgetTemplate", False)])
def test_a_change_of_a_kind_restarts_what_runs(kind: str, restarts: bool) -> None:
    old, new = widget(kind), widget(kind, pod={"containers": [{"name": "main", "image": "b"}]})
    assert _restarts(old, new) == restarts


@pytest.mark.usefixtures("widgets")
def test_a_kind_needs_its_operator() -> None:
    live = Live("1.37.0", {}, {}, (), frozenset())
    facts = {fact.name: fact for fact in judge(live, newest(), "workload")}
    assert "Widget WidgetTemplate of example.com/v1 not served" in facts["widget-operator"].cure


@pytest.mark.usefixtures("widgets")
def test_a_kind_has_its_own_form_of_names_and_keeps_its_secrets() -> None:
    kind = kind_of(widget())
    assert kind is not None
    body = {**widget(), "metadata": {"name": "a.b"}}
    assert [words for _, words in name_problems(body, kind)] == [
        "'a.b' must be a DNS label: lower-case letters, digits and `-`, a letter or digit at both ends"
    ]
    document = {"id": "dev/c/x", "env": "dev", "cluster": "c", "object": {**widget(), "data": {"a": "b"}}}
    assert [finding.message for finding in payload([document])] == ["data of a Widget is written out"]


@pytest.mark.parametrize(
    ("operator", "words"),
    [('operator="widget-operator", ', "Kubernetes has no such kind: say which operator"), ("widget-operator", "no operator of that name")],
)
def test_a_kind_that_nobody_serves_is_named(operator: str, words: str, extended: Callable[..., None]) -> None:
    extended(resources_package, "widgets", KIND.replace(operator, "" if "=" in operator else "nobody"))
    kind = kind_of(widget())
    assert kind is not None
    with pytest.raises(AssertionError, match=words):
        test_kinds.test_somebody_serves_every_kind(kind)


def test_a_group_of_several_files(extended: Callable[[Any, str, str], None], tmp_path: Path) -> None:
    """A package has its kinds in `kinds.py`; its model is not imported before somebody asks for it."""
    extended(resources_package, "unused", "")
    package = tmp_path / resources_package.__name__ / "gadgets"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "model.py").write_text("from typing import TypedDict\nclass Gadget(TypedDict):\n    size: int\n")
    kind = "Kind(group='example.com', version='v1', kind='Gadget', plural='gadgets', model=f'{__package__}.model')"
    (package / "kinds.py").write_text(f"from cnai_gitops.resources.base import Kind\nKINDS = ({kind},)\n")
    forget()
    found = kinds()["example.com/v1", "Gadget"]
    assert f"{resources_package.__name__}.gadgets.model" not in sys.modules
    assert list(found.typed_dict().__annotations__) == ["size"]  # type: ignore[union-attr]
    for name in [name for name in sys.modules if ".gadgets" in name]:
        del sys.modules[name]
    vars(resources_package).pop("gadgets")


def test_policy_of_an_organisation(repository: Path, settings: Settings, cnai: Cnai) -> None:
    build(repository, settings)
    assert cnai("check", "--root", repository).code == 0
    for path, text in new_policy("operations", "owner_named").items():
        write(repository, path, text.replace("cnai.dev/team", "cnai.dev/owner"))
    done = cnai("check", "--root", repository, "-o", "name")
    assert done.code == 1
    assert "operations.owner_named" in done.out


def test_environment(repository: Path, settings: Settings, snapshot: Snapshot) -> None:
    build(repository, settings)
    before = snapshot(repository / "deploy")
    text = (repository / "environments/dev/environment.yaml").read_text()
    write(repository, "environments/lab/environment.yaml", text.replace("name: dev\n", "name: lab\n").replace("dev1", "lab1"))
    build(repository, settings)
    after = snapshot(repository / "deploy")
    assert "rendered/lab/lab1/_platform/manifest.yaml" in after
    assert {p for p in before if before[p] != after.get(p)} <= {
        ".index/_platform.json",
        ".index/_argocd.json",
        "rendered/prod/hub/_argocd/manifest.yaml",
    }


def test_output_format(extended: Callable[..., None], repository: Path, cnai: Cnai) -> None:
    extended(formats, "shout", FORMAT)
    (repository / "blueprints/fraud_detection.py").unlink()
    done = cnai("check", "--root", repository, "-o", "shout")
    assert (done.code, done.first) == (1, "APPLICATION 'FRAUD-DETECTION' DOES NOT EXIST")


RUNTIME = """
# A server that is not in the package.
format: other
protocol: v2
image: other
command: [other-server]
args: ["--port=PORT"]
env: {HOME: /tmp}
metrics_port: 0
metrics_path: /metrics
ready: /ready
live: /live
paths: ["/v1/"]
requests: other_requests_total
errors: ""
p99_ms: max(other_ms{SELECTOR})
"""
COMMAND = '''
"""`cnai greet`: says hello."""
import typer

def command(name: str = typer.Argument(help="Whom.")) -> int:
    """Say hello."""
    print(f"hello {name}")
    return 0
'''
CODE = """
heading = "Strangers"

[CNAI999]
title = "Something of a stranger"
why = "It is new."
bad = "a"
good = "b"
fix = "Write b."
"""
TREE = ("cnai_gitops", "docs", "policies", "schemas", "tests", "tools", "README.md", "cnai.toml", "pyproject.toml")


@pytest.fixture
def copied(stories: Path, tmp_path: Path) -> Path:
    """The package and its tests in a folder that a test may add files to."""
    for name in TREE:
        source, to = stories / name, tmp_path / "copy" / name
        if source.is_dir():
            shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__", "evidence"))
        else:
            shutil.copy(source, to)
    return tmp_path / "copy"


def python(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in the copy, which then is the package that it imports."""
    env = {**os.environ, "PYTHONPATH": str(root)}
    env.pop("CI", None)
    return subprocess.run([sys.executable, *arguments], cwd=root, env=env, capture_output=True, text=True, timeout=300, check=False)


GOLDEN = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/golden/test_golden.py", "-k", "runtime or variant or left")


def test_runtime(copied: Path) -> None:
    """A file of facts; all else is written from it, and a golden file that is missing is named."""
    write(copied, "cnai_gitops/facts/runtimes/other.yaml", RUNTIME)
    done = python(copied, *GOLDEN)
    assert done.returncode == 1
    assert "tests/golden/runtime/other.yaml is missing: `make golden` writes it" in done.stdout
    assert python(copied, "tools/docs.py", "--check").returncode == 1
    for arguments in (("tools/docs.py",), ("-m", "cnai_gitops", "schemas", "write"), (*GOLDEN, "--update-golden"), GOLDEN):
        done = python(copied, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "runtime: other-" in (copied / "tests/golden/runtime/other.yaml").read_text()
    assert '"other"' in (copied / "cnai_gitops/facts/words.py").read_text()


def test_command(extended: Callable[..., None], cnai: Cnai) -> None:
    extended(commands, "greet", COMMAND)
    done = cnai("greet", "Ada")
    assert (done.code, done.out) == (0, "hello Ada\n")
    assert "greet" in cnai("--help").out


def test_code(copied: Path) -> None:
    write(copied, "cnai_gitops/findings/codes/900.toml", CODE)
    done = python(copied, "-m", "cnai_gitops", "explain", "CNAI999")
    assert "Something of a stranger" in done.stdout, done.stderr
    assert python(copied, "tools/docs.py").returncode == 0
    assert "CNAI999" in (copied / "docs/reference/codes.md").read_text()


def test_a_policy_without_a_bad_example_is_named(copied: Path, tool: Callable[[str], Any]) -> None:
    tool("conftest")
    for path, text in new_policy("operations", "owner_named").items():
        write(copied, path, text)
    (copied / "policies/operations/owner_named/examples/bad.yaml").unlink()
    done = python(copied, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/policies/test_examples.py", "-k", "known")
    assert done.returncode == 1
    assert "examples of operations.owner_named: ['good.yaml', 'unknown.yaml', 'waived.yaml']" in done.stdout


def test_field_of_an_engine(copied: Path) -> None:
    """Its file is edited, and no other; without its other value, a test names it."""
    file = copied / "cnai_gitops/engines/trigger/lag.py"
    text = file.read_text()
    field = "    messages_per_replica:"
    more = '    allow_idle: bool = False\n    """whether partitions without messages count"""\n'
    use = '                "tls": "enable",\n'
    assert field in text and use in text
    text = text.replace(field, more + field).replace(use, use + '                "allowIdleConsumers": str(self.allow_idle).lower(),\n')
    file.write_text(text)
    law = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/laws/test_every_field.py", "-k", "trigger-lag")
    done = python(copied, *law)
    assert done.returncode == 1
    assert "lag.py: EXAMPLE has no other value of Lag.allow_idle" in done.stdout
    file.write_text(text.replace("messages_per_replica: 7}", "messages_per_replica: 7, allow_idle: true}"))
    done = python(copied, *law)
    assert done.returncode == 0, done.stdout


def test_blueprint(repository: Path, settings: Settings, snapshot: Snapshot) -> None:
    build(repository, settings)
    before = snapshot(repository / "deploy")
    write(
        repository,
        "blueprints/fleet.py",
        "from cnai_gitops import Blueprint\nfleet = Blueprint(name='fleet', team='risk', purpose='routing')\n",
    )
    assert list(plan(repository).project.apps) == ["fleet", "fraud-detection"]
    write(repository, "environments/dev/fleet.yaml", "app: fleet\n")
    build(repository, settings)
    after = snapshot(repository / "deploy")
    assert "rendered/dev/dev1/fleet/manifest.yaml" in after
    assert all(content == after[path] for path, content in before.items() if "fraud-detection" in path)
