"""`cnai migrate` on files of any shape: what they say is moved and nothing else, comments stay, and a second run does nothing."""

from __future__ import annotations

import ast
import io
import tempfile
import tokenize
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cnai_gitops.change.migrate.repository import migrate
from cnai_gitops.change.migrate.toml import toml_tree
from cnai_gitops.change.migrate.tree import Node
from cnai_gitops.source.yaml import parse

BESIDE = ("min", "max", "cooldown", "fallback")
KEYS = st.lists(st.sampled_from([*BESIDE, "kind", "requests_per_replica", "topic"]), unique=True, min_size=1)
WORDS = st.sampled_from(["3", "rate", '"a # b"', "'it''s'", "[1, 2]", "{a: 1}", "é"])
BLOCKS = st.sampled_from(["|\n{pad}  text # no comment\n{pad}  more", "\n{pad}  - 1  # one\n{pad}  - 2", "\n{pad}  a: 1\n\n{pad}  b: 2"])


@st.composite
def block(draw: st.DrawFn, keys: list[str], depth: int) -> str:
    """The lines of a map with comments and empty lines wherever they may be."""
    pad, lines = " " * depth, []
    for key in keys:
        lines += draw(st.lists(st.sampled_from([f"{pad}# above {key}", "", f"{pad}  # deeper {key}"]), max_size=2))
        value = draw(st.one_of(WORDS, BLOCKS)).replace("{pad}", pad)
        note = draw(st.sampled_from(["", "  # behind"])) if "\n" not in value else ""
        lines.append(f"{pad}{draw(st.sampled_from([key, repr(key)]))}:{'' if value.startswith(chr(10)) else ' '}{value}{note}")
    return "\n".join(lines)


@st.composite
def files(draw: st.DrawFn) -> str:
    """A YAML blueprint with several services."""
    services = []
    for name in range(draw(st.integers(1, 3))):
        keys = draw(KEYS)
        if draw(st.booleans()):
            depth = draw(st.integers(5, 9))
            scaling = "\n" + draw(block(keys, depth))
        else:
            scaling = " {" + ", ".join(f"{key}: {draw(WORDS)}" for key in keys) + "}"
        services.append(f"  - name: s{name}  # first\n    scaling:{scaling}\n    port: 1\n")
    return "# head\nserve:\n" + "".join(services) + "# tail" + draw(st.sampled_from(["", "\n", "\n\n"]))


def expected(data: Any) -> Any:
    """What the file must say then, said a second time."""
    for service in data["serve"]:
        scaling = service["scaling"]
        outside = {key: value for key, value in scaling.items() if key in BESIDE}
        inside = {key: value for key, value in scaling.items() if key not in BESIDE}
        if "kind" in scaling and outside:
            service["scaling"] = {**outside, "triggers": [inside]}
    return data


def run(path: str, text: str) -> tuple[str, int]:
    """The text after a migration, and how many places were left."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "cnai.toml").write_text('requires = ">=0.2,<0.3"\n')
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_bytes(text.encode())
        made = migrate(root)
        return made.after.get(path, text.encode()).decode(), sum(finding.message.endswith("would change") for finding in made.left)


@given(files(), st.booleans())
@settings(deadline=None, max_examples=150)
def test_yaml_is_rewritten_once_and_keeps_its_comments(text: str, windows: bool) -> None:
    text = text.replace("\n", "\r\n") if windows else text
    made, refused = run("blueprints/app.yaml", text)
    assert refused == 0
    assert parse(made.replace("\r\n", "\n"), "x").data == expected(parse(text.replace("\r\n", "\n"), "x").data)
    assert Counter(words(text)) == Counter(words(made)) - Counter({"triggers": made.count("triggers") - text.count("triggers")})
    assert made.count("\r\n") == (made.count("\n") if windows else 0)
    assert run("blueprints/app.yaml", made)[0] == made


def words(text: str) -> list[str]:
    """Everything but brackets, dashes, commas and blanks, which a move may change."""
    return "".join(" " if char in "{}[],-:\r\n" else char for char in text).split()


@st.composite
def calls(draw: st.DrawFn) -> str:
    """A Python blueprint with calls in every layout."""
    text = draw(st.sampled_from(["from cnai_gitops import Lag, Rate, Serve\n", "from cnai_gitops import (\n    Rate,\n    Lag,\n)\n"]))
    for number in range(draw(st.integers(1, 3))):
        names = draw(st.lists(st.sampled_from([*BESIDE, "topic", "requests_per_replica"]), unique=True))
        arguments = [f"{name}={draw(st.sampled_from(['1', 'f(2)', repr('é # x'), '(3)', '{4: [5]}']))}" for name in names]
        if draw(st.booleans()):
            lines = [f"    # above\n    {argument},  # é behind\n" for argument in arguments]
            inside = "  # opened\n" + "".join(lines)
        else:
            inside = ", ".join(arguments)
        text += f"ü{number} = [{draw(st.sampled_from(['Rate', 'Lag']))}({inside})]  # done\n"
    return text


def comments(text: str) -> Counter[str]:
    return Counter(t.string for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == tokenize.COMMENT)


@given(calls())
@settings(deadline=None, max_examples=100)
def test_python_is_rewritten_once_and_keeps_its_comments(text: str) -> None:
    made, refused = run("blueprints/app.py", text)
    assert refused == 0
    assert comments(text) == comments(made)
    assert run("blueprints/app.py", made)[0] == made
    for call in [node for node in ast.walk(ast.parse(made)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]:
        keywords = {keyword.arg for keyword in call.keywords}
        if call.func.id in ("Rate", "Lag"):  # type: ignore[attr-defined]
            assert not keywords & {*BESIDE}
        elif call.func.id == "Scaling":  # type: ignore[attr-defined]
            assert "triggers" in keywords <= {*BESIDE, "triggers"}


# quotes of a text directly before the three that end it: up to two of them belong to it
QUOTED = ('"""x""""', '"""x"""""', '"""\\""""', '""""""', '"""a\n""b"""', "'''x''''", "'''x'''''", "''''''", "''''x'''")
TOML = st.recursive(
    st.sampled_from(["1", '"a]#,"', "'}'", "2026-01-01", "true", '"""x\n["""', "'''\n}\n'''", "1.5", *QUOTED]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ",\n".join(items) + "]"),
        st.lists(inner, max_size=3).map(lambda items: "{ " + ", ".join(f"k{n} = {item}" for n, item in enumerate(items)) + " }"),
    ),
    max_leaves=6,
)
HEADERS = st.sampled_from(["[h{n}]", '[ h{n} . "q.r" ]', "[[h{n}]]\n[[h{n}]]", "[h{n}.a.b]", ""])


@given(st.lists(st.tuples(HEADERS, st.sampled_from(["x{n}", '"y{n}"', "z{n}.s", "z{n} . 't.u'"]), TOML), max_size=5))
@settings(deadline=None, max_examples=150)
def test_the_places_of_toml_are_the_ones_of_its_values(parts: list[tuple[str, str, str]]) -> None:
    text = "".join(f"{header}\n{key} = {value} # said\n".replace("{n}", str(n)) for n, (header, key, value) in enumerate(parts))
    assert said(toml_tree(text), text) == tomllib.loads(text)


def said(node: Node, text: str) -> Any:
    if node.entries is not None:
        return {entry.key: said(entry.value, text) for entry in node.entries}
    if node.items is not None:
        return [said(item, text) for item in node.items]
    return tomllib.loads(f"x = {text[slice(*node.span)]}")["x"]
