"""`cnai migrate`: old spellings rewritten by line in YAML, TOML and Python, all or nothing, and what is left to authors."""

from __future__ import annotations

import os
import subprocess
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from cnai_gitops.change.migrate.repository import Migration, migrate
from cnai_gitops.errors import ToolError, UsageError
from cnai_gitops.source.files import SourceError
from cnai_gitops.source.spellings import Spelling, read
from cnai_gitops.system.files import Writer

Cnai = Callable[..., Any]
CONFIG = 'requires = ">=0.2,<0.3"\n'
PLACES = {
    "Serve": ["blueprint:serve", "release:serve.*", "release:clusters/*/serve.*", "environment:defaults/serve", "config:defaults/serve"],
    "Dataset": ["dataset:*"],
}


def spelled(**tables: Any) -> tuple[Spelling, ...]:
    return read({"since": "0.2", "places": PLACES} | {kind: [{"noun": "Serve", **table}] for kind, table in tables.items()})


def run(tmp_path: Path, path: str, text: str, known: Sequence[Spelling] | None = None) -> tuple[str, list[str], list[str]]:
    """The text of one file after a migration of a repository with only that file; what was done; what was left."""
    (tmp_path / "cnai.toml").write_text(CONFIG)
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    made = migrate(tmp_path, known)
    return made.after.get(path, text.encode()).decode(), list(made.done), said(made)


def said(made: Migration) -> list[str]:
    return [f"{finding.location}: {finding.message}" for finding in made.left]


BLUEPRINT = "blueprints/app.yaml"
RELEASE = "environments/prod/app.yaml"

# -- scaling is one noun with triggers ------------------------------------------------------------------

NESTED = {
    "lines, comments and quotes": (
        BLUEPRINT,
        """\
        # yaml-language-server: $schema=../schemas/blueprint.schema.json
        name: app   # ours
        serve:
          name: 'a'
          # about scaling
          scaling:  # here
            # by requests
            kind: "rate"   # double

            # at night
            min: 2  # two
            requests_per_replica: 200 # each
            max:   16
            # behind

          port: 8080
        """,
        """\
        # yaml-language-server: $schema=../schemas/blueprint.schema.json
        name: app   # ours
        serve:
          name: 'a'
          # about scaling
          scaling:  # here
            # at night
            min: 2  # two
            max:   16
            triggers:
              # by requests
              - kind: "rate"   # double

                requests_per_replica: 200 # each
            # behind

          port: 8080
        """,
        ["8: scaling: kind, requests_per_replica -> triggers[0]"],
    ),
    "between brackets, and several services": (
        BLUEPRINT,
        """\
        serve:
        -   scaling: { kind: lag, topic: "a, b", max: 3, consumer_group: g }  # lag
            name: a
        - name: b
          scaling: {kind: rate,
                    max: 4,
                    requests_per_replica: 1}
        - {name: c, scaling: {kind: rate, cooldown: 5m}}
        - {name: d, scaling: {kind: rate, requests_per_replica: 3}}
        - name: e
          scaling: {min: 1, triggers: [{kind: rate}]}
        """,
        """\
        serve:
        -   scaling: { min: 0, max: 3, triggers: [{kind: lag, topic: "a, b", consumer_group: g}] }  # lag
            name: a
        - name: b
          scaling: {max: 4,
                    triggers: [{kind: rate, requests_per_replica: 1}]}
        - {name: c, scaling: {cooldown: 5m, triggers: [{kind: rate}]}}
        - {name: d, scaling: {kind: rate, requests_per_replica: 3}}
        - name: e
          scaling: {min: 1, triggers: [{kind: rate}]}
        """,
        [
            "2: scaling: kind, topic, consumer_group -> triggers[0], min: 0",
            "5: scaling: kind, requests_per_replica -> triggers[0]",
            "8: scaling: kind -> triggers[0]",
        ],
    ),
    "a release, every place of it, odd indentation": (
        RELEASE,
        """\
        app: app
        serve.a:
              scaling:
                     kind: rate
                     max: 9
        train.a:
          scaling: {kind: rate, max: 9}
        serve.b: {scaling: {min: 1, max: 9}}
        clusters:
          eu1:
            serve.a: {scaling: {kind: rate, max: 1}}
        """,
        """\
        app: app
        serve.a:
              scaling:
                     max: 9
                     triggers:
                       - kind: rate
        train.a:
          scaling: {kind: rate, max: 9}
        serve.b: {scaling: {min: 1, max: 9}}
        clusters:
          eu1:
            serve.a: {scaling: {max: 1, triggers: [{kind: rate}]}}
        """,
        ["4: scaling: kind -> triggers[0]", "11: scaling: kind -> triggers[0]"],
    ),
    "defaults of an environment, without a last line end": (
        "environments/prod/environment.yaml",
        "defaults:\n  serve:\n    scaling:\n      kind: rate\n      max: 2 # é",
        "defaults:\n  serve:\n    scaling:\n      max: 2 # é\n      triggers:\n        - kind: rate",
        ["4: scaling: kind -> triggers[0]"],
    ),
}


