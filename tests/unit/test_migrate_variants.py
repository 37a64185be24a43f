"""`cnai migrate`: maps that became variants of open unions, and what a map of one kind meant without saying it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from cnai_gitops.change.migrate.repository import migrate
from cnai_gitops.source.versions import reaches_below

CONFIG = 'requires = ">=0.2,<0.3"\n'
OLD = 'requires = "<0.2"\n'
BLUEPRINT = "blueprints/app.yaml"
RELEASE = "environments/prod/app.yaml"
ENVIRONMENT = "environments/prod/environment.yaml"
PYTHON = "blueprints/app.py"


def run(root: Path, path: str, text: str, config: str = CONFIG) -> tuple[str, list[str], list[str]]:
    """The text of one file after a migration of a repository with only that file; what was done there; what was left."""
    (root / "cnai.toml").write_text(config)
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(text.encode())
    made = migrate(root)
    done = [line for line in made.done if not line.startswith("cnai.toml:1: requires")]
    return made.after.get(path, text.encode()).decode(), done, [f"{finding.location}: {finding.message}" for finding in made.left]


def dedented(text: str) -> str:
    return textwrap.dedent(text) if text.startswith("        ") else text


VARIANTS = {
    "a rollout between brackets": (
        BLUEPRINT,
        "serve:\n  - 'canary': { steps: [10, 50] }  # slowly\n    name: a\n  - {name: b, canary: {}}\n",
        "serve:\n  - 'rollout': { kind: canary, steps: [10, 50] }  # slowly\n    name: a\n  - {name: b, rollout: {kind: canary}}\n",
    ),
    "a rollout on lines": (
        BLUEPRINT,
        "serve:\n  canary:  # slowly\n    # first\n    steps: [10]\n",
        "serve:\n  rollout:  # slowly\n    kind: canary\n    # first\n    steps: [10]\n",
    ),
    "a rollout on lines between brackets": (
        BLUEPRINT,
        "serve: {canary: {\n  steps: [10]}}\n",
        "serve: {rollout: {kind: canary,\n  steps: [10]}}\n",
    ),
    "defaults of an environment": (
        ENVIRONMENT,
        "defaults:\n  serve:\n    canary: {steps: [10, 50]}\n",
        "defaults:\n  serve:\n    rollout: {kind: canary, steps: [10, 50]}\n",
    ),
    "a pin stays": (
        RELEASE,
        "serve.a:\n  canary: {model: sha256, weight: 10}\nclusters: {eu1: {serve.a: {canary: {weight: 10}}}}\n",
        "serve.a:\n  canary: {model: sha256, weight: 10}\nclusters: {eu1: {serve.a: {canary: {weight: 10}}}}\n",
    ),
    "signals on lines": (
        BLUEPRINT,
        """\
        observe:
          # promised
          slo:   # to all
            p99_ms: 80

            # in percent
            availability: 99.9
          serves: [a]

          # watched
          "drift":
              method: psi  # m
          # at the end
        """,
        """\
        observe:
          signals:
            # promised
            - kind: slo   # to all
              p99_ms: 80

              # in percent
              availability: 99.9
            # watched
            - kind: drift
              method: psi  # m
          serves: [a]

          # at the end
        """,
    ),
    "signals between brackets": (
        BLUEPRINT,
        "observe: {drift: {then: retrain}, name: a, slo: { p99_ms: 80 }}\n",
        "observe: {name: a, signals: [{ kind: slo, p99_ms: 80 }, {kind: drift, then: retrain}]}\n",
    ),
    "signals in several stages, drift first": (
        BLUEPRINT,
        """\
        observe:
        - drift: {method: ks,  # m
                  window: 6h}  # w
          slo: {p99_ms: 80}
          name: a
        - name: b
          slo: {}
          serves: []
        - drift: {}  # only
        """,
        """\
        observe:
        - signals:
            - {kind: slo, p99_ms: 80}
            - {kind: drift, method: ks,  # m
               window: 6h}  # w
          name: a
        - name: b
          signals:
            - {kind: slo}
          serves: []
        - signals:
            - {kind: drift}  # only
        """,
    ),
    "signals that somebody began": (
        BLUEPRINT,
        "observe:\n  signals:\n  - kind: slo\n    p99_ms: 80\n  # d\n  drift: {method: ks}\n",
        "observe:\n  signals:\n  - kind: slo\n    p99_ms: 80\n  # d\n  - {kind: drift, method: ks}\n",
    ),
    "nothing to do": (
        BLUEPRINT,
        "serve: {rollout: {kind: canary}}\ntrain: {sweep: {trials: 1}}\nobserve: {signals: [{kind: slo}]}\nprepare: {slo: {}, canary: {}}\n",
        "serve: {rollout: {kind: canary}}\ntrain: {sweep: {trials: 1}}\nobserve: {signals: [{kind: slo}]}\nprepare: {slo: {}, canary: {}}\n",
    ),
}


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("case", VARIANTS)
def test_a_map_becomes_a_variant(tmp_path: Path, case: str, ending: str) -> None:
    path, old, new = VARIANTS[case]
    old, new = (dedented(text).replace("\n", ending) for text in (old, new))
    text, done, left = run(tmp_path, path, old)
    assert (text, bool(done), left) == (new, old != new, [])
    assert run(tmp_path, path, new) == (new, [], [])


def test_what_was_done_is_said(tmp_path: Path) -> None:
    text = "serve: {canary: {}}\nobserve: {slo: {}}\ntrain: {sweep: {}}\n"
    assert run(tmp_path, BLUEPRINT, text, OLD)[1] == [
        f"{BLUEPRINT}:1: canary -> rollout: kind: canary",
        f"{BLUEPRINT}:3: sweep: kind: halton",
        f"{BLUEPRINT}:2: slo -> signals[]: kind: slo",
    ]


WHOLE = "a list is replaced whole, and other items of signals may lie in other files"


@pytest.mark.parametrize(
    ("path", "text", "left"),
    [
        (BLUEPRINT, "serve: {canary: {}, rollout: {}}\n", "1:1: canary -> rollout: kind: canary: rollout is there too"),
        (BLUEPRINT, "serve:\n  canary: soon\n", "2:3: canary -> rollout: kind: canary: it is no map"),
        (BLUEPRINT, "serve:\n  canary:\n", "2:3: canary -> rollout: kind: canary: it is no map"),
        (BLUEPRINT, "serve:\n  canary: {kind: canary}\n", "2:3: canary -> rollout: kind: canary: kind is there too"),
        (
            BLUEPRINT,
            "serve:\n  canary:\n    ? steps\n    : [1]\n",
            "2:3: canary -> rollout: kind: canary: the key shares its line with others",
        ),
        (BLUEPRINT, "observe:\n  slo: none\n", "2:3: slo -> signals[]: kind: slo: it is no map"),
        (BLUEPRINT, "observe:\n  slo:\n    {p99_ms: 1}\n", "2:3: slo -> signals[]: kind: slo: the value begins on another line"),
        (BLUEPRINT, "observe:\n  slo: {}\n  signals: [{kind: slo}]\n", "2:3: slo -> signals[]: kind: slo: signals has one too"),
        (
            BLUEPRINT,
            "observe:\n  slo: {}\n  signals: [{kind: drift}]\n",
            "2:3: slo -> signals[]: kind: slo: signals stands between brackets",
        ),
        (BLUEPRINT, "observe: {slo: {}, # c\n  name: a}\n", "1:1: slo -> signals[]: kind: slo: a comment stands between the keys"),
        (RELEASE, "observe.a:\n  drift: {threshold: 0.3}\n", f"2:3: drift -> signals[]: kind: drift: {WHOLE}"),
        (RELEASE, "clusters:\n  eu1:\n    observe.a: {slo: {}}\n", f"3:5: slo -> signals[]: kind: slo: {WHOLE}"),
        (ENVIRONMENT, "defaults:\n  observe:\n    slo: {}\n", f"3:5: slo -> signals[]: kind: slo: {WHOLE}"),
    ],
)
def test_what_cannot_become_one_is_left_and_said(tmp_path: Path, path: str, text: str, left: str) -> None:
    assert run(tmp_path, path, text) == (text, [], [f"{path}:{left}"])


def test_half_of_a_stage_is_moved_where_the_other_half_cannot_be(tmp_path: Path) -> None:
    text = "observe:\n  slo: {}\n  drift: none\n"
    assert run(tmp_path, BLUEPRINT, text) == (
        "observe:\n  signals:\n    - {kind: slo}\n  drift: none\n",
        [f"{BLUEPRINT}:2: slo -> signals[]: kind: slo"],
        [f"{BLUEPRINT}:4:3: drift -> signals[]: kind: drift: it is no map"],
    )


# -- cnai.toml ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[defaults.serve]\ncanary = {steps = [5]} # c\n", '[defaults.serve]\nrollout = {kind = "canary", steps = [5]} # c\n'),
        ("[defaults.serve]\ncanary = {}\n", '[defaults.serve]\nrollout = {kind = "canary"}\n'),
        ("[defaults.serve.canary]\n# s\nsteps = [5]\n", '[defaults.serve.rollout]\nkind = "canary"\n# s\nsteps = [5]\n'),
        ("[defaults.train]\nsweep = {trials = 8}\n", '[defaults.train]\nsweep = {kind = "halton", trials = 8}\n'),
        (
            '[defaults.serve.scaling]\nkind = "lag"\ntopic = "t"\n',
            '[defaults.serve.scaling]\nmin = 0\n\n[[defaults.serve.scaling.triggers]]\nkind = "lag"\ntopic = "t"\n',
        ),
    ],
)
def test_toml(tmp_path: Path, old: str, new: str) -> None:
    (tmp_path / "cnai.toml").write_text(OLD + old)
    made = migrate(tmp_path)
    assert made.after["cnai.toml"].decode() == CONFIG + new
    assert made.left == ()
    (tmp_path / "cnai.toml").write_text(CONFIG + new)
    assert migrate(tmp_path).after == {}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("[defaults.serve]\ncanary.steps = [5]\n", "3:1: canary -> rollout: kind: canary: its keys lie in several places"),
        ("[defaults.observe]\nslo = {}\n", f"3:1: slo -> signals[]: kind: slo: {WHOLE}"),
        ("[defaults.observe.drift]\nmethod = 'ks'\n", f"2:1: drift -> signals[]: kind: drift: {WHOLE}"),
    ],
)
def test_tables_that_their_author_has_to_change(tmp_path: Path, text: str, left: str) -> None:
    (tmp_path / "cnai.toml").write_text(CONFIG + text)
    made = migrate(tmp_path)
    assert made.after == {}
    assert [f"{finding.location}: {finding.message}" for finding in made.left] == [f"cnai.toml:{left}"]


# -- text that a new file may hold too ------------------------------------------------------------------

SAME = {
    "a lag": (
        BLUEPRINT,
        "serve:\n  scaling: {kind: lag, topic: t}\n",
        "serve:\n  scaling: {min: 0, triggers: [{kind: lag, topic: t}]}\n",
    ),
    "a lag on lines": (
        BLUEPRINT,
        "serve:\n- scaling:\n    # which\n    topic: t\n    kind: 'lag'\n",
        "serve:\n- scaling:\n    min: 0\n    triggers:\n      # which\n      - topic: t\n        kind: 'lag'\n",
    ),
    "a lag in Python": (
        PYTHON,
        "from cnai_gitops import Lag, Serve\ns = Serve(scaling=Lag(topic='t'))\n",
        "from cnai_gitops import Lag, Scaling, Serve\ns = Serve(scaling=Scaling(min=0, triggers=[Lag(topic='t')]))\n",
    ),
    "a lag on lines in Python": (
        PYTHON,
        "from cnai_gitops import Lag, Scaling\ns = Lag(\n    topic='t',  # t\n)\n",
        "from cnai_gitops import Lag, Scaling\n"
        "s = Scaling(\n    min=0,\n    triggers=[\n        Lag(\n            topic='t',  # t\n        ),\n    ],\n)\n",
    ),
    "a sweep": (BLUEPRINT, "train:\n  sweep:\n    trials: 8\n", "train:\n  sweep:\n    kind: halton\n    trials: 8\n"),
    "a part of a sweep": (RELEASE, "train.a:\n  sweep: {trials: 2}\n", "train.a:\n  sweep: {kind: halton, trials: 2}\n"),
}


@pytest.mark.parametrize("case", SAME)
def test_a_text_that_is_valid_now_too_is_old_where_requires_says_so(tmp_path: Path, case: str) -> None:
    path, old, new = SAME[case]
    text, done, left = run(tmp_path, path, old, OLD)
    assert (text, len(done), left) == (new, 1, [])
    for requires in ("", OLD, 'requires = ">=0.1,<0.3"\n'):
        assert run(tmp_path, path, old, requires)[0] == new
        assert run(tmp_path, path, new, requires) == (new, [], [])
    assert run(tmp_path, path, old) == (old, [], [])
    assert run(tmp_path, path, old, 'requires = ">=0.2.1"\n') == (old, [], [])


@pytest.mark.parametrize(
    "text", ["serve: {scaling: {kind: rate}}\n", "serve: {scaling: {triggers: [{kind: lag}]}}\n", "train: {sweep: none}\n"]
)
def test_an_old_text_that_means_the_same_now(tmp_path: Path, text: str) -> None:
    assert run(tmp_path, BLUEPRINT, text, OLD) == (text, [], [])


@pytest.mark.parametrize(
    ("path", "text", "left"),
    [
        (
            RELEASE,
            "serve.a:\n  scaling: {kind: lag}\n",
            "2:3: scaling: kind -> triggers[0], min: 0: min may be said by a file below this one",
        ),
        (
            PYTHON,
            "from cnai_gitops import Lag\nLag(**more)\n",
            "2:1: Lag(min) -> Scaling(min, triggers=[Lag]): min may be among the arguments behind **",
        ),
        (PYTHON, "from cnai_gitops import Serve\nServe(scaling={'kind': 'lag'})\n", "2:1: Serve(scaling=): it is written as a dict"),
        (PYTHON, "from cnai_gitops import Lag\np = partial(Lag, topic='t')\n", "2:1: Lag: the class is handed to another call"),
    ],
)
def test_what_a_lag_meant_and_cannot_be_written(tmp_path: Path, path: str, text: str, left: str) -> None:
    assert run(tmp_path, path, text, OLD) == (text, [], [f"{path}:{left}"])
    assert (tmp_path / "cnai.toml").read_text() == OLD
    assert run(tmp_path, path, text) == (text, [], [])


def test_requires_is_brought_up_to_date_when_nothing_is_left(tmp_path: Path) -> None:
    text = "observe.a: {slo: {}}\n"
    (tmp_path / "cnai.toml").write_text(OLD)
    (tmp_path / RELEASE).parent.mkdir(parents=True)
    (tmp_path / RELEASE).write_text(text)
    assert migrate(tmp_path).after == {}
    (tmp_path / RELEASE).write_text("observe.a: {signals: [{kind: slo}]}\n")
    assert migrate(tmp_path).after == {"cnai.toml": CONFIG.encode()}


@pytest.mark.parametrize(
    ("wanted", "reaches"),
    [("", True), ("x", True), ("<0.3", True), (">=0.1,<0.3", True), ("!=0.2", True)]
    + [(">=0.2,<0.3", False), ("==0.2.0", False), (">0.2", False), ("<1, >=0.2.3", False), (">=0.2rc1", True)],
)
def test_whether_a_range_has_older_versions(wanted: str, reaches: bool) -> None:
    assert reaches_below(wanted, "0.2") is reaches


# -- Python ---------------------------------------------------------------------------------------------

IMPORT = "from cnai_gitops import Canary, Drift, Observe, Serve, Slo, Sweep, Train\n"
CALLS = {
    "a keyword": ("Serve(canary=Canary(steps=[10, 50]))  # c\n", "Serve(rollout=Canary(steps=[10, 50]))  # c\n"),
    "a keyword that says nothing": ("Serve(canary=None)\n", "Serve(rollout=None)\n"),
    "a name": ("C = Canary()\nServe(canary=C)\n", "C = Canary()\nServe(rollout=C)\n"),
    "a dict": ("Serve(canary={'steps': [10]})\n", "Serve(rollout={'kind': 'canary', 'steps': [10]})\n"),
    "an empty dict": ("Serve(canary={})\n", 'Serve(rollout={"kind": "canary"})\n'),
    "a dict on lines": ("Serve(canary={\n    'steps': [10],\n})\n", "Serve(rollout={'kind': 'canary',\n    'steps': [10],\n})\n"),
    "a sweep": ("Train(sweep=Sweep(trials=1))\nTrain(sweep={'trials': 1})\n", "Train(sweep=Sweep(trials=1))\nTrain(sweep={'kind': 'halton', 'trials': 1})\n"),
    "a sweep that says its kind": ("Train(sweep={'kind': 'grid'})\nTrain(sweep=S)\n", "Train(sweep={'kind': 'grid'})\nTrain(sweep=S)\n"),
    "signals": ("Observe(slo=Slo(p99_ms=8), drift=Drift())\n", "Observe(signals=[Slo(p99_ms=8), Drift()])\n"),
    "drift first": ("Observe(drift=Drift(), name='a', slo=Slo())\n", "Observe(name='a', signals=[Slo(), Drift()])\n"),
    "drift last": ("Observe(slo=Slo(), name='a', drift=Drift())\n", "Observe(signals=[Slo(), Drift()], name='a')\n"),
    "drift alone": ("Observe(drift=Drift())\n", "Observe(signals=[Drift()])\n"),
    "signals as dicts": (
        "Observe(slo={'p99_ms': 80}, drift={})\n",
        "Observe(signals=[{'kind': 'slo', 'p99_ms': 80}, {\"kind\": \"drift\"}])\n",
    ),
    "signals on lines": (
        """\
        o = Observe(
            # promised
            slo=Slo(p99_ms=80),  # to all
            # é
            runbook="r",
            drift=Drift(
                method="ks",
            )
        )
        """,
        """\
        o = Observe(
            # promised
            signals=[Slo(p99_ms=80), Drift(
                method="ks",
            )],  # to all
            # é
            runbook="r",
        )
        """,
    ),
    "signals on shared lines": (
        "o = Observe(slo=Slo(),\n            drift=Drift(), name='a')\n",
        "o = Observe(signals=[Slo(), Drift()], name='a')\n",
    ),
    "signals that somebody began": ("Observe(signals=[], drift=Drift())\n", "Observe(signals=[Drift()])\n"),
    "a path": (
        "app.with_(serve__a__canary__steps=[1], serve__b__canary=Canary())\nServe.with_(s, canary=None)\n",
        "app.with_(serve__a__rollout__steps=[1], serve__b__rollout=Canary())\nServe.with_(s, rollout=None)\n",
    ),
    "somebody else's": ("Other(canary=1, slo=2)\n", "Other(canary=1, slo=2)\n"),
}  # fmt: skip


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("case", CALLS)
def test_an_argument_becomes_a_variant(tmp_path: Path, case: str, ending: str) -> None:
    old, new = ((IMPORT + dedented(text)).replace("\n", ending) for text in CALLS[case])
    text, done, left = run(tmp_path, PYTHON, old)
    assert (text, bool(done), left) == (new, old != new, [])
    assert run(tmp_path, PYTHON, new) == (new, [], [])


def test_what_was_done_in_python_is_said(tmp_path: Path) -> None:
    text = f"{IMPORT}Serve(canary=None)\nObserve(slo=Slo())\nTrain(sweep={{}})\na.with_(b__canary=None)\n"
    assert run(tmp_path, PYTHON, text)[1] == [
        f"{PYTHON}:2: Serve(canary=) -> rollout=",
        f"{PYTHON}:5: with_(b__canary=) -> b__rollout=",
        f"{PYTHON}:4: Train(sweep=): kind",
        f"{PYTHON}:3: Observe(slo=) -> signals=[Slo]",
    ]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Serve(canary=c)\n", "Serve(canary=) -> rollout=: what it is, a Canary or another value, is not said here"),
        ("Serve(canary=Canary(), rollout=r)\n", "Serve(canary=) -> rollout=: rollout is there too"),
        ("partial(Serve, canary=None)\n", "Serve(canary=) -> rollout=: the class is handed to another call"),
        ("Observe(slo=None)\n", "Observe(slo=) -> signals=[Slo]: no item of signals says this"),
        ("Observe(slo=f())\n", "Observe(slo=) -> signals=[Slo]: what it is, a Slo or another value, is not said here"),
        ("Observe(drift=Drift(), signals=s)\n", "Observe(drift=) -> signals=[Drift]: signals is no list here"),
        ("Observe(\n  signals=[],\n  # d\n  drift=Drift(),\n)\n", "Observe(drift=) -> signals=[Drift]: a comment stands beside it"),
        ("Observe(\n  signals=[],  # s\n  drift=Drift(),  # d\n)\n", "Observe(drift=) -> signals=[Drift]: a comment stands beside it"),
        ("Observe(\n  signals=[],\n  drift=Drift(  # d\n  ),\n)\n", "Observe(drift=) -> signals=[Drift]: a comment stands beside it"),
        ("a.with_(observe__drift__threshold=1)\n", "with_(observe__drift__threshold=) -> signals=: a list is replaced whole"),
        ("a.with_(canary=c)\n", "with_(canary=) -> rollout=: what it is, a Canary or another value, is not said here"),
    ],
)
def test_arguments_that_their_author_has_to_change(tmp_path: Path, text: str, left: str) -> None:
    text = IMPORT + text
    found = run(tmp_path, PYTHON, text)
    assert found[:2] == (text, [])
    assert [line.split(": ", 1)[1] for line in found[2]] == [left]
