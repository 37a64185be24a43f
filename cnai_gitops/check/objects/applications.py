"""Argo CD's Applications against their projects: what a project does not allow is refused at the sync, long after the merge.

Must not: judge what a project should allow. The rules are those of `AppProject` in Argo CD:
an entry may hold wildcards, a destination that begins with `!` is taken away again, cluster-scoped kinds must be listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from cnai_gitops.compile.argocd import APPLICATION, HUB, PROJECT, Presence, application, project_of
from cnai_gitops.findings import Finding
from cnai_gitops.plan.plan import Plan
from cnai_gitops.resolved.units import Unit
from cnai_gitops.resources.base import Body, Key, Resource, key_of, kind_of_key

CODE = "CNAI240"
HELP = "leave it to the platform, or put it where the project allows it"


def refused(plan: Plan, unit: Unit, resources: Iterable[Resource]) -> Iterator[Finding]:
    """What the Application of a unit may not sync; of a hub, which of its Applications may not sync at all."""
    hub, target = plan.hubs.get(unit.target.env), unit.target
    if unit.owner == HUB:
        yield from refused_applications((resource.body for resource in resources), target.name)
    elif hub:
        config, targets = plan.project.config, [other for other in plan.targets if other.env == target.env]
        project = project_of(config, hub, target, unit.team, targets)
        mine = application(config, hub, target, Presence(unit.owner, unit.team))
        yield from refused_objects(mine, project, (resource.key for resource in resources), target.name)


def refused_objects(application: Body, project: Body, keys: Iterable[Key], target: str = "") -> Iterator[Finding]:
    """CNAI240 for each object that the Application would sync and its project refuses; `keys` are the objects at its path."""
    name, rules, to = project["metadata"]["name"], project["spec"], application["spec"]["destination"]
    for key in keys:
        kind = kind_of_key(key)
        namespaced = kind.namespaced if kind else bool(key.namespace)
        what = f"{key.kind}/{key.name}"
        if not _kind_allowed(rules, key, namespaced):
            scope = "" if namespaced else "cluster-scoped "
            yield _finding(f"Argo CD would refuse {what}: project {name} does not allow the {scope}kind {_text(key)}", key, "kind", target)
        namespace = key.namespace or to.get("namespace", "")
        if namespaced and not _destination_allowed(rules, {**to, "namespace": namespace}):
            message = f"Argo CD would refuse {what}: project {name} has no destination in namespace {namespace} of {to.get('server')}"
            yield _finding(message, key, "metadata.namespace", target)


def refused_applications(bodies: Iterable[Body], target: str = "") -> Iterator[Finding]:
    """CNAI240 for each Application of a hub that its project refuses as a whole, or whose project is not there."""
    bodies = list(bodies)
    projects = {body["metadata"]["name"]: body["spec"] for body in bodies if _gvk(body) == PROJECT}
    for body in bodies:
        if _gvk(body) == APPLICATION:
            for message, path in _wrong(body, projects):
                yield _finding(f"Argo CD would refuse Application/{body['metadata']['name']}: {message}", key_of(body), path, target)


def _wrong(application: Body, projects: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    spec = application["spec"]
    rules = projects.get(spec["project"])
    if rules is None:
        yield f"there is no project {spec['project']}", "spec.project"
        return
    for i, source in enumerate(spec.get("sources") or [spec.get("source") or {}]):
        if not any(_fits(repository, source.get("repoURL", "")) for repository in rules.get("sourceRepos") or ()):
            path = f"spec.sources[{i}].repoURL" if spec.get("sources") else "spec.source.repoURL"
            yield f"project {spec['project']} does not allow the repository {source.get('repoURL')}", path
    to = spec["destination"]
    if not _destination_allowed(rules, to):
        words = f"has no destination in namespace {to.get('namespace')} of {to.get('server')}"
        yield f"project {spec['project']} {words}", "spec.destination"


def _kind_allowed(rules: Mapping[str, Any], key: Key, namespaced: bool) -> bool:
    if namespaced:
        allowed, denied = rules.get("namespaceResourceWhitelist"), rules.get("namespaceResourceBlacklist")
        return (allowed is None or _listed(key, allowed)) and not _listed(key, denied or ())
    return _listed(key, rules.get("clusterResourceWhitelist") or ()) and not _listed(key, rules.get("clusterResourceBlacklist") or ())


def _listed(key: Key, entries: Sequence[Mapping[str, str]]) -> bool:
    return any(
        _fits(one["group"], key.group) and _fits(one["kind"], key.kind) and (not one.get("name") or _fits(one["name"], key.name))
        for one in entries
    )


def _destination_allowed(rules: Mapping[str, Any], to: Mapping[str, str]) -> bool:
    found = False
    for one in rules.get("destinations") or ():
        server, namespace = one.get("server", ""), one.get("namespace", "")
        if server.startswith("!") or namespace.startswith("!"):
            if _fits(server.removeprefix("!"), to.get("server", "")) and _fits(namespace.removeprefix("!"), to.get("namespace", "")):
                return False
        else:
            found |= _fits(server, to.get("server", "")) and _fits(namespace, to.get("namespace", ""))
    return found


def _fits(pattern: str, value: str) -> bool:
    return pattern == value or fnmatchcase(value, pattern)


def _gvk(body: Body) -> tuple[str, str]:
    return body["apiVersion"], body["kind"]


def _text(key: Key) -> str:
    return f"{key.kind} of {key.group}" if key.group else key.kind


def _finding(message: str, key: Key, path: str, target: str) -> Finding:
    return Finding(code=CODE, message=message, path=path, resource=str(key), target=target, help=HELP)