def dedented(text: str) -> str:
    return textwrap.dedent(text) if text.startswith("        ") else text


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("case", NESTED)
def test_keys_become_an_item_of_a_list(tmp_path: Path, case: str, ending: str) -> None:
    path, old, new, done = NESTED[case]
    old, new = (dedented(text).replace("\n", ending) for text in (old, new))
    assert run(tmp_path, path, old) == (new, [f"{path}:{line}" for line in done], [])
    assert run(tmp_path, path, new) == (new, [], [])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "serve:\n  scaling: {kind: rate,  # by requests\n            max: 4}\n",
            "2:3: scaling: kind -> triggers[0]: a comment stands between the keys",
        ),
        (
            "serve:\n  scaling:\n    kind: rate\n    max: 4\n    triggers: []\n",
            "3:5: scaling: kind, triggers -> triggers[0]: triggers is there too",
        ),
        (
            "serve:\n  scaling:\n    max: 4\n    topic: t\n",
            "4:5: scaling.topic belongs to an item of triggers: the kind of the item is not said here",
        ),
        (
            "serve:\n  scaling:\n    ? kind\n    : rate\n    ? max\n    : 4\n",
            "3:5: scaling: kind -> triggers[0]: the key shares its line with others",
        ),
    ],
)
def test_what_cannot_be_moved_by_line_is_left_and_said(tmp_path: Path, text: str, left: str) -> None:
    assert run(tmp_path, BLUEPRINT, text) == (text, [], [f"{BLUEPRINT}:{left}"])


def test_one_place_that_is_left_does_not_keep_the_others(tmp_path: Path) -> None:
    text = "serve:\n- scaling: {kind: rate, # c\n   max: 4}\n- scaling: {kind: rate, max: 4}\n"
    new, done, left = run(tmp_path, BLUEPRINT, text)
    assert new == text.replace("{kind: rate, max: 4}", "{max: 4, triggers: [{kind: rate}]}")
    assert (len(done), len(left)) == (1, 1)


def test_a_text_that_would_say_something_else_is_not_taken(tmp_path: Path) -> None:
    # the empty line belongs to the value, and does not come along when the key is no longer the last one
    text = "serve:\n  scaling:\n    kind: rate\n    cooldown: |+\n      5m\n\n"
    left = f"{BLUEPRINT}:3:5: scaling: kind -> triggers[0]: more than this would change"
    assert run(tmp_path, BLUEPRINT, text) == (text, [], [left])


# -- keys and words -------------------------------------------------------------------------------------

