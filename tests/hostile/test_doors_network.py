"""Every text of a kustomization, and of what it includes, by which kustomize could fetch something: refused where it is written."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from spoiling import COMPONENT, PATCHES, component, write

from cnai_gitops.findings import Finding
from cnai_gitops.patches.names import outside
from cnai_gitops.source.yaml import parse
from cnai_gitops.system.process import apart, run

Refused = Callable[..., list[str]]
KUSTOMIZATION = f"{PATCHES}/kustomization.yaml"

EVIL = {
    "https": "https://example.com/a.yaml",
    "metadata service": "http://169.254.169.254/latest",
    "scp": "git@example.com:a/b.git",
    "getter": "git::https://example.com/a",
    "query": "example.com/a.git?ref=v1",
    "github": "GitHub.com/a/b",
    "out and back": "https://x/../../here.yaml",
    "through a folder": "x/../here.yaml",
    "outside": "../../../../../outside.yaml",
    "absolute": "/etc/passwd",
    "nobody": "nobody.yaml",
}
"""What is written instead of the name of a file of the folder; `here.yaml` is one."""

PLUGIN = "apiVersion: builtin\n  kind: {}\n  metadata: {{name: x}}\n"


def plugin(field: str, kind: str, rest: str) -> str:
    """A configuration that is written where its file could be named."""
    return f"{field}:\n- |\n  {PLUGIN.format(kind)}  {rest}\n"


PLACES = {
    "resources": ("resources:\n- 'EVIL'\n", 4),
    "components": ("components:\n- 'EVIL'\n", 4),
    "bases": ("bases:\n- 'EVIL'\n", 4),
    "crds": ("crds:\n- 'EVIL'\n", 4),
    "crds, nested": ("crds:\n- [['EVIL']]\n", 4),
    "configurations": ("configurations:\n- 'EVIL'\n", 4),
    "generators": ("generators:\n- 'EVIL'\n", 4),
    "transformers": ("transformers:\n- 'EVIL'\n", 4),
    "validators": ("validators:\n- 'EVIL'\n", 4),
    "openapi": ("openapi:\n  path: 'EVIL'\n", 4),
    "patches": ("patches:\n- path: 'EVIL'\n", 4),
    "patchesStrategicMerge": ("patchesStrategicMerge:\n- 'EVIL'\n", 4),
    "patchesJson6902": ("patchesJson6902:\n- target: {version: v1, kind: Service, name: x}\n  path: 'EVIL'\n", 5),
    "replacements": ("replacements:\n- path: 'EVIL'\n", 4),
    "files": ("configMapGenerator:\n- name: x\n  files:\n  - 'EVIL'\n", 6),
    "files with a key": ("configMapGenerator:\n- name: x\n  files:\n  - 'key=EVIL'\n", 6),
    "envs": ("configMapGenerator:\n- name: x\n  envs:\n  - 'EVIL'\n", 6),
    "envs, with a name behind": ("secretGenerator:\n- name: x\n  envs:\n  - 'EVIL?a=here.yaml'\n", 6),
    "env": ("secretGenerator:\n- name: x\n  env: 'EVIL'\n", 5),
    "inline generator": (plugin("generators", "ConfigMapGenerator", "files: ['EVIL']"), 4),
    "inline generator's envs": (plugin("generators", "SecretGenerator", "envs: ['EVIL']"), 4),
    "inline transformer": (plugin("transformers", "PatchTransformer", "path: 'EVIL'"), 4),
    "on one line": ("transformers:\n- \"{apiVersion: builtin, kind: PatchTransformer, metadata: {name: x}, path: 'EVIL'}\"\n", 4),
    "inline transformer's paths": (plugin("transformers", "PatchStrategicMergeTransformer", "paths: ['EVIL']"), 4),
    "inline transformer's replacement": (plugin("transformers", "ReplacementTransformer", "replacements: [{path: 'EVIL'}]"), 4),
    "inline validator": (plugin("validators", "PatchTransformer", "path: 'EVIL'"), 4),
    "the second of two inline": (
        "transformers:\n- |\n  apiVersion: builtin\n  kind: LabelTransformer\n  metadata: {name: x}\n  ---\n"
        "  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: z}\n  path: 'EVIL'\n",
        4,
    ),
}


@pytest.fixture
def folder(root: Path) -> Path:
    write(f"{PATCHES}/here.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: here}\n")(root)
    return root


def places(found: list[str]) -> list[tuple[str, str]]:
    """File and line, code and message of each error."""
    return [(line.split(":")[0] + ":" + line.split(":")[1], line.partition("error[")[2][:7]) for line in found]


def said(text: str) -> list[Finding]:
    own = {KUSTOMIZATION: COMPONENT + text, f"{PATCHES}/here.yaml": "a: 1\n"}
    return list(outside(parse(own[KUSTOMIZATION], KUSTOMIZATION), own))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("evil", EVIL)
def test_nothing_is_fetched_from_anywhere(place: str, evil: str) -> None:
    text, line = PLACES[place]
    (found,) = said(text.replace("EVIL", EVIL[evil]))
    assert (found.code, str(found.location).split(":")[:2]) == ("CNAI108", [KUSTOMIZATION, str(line)])
    assert found.message == f"{found.message.removesuffix(' is not a file of the patch folders')} is not a file of the patch folders"


@pytest.mark.parametrize(("place", "evil"), list(zip(PLACES, itertools.cycle(EVIL), strict=False)))
def test_a_build_that_would_fetch_is_refused(folder: Path, refused: Refused, place: str, evil: str) -> None:
    text, line = PLACES[place]
    component(text.replace("EVIL", EVIL[evil]))(folder)
    assert places(refused()) == [(f"{KUSTOMIZATION}:{line}", "CNAI108")]


@pytest.mark.parametrize("place", PLACES)
def test_a_file_of_the_folder_may_be_named(place: str) -> None:
    """The same places are no findings with a name that is one; configurations are looked into."""
    text, _ = PLACES[place]
    found = said(text.replace("EVIL", "here.yaml"))
    plugin = place in ("generators", "transformers", "validators")
    behind = place == "envs, with a name behind"
    assert [finding.code for finding in found] == (["CNAI239"] if plugin else ["CNAI108"] if behind else [])


@pytest.mark.parametrize("kind", ["generators", "transformers", "validators"])
@pytest.mark.parametrize("suffix", ["yaml", "yml", "json"])
def test_a_plugin_in_a_file_fetches_nothing(folder: Path, refused: Refused, kind: str, suffix: str) -> None:
    component(f"{kind}: [plugin.{suffix}]\n")(folder)
    config = '{"apiVersion": "builtin", "kind": "PatchTransformer", "metadata": {"name": "x"},\n "path": "https://example.com/a.yaml"}\n'
    write(f"{PATCHES}/plugin.{suffix}", config)(folder)
    assert places(refused()) == [(f"{PATCHES}/plugin.{suffix}:2", "CNAI108")]


FIELDS = {
    "helmCharts": "helmCharts:\n- {name: x, repo: 'https://example.com'}\n",
    "helmGlobals": "helmGlobals: {chartHome: charts}\n",
    "helmChartInflationGenerator": "helmChartInflationGenerator:\n- {chartName: x}\n",
    "inventory": "inventory: {type: ConfigMap}\n",
    "a later field": "remotes: ['https://example.com']\n",
    "another plugin": "transformers:\n- |\n  apiVersion: example.com/v1\n  kind: Fetch\n  metadata: {name: x}\n",
    "a chart by a plugin": "generators:\n- |\n  apiVersion: builtin\n  kind: HelmChartInflationGenerator\n  metadata: {name: x}\n",
    "a plugin without a kind": "generators:\n- |\n  metadata: {name: x}\n",
}


@pytest.mark.parametrize("case", FIELDS)
def test_fields_that_are_not_known_to_stay_here(folder: Path, refused: Refused, case: str) -> None:
    component(FIELDS[case])(folder)
    line = 3 if not FIELDS[case].startswith(("gen", "trans")) else 4
    assert places(refused()) == [(f"{KUSTOMIZATION}:{line}", "CNAI239")]


def test_a_folder_makes_no_plugin(folder: Path, refused: Refused) -> None:
    write(f"{PATCHES}/made/kustomization.yaml", "kind: Kustomization\nresources: []\n")(folder)
    component("transformers: [made]\n")(folder)
    assert places(refused()) == [(f"{KUSTOMIZATION}:3", "CNAI108")]


def test_addresses_in_content_are_content() -> None:
    """What is not a name may hold any address: literals, labels, patches, and configurations of them."""
    content = (
        "resources: [./here.yaml]\n"
        "commonAnnotations: {docs: 'https://example.com/a'}\n"
        "images: [{name: x, newName: 'registry.example.com:5000/x'}]\n"
        "patches:\n- patch: |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: here}\n    data: {url: 'https://example.com'}\n"
        + plugin("transformers", "PatchTransformer", "target: {kind: ConfigMap, name: here}")
        + "  patch: '[{op: add, path: /data/more, value: \"git@example.com:a\"}]'\n"
    )
    assert said(content) == []


def test_kustomize_runs_where_no_network_is() -> None:
    """Of all interfaces it has the loopback alone, which is down; where the system gives no such place it is the caller's."""
    shown = run(["cat", "/proc/net/dev"], timeout=10, network=not apart()).stdout.decode()
    inside = run(["cat", "/proc/net/dev"], timeout=10, network=False).stdout.decode()
    names = {line.partition(":")[0].strip() for line in inside.splitlines()[2:]}
    assert names == ({"lo"} if apart() else {line.partition(":")[0].strip() for line in shown.splitlines()[2:]})


