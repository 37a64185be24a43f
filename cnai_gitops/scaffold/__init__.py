"""What `cnai init` and `cnai new` write: files of a user's repository, from packaged templates.

Must not: write anything itself, look at what is already there, or let a name into a template before it was checked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from cnai_gitops import __version__
from cnai_gitops.errors import UsageError
from cnai_gitops.facts.profiles import newest
from cnai_gitops.scaffold.schemas import json_schemas
from cnai_gitops.source.versions import compatible
from cnai_gitops.spec.base import LABEL
from cnai_gitops.spec.environment import Tier
from cnai_gitops.system.data import policies_dir

Files = dict[str, str]
"""Texts by path, relative to the root of the repository."""

_RESERVED = ("environment", "patches")
_WORDS = r"[a-z]+(_[a-z]+)*"
_REGO = frozenset({
    "as", "contains", "data", "default", "else", "every", "false", "if", "import", "in", "input", "not", "null", "package", "some", "true",
    "with",
})  # fmt: skip
_FOLDERS = frozenset({"evidence", "lib", "waivers"})
_URL = r"(https?|ssh)://[A-Za-z0-9][A-Za-z0-9._~:@%+/-]*"
_REGISTRY = r"[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)*"
_REPOSITORY = {
    "cnai.toml": "cnai.toml",
    "CODEOWNERS": "CODEOWNERS",
    "README.md": "README.md",
    ".gitattributes": "gitattributes",
    ".github/workflows/cnai.yml": "github.yml",
    ".gitignore": "gitignore",
    ".gitlab-ci.yml": "gitlab-ci.yml",
    ".pre-commit-config.yaml": "pre-commit-config.yaml",
    "policies/README.md": "policies.md",
}


def repository(
    name: str,
    *,
    repository_url: str,
    registry: str,
    environments: Sequence[str] = ("dev", "staging", "prod"),
    team: str = "ml",
    organisation: str = "",
) -> Files:
    """A whole repository with one application called `name`, which checks clean at once.

    `registry` is the prefix of images, `environments` are tiers in the order of promotion, the last one carries the hub;
    `organisation` is `name` unless given. Raises UsageError for a value that does not fit.
    """
    _check_app(name, team)
    _check_addresses(repository_url, registry)
    _check_environments(environments)
    organisation = organisation or name
    _check_name("organisation", organisation, 40)
    values = {
        "name": name,
        "team": team,
        "organisation": organisation,
        "repository_url": repository_url,
        "registry": registry,
        "environments": list(environments),
        "version": __version__,
        "requires": compatible(__version__),
    }
    files = {path: _text(f"repository/{template}", values) for path, template in _REPOSITORY.items()}
    files[f"policies/waivers/{team}.yaml"] = _text("repository/waivers.yaml", values)
    files |= {f"schemas/{kind}.schema.json": text for kind, text in json_schemas().items()}
    files |= _application(name, "py", team)
    for env in environments:
        files[f"environments/{env}/environment.yaml"] = _environment(env, env, team=team, app=name, hub=env == environments[-1])
        files[f"environments/{env}/{name}.yaml"] = _text("blueprint/release.yaml", {"name": name, "env": env, "tier": env})
    return dict(sorted(files.items()))


def new_blueprint(name: str, form: Literal["py", "yaml"] = "py", team: str = "ml") -> Files:
    """One more application with its dataset and its first test; it is deployed nowhere yet. Raises UsageError."""
    _check_app(name, team)
    if form not in ("py", "yaml"):
        raise UsageError(f"a blueprint is written as py or yaml, not as {form!r}", help="choose one of the two")
    return _application(name, form, team)


def new_environment(name: str, tier: str) -> Files:
    """One more environment with one cluster at placeholder addresses, and its first test. Raises UsageError."""
    _check_name("environment", name, 12)
    if tier not in get_args(Tier):
        raise UsageError(f"a tier is one of {', '.join(get_args(Tier))}, got {tier!r}", help="the tier says how strict the policies are")
    values = {"name": name, "identifier": _identifier(name)}
    return {
        f"environments/{name}/environment.yaml": _environment(name, tier, team="", app="", hub=False),
        f"tests/test_environment_{_identifier(name)}.py": _text("environment/test.py", values),
    }


def new_policy(area: str, rule: str) -> Files:
    """One more rule, `cnai.<area>.<rule>`, with its Rego test and its four examples. Raises UsageError."""
    _check_policy(area, rule)
    values = {
        "area": area,
        "rule": rule,
        "title": rule.replace("_", " ").capitalize(),
        "example": f"{area}-{rule}".replace("_", "-"),
    }
    folder = f"policies/{area}/{rule}"
    files = {f"{folder}/{rule}{suffix}": _text(f"policy/rule{suffix}", values) for suffix in (".rego", "_test.rego")}
    examples = ("bad", "good", "unknown", "waived")
    return files | {f"{folder}/examples/{example}.yaml": _text(f"policy/{example}.yaml", values) for example in examples}


# -- texts ----------------------------------------------------------------------------------------------


def _application(name: str, form: str, team: str) -> Files:
    values = {"name": name, "team": team, "identifier": _identifier(name)}
    stem = _identifier(name) if form == "py" else name
    return {
        f"blueprints/{stem}.{form}": _text(f"blueprint/app.{form}", values),
        f"blueprints/datasets/{name}-examples.yaml": _text("blueprint/dataset.yaml", values),
        f"tests/test_{_identifier(name)}.py": _text("blueprint/test.py", values),
    }


def _environment(name: str, tier: str, *, team: str, app: str, hub: bool) -> str:
    values = {"name": name, "tier": tier, "profile": newest().name, "team": team, "app": app, "hub": hub}
    return _text("environment/environment.yaml", values)


def _text(template: str, values: dict[str, Any]) -> str:
    engine = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    return engine.get_template(f"{template}.j2").render(values)


def _identifier(name: str) -> str:
    return name.replace("-", "_")


# -- names ----------------------------------------------------------------------------------------------


def _check_name(what: str, value: str, longest: int) -> None:
    if not re.fullmatch(LABEL, value) or len(value) > longest:
        message = f"{value!r} cannot be the name of a {what}"
        raise UsageError(message, help=f"lower-case letters, digits and hyphens, a letter first, at most {longest} characters")
    if value in _RESERVED:
        raise UsageError(f"{value!r} is reserved: it names a file or a folder beside the releases", help="choose another name")


def _check_app(name: str, team: str) -> None:
    _check_name("blueprint", name, 24)
    _check_name("team", team, 16)


def _check_environments(environments: Sequence[str]) -> None:
    for name in environments:
        if name not in get_args(Tier):
            help_ = "begin with these; `cnai new environment NAME --tier TIER` adds one of another name"
            raise UsageError(f"a first environment is one of {', '.join(get_args(Tier))}, got {name!r}", help=help_)
    if not environments or len(set(environments)) != len(environments):
        raise UsageError("the environments must be at least one, each named once", help="for example dev,staging,prod")


def _check_addresses(repository_url: str, registry: str) -> None:
    if not re.fullmatch(_URL, repository_url):
        raise UsageError(f"{repository_url!r} is no address of a git repository", help="for example https://git.example.com/ml/config.git")
    parts = urlsplit(repository_url)
    if parts.password is not None or (parts.username is not None and parts.scheme != "ssh"):
        raise UsageError("the address of the git repository holds a credential", help="leave it out; this file is committed")
    if not re.fullmatch(_REGISTRY, registry):
        raise UsageError(f"{registry!r} is no prefix of images", help="for example registry.example.com/ml, without a scheme")


def _check_policy(area: str, rule: str) -> None:
    for what, value in (("area", area), ("rule", rule)):
        if not re.fullmatch(_WORDS, value) or len(value) > 30 or value in _REGO:
            help_ = "lower-case words joined by _, at most 30 characters, and no word of Rego"
            raise UsageError(f"{value!r} cannot be the {what} of a policy", help=help_)
    if area in _FOLDERS:
        raise UsageError(f"policies/{area}/ is kept for other files", help="choose another area")
    if rule.endswith("_test"):
        raise UsageError(f"a file {rule}.rego would be taken for a test", help="choose a name that does not end in _test")
    if (policies_dir() / area / rule).is_dir():
        raise UsageError(f"the rule {area}.{rule} is built in", help="choose another name; `cnai explain` knows every rule")
