"""What a controller made, as data that is the same in every run.

Must not: drop anything that the controller decided.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from api_client import Manifest
from bench import Bench

_OF_THE_SERVER = ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink", "generateName")


def plain(body: Manifest) -> dict[str, Any]:
    """An object without what the server adds, without its status, and without the name of a server-made token volume."""
    metadata = {key: value for key, value in body["metadata"].items() if key not in _OF_THE_SERVER}
    for owner in metadata.get("ownerReferences", ()):
        owner.pop("uid", None)
    if "annotations" in metadata:  # the number of a rollout is there a moment later
        metadata["annotations"] = {name: value for name, value in metadata["annotations"].items() if not name.startswith("deployment.")}
    found = {**{key: value for key, value in body.items() if key != "status"}, "metadata": metadata}
    whole: dict[str, Any] = json.loads(re.sub(r"kube-api-access-[a-z0-9]{5}", "kube-api-access", json.dumps(found)))
    return whole


def owned(bench: Bench, path: str, uid: str) -> list[dict[str, Any]]:
    """Objects of a collection that one object owns, by name."""
    found = [item for item in bench.api.items(path) if uid in {o["uid"] for o in item["metadata"].get("ownerReferences", ())}]
    return sorted(found, key=lambda item: str(item["metadata"]["name"]))


def pod_of(bench: Bench, deployment: Manifest) -> tuple[int, Any]:
    """The pod of a Deployment as the server would store it, with all that webhooks add: (status, pod or the refusal)."""
    template, space = deployment["spec"]["template"], deployment["metadata"]["namespace"]
    metadata = {"name": "pod", **{key: template["metadata"][key] for key in ("labels", "annotations") if key in template["metadata"]}}
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {**metadata, "namespace": space}, "spec": template["spec"]}
    return bench.api.request("POST", f"/api/v1/namespaces/{space}/pods?dryRun=All&fieldManager=cnai-live", body)


def words_of(container: Mapping[str, Any]) -> list[str]:
    """The command line of a container."""
    return [*container.get("command", ()), *container.get("args", ())]


def twice(container: Mapping[str, Any]) -> list[str]:
    """Flags that a command line has more than once, and a program that it has among its own words."""
    words = words_of(container)
    flags = [word.partition("=")[0] for word in words if word.startswith("--")]
    program = [word for word in words[1:] if words and word == words[0]]
    return sorted({flag for flag in flags if flags.count(flag) > 1}) + program


def selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether a selector of labels takes a pod."""
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())