MOVED = spelled(moved={"old": "replicas", "new": "scaling.min"})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("serve:\n  # why\n  replicas: 3  # hm\n  name: a\n", "serve:\n  scaling:\n    # why\n    min: 3  # hm\n  name: a\n"),
        ("serve:\n  - replicas: 3\n    name: a\n", "serve:\n  - scaling:\n      min: 3\n    name: a\n"),
        ("serve: {replicas: 3, name: a}\n", "serve: {scaling: {min: 3}, name: a}\n"),
        ("serve: {'replicas': 3}\n", "serve: {scaling: {'min': 3}}\n"),
        ("serve: {replicas: 3, scaling: {max: 4}}\n", "serve: {scaling: {max: 4, min: 3}}\n"),
        ("serve: {scaling: {}, replicas: 3}\n", "serve: {scaling: {min: 3}}\n"),
        ("serve:\n  replicas: 3\n  scaling: {max: 4} # m\n", "serve:\n  scaling: {max: 4, min: 3} # m\n"),
        (
            "serve:\n  name: a\n  # why\n  replicas: 3  # hm\n\n  scaling:\n     max: 4 # m\n# end\n",
            "serve:\n  name: a\n  scaling:\n     max: 4 # m\n     # why\n     min: 3  # hm\n\n# end\n",
        ),
        ("serve:\n  scaling:\n    max: 4\n  replicas: 3", "serve:\n  scaling:\n    max: 4\n    min: 3"),
    ],
)
def test_a_key_moves_into_another_map(tmp_path: Path, old: str, new: str) -> None:
    text, done, left = run(tmp_path, BLUEPRINT, old, MOVED)
    assert (text, [line.split(": ", 1)[1] for line in done], left) == (new, ["replicas -> scaling.min"], [])
    assert run(tmp_path, BLUEPRINT, new, MOVED) == (new, [], [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("serve:\n  replicas: 3\n  scaling: {min: 1}\n", "2:3: replicas -> scaling.min: scaling.min is there too"),
        ("serve:\n  replicas: 3\n  scaling: no-map\n", "2:3: replicas -> scaling.min: scaling.min is no map"),
        ("serve:\n  replicas: 3 # c\n  scaling: {max: 1}\n", "2:3: replicas -> scaling.min: the value has a comment, or lines of its own"),
        ("serve:\n- replicas: 3\n  scaling:\n    max: 1\n", "2:1: replicas -> scaling.min: the key is the first of its list item"),
    ],
)
def test_a_key_that_cannot_move(tmp_path: Path, text: str, reason: str) -> None:
    assert run(tmp_path, BLUEPRINT, text, MOVED) == (text, [], [f"{BLUEPRINT}:{reason}"])


def test_a_key_moves_up(tmp_path: Path) -> None:
    known = spelled(moved={"old": "engine.grace", "new": "grace"})
    old = "serve:\n  engine:\n    kind: kserve\n    grace: 5s # g\n  name: a\n"
    assert run(tmp_path, BLUEPRINT, old, known)[0] == "serve:\n  engine:\n    kind: kserve\n  name: a\n  grace: 5s # g\n"
    alone = "serve:\n  engine:\n    grace: 5s\n"
    assert run(tmp_path, BLUEPRINT, alone, known)[2] == [
        f"{BLUEPRINT}:3:5: engine.grace -> grace: nothing would be left of the map around it"
    ]


def test_a_key_and_a_word_change_in_their_quotes(tmp_path: Path) -> None:
    known = spelled(moved={"old": "slo.p99", "new": "slo.p99_ms"}, reworded={"path": "runtime", "old": "tritn", "new": "triton"})
    old = 'serve:\n  - {runtime: "tritn", slo: {\'p99\': 3}}\n  - runtime: tritn  # r\n    slo:\n      "p99" : 4\n  - runtime: other\n'
    new = old.replace("tritn", "triton").replace("p99", "p99_ms")
    text, done, left = run(tmp_path, BLUEPRINT, old, known)
    assert (text, left) == (new, [])
    assert done == [
        f"{BLUEPRINT}:2: slo.p99 -> slo.p99_ms",
        f"{BLUEPRINT}:5: slo.p99 -> slo.p99_ms",
        f"{BLUEPRINT}:2: runtime: tritn -> triton",
        f"{BLUEPRINT}:3: runtime: tritn -> triton",
    ]
    both = "serve: {slo: {p99: 1, p99_ms: 2}}\n"
    assert run(tmp_path, BLUEPRINT, both, known) == (both, [], [f"{BLUEPRINT}:1:1: slo.p99 -> slo.p99_ms: p99_ms is there too"])


# -- cnai.toml ------------------------------------------------------------------------------------------


