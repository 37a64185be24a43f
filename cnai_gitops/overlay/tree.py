"""The Kustomize files of one application: base, one layer per environment, one overlay per cluster.

Must not: write files or run kustomize; it returns texts by path, relative to the application's folder.

The base is whole and valid by itself. An environment's layer turns it into the environment's primary cluster, a
cluster's overlay turns that into the cluster, so a change of one environment touches that environment's files only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnai_gitops.emit import within
from cnai_gitops.overlay.layer import Layer
from cnai_gitops.resources.base import Body, Resource


def tree(
    app: str,
    base: Sequence[Resource],
    environments: Mapping[str, Mapping[str, Sequence[Resource]]],
    *,
    base_namespace: str,
    namespaces: Mapping[str, str],
    components: Mapping[str, Sequence[str]] | None = None,
    primary: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Texts of `base/`, `envs/<env>/` and `overlays/<env>/<cluster>/` by path; raises Unwritable.

    `environments` holds the resolved resources of each cluster. `namespaces` names the application's namespace in each
    environment and `primary` the cluster that its layer describes (else the first by name). `components` lists folders
    of Kustomize components, relative to the application's folder, by environment or `env/cluster`; they come last.
    """
    with within(app):
        return _tree([r.body for r in base], environments, base_namespace, namespaces, components or {}, primary or {})


def _tree(
    base: list[Body],
    environments: Mapping[str, Mapping[str, Sequence[Resource]]],
    base_namespace: str,
    namespaces: Mapping[str, str],
    components: Mapping[str, Sequence[str]],
    primary: Mapping[str, str],
) -> dict[str, str]:
    files = Layer("base").describe([], base).files()
    for env in sorted(environments):
        clusters = {name: [r.body for r in resources] for name, resources in sorted(environments[env].items())}
        if not clusters:
            continue
        space = namespaces[env]
        first = clusters.get(primary.get(env, "")) or next(iter(clusters.values()))
        files |= Layer(f"envs/{env}", "../../base", base_namespace, space).describe(base, first).files()
        for cluster, bodies in clusters.items():
            extra = [*components.get(env, ()), *components.get(f"{env}/{cluster}", ())]
            files |= _overlay(env, cluster, space, first, bodies, extra)
    return files


def _overlay(env: str, cluster: str, space: str, first: list[Body], bodies: list[Body], extra: list[str]) -> dict[str, str]:
    """One cluster's overlay; kustomize applies components before patches, so beside them the patches get a folder of their own."""
    layer = Layer(f"overlays/{env}/{cluster}", f"../../../envs/{env}", space, space).describe(first, bodies)
    if not extra:
        return layer.files()
    outer = Layer(layer.at, layer.below, components=[f"../../../{path}" for path in extra])
    if not layer.changes:
        return outer.files()
    outer.below = "delta"
    layer.at, layer.below = f"{layer.at}/delta", f"../{layer.below}"
    return outer.files() | layer.files()
