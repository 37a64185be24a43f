"""The folder deploy/: which files belong to which owner, what a build changes there, what is stale.

Must not: make a text (`render` does). Each file is replaced whole, each owner's list of files comes last, and only files
on such a list are ever removed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from cnai_gitops.errors import ToolError, UsageError
from cnai_gitops.findings import Finding, Location
from cnai_gitops.plan.selection import EVERYTHING, Selection
from cnai_gitops.project import Project
from cnai_gitops.render import Owner
from cnai_gitops.resolved.index import Resolved
from cnai_gitops.source.text import printable
from cnai_gitops.system.files import Writer

INDEX = "deploy/.index"
_BESIDE = frozenset(f"deploy/{name}" for name in ("README.md", "CODEOWNERS", ".gitattributes", ".gitignore", ".gitkeep"))
_OURS = ("deploy/rendered/", "deploy/kustomize/", "deploy/data/")


@dataclass(slots=True)
class Changes:
    """What a build changed on disk, by path; `owners_gone` are owners whose files were all removed."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    owners_gone: list[str] = field(default_factory=list)
    kept: int = 0


def listed(root: Path, name: str) -> dict[str, str]:
    """Files on an owner's list and their digests; empty when there is none. Raises ToolError when it cannot be trusted."""
    try:
        with open(root / INDEX / f"{name}.json", "rb", opener=_no_link) as file:
            data = file.read() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    except FileNotFoundError:
        return {}
    except OSError:  # a link, a folder, a socket
        data = b""
    try:
        files = dict(orjson.loads(data)["files"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise ToolError(f"{INDEX}/{name}.json is damaged", help="restore it from git, or delete deploy/ and build again") from error
    for path in files:
        if not path.startswith(_OURS) or ".." in path.split("/"):
            raise ToolError(f"{INDEX}/{name}.json lists {path!r}, which no build wrote", help="restore it from git")
    return files


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def owners_on_disk(root: Path) -> list[str]:
    """Names of owners that a list exists for."""
    folder = root / INDEX
    return sorted(name.removesuffix(".json") for name in (os.listdir(folder) if folder.is_dir() else ()) if name.endswith(".json"))


def gone(root: Path, names: Iterable[str], selection: Selection = EVERYTHING) -> list[str]:
    """Owners with files on disk that are deployed nowhere any more (`names` are); only a build of everything can tell."""
    whole = not (selection.apps or selection.environments)
    return sorted(set(owners_on_disk(root)) - set(names)) if whole else []


def deployed(root: Path) -> dict[tuple[str, str, str], list[str]]:
    """Manifests and overlays on the owners' lists, by environment, cluster and owner."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for name in owners_on_disk(root):
        for path in listed(root, name):
            _, area, *rest = path.split("/")
            if area == "rendered" and len(rest) > 3:
                found.setdefault((rest[0], rest[1], rest[2]), []).append(path)
            elif area == "kustomize" and rest[1] == "overlays" and len(rest) > 4:
                found.setdefault((rest[2], rest[3], rest[0]), []).append(path)
    return found


def vanished(root: Path, resolved: Resolved, selection: Selection = EVERYTHING) -> list[Finding]:
    """An error for each thing that was deployed and that nothing says any more, unless it is retired; and for a retired thing that is.

    A cluster that `run_on` of a release leaves out was left out by it.
    """
    project = resolved.plan.project
    now = {(unit.target.env, unit.target.cluster, unit.owner) for unit in resolved.units()}
    findings = list(_retired_alive(project, now))
    lost: dict[tuple[str, str], dict[tuple[str, str, str], list[str]]] = {}
    for key, paths in deployed(root).items():
        env, cluster, owner = key
        chosen = (not selection.environments or env in selection.environments) and (not selection.apps or owner in selection.apps)
        if key in now or not chosen or _is_retired(project, key) or _left_out(project, key):
            continue
        known = project.environments.get(env)
        what = "" if known is None else cluster if cluster not in known.value.clusters else f"/{owner}"
        lost.setdefault((env, what), {})[key] = paths
    return findings + [_lost(project, env, what, keys) for (env, what), keys in sorted(lost.items())]


def _is_retired(project: Project, key: tuple[str, str, str]) -> bool:
    env, cluster, owner = key
    known = project.environments.get(env)
    return env in project.config.retired if known is None else bool({owner, cluster, f"{cluster}/{owner}"} & set(known.value.retired))


def _left_out(project: Project, key: tuple[str, str, str]) -> bool:
    env, cluster, owner = key
    release = project.releases.get((env, owner))
    return release is not None and bool(release.value.run_on) and cluster not in release.value.run_on


def _retired_alive(project: Project, now: Iterable[tuple[str, str, str]]) -> Iterator[Finding]:
    names = {name for env, cluster, owner in now for name in ((env, cluster), (env, owner), (env, f"{cluster}/{owner}"))}
    wrong = [(name, project.config_place.locate(("retired",))) for name in project.config.retired if name in project.environments]
    for env, entry in project.environments.items():
        wrong += [(name, entry.place.locate(("retired", i))) for i, name in enumerate(entry.value.retired) if (env, name) in names]
    for name, place in wrong:
        message = f"{name} is retired here, and it is deployed"
        yield Finding(code="CNAI238", message=message, location=place, help="remove it from `retired`, or stop to deploy it")


def _lost(project: Project, env: str, what: str, keys: Mapping[tuple[str, str, str], Sequence[str]]) -> Finding:
    """`what` is the cluster, `/owner`, or nothing for the whole environment."""
    number = sum(map(len, keys.values()))
    files = f"{number} {'file' if number == 1 else 'files'} below deploy/"
    clusters = ", ".join(sorted({f"{e}/{cluster}" for e, cluster, _ in keys}))
    known = project.environments.get(env)
    file = f"environments/{env}/environment.yaml"
    if known is None:
        message = f"environment {env} was deployed ({files}), and {file} is not there any more"
        place, cure = project.config_place.locate(("retired",)), f'restore it, or write `retired = ["{env}"]` in cnai.toml'
    elif what.startswith("/"):
        owner = what[1:]
        message = f"{owner} was deployed to {clusters} ({files}), and nothing says so any more"
        cure = f"restore environments/{env}/{owner}.yaml, or write `retired: [{owner}]` in {file}"
        if owner.startswith("_"):
            retired = ", ".join(f"{cluster}/{owner}" for _, cluster, _ in keys)
            cure = f"restore the role of the cluster, or write `retired: [{retired}]` in {file}"
        place = known.place.locate(("retired",))
    else:
        message = f"cluster {what} was deployed to ({files}), and {env} has no such cluster any more"
        place, cure = known.place.locate(("retired",)), f"restore it, or write `retired: [{what}]` in {file}"
    return Finding(code="CNAI237", message=message, location=place, help=cure)


def unlisted(root: Path) -> Iterator[Finding]:
    """An error for each file or link below deploy/ that no build wrote; Argo CD would read it all the same."""
    known = {path for name in owners_on_disk(root) for path in (f"{INDEX}/{name}.json", *listed(root, name))}
    pending = ["deploy"]
    while pending:
        folder = pending.pop()
        try:
            entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                pending.append(path)
            elif path not in known and path not in _BESIDE:
                what = "is a link" if entry.is_symlink() else "is a file"
                message = f"{printable(path)} {what} that no build wrote, and Argo CD may apply what lies there"
                help_ = "remove it; what is deployed comes from blueprints, environments and patches"
                yield Finding(code="CNAI236", message=message, location=Location(printable(path), 1), help=help_)


def require_apart(root: Path, folder: Path) -> None:
    """Raise UsageError for a folder that is no place for a copy of the output: one of the repository, or one with files of others."""
    here, there = root.resolve(), folder.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise UsageError(f"{folder} lies in the repository or holds it", help="name a folder beside the repository")
    there_is = set(os.listdir(folder)) if folder.is_dir() else set()
    if there_is and not (there_is <= {"deploy", "environments"} and (folder / INDEX).is_dir()):
        raise UsageError(
            f"{folder} is not empty, and no build made it", help="name a new folder, an empty one, or the one of an earlier build"
        )


def write(writer: Writer, owners: Sequence[Owner], gone: Sequence[str], selection: Selection = EVERYTHING) -> Changes:
    """Put all owners' files on disk and remove those of owners that are gone. Raises ToolError before the first write."""
    _require_free(writer, owners, gone)
    changes = Changes()
    for owner in owners:
        _write_owner(writer, owner, changes, selection)
    for name in gone:
        _remove_owner(writer, name, changes)
    return changes


def _require_free(writer: Writer, owners: Iterable[Owner], gone: Iterable[str]) -> None:
    """Raise the ToolError that a write or removal would, before the first one: nothing is half written."""
    if not os.path.lexists(writer.root / "deploy"):
        return  # every file goes there, so nothing can be in the way
    for owner in owners:
        listed(writer.root, owner.name)
        for path in (*owner.files, f"{INDEX}/{owner.name}.json"):
            writer.require_free(path)
    for name in gone:
        listed(writer.root, name)


def _write_owner(writer: Writer, owner: Owner, changes: Changes, selection: Selection = EVERYTHING) -> None:
    """Put one owner's files on disk: new ones first, then removals, its list last.

    What lies outside the selection stays, and stays listed.
    """
    before = listed(writer.root, owner.name)
    files = {path: digest for path, digest in before.items() if not selection.covers(path)}
    for path, text in owner.files.items():
        data = text.encode()
        files[path] = hashlib.blake2b(data, digest_size=16).hexdigest()
        if writer.write(path, data):
            changes.written.append(path)
        else:
            changes.kept += 1
    changes.removed += [path for path in before if path not in files and writer.remove(path)]
    data = orjson.dumps(
        {"owner": owner.name, "files": files}, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    )
    writer.write(f"{INDEX}/{owner.name}.json", data)


def _remove_owner(writer: Writer, name: str, changes: Changes) -> None:
    """Remove an owner that is gone, and only what its list names."""
    changes.removed += [path for path in listed(writer.root, name) if writer.remove(path)]
    writer.remove(f"{INDEX}/{name}.json")
    changes.owners_gone.append(name)


def stale(root: Path, owners: Iterable[Owner], selection: Selection = EVERYTHING) -> list[str]:
    """Paths whose bytes on disk are not what a build would write, missing and superfluous ones included."""
    wrong: list[str] = []
    for owner in owners:
        for path, text in owner.files.items():
            file = root / path
            if file.is_symlink() or not file.is_file() or file.read_bytes() != text.encode():
                wrong.append(path)
        wrong += [path for path in listed(root, owner.name) if path not in owner.files and selection.covers(path)]
    return sorted(wrong)