@pytest.mark.parametrize("form", ["kbuild", "kustomize"])
def test_both_forms_of_kustomize_have_no_network(
    folder: Path, refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    tools, shown = tmp_path / "tools", tmp_path / "seen"
    tools.mkdir()
    script = f"#!/bin/sh\ncase $1 in version) echo v5.8.2; exit;; esac\ncat /proc/net/dev > {shown}\nexit 1\n"
    (tools / form).write_text(script)
    (tools / form).chmod(0o755)
    monkeypatch.setenv("CNAI_TOOLS", str(tools))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    component("resources: [here.yaml]\n")(folder)
    refused(code=3 if form == "kbuild" else 1)
    interfaces = {line.partition(":")[0].strip() for line in shown.read_text().splitlines()[2:]}
    assert interfaces == ({"lo"} if apart() else interfaces)


def test_a_kustomize_that_fails_in_silence_has_built_nothing(
    folder: Path, refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "kustomize").write_text("#!/bin/sh\ncase $1 in version) echo v5.8.2; exit;; esac\nexit 7\n")
    (tools / "kustomize").chmod(0o755)
    monkeypatch.setenv("CNAI_TOOLS", str(tools))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    component("resources: [here.yaml]\n")(folder)
    assert refused() == [f"{PATCHES}:1: error[CNAI304]: kustomize refuses a patch: it ended with 7 and said nothing"]
