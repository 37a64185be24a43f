"""Python blueprints: what is collected, what is left behind, and the line of everything that is wrong."""

from __future__ import annotations

import builtins
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from cnai_gitops.findings import Finding, Severity
from cnai_gitops.source.files import SourceError
from cnai_gitops.source.positions import Captured, caller_frames, locate_call
from cnai_gitops.source.python import Loaded, load_python

Write = Callable[..., None]


class Inner(BaseModel):
    """A field's own fields."""

    model_config = ConfigDict(extra="forbid", strict=True)
    maximum: int = Field(default=1, ge=1)
    """the largest number of replicas"""
    kind: Literal["rate", "queue"] = "rate"


class App(BaseModel):
    """A model that remembers its call, as the specs do."""

    model_config = ConfigDict(extra="forbid", strict=True)
    __slots__ = ("_where",)
    name: str
    nodes: int = Field(default=1, ge=1)
    inner: Inner | None = None
    inners: list[Inner] = []

    def __init__(self, /, **data: Any) -> None:
        super().__init__(**data)
        object.__setattr__(self, "_where", caller_frames())

    @property
    def where(self) -> Captured:
        return self._where  # type: ignore[attr-defined, no-any-return]  # a slot beside pydantic's fields


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write files below the root; blueprints import this module's models as `models`."""
    monkeypatch.setitem(sys.modules, "models", sys.modules[__name__])

    def _write(**files: str) -> None:
        for name, text in files.items():
            path = tmp_path / "blueprints" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))

    return _write


def load(root: Path, name: str = "app") -> Loaded:
    return load_python(root, f"blueprints/{name}.py", (App,))


def failure(root: Path, name: str = "app") -> list[Finding]:
    with pytest.raises(SourceError) as caught:
        load(root, name)
    assert all(f.help for f in caught.value.findings)
    return list(caught.value.findings)


def said(finding: Finding) -> str:
    return f"{finding.location}: {finding.code} {finding.message}"


def place(loaded: Loaded, root: Path, name: str, path: Any = None) -> list[str]:
    value = dict(loaded.values)[name]
    found, notes = locate_call(value.where, root, path)
    assert found is not None
    return [f"{found}-{found.end_col}", *(f"{where} {words}" for where, words in notes)]


# -- loading -----------------------------------------------------------------------------------------------


def test_collects_instances_in_order_of_definition(tmp_path: Path, write: Write) -> None:
    write(
        app="""\
        from models import App
        b = App(name='b')
        a = same = App(name='a')
        fleet = [App(name=n) for n in 'xy']
        by = {'k': App(name='k')}
        other = 1
        """
    )
    loaded = load(tmp_path)
    assert [(name, value.name) for name, value in loaded.values] == [
        ("b", "b"),
        ("a", "a"),
        ("fleet[0]", "x"),
        ("fleet[1]", "y"),
        ("by['k']", "k"),
    ]
    assert loaded.inputs == ("blueprints/app.py",)
    assert loaded.findings == ()


def test_shared_modules_are_inputs_and_keep_their_own_values(tmp_path: Path, write: Write) -> None:
    imports = "from golden import make, base\nfrom near import NAME\nfrom lib.deep.names import TEAM\nimport pkg.part\n"
    files = {
        "teams/app": f"{imports}mine = make(NAME + TEAM)\n",
        "golden": "from models import App\nbase = App(name='base')\ndef make(name):\n    return App(name=name)\n",
        "teams/near": "NAME = 'near'\n",
        "lib/deep/names": "TEAM = 'x'\n",
        "pkg/__init__": "",
        "pkg/part": "",
    }
    write(**files)
    loaded = load(tmp_path, "teams/app")
    assert [(name, value.name) for name, value in loaded.values] == [("mine", "nearx")]
    parts = ("golden", "lib/deep/names", "pkg/__init__", "pkg/part", "teams/app", "teams/near")
    assert loaded.inputs == tuple(f"blueprints/{name}.py" for name in parts)
    assert place(loaded, tmp_path, "mine", "name") == ["blueprints/golden.py:4:16-25", "blueprints/teams/app.py:5:8 from here"]


