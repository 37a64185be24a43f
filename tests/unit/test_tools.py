from __future__ import annotations

import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cnai_gitops.errors import ToolError
from cnai_gitops.system import building, data, tools
from cnai_gitops.system.tools import TOOLS, Settings, built_dir, find, parse_version, probe, report, require


def program(folder: Path, name: str, body: str) -> Path:
    """An executable shell script."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)
    return file


def kubectl(version: str) -> str:
    return f"""echo '{{"clientVersion": {{"gitVersion": "v1.37.1"}}, "kustomizeVersion": "{version}"}}'"""


@pytest.fixture(autouse=True)
def no_tools_of_this_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of the running Python is searched too, and a developer's may hold real tools."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python" / "bin" / "python"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache=tmp_path / "cache", path=str(tmp_path / "bin"))


def test_settings_come_from_an_environment() -> None:
    environment = {"HOME": "/home/a", "PATH": "/bin", "XDG_CACHE_HOME": "relative", "CNAI_TOOLS": "", "GOPROXY": "off", "AWS_SECRET": "x"}
    assert Settings.of(environment) == Settings(
        cache=Path("/home/a/.cache"), path="/bin", go={"HOME": "/home/a", "GOPROXY": "off", "XDG_CACHE_HOME": "relative"}
    )
    assert Settings.of({"XDG_CACHE_HOME": "/c", "CNAI_TOOLS": "/t"}) == Settings(
        cache=Path("/c"), path="", override="/t", go={"XDG_CACHE_HOME": "/c"}
    )


@pytest.mark.parametrize(
    ("text", "version"), [("v5.8.2", (5, 8, 2)), ("0.71", (0, 71, 0)), ("(devel)", ()), ("1.2.3-rc1", ()), ("", ()), ("1.27.3", (1, 27, 3))]
)
def test_versions(text: str, version: tuple[int, ...]) -> None:
    assert parse_version(text) == version


@pytest.mark.parametrize(
    ("version", "found"), [("v5.6.9", False), ("v5.7.0", True), ("v5.8.2", True), ("v6.0.0", False), ("(devel)", False)]
)
def test_kustomize_on_path_must_be_in_the_range(tmp_path: Path, settings: Settings, version: str, found: bool) -> None:
    program(tmp_path / "bin", "kustomize", f"echo '{version}'")
    assert (find("kustomize", settings) is not None) is found


def test_what_was_found_says_how_to_call_it(tmp_path: Path, settings: Settings) -> None:
    file = program(tmp_path / "bin", "kustomize", "echo v5.8.1")
    found = require("kustomize", settings)
    assert (found.path, found.version, found.origin, found.command) == (file, "5.8.1", "PATH", (str(file), "build"))


@pytest.mark.parametrize("body", ["exit 1", "echo nonsense", "echo v5.8.2; exit 1", "kill -9 $$", r"printf '\377\376'"])
def test_a_broken_tool_is_not_found(tmp_path: Path, settings: Settings, body: str) -> None:
    program(tmp_path / "bin", "kustomize", body)
    assert find("kustomize", settings) is None


def test_a_file_that_is_no_program_is_not_found(tmp_path: Path, settings: Settings) -> None:
    program(tmp_path / "bin", "kustomize", "").write_bytes(b"\x7fELF")
    assert find("kustomize", settings) is None


@pytest.mark.parametrize(("version", "found"), [("v5.5.0", False), ("v5.7.1", True)])
def test_kubectl_stands_in_for_kustomize(tmp_path: Path, settings: Settings, version: str, found: bool) -> None:
    file = program(tmp_path / "bin", "kubectl", kubectl(version))
    answer = find("kustomize", settings)
    assert (answer is not None) is found
    if answer:
        assert (answer.command, answer.version, answer.origin) == ((str(file), "kustomize"), "5.7.1", "kubectl on PATH")


def test_conftest_and_opa_are_asked_in_their_own_way(tmp_path: Path, settings: Settings) -> None:
    program(tmp_path / "bin", "conftest", 'test "$1" = --version && echo "Conftest: 0.62.0" && echo "OPA: 1.6.0"')
    program(tmp_path / "bin", "opa", 'test "$1" = version && printf "Version: 1.21.1\\nGo Version: go1.26.8\\n"')
    assert require("conftest", settings).version == "0.62.0"
    assert require("opa", settings).version == "1.21.1"


def test_our_own_programs_are_never_taken_from_path(tmp_path: Path, settings: Settings) -> None:
    program(tmp_path / "bin", "kbuild", "exit 0")
    assert find("kbuild", settings) is None
    program(built_dir(settings), "kbuild", "exit 0")
    assert require("kbuild", settings).origin == "built by cnai"


def test_an_override_replaces_the_search(tmp_path: Path) -> None:
    program(tmp_path / "bin", "kustomize", "echo v5.8.2")
    own = program(tmp_path / "own", "kbuild", "exit 0")
    settings = Settings(cache=tmp_path / "cache", path=str(tmp_path / "bin"), override=str(tmp_path / "own"))
    assert find("kustomize", settings) is None
    assert require("kbuild", settings).command == (str(own),)
    with pytest.raises(ToolError) as caught:
        require("kustomize", settings)
    assert caught.value.help == f"put kustomize >=5.7, <6 into {tmp_path / 'own'}, or unset CNAI_TOOLS"


def test_a_version_is_asked_once(tmp_path: Path, settings: Settings) -> None:
    file = program(tmp_path / "bin", "kustomize", f"echo asked >> {tmp_path}/log; echo v5.8.2")
    for _ in range(3):
        assert probe(TOOLS["kustomize"], file, settings) == "5.8.2"
    assert (tmp_path / "log").read_text() == "asked\n"
    file.write_text(file.read_text().replace("5.8.2", "5.8.22"))
    assert probe(TOOLS["kustomize"], file, settings) == "5.8.22"


@pytest.mark.parametrize("memory", ["", "null", "[1, 2]", "[[1]]", "{}", '[["a", "b", "c", "d", "e"]]'])
def test_a_damaged_memory_of_versions_does_no_harm(tmp_path: Path, settings: Settings, memory: str) -> None:
    (settings.cache / "cnai" / "tools").mkdir(parents=True)
    (settings.cache / "cnai" / "tools" / "versions.json").write_text(memory)
    file = program(tmp_path / "bin", "kustomize", "echo v5.8.2")
    assert probe(TOOLS["kustomize"], file, settings) == "5.8.2"


def test_a_cache_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file is in the way")
    file = program(tmp_path / "bin", "kustomize", "echo v5.8.2")
    settings = Settings(cache=tmp_path / "cache", path=str(tmp_path / "bin"))
    assert probe(TOOLS["kustomize"], file, settings) == "5.8.2"


def test_the_report_names_every_tool_and_its_cure(tmp_path: Path, settings: Settings) -> None:
    file = program(tmp_path / "bin", "conftest", "echo 'Conftest: 0.56.0'")
    program(tmp_path / "bin", "kustomize", "echo v5.8.2")
    lines = {line.name: line for line in report(settings)}
    assert list(lines) == ["kustomize", "conftest", "opa", "kbuild", "yamljson"]
    assert (lines["kustomize"].ok, lines["kustomize"].version, lines["kustomize"].cure) == (True, "5.8.2", "")
    assert not lines["conftest"].ok
    assert lines["conftest"].cure == f"run `cnai tools install`, which builds it with Go; {file} is 0.56.0"


def test_an_unknown_tool_lists_the_known_ones(settings: Settings) -> None:
    with pytest.raises(ToolError) as caught:
        find("helm", settings)
    assert "conftest, kbuild, kustomize" in caught.value.help


def test_the_sources_decide_where_tools_lie(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = built_dir(settings)
    other = tmp_path / "tools"
    (other / "kbuild").mkdir(parents=True)
    for name in ("go.mod", "go.sum", "kbuild/main.go"):
        (other / name).write_text(name)
    monkeypatch.setattr(tools, "tools_dir", lambda: other)
    tools._sources_hash.cache_clear()
    try:
        assert built_dir(settings) != before
    finally:
        tools._sources_hash.cache_clear()


GO = """
case "$1" in
env) echo go{version} ;;
build)
  echo "$@" >> {log}
  while [ "$1" != -o ]; do shift; done
  /bin/sleep 0.1
  printf '#!/bin/sh\\necho v5.8.2\\n' > "$2"
  /bin/chmod 755 "$2" ;;
