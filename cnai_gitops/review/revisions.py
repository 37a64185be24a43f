"""The two sides of a review: what is resolved now, and what a git revision holds.

Must not: compare them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnai_gitops.errors import CnaiError, UsageError

if TYPE_CHECKING:
    from cnai_gitops.plan.build import Plan
    from cnai_gitops.plan.selection import Selection
    from cnai_gitops.resolved.index import Resolved
    from cnai_gitops.resources.base import Body
    from cnai_gitops.review.diff import Sides

RENDERED = "deploy/rendered"


def side_of(resolved: Resolved, selection: Selection) -> Sides:
    """What is resolved now, by target and owner."""
    made = resolved.objects(selection)
    return {(item.unit.target.name, item.unit.owner): [resource.body for resource in item.resources] for item in made}


def base_side(plan: Plan, base: str | None) -> tuple[str, Sides]:
    """The revision that was compared with, and all its rendered manifests. Raises UsageError outside a git repository."""
    from cnai_gitops.overlay import read_kustomize
    from cnai_gitops.system import git

    root = plan.project.root
    try:
        top = git.top_level(root)
        revision = git.resolve(root, base) if base else _merge_base(plan)
    except CnaiError as error:
        raise UsageError(
            f"nothing to compare with: {error}", help="commit first, give --base REVISION, or compare environments with --between"
        ) from error
    prefix = root.resolve().relative_to(top).as_posix()
    prefix = "" if prefix == "." else f"{prefix}/"
    found: dict[tuple[str, str], list[Body]] = {}
    for path, data in git.read_tree(root, revision, f"{prefix}{RENDERED}").items():
        parts = path.removeprefix(f"{prefix}{RENDERED}/").split("/")
        if len(parts) == 4 and parts[3] == "manifest.yaml":
            found[f"{parts[0]}/{parts[1]}", parts[2]] = read_kustomize(data.decode())
    if not found and plan.project.config.rendered == "branches":
        raise UsageError(
            f"{revision[:12]} holds no rendered manifests: cnai.toml has them written to branches",
            help="compare environments with --between, or give --base a revision that holds deploy/rendered",
        )
    return revision[:12], found


def selected(side: Sides, selection: Selection) -> Sides:
    """What of a side is asked about."""
    return {
        (target, owner): bodies
        for (target, owner), bodies in side.items()
        if (not selection.environments or target.partition("/")[0] in selection.environments)
        and (not selection.apps or owner in selection.apps)
    }


def _merge_base(plan: Plan) -> str:
    """Where this branch left the default branch, as the remote or else the local repository knows it."""
    from cnai_gitops.system import git

    root, name = plan.project.root, plan.project.config.git.revision
    head = git.resolve(root, "HEAD")  # which says so when nothing was committed yet
    for candidate in (f"origin/{name}", name):
        try:
            other = git.resolve(root, candidate)
        except UsageError:
            continue
        return git.merge_base(root, head, other)
    raise UsageError(f"there is no branch {name} here, nor origin/{name}")


def hatches(resolved: Resolved, selection: Selection) -> list[str]:
    """Every escape hatch and hand-written patch that is in force, in words."""
    found = []
    for app in resolved.plan.project.apps:
        if not selection.apps or app in selection.apps:
            words = resolved.hatches(app)
            found += [line for env in words if not (env and selection.environments) or env in selection.environments for line in words[env]]
    return found