def config(tmp_path: Path, text: str, known: Sequence[Spelling] | None = None) -> tuple[str, list[str], list[str]]:
    (tmp_path / "cnai.toml").write_bytes(text.encode())
    made = migrate(tmp_path, known)
    return made.after.get("cnai.toml", text.encode()).decode(), list(made.done), said(made)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            '[defaults.serve]\nscaling = {kind = "rate", max=4} # hm\nport = 1\n',
            '[defaults.serve]\nscaling = {max=4, triggers = [{kind = "rate"}]} # hm\nport = 1\n',
        ),
        (
            '[defaults.serve.scaling]\n# which\nkind = "rate"\nmax = 4 # four\n\n[git]\nx = """[a]\n"""\n',
            "[defaults.serve.scaling]\nmax = 4 # four\n\n"
            '[[defaults.serve.scaling.triggers]]\n# which\nkind = "rate"\n\n[git]\nx = """[a]\n"""\n',
        ),
        ('[defaults]\nserve = {scaling = {kind="rate"}}\n', '[defaults]\nserve = {scaling = {kind="rate"}}\n'),
    ],
)
def test_toml(tmp_path: Path, old: str, new: str) -> None:
    assert config(tmp_path, CONFIG + old)[::2] == (CONFIG + new, [])
    assert config(tmp_path, CONFIG + new) == (CONFIG + new, [], [])


def test_keys_of_toml_in_headers_and_brackets(tmp_path: Path) -> None:
    known = spelled(moved={"old": "slo", "new": "goals"})
    old = CONFIG + '[defaults.serve.slo]\np = 1\n[defaults.serve."slo".deep]\nq = 2\n'
    assert config(tmp_path, old, known)[0] == old.replace("slo", "goals")
    old = CONFIG + "[defaults]\nserve.slo.p = 1\nserve.slo.q = 'slo'\n"
    assert config(tmp_path, old, known)[0] == old.replace("slo.", "goals.")


def test_dotted_keys_of_toml_are_left_to_their_author(tmp_path: Path) -> None:
    text = CONFIG + '[defaults.serve]\nscaling.kind = "rate"\nscaling.max = 4\n'
    assert config(tmp_path, text) == (text, [], ["cnai.toml:3:1: scaling: kind -> triggers[0]: its keys lie in several places"])


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('# head\nat = "x"\n', '# head\nrequires = ">=0.2,<0.3"\nat = "x"\n', 2),
        ("#:schema x\n# who\n\n# git\n[git]\nx = 1\n", '#:schema x\n# who\n\nrequires = ">=0.2,<0.3"\n\n# git\n[git]\nx = 1\n', 4),
        ("# who\n[git]\n", '# who\nrequires = ">=0.2,<0.3"\n\n[git]\n', 2),
        ("a = 1\r\n", 'requires = ">=0.2,<0.3"\r\na = 1\r\n', 1),
        ("a = 1\nrequires = '<0.2' # old\n[b]\n", 'a = 1\nrequires = ">=0.2,<0.3" # old\n[b]\n', 2),
        ('requires = "nonsense"\n', 'requires = ">=0.2,<0.3"\n', 1),
        ("requires = 2\n", 'requires = ">=0.2,<0.3"\n', 1),
        ("", 'requires = ">=0.2,<0.3"\n', 1),
    ],
)
def test_requires(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, line: int) -> None:
    monkeypatch.setattr("cnai_gitops.change.migrate.repository.__version__", "0.2.0")
    assert config(tmp_path, old) == (new, [f'cnai.toml:{line}: requires = ">=0.2,<0.3"'], [])
    assert config(tmp_path, new) == (new, [], [])


def test_a_narrower_range_that_fits_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnai_gitops.change.migrate.repository.__version__", "0.2.3")
    assert config(tmp_path, 'requires = ">=0.2.1,<0.4"\n')[1:] == ([], [])


# -- Python ---------------------------------------------------------------------------------------------

