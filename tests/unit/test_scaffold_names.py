"""Names and addresses that users give are checked before they reach a template."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from cnai_gitops.errors import UsageError
from cnai_gitops.scaffold import new_blueprint, new_environment, new_policy, repository

ADDRESSES = {"repository_url": "https://git.example.com/ml/config.git", "registry": "registry.example.com/ml"}
HOSTILE = [
    "", "A", "a b", "a/../b", "..", "a\n", 'a"', "a'", "{{7*7}}", "${{x}}", "a{%", "-a", "a-",
    "1a", "a_b", "ä", "a\x00", "a" * 41, "a:b", "#a", "$(id)",
]  # fmt: skip


@pytest.mark.parametrize("name", [*HOSTILE, "environment", "patches", "a" * 25])
def test_a_name_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        repository(name, **ADDRESSES)
    with pytest.raises(UsageError):
        new_blueprint(name, "py", "ml")
    with pytest.raises(UsageError):
        new_blueprint("churn", "yaml", name)
    with pytest.raises(UsageError):
        new_environment(name, "dev")


@pytest.mark.parametrize("name", [name for name in HOSTILE if name])
def test_every_other_word_is_checked_too(name: str) -> None:
    wrong: list[dict[str, Any]] = [{"environments": ["dev", name]}, {"team": name}, {"organisation": name}]
    for change in wrong:
        with pytest.raises(UsageError):
            repository("churn", **ADDRESSES, **change)
    if name != "a_b":
        for pair in ((name, "rule"), ("area", name)):
            with pytest.raises(UsageError):
                new_policy(*pair)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "git.example.com/x",
        "https://",
        "https://g/x y",
        'https://g/"',
        "https://g/x\n",
        "https://me:secret@g/x",
        "https://token@g/x",
        "file:///etc",
        "https://g/{{x}}",
    ],
)
def test_an_address_that_is_none_or_holds_a_secret_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        repository("churn", repository_url=url, registry="registry.example.com")
    assert caught.value.help
    assert "secret" not in str(caught.value)


def test_ssh_addresses_name_a_user() -> None:
    files = repository("churn", repository_url="ssh://git@git.example.com:2222/ml/config.git", registry="registry.example.com")
    assert tomllib.loads(files["cnai.toml"])["git"]["repository"].startswith("ssh://git@")


@pytest.mark.parametrize("registry", ["", "https://r", "r/", "r x", 'r"', "R", "r\n", "{{r}}"])
def test_a_registry_that_is_none_is_refused(registry: str) -> None:
    with pytest.raises(UsageError):
        repository("churn", repository_url=ADDRESSES["repository_url"], registry=registry)


@pytest.mark.parametrize("environments", [[], ["dev", "dev"], ["qa"]])
def test_environments_are_tiers_each_once(environments: list[str]) -> None:
    with pytest.raises(UsageError):
        repository("churn", **ADDRESSES, environments=environments)


@pytest.mark.parametrize(
    ("area", "rule"),
    [
        ("waivers", "x"),
        ("lib", "x"),
        ("acme", "x_test"),
        ("acme", "import"),
        ("with", "x"),
        ("acme", "a__b"),
        ("images", "digest_pinned"),
        ("a1", "x"),
    ],
)
def test_a_policy_that_could_not_run_is_refused(area: str, rule: str) -> None:
    with pytest.raises(UsageError) as caught:
        new_policy(area, rule)
    assert caught.value.help


def test_form_and_tier_are_checked() -> None:
    with pytest.raises(UsageError):
        new_blueprint("churn", "json", "ml")  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        new_environment("lab", "production")
