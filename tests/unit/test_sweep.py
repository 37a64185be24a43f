"""The trials of a sweep: the same for the same blueprint, inside their space, and spread over it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cnai_gitops import Sweep, choice, integers, log_uniform, uniform
from cnai_gitops.engines.sweep.halton import halton, sample

SPACE = {"lr": log_uniform(1e-4, 1e-2), "drop": uniform(0, 1), "depth": integers(2, 5), "kind": choice("a", "b", "c")}


@given(st.integers(1, 60), st.integers(0, 1000))
def test_trials_are_inside_their_space(trials: int, seed: int) -> None:
    found = sample(Sweep(trials=trials, space=SPACE, maximize="auc", seed=seed))
    assert len(found) == trials
    for values in found:
        assert 1e-4 <= values["lr"] <= 1e-2
        assert 0 <= values["drop"] <= 1
        assert values["depth"] in range(2, 6)
        assert values["kind"] in ("a", "b", "c")


def test_the_order_of_the_space_does_not_matter() -> None:
    sweeps = [Sweep(trials=5, space=space, minimize="loss") for space in (SPACE, dict(reversed(SPACE.items())))]
    assert sample(sweeps[0]) == sample(sweeps[1])


def test_another_seed_tries_other_values() -> None:
    first, second = (sample(Sweep(trials=8, space=SPACE, maximize="auc", seed=seed)) for seed in (0, 1))
    assert {v["lr"] for v in first} & {v["lr"] for v in second} == set()


def test_every_word_and_every_whole_number_is_tried() -> None:
    found = sample(Sweep(trials=24, space=SPACE, maximize="auc"))
    assert {v["kind"] for v in found} == {"a", "b", "c"}
    assert {v["depth"] for v in found} == {2, 3, 4, 5}
    assert len({v["lr"] for v in found}) == 24


def test_halton() -> None:
    assert [halton(i, 2) for i in range(1, 5)] == [0.5, 0.25, 0.75, 0.125]
    assert all(0 < halton(i, 3) < 1 for i in range(1, 200))