PYTHON = "blueprints/app.py"
CALLS = {
    "on one line": (
        "from cnai_gitops import Rate, Serve, gpu\né = 'ü'; s = Serve(scaling=Rate(requests_per_replica=200, min=2, max=8))  # hm\n",
        "from cnai_gitops import Rate, Scaling, Serve, gpu\n"
        "é = 'ü'; s = Serve(scaling=Scaling(min=2, max=8, triggers=[Rate(requests_per_replica=200)]))  # hm\n",
    ),
    "on lines of their own": (
        """\
        from cnai_gitops import (
            Lag as Queue,
            Serve,
        )
        s = Serve(
            scaling=Queue(  # said
                # which
                topic="t",  # t
                min=2,
                # most
                max=8  # no comma
            ),
        )
        """,
        """\
        from cnai_gitops import (
            Lag as Queue,
            Scaling,
            Serve,
        )
        s = Serve(
            scaling=Scaling(  # said
                min=2,
                # most
                max=8,  # no comma
                triggers=[
                    Queue(
                        # which
                        topic="t",  # t
                    ),
                ],
            ),
        )
        """,
    ),
    "the package by its own name": (
        "import cnai_gitops as c\nr = c.Rate(max=2)\n",
        "import cnai_gitops as c\nr = c.Scaling(max=2, triggers=[c.Rate()])\n",
    ),
    "an import from inside": (
        "from cnai_gitops.engines.rate import Rate\nr = [Rate(max=i, **more) for i in (1, 2)]\n",
        "from cnai_gitops.engines.rate import Rate\nfrom cnai_gitops import Scaling\n"
        "r = [Scaling(max=i, triggers=[Rate(**more)]) for i in (1, 2)]\n",
    ),
    "names out of order, and a name that is there": (
        "from cnai_gitops import Serve, Rate\nfrom cnai_gitops import Scaling as S\nRate(max=2)\n",
        "from cnai_gitops import Serve, Rate\nfrom cnai_gitops import Scaling as S\nS(max=2, triggers=[Rate()])\n",
    ),
    "everything imported": ("from cnai_gitops import *\nRate(max=2)\n", "from cnai_gitops import *\nScaling(max=2, triggers=[Rate()])\n"),
    "two calls, one import": (
        "from cnai_gitops import Lag, Rate\na, b = Rate(max=2), Lag(max=3)\n",
        "from cnai_gitops import Lag, Rate, Scaling\na, b = Scaling(max=2, triggers=[Rate()]), Scaling(min=0, max=3, triggers=[Lag()])\n",
    ),
    "nothing to do": (
        "from cnai_gitops import Rate\nRate(requests_per_replica=1)\n",
        "from cnai_gitops import Rate\nRate(requests_per_replica=1)\n",
    ),
    "somebody else's class": ("from q import Rate\nRate(max=2)\n", "from q import Rate\nRate(max=2)\n"),
    "a name that is given again": (
        "from cnai_gitops import Rate\ndef f(Rate):\n    Rate(max=2)\n",
        "from cnai_gitops import Rate\ndef f(Rate):\n    Rate(max=2)\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("case", CALLS)
def test_a_call_around_a_call(tmp_path: Path, case: str, ending: str) -> None:
    old, new = (dedented(text).replace("\n", ending) for text in CALLS[case])
    text, done, left = run(tmp_path, PYTHON, old)
    assert (text, left) == (new, [])
    assert bool(done) == (old != new)
    assert run(tmp_path, PYTHON, new) == (new, [], [])


def test_what_was_done_in_python_is_said(tmp_path: Path) -> None:
    done = run(tmp_path, PYTHON, CALLS["on one line"][0])[1]
    assert done == [f"{PYTHON}:2: Rate(min, max) -> Scaling(min, max, triggers=[Rate])"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "from cnai_gitops import Rate\nRate(max=2,  # two\n  requests_per_replica=3)\n",
            "2:1: Rate(max) -> Scaling(max, triggers=[Rate]): a comment stands between the arguments",
        ),
        (
            "from cnai_gitops import Rate\nfrom q import Scaling\nRate(max=2)\n",
            "3:1: Rate(max) -> Scaling(max, triggers=[Rate]): Scaling means something else in this file",
        ),
        (
            "from cnai_gitops import Rate, Scaling\nScaling(triggers=[Rate(max=2)])\n",
            "2:1: Rate(max) -> Scaling(max, triggers=[Rate]): it is an item of triggers already",
        ),
        (
            "from cnai_gitops import Serve\nServe(scaling={'kind': 'rate', 'max': 2})\n",
            "2:1: Serve(scaling=): it is written as a dict",
        ),
        (
            "from cnai_gitops import Rate\nfrom functools import partial\nR = partial(Rate, max=2)\n",
            "3:1: Rate: the class is handed to another call",
        ),
        (
            "import x\nx.app.with_(serve__a__scaling__topic='t', serve__a__scaling__max=2)\n",
            "2:1: serve__a__scaling__topic belongs to an item of triggers: there may be several",
        ),
        (
            'from cnai_gitops import Lag\nLag(\n    topic="""a\n    b""",\n    min=2,\n)\n',
            "2:1: Lag(min) -> Scaling(min, triggers=[Lag]): more than this would change",
        ),
    ],
)
def test_calls_that_their_author_has_to_change(tmp_path: Path, text: str, left: str) -> None:
    assert run(tmp_path, PYTHON, text) == (text, [], [f"{PYTHON}:{left}"])