def test_nothing_is_left_behind(tmp_path: Path, write: Write) -> None:
    write(app="import sys, golden\nsys.path.insert(0, '/x')\n", golden="A = 1\n", bad="import golden\n1 / 0\n")
    before = set(sys.modules), sys.path[:], sys.meta_path[:], sys.stdout, sys.stdin
    load(tmp_path)
    failure(tmp_path, "bad")
    assert (set(sys.modules), sys.path, sys.meta_path, sys.stdout, sys.stdin) == before
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["app.py", "bad.py", "blueprints", "golden.py"]


def test_an_edit_between_two_loads_is_seen(tmp_path: Path, write: Write) -> None:
    write(app="from golden import make\na = make()\n", golden="from models import App\nmake = lambda: App(name='one')\n")
    assert load(tmp_path).values[0][1].name == "one"
    write(golden="\n\nfrom models import App\nmake = lambda: App(name='two')\n")
    loaded = load(tmp_path)
    assert loaded.values[0][1].name == "two"
    write(golden="")  # the place is in the text that was run, not in the file as it is now
    assert place(loaded, tmp_path, "a", "name")[0] == "blueprints/golden.py:4:20-30"


def test_standard_modules_and_this_package_are_never_shadowed(tmp_path: Path, write: Write) -> None:
    write(
        app="import json, queue\nassert json.dumps([]) == '[]' and queue.Queue\nimport cnai_gitops.errors\n",
        json="1 / 0",
        queue="1 / 0",
        cnai_gitops="1 / 0",
    )
    assert load(tmp_path).inputs == ("blueprints/app.py",)


def test_printed_text_is_a_note_for_its_author(tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    write(app="import sys\nprint('::error::forged')\nfor n in range(6):\n    print(n, file=sys.stderr)\n")
    found = load(tmp_path).findings
    assert [said(finding) for finding in found] == [
        f"blueprints/app.py:2:1: CNAI113 printed: {words}" for words in ("::error::forged", "0", "1", "2", "3 (and 2 more lines)")
    ]
    assert {finding.severity for finding in found} == {Severity.INFO}
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import builtins\nbuiltins.len = lambda x: 0\n", "2:1: CNAI112 a blueprint replaces the builtin len"),
        ("import builtins\nbuiltins.isinstance = None\ndel builtins.print\n", "2:1: CNAI112 a blueprint replaces the builtin isinstance"),
        ("import sys\nsys.setrecursionlimit(60)\n", "2:1: CNAI112 a blueprint lowers the recursion limit"),
        ("x = 1\nwhile True:\n  print('x' * 99_999)\n", "3:3: CNAI111 a blueprint printed more than 1,000,000 characters"),
        ("raise MemoryError\n", "1:1: CNAI111 a blueprint needs more memory than it may have"),
        (
            "import threading\nend = threading.Event()\nthreading.Thread(target=lambda: end.wait(5), daemon=True).start()\n",
            "3:33: CNAI112 a blueprint leaves 1 thread(s) running",
        ),
    ],
)
def test_what_touches_more_than_itself(tmp_path: Path, write: Write, text: str, expected: str) -> None:
    before = dict(vars(builtins)), sys.getrecursionlimit()
    write(app=text)
    assert said(failure(tmp_path)[0]) == f"blueprints/app.py:{expected}"
    assert (dict(vars(builtins)), sys.getrecursionlimit()) == before


# -- what the author's code raises --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1\nx = (1,\n", "2:5: CNAI106 not Python: '(' was never closed"),
        ("def f(n):\n    return 1 / n\nf(0)\n", "2:12: CNAI106 loading failed: ZeroDivisionError: division by zero"),
        ("import nowhere\n", "1:1: CNAI106 loading failed: ModuleNotFoundError: No module named 'nowhere'"),
        ("from . import x\n", "1:1: CNAI106 loading failed: ImportError: attempted relative import with no known parent package"),
        ("import sys\nsys.exit(0)\n", "2:1: CNAI106 a blueprint must not exit"),
        ("raise BaseException('x')\n", "1:1: CNAI106 loading failed: BaseException: x"),
        ("raise ValueError('a\\n::error::b\\x1b[2J')\n", "1:1: CNAI106 loading failed: ValueError: a\\n::error::b\\u001b[2J"),
        ("raise ValueError\n", "1:1: CNAI106 loading failed: ValueError: no message"),
        ("def f():\n    f()\nf()\n", "2:5: CNAI106 loading failed: RecursionError: maximum recursion depth exceeded"),
        ("x = 1\ninput('sure?')\n", "2:1: CNAI106 loading failed: EOFError: EOF when reading a line"),
        ("class E(Exception):\n    def __str__(self):\n        1 / 0\nraise E\n", "4:1: CNAI106 loading failed: E: no message"),
        ("import json\njson.loads('')\n", "2:1: CNAI106 loading failed: JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),
    ],
)  # fmt: skip
def test_failures_at_the_authors_line(tmp_path: Path, write: Write, text: str, expected: str) -> None:
    write(app=text)
    finding = failure(tmp_path)[0]
    assert said(finding) == f"blueprints/app.py:{expected}"


