"""Identities of pods in the cloud, as annotations of their ServiceAccounts, whoever made these.

Must not: know what an annotation means; the environment says them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from cnai_gitops.plan.build import App
from cnai_gitops.resources.base import Resource


def identified(app: App, resources: Iterable[Resource]) -> Iterator[Resource]:
    """The objects of an application, its ServiceAccounts with the identity that they have on the cluster."""
    identity, name = app.target.place.identity, app.blueprint.name
    annotations = {**identity.annotations, **identity.apps.get(name, {})}
    for resource in resources:
        if annotations and resource.key.kind == "ServiceAccount":
            key = resource.key
            values = {
                "account": key.name,
                "app": name,
                "stage": resource.stage.replace(".", "-"),
                "team": app.blueprint.team,
                "namespace": key.namespace,
            }
            metadata = dict(resource.body["metadata"])
            metadata["annotations"] = {**metadata.get("annotations", {}), **_filled(annotations, values)}
            yield replace(resource, body={**resource.body, "metadata": metadata})
        else:
            yield resource


def _filled(annotations: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    return {key: text.format_map(values) for key, text in sorted(annotations.items())}