def test_a_keyword_and_a_word_in_python(tmp_path: Path) -> None:
    known = spelled(moved={"old": "copies", "new": "replicas"}, reworded={"path": "runtime", "old": "tritn", "new": "triton"})
    old = "from cnai_gitops import Serve\nServe(copies=copies, runtime='tritn')\nServe(runtime=r)\nOther(copies=1, runtime='tritn')\n"
    new = "from cnai_gitops import Serve\nServe(replicas=copies, runtime='triton')\nServe(runtime=r)\nOther(copies=1, runtime='tritn')\n"
    assert run(tmp_path, PYTHON, old, known) == (
        new, [f"{PYTHON}:2: Serve(copies=) -> replicas", f"{PYTHON}:2: Serve(runtime=): tritn -> triton"], [],
    )  # fmt: skip
    for text, left in (
        ("Serve(copies=1, replicas=2)\n", "Serve(copies=) -> replicas: replicas is there too"),
        ("Serve(runtime='tri' 'tn')\n", "Serve(runtime=): tritn -> triton: the word is put together"),
    ):
        whole = f"from cnai_gitops import Serve\n{text}"
        assert run(tmp_path, PYTHON, whole, known) == (whole, [], [f"{PYTHON}:2:1: {left}"])
    whole = "from cnai_gitops import Serve\nServe(replicas=1)\n"
    assert run(tmp_path, PYTHON, whole, MOVED)[2] == [
        f"{PYTHON}:2:1: Serve(replicas=) -> scaling.min: it is an argument of another class now"
    ]


# -- a whole repository ---------------------------------------------------------------------------------

OLD = "serve:\n  scaling: {kind: rate, max: 4}\n"
NEW = "serve:\n  scaling: {max: 4, triggers: [{kind: rate}]}\n"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    root = tmp_path / "old"
    for name in ("a", "b", "c"):
        (root / "blueprints").mkdir(parents=True, exist_ok=True)
        (root / f"blueprints/{name}.yaml").write_text(OLD)
    (root / "cnai.toml").write_text("# ours\nat = ''\n")
    return root


def test_the_command_rewrites_once(old: Path, cnai: Cnai, snapshot: Callable[[Path], dict[str, bytes]]) -> None:
    before = snapshot(old)
    lines = "".join(f"blueprints/{name}.yaml:2: scaling: kind -> triggers[0]\n" for name in ("a", "b", "c"))
    lines += 'cnai.toml:2: requires = ">=0.2,<0.3"\n'
    done = cnai("migrate", "--check", "--root", old)
    assert (done.code, done.out, done.err) == (1, lines, "4 file(s) would change; run `cnai migrate`\n")
    assert snapshot(old) == before
    done = cnai("migrate", "--root", old)
    assert (done.code, done.out) == (0, lines)
    assert done.err == "4 file(s) rewritten; read the difference, then run `cnai build` and `cnai check`\n"
    assert {path: text.decode() for path, text in snapshot(old).items()} == {
        "blueprints/a.yaml": NEW,
        "blueprints/b.yaml": NEW,
        "blueprints/c.yaml": NEW,
        "cnai.toml": "# ours\nrequires = \">=0.2,<0.3\"\nat = ''\n",
    }
    for arguments in (("migrate",), ("migrate", "--check")):
        done = cnai(*arguments, "--root", old)
        assert (done.code, done.out, done.err) == (0, "", "nothing to rewrite\n")


def test_what_is_left_fails_and_the_rest_is_written(old: Path, cnai: Cnai) -> None:
    (old / "blueprints/b.yaml").write_text("serve:\n  scaling: {max: 1, topic: t}\n")
    done = cnai("migrate", "--root", old)
    assert done.code == 1
    assert (
        "blueprints/b.yaml:2:3: error[CNAI110]: scaling.topic belongs to an item of triggers: the kind of the item is not said here\n"
        in done.out
    )
    assert "help: write the new spelling by hand" in done.out
    assert (old / "blueprints/c.yaml").read_text() == NEW
    assert cnai("migrate", "--root", old).code == 1


