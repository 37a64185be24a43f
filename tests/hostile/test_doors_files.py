"""Files that nobody looked at, and what vanishes because of them: each is read or named, and nothing is removed in silence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spoiling import COMPONENT, ENVIRONMENT, MANIFEST, PATCHES, RELEASE, Change, append, component, link, write

from cnai_gitops.system.tools import Settings

Refused = Callable[..., list[str]]
OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: risk-dev}\n"

INPUTS = {
    "a release": "environments/dev/scores",
    "a new release": "environments/dev/other",
    "an environment": "environments/dev/environment",
    "a release below a folder": "environments/dev/more/scores",
    "a release beside environments": "environments/scores",
    "a kustomization": f"{PATCHES}/kustomization",
    "a patch without an application": "environments/dev/patches/patch",
    "a blueprint": "blueprints/other",
    "a dataset": "blueprints/datasets/other",
    "waivers": "policies/waivers/risk",
    "waivers below a folder": "policies/waivers/more/risk",
    "waivers beside their folder": "policies/risk",
    "waivers with a rule": "policies/team/rule/risk",
    "a rule": "policies/team/rule/rule",
    "evidence": "policies/evidence/latest",
}
SUFFIXES = (
    ".yaml",
    ".yml",
    ".YAML",
    ".Yaml",
    ".json",
    ".yaml.bak",
    ".yaml~",
    ".yaml.orig",
    ".Rego",
    ".rego.off",
    ".PY",
    ".py.txt",
    ".toml",
)
READ = {
    ("a release", ".yaml"), ("a new release", ".yaml"), ("an environment", ".yaml"), ("a kustomization", ".yaml"),
    ("a blueprint", ".yaml"), ("a dataset", ".yaml"), ("waivers", ".yaml"), ("evidence", ".json"),
}  # fmt: skip
"""What is not unread: it is read, and judged elsewhere."""


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("place", INPUTS)
def test_a_file_that_is_almost_an_input_is_named(root: Path, refused: Refused, place: str, suffix: str) -> None:
    file = INPUTS[place] + suffix
    if (place, suffix) in READ:
        return
    write(file, "{}\n")(root)
    if place == "a kustomization":
        component("resources: []\n")(root)
    assert f"{file}:1: error[CNAI235]: {file} is read by nobody, so what it says has no effect" in refused()


@pytest.mark.parametrize("place", INPUTS)
def test_a_hidden_file_is_named(root: Path, refused: Refused, place: str) -> None:
    folder, _, name = INPUTS[place].rpartition("/")
    write(f"{folder}/.{name}.yaml", "{}\n")(root)
    assert refused() == [f"{folder}/.{name}.yaml:1: error[CNAI235]: {folder}/.{name}.yaml is read by nobody, so what it says has no effect"]


@pytest.mark.parametrize("place", ["environments/dev/notes.csv", "policies/team/data.bin", "policies/waivers/risk"])
def test_other_files_are_named_and_harm_nobody(root: Path, cnai: Callable[..., Any], place: str) -> None:
    write(place, "x\n")(root)
    done = cnai("build", "--root", root)
    assert done.code == 0
    assert f"{place}:1: warning[CNAI235]: {place} is read by nobody, so what it says has no effect" in done.out


@pytest.mark.parametrize(
    "place",
    ["environments/dev/README.md", "policies/README", "environments/CODEOWNERS", "environments/dev/.gitkeep", "blueprints/_numbers.json",
     "blueprints/query.sql", "policies/team/picture.png", "blueprints/.ipynb_checkpoints/scores-checkpoint.py"],
)  # fmt: skip
def test_words_for_people_may_lie_anywhere(root: Path, cnai: Callable[..., Any], place: str) -> None:
    write(place, "x\n")(root)
    done = cnai("build", "--root", root)
    assert (done.code, "CNAI235" in done.out + done.err) == (0, False)


def test_a_second_build_still_names_it(root: Path, cnai: Callable[..., Any]) -> None:
    """The way that looks at times of files alone does not pass over a name that it does not know."""
    assert cnai("build", "--root", root).code == 0
    write("environments/dev/other.YAML", "app: other\n")(root)
    assert [cnai("build", "--root", root).code for _ in range(2)] == [1, 1]


@pytest.mark.parametrize("name", ["patch.yaml", "patch.yml", "patch.json", "more/patch.yaml"])
def test_a_patch_that_no_kustomization_names(root: Path, refused: Refused, settings: Settings, name: str) -> None:
    write(f"{PATCHES}/here.yaml", OBJECT)(root)
    component("resources: [here.yaml]\n")(root)
    write(f"{PATCHES}/{name}", "{}\n")(root)
    file = f"{PATCHES}/{name}"
    assert refused() == [f"{file}:1: error[CNAI235]: {file} is named by no kustomization, so what it says has no effect"]


# -- below deploy/ ---------------------------------------------------------------------------------------------------------

FOLDER = MANIFEST.rpartition("/")[0]


def link_to_folder(root: Path) -> None:
    (root / "elsewhere").mkdir()
    (root / "elsewhere" / "evil.yaml").write_text(OBJECT)
    (root / FOLDER / "more").symlink_to("../../../../../elsewhere")


UNLISTED: dict[str, tuple[Change, str, str]] = {
    "beside the manifest": (write(f"{FOLDER}/evil.yaml", OBJECT), f"{FOLDER}/evil.yaml", "file"),
    "another suffix": (write(f"{FOLDER}/evil.json", "{}"), f"{FOLDER}/evil.json", "file"),
    "hidden": (write(f"{FOLDER}/.evil.yaml", OBJECT), f"{FOLDER}/.evil.yaml", "file"),
    "a folder": (write(f"{FOLDER}/more/evil.yaml", OBJECT), f"{FOLDER}/more/evil.yaml", "file"),
    "a kustomization": (write(f"{FOLDER}/kustomization.yaml", COMPONENT), f"{FOLDER}/kustomization.yaml", "file"),
    "an owner": (write("deploy/rendered/dev/dev1/evil/manifest.yaml", OBJECT), "deploy/rendered/dev/dev1/evil/manifest.yaml", "file"),
    "a cluster": (write("deploy/rendered/dev/dev2/scores/manifest.yaml", OBJECT), "deploy/rendered/dev/dev2/scores/manifest.yaml", "file"),
    "an environment": (write("deploy/rendered/prod/a/b/manifest.yaml", OBJECT), "deploy/rendered/prod/a/b/manifest.yaml", "file"),
    "another area": (write("deploy/extra/manifest.yaml", OBJECT), "deploy/extra/manifest.yaml", "file"),
    "at the top": (write("deploy/evil.yaml", OBJECT), "deploy/evil.yaml", "file"),
    "a base": (write("deploy/kustomize/scores/base/evil.yaml", OBJECT), "deploy/kustomize/scores/base/evil.yaml", "file"),
    "among the lists": (write("deploy/.index/evil.txt", "x"), "deploy/.index/evil.txt", "file"),
    "a link to a file": (link(f"{FOLDER}/evil.yaml", "manifest.yaml"), f"{FOLDER}/evil.yaml", "link"),
    "a link to a folder": (link_to_folder, f"{FOLDER}/more", "link"),
    "a link to nothing": (link(f"{FOLDER}/evil.yaml", "nothing"), f"{FOLDER}/evil.yaml", "link"),
    "a link outside": (link(f"{FOLDER}/evil", "/etc"), f"{FOLDER}/evil", "link"),
}


@pytest.mark.parametrize("case", UNLISTED)
def test_what_no_build_wrote_is_named(case: str, root: Path, refused: Refused, settings: Settings) -> None:
    change, path, what = UNLISTED[case]
    change(root)
    expected = f"{path}:1: error[CNAI236]: {path} is a {what} that no build wrote, and Argo CD may apply what lies there"
    assert refused("check") == [expected]


def test_the_list_of_an_owner_is_no_way_in(root: Path, refused: Refused, settings: Settings) -> None:
    write(f"{FOLDER}/evil.yaml", OBJECT)(root)
    index = root / "deploy" / ".index" / "scores.json"
    index.write_text(index.read_text().replace(f'"{MANIFEST}"', f'"{FOLDER}/evil.yaml": "0",\n    "{MANIFEST}"'))
    (found,) = refused("check")
    assert found.startswith(f"{FOLDER}/evil.yaml:1: error[CNAI801]: {FOLDER}/evil.yaml is not what")


# -- what vanishes ---------------------------------------------------------------------------------------------------------


def remove(path: str) -> Change:
    return lambda root: shutil.rmtree(root / path) if (root / path).is_dir() else (root / path).unlink()


def everything(root: Path) -> None:
    remove(RELEASE)(root)
    remove("blueprints/scores.yaml")(root)


COMMANDS = (("build",), ("build", "--check"), ("check",), ("check", "--no-stale"), ("build", "--env", "dev"), ("check", "--env", "dev"))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("change", [remove(RELEASE), everything], ids=["the release", "the application"])
def test_an_application_that_vanishes(root: Path, refused: Refused, settings: Settings, change: Change, command: tuple[str, ...]) -> None:
    change(root)
    (found,) = [line for line in refused(*command) if "CNAI237" in line]
    assert found.startswith(f"{ENVIRONMENT}:1:1: error[CNAI237]: scores was deployed to dev/dev1 (")
    assert found.endswith("files below deploy/), and nothing says so any more")


def test_an_application_that_is_retired(root: Path, cnai: Callable[..., Any]) -> None:
    everything(root)
    append(ENVIRONMENT, "retired: [scores]\n")(root)
    done = cnai("build", "--root", root)
    assert (done.code, (root / MANIFEST).exists()) == (0, False)
    assert cnai("build", "--check", "--root", root).code == 0


def test_an_application_that_is_retired_on_one_cluster_alone(root: Path, cnai: Callable[..., Any]) -> None:
    remove(RELEASE)(root)
    append(ENVIRONMENT, "retired: [dev1/scores]\n")(root)
    assert cnai("build", "--root", root).code == 0


@pytest.mark.parametrize("name", ["scores", "dev1", "dev1/scores", "_platform"])
def test_retired_and_deployed(root: Path, refused: Refused, name: str) -> None:
    append(ENVIRONMENT, f"retired: [{name}]\n")(root)
    lines = (root / ENVIRONMENT).read_text().count("\n")
    assert refused() == [f"{ENVIRONMENT}:{lines}:11: error[CNAI238]: {name} is retired here, and it is deployed"]


def test_a_cluster_that_vanishes(root: Path, refused: Refused, cnai: Callable[..., Any]) -> None:
    file = root / ENVIRONMENT
    file.write_text(file.read_text().replace("  dev1:\n", "  dev2:\n"))
    (found,) = refused()
    assert found.startswith(f"{ENVIRONMENT}:1:1: error[CNAI237]: cluster dev1 was deployed to (")
    append(ENVIRONMENT, "retired: [dev1]\n")(root)
    assert cnai("build", "--root", root).code == 0


def test_an_environment_that_vanishes(root: Path, refused: Refused, cnai: Callable[..., Any]) -> None:
    remove("environments/dev")(root)
    (found,) = refused()
    assert found.startswith("cnai.toml:1:1: error[CNAI237]: environment dev was deployed (")
    (root / "cnai.toml").write_text('retired = ["dev"]\n' + (root / "cnai.toml").read_text())
    assert cnai("build", "--root", root).code == 0
    assert not (root / MANIFEST).exists()


def test_a_release_that_leaves_a_cluster_out_says_so(root: Path, cnai: Callable[..., Any]) -> None:
    file = root / ENVIRONMENT
    block = file.read_text().partition("  dev1:\n")[2].partition("teams:")[0]
    file.write_text(file.read_text().replace("teams:\n", f"  dev2:\n{block}teams:\n", 1))
    assert cnai("build", "--root", root).code == 0
    assert (root / MANIFEST.replace("dev1", "dev2")).exists()
    append(RELEASE, "run_on: [dev1]\n")(root)
    assert cnai("build", "--root", root).code == 0
    assert not (root / MANIFEST.replace("dev1", "dev2")).exists()