def test_failures_in_a_shared_module_name_both_lines(tmp_path: Path, write: Write) -> None:
    write(app="x = 1\nimport golden\n", golden="y = 1\ny.z\n", syntax="import broken\n", broken="x = 1\nx =\n")
    (finding,) = failure(tmp_path)
    assert said(finding) == "blueprints/golden.py:2:1: CNAI106 loading failed: AttributeError: 'int' object has no attribute 'z'"
    assert [str(where) for where, _ in finding.notes] == ["blueprints/app.py:2:1"]
    assert said(failure(tmp_path, "syntax")[0]) == "blueprints/broken.py:2:4: CNAI106 not Python: invalid syntax"


def test_shared_modules_are_read_as_safely_as_blueprints(tmp_path: Path, write: Write) -> None:
    write(app="import outside\n", nul="import zero\n", zero="\0")
    (tmp_path / "outside.py").write_text("x = 1\n")
    (tmp_path / "blueprints" / "outside.py").symlink_to(tmp_path / "outside.py")
    assert said(failure(tmp_path)[0]) == "blueprints/outside.py:1: CNAI108 blueprints/outside.py is an absolute link"
    assert said(failure(tmp_path, "nul")[0]) == "blueprints/zero.py:1: CNAI107 blueprints/zero.py holds a NUL character"


def test_an_interrupt_passes_through(tmp_path: Path, write: Write) -> None:
    write(app="raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        load(tmp_path)
    assert not [name for name in sys.modules if name.startswith("_cnai_blueprint_")]


# -- invalid values -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("App(name='x', nodes=0)", ['3:15-22 CNAI101 nodes must be at least 1, got 0, in "x"']),
        ("App(\n    name='x',\n    nodes='2',\n)", ['5:5-14 CNAI101 nodes must be a whole number, got "2", in "x"']),
        ("App(name=1, nodes=0)", ["3:5-11 CNAI101 name must be text, got 1", "3:13-20 CNAI101 nodes must be at least 1, got 0"]),
        ("App(nodes=2)", ["3:1-13 CNAI103 name is missing"]),
        ("App(name='x', node=2)", ['3:15-21 CNAI102 node is not a known field, in "x"']),
        ("App(name='x', inner={'maximum': 0})", ['3:22-31 CNAI101 inner.maximum must be at least 1, got 0, in "x"']),
        ("App(name='x', inners=[\n  {},\n  {'kind': 'rat'}])", ['5:4-10 CNAI101 inners[1].kind must be rate or queue, got "rat", in "x"']),
        ("o = {'nodes': 0}\nApp(name='x', **o)", ['4:15-18 CNAI101 nodes must be at least 1, got 0, in "x"']),
        ("for n in 'ab':\n    App(name=n, nodes=len(n) - 1)", ['4:17-33 CNAI101 nodes must be at least 1, got 0, in "a"']),
        ("é = App(name='é', nodes=0)", ['3:19-26 CNAI101 nodes must be at least 1, got 0, in "é"']),
        ("App(name='a'), App(name='b', nodes=0)", ['3:30-37 CNAI101 nodes must be at least 1, got 0, in "b"']),
        ("App.model_validate({'name': 'x', 'nodes': 0})", ['3:34-41 CNAI101 nodes must be at least 1, got 0, in "x"']),
        ("from functools import partial\npartial(App, nodes=0)(name='x')", ['4:1-32 CNAI101 nodes must be at least 1, got 0, in "x"']),
    ],
)  # fmt: skip
def test_invalid_arguments(tmp_path: Path, write: Write, call: str, expected: list[str]) -> None:
    (tmp_path / "blueprints").mkdir()
    (tmp_path / "blueprints" / "app.py").write_text(f"from models import App\n\n{call}\n")
    found = failure(tmp_path)
    assert [f"{f.location.line}:{f.location.col}-{f.location.end_col} {f.code} {f.message}" for f in found if f.location] == expected