@pytest.mark.parametrize(
    ("path", "text", "first"),
    [
        ("blueprints/b.yaml", "serve: &a {scaling: *a}\n", "blueprints/b.yaml:1:8: error[CNAI105]: anchor &a is not allowed here"),
        ("blueprints/b.yaml", "serve: {\n", "blueprints/b.yaml:1:9: error[CNAI104]: not YAML"),
        ("blueprints/b.yaml", "a: 1\r\nb: 2\n", "blueprints/b.yaml:2: error[CNAI107]: blueprints/b.yaml mixes line endings"),
        ("blueprints/z.py", "def f(:\n", "blueprints/z.py:1:7: error[CNAI106]: not Python: "),
    ],
)
def test_a_file_that_cannot_be_read_keeps_all_as_they_are(
    old: Path, cnai: Cnai, snapshot: Callable[[Path], dict[str, bytes]], path: str, text: str, first: str
) -> None:
    (old / path).write_bytes(text.encode())
    before = snapshot(old)
    done = cnai("migrate", "--root", old)
    assert (done.code, done.first.startswith(first)) == (1, True), done.out
    assert snapshot(old) == before


def test_a_config_that_is_no_toml_is_a_mistake_of_use(old: Path) -> None:
    (old / "cnai.toml").write_text("a = \n")
    with pytest.raises(UsageError, match=r"cnai\.toml: Invalid value"):
        migrate(old)


def test_every_broken_file_is_named(old: Path) -> None:
    (old / "blueprints/a.yaml").write_text("{")
    (old / "blueprints/b.yaml").write_text("}")
    with pytest.raises(SourceError) as caught:
        migrate(old)
    assert {finding.location.file for finding in caught.value.findings if finding.location} == {"blueprints/a.yaml", "blueprints/b.yaml"}


def test_a_write_that_fails_undoes_the_others(
    old: Path, cnai: Cnai, monkeypatch: pytest.MonkeyPatch, snapshot: Callable[[Path], dict[str, bytes]]
) -> None:
    before, write = snapshot(old), Writer.write

    def failing(self: Writer, relative: str, data: bytes) -> bool:
        if relative == "blueprints/c.yaml" and data == NEW.encode():
            assert (self.root / "blueprints/a.yaml").read_text() == NEW
            raise ToolError("the disk is full")
        return write(self, relative, data)

    monkeypatch.setattr(Writer, "write", failing)
    done = cnai("migrate", "--root", old)
    assert (done.code, done.out, done.err) == (3, "", "error: the disk is full\n")
    assert snapshot(old) == before


def test_a_read_only_tree(old: Path, cnai: Cnai, request: pytest.FixtureRequest) -> None:
    root = old
    if os.geteuid():
        for folder in (old, old / "blueprints"):
            folder.chmod(0o555)
    else:  # modes do not bind root
        disk = request.getfixturevalue("tmpfs")("1m")
        root = disk / "old"
        subprocess.run(["cp", "-r", old, disk], check=True)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    done = cnai("migrate", "--root", root)
    assert (done.code, done.out) == (3, "")
    assert ("permission denied" if os.geteuid() else "the file system is read-only") in done.err
    assert (root / "blueprints/a.yaml").read_text() == OLD


def test_a_link_inside_is_followed_and_its_file_is_written_once(old: Path) -> None:
    (old / "blueprints/d.yaml").symlink_to("a.yaml")
    (old / "blueprints/e.yaml").symlink_to("../shared.yaml")
    (old / "shared.yaml").write_text(OLD)
    made = migrate(old)
    assert sorted(made.after) == ["blueprints/a.yaml", "blueprints/b.yaml", "blueprints/c.yaml", "cnai.toml", "shared.yaml"]
    assert os.readlink(old / "blueprints/e.yaml") == "../shared.yaml"


def test_kinds_of_files_are_told_by_their_place(tmp_path: Path) -> None:
    texts = {
        "blueprints/datasets/d.yaml": OLD,
        "environments/prod/patches/app/p.yaml": OLD,
        "policies/waivers/w.yaml": OLD,
        "environments/prod/app.yaml": OLD,
        "environments/prod/environment.yaml": OLD,
        "other/a.yaml": OLD,
    }
    for path, text in texts.items():
        assert run(tmp_path, path, text) == (text, [], [])