esac
"""


@pytest.fixture
def go(tmp_path: Path) -> Path:
    """A Go that builds at once and writes down what it was asked for."""
    program(tmp_path / "bin", "go", GO.format(version="1.99.0", log=tmp_path / "log"))
    return tmp_path / "log"


def test_install_builds_what_is_missing(settings: Settings, go: Path) -> None:
    said: list[str] = []
    found = building.install(["kustomize", "kbuild"], settings, said.append)
    assert [each.origin for each in found] == ["built by cnai", "built by cnai"]
    assert said == ["building kustomize 5.8.2", "building kbuild"]
    assert all(stat.S_IMODE(each.path.stat().st_mode) == 0o755 for each in found)
    building.install(["kustomize"], settings, said.append)
    assert len(said) == 2
    assert "build -trimpath -ldflags=-s -w -o " in go.read_text()


def test_conftest_is_linked_with_its_version(settings: Settings, go: Path) -> None:
    building.install(["conftest"], settings, lambda message: None)
    assert "-X github.com/open-policy-agent/conftest/internal/version.Version=0.71.1" in go.read_text()


def test_two_may_install_at_once(settings: Settings, go: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: building.install(["kbuild", "yamljson"], settings, lambda message: None), range(2)))
    assert results[0] == results[1]
    assert len(go.read_text().splitlines()) == 2


def test_a_killed_build_is_never_used(settings: Settings, go: Path) -> None:
    half = built_dir(settings) / "building-x"
    half.mkdir(parents=True)
    (half / "kbuild").write_text("half")
    (built_dir(settings) / ".lock").write_text("4711")
    assert find("kbuild", settings) is None
    building.install(["kbuild"], settings, lambda message: None)
    assert not half.exists()


def test_a_failed_build_leaves_nothing(tmp_path: Path, settings: Settings) -> None:
    program(tmp_path / "bin", "go", "test $1 = env && echo go1.99.0 && exit 0; echo 'no route to proxy' >&2; exit 1")
    with pytest.raises(ToolError, match=r"building kbuild failed \(exit code 1\): no route to proxy"):
        building.install(["kbuild"], settings, lambda message: None)
    assert [file.name for file in built_dir(settings).iterdir()] == [".lock"]


def test_a_go_that_builds_nothing_is_noticed(tmp_path: Path, settings: Settings) -> None:
    program(tmp_path / "bin", "go", "test $1 = env && echo go1.99.0; exit 0")
    with pytest.raises(ToolError, match="made no program"):
        building.install(["kbuild"], settings, lambda message: None)


def test_without_go_the_cure_is_said(settings: Settings) -> None:
    with pytest.raises(ToolError, match="Go is needed") as caught:
        building.install(["kbuild"], settings, lambda message: None)
    assert "install Go 1." in caught.value.help


@pytest.mark.parametrize("body", ["echo go1.20.1", "echo 'toolchain not available' >&2; exit 1", "echo devel"])
def test_an_old_go_is_refused(tmp_path: Path, settings: Settings, body: str) -> None:
    program(tmp_path / "bin", "go", body)
    with pytest.raises(ToolError, match="cannot build the tools"):
        building.install(["kbuild"], settings, lambda message: None)


def test_the_data_lies_in_a_checkout_or_in_a_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (data.tools_dir() / "go.mod").is_file()
    assert data.policies_dir().parent == data.schemas_dir().parent == data.data_dir()
    monkeypatch.setattr(data, "_PACKAGE", tmp_path / "site-packages" / "cnai_gitops")
    data.data_dir.cache_clear()
    try:
        with pytest.raises(ToolError, match="is missing"):
            data.data_dir()
        wheel = tmp_path / "site-packages" / "cnai_gitops" / "_data"
        (wheel / "tools").mkdir(parents=True)
        (wheel / "tools" / "go.mod").write_text("module x\n")
        assert data.tools_dir() == wheel / "tools"
    finally:
        data.data_dir.cache_clear()