def test_invalid_arguments_inside_a_function_name_the_caller(tmp_path: Path, write: Write) -> None:
    write(app="from golden import make\nmake(0)\n", golden="from models import App\ndef make(n):\n    return App(name='x', nodes=n)\n")
    (finding,) = failure(tmp_path)
    assert str(finding.location) == "blueprints/golden.py:3:26"
    assert [(str(where), words) for where, words in finding.notes] == [("blueprints/app.py:2:1", "from here")]
    assert finding.path == "nodes"


def test_help_comes_from_the_field_or_names_candidates(tmp_path: Path, write: Write) -> None:
    write(app="from models import App\nApp(name='x', node=1, inner={'maximum': 0, 'kind': 'rates', 'max': 1})\n")
    helps = {f.path: f.help for f in failure(tmp_path)}
    assert helps == {
        "node": "did you mean nodes?",
        "inner.maximum": "maximum: the largest number of replicas",
        "inner.kind": "did you mean rate?",
        "inner.max": "did you mean maximum?",
    }


# -- places of sound values ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("a = App(name='x',\n        nodes=2)", "nodes", "3:9-16"),
        ("a = App(name='x')", "nodes", "2:5-18"),
        ("a = App(name='x')", None, "2:5-18"),
        ("a = App(name='x', inner=Inner(maximum=2))", ("inner", "maximum"), "2:31-40"),
        ("a = App(name='x', inner={'maximum': 2})", ("inner", "rate", "maximum"), "2:26-35"),
        ("a = App(name='x', inner={'maximum': 2})", "maximum", "2:26-35"),
        ("a = App(name='x', inners=[Inner(), Inner(maximum=2)])", ("inners", 1, "maximum"), "2:42-51"),
        ("o = dict(nodes=2)\na = App(name='x', **o)", "nodes", "3:19-22"),
        ("a = next(map(lambda n: App(name=n), 'x'))", "name", "2:28-34"),
        ("a = [App(name=n) for n in 'xy'][1]", "name", "2:10-16"),
        ("a = (lambda **k: App(**k))(name='x')", "name", "2:22-25"),
        ("class Child(App):\n    pass\na = Child(name='x')", "name", "4:11-19"),
        ("a = App(name='x',\n  inner=Inner(\n    maximum=2))", "inner", "3:3-8"),
    ],
)
def test_places_of_arguments(tmp_path: Path, write: Write, text: str, path: Any, expected: str) -> None:
    (tmp_path / "blueprints").mkdir()
    (tmp_path / "blueprints" / "app.py").write_text(f"from models import App, Inner\n{text}\n")
    assert place(load(tmp_path), tmp_path, "a", path)[0] == f"blueprints/app.py:{expected}"


def test_code_without_columns_still_has_its_line(tmp_path: Path, write: Write) -> None:
    write(app="from models import App\nexec('a = App(name=\"x\")')\n")
    assert place(load(tmp_path), tmp_path, "a", "name") == ["blueprints/app.py:2:1-26"]


def test_a_value_from_nowhere_has_no_place(tmp_path: Path) -> None:
    assert locate_call((), tmp_path, "name") == (None, ())
    code = compile("f()", "<shell>", "eval")
    assert locate_call(((code, 0),), tmp_path, "name") == (None, ())


def test_a_value_outside_the_root_is_shown_without_the_machines_path(tmp_path: Path) -> None:
    captured = caller_frames()
    found, notes = locate_call(captured, tmp_path, "name")
    assert found is not None
    assert (found.file, found.text.strip(), notes) == ("test_source_python.py", "captured = caller_frames()", ())


def test_an_environment_inside_the_root_is_not_the_authors() -> None:
    code = compile("f()", f"{sys.prefix}/bin/cnai", "eval")
    assert locate_call(((code, 0),), Path(sys.prefix)) == (None, ())
