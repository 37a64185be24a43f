"""What an API server says about itself: its version, the kinds it serves, the controllers that run, Argo CD's settings.

Must not: judge, or change anything on the cluster. The only importer of the `kubernetes` client, which reads the kubeconfig
(and the variable that names it) itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from cnai_gitops.cluster.health import CONFIG_MAP
from cnai_gitops.errors import ToolError
from cnai_gitops.facts.requirements import requirements

T = TypeVar("T")

SECONDS = 15
"""How long one answer may take."""

PAGE = 500
"""Objects in one answer."""

_VERSION_LABEL = "app.kubernetes.io/version"


@dataclass(frozen=True, slots=True)
class Controller:
    """A container of a Deployment: image name without its tag, and the version from the tag, else from the Deployment's label."""

    image: str
    version: str


@dataclass(frozen=True, slots=True)
class Live:
    """A cluster at one moment. `kinds` are served ones by apiVersion, `groups` the served versions of each API group."""

    kubernetes: str
    kinds: Mapping[str, frozenset[str]]
    groups: Mapping[str, tuple[str, ...]]
    controllers: tuple[Controller, ...] = ()
    argocd: frozenset[str] = field(default_factory=frozenset)
    """Keys of the ConfigMap argocd-cm, empty where there is none."""
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Data of the ConfigMaps that requirements are seen in, by name."""
    runtimes: Mapping[str, str] = field(default_factory=dict)
    """Container runtimes of nodes by name, `containerd://2.2.0`."""


def look(context: str, api_versions: Iterable[str], kubeconfig: Path | None = None) -> Live:
    """Ask the server of a kubeconfig context, for the kinds of these API versions among others.

    Raises ToolError when the client is not installed, the context unknown, the server silent, or the account may not read.
    """
    client, api = _connect(context, kubeconfig)
    return _told(context, lambda: _asked(client, api, api_versions))


def definitions(context: str, kubeconfig: Path | None = None) -> list[dict[str, Any]]:
    """Every CustomResourceDefinition of a cluster as plain data. Raises ToolError as `look` does."""
    client, api = _connect(context, kubeconfig)
    custom = client.CustomObjectsApi(api)
    answer = _told(context, lambda: custom.list_cluster_custom_object("apiextensions.k8s.io", "v1", "customresourcedefinitions"))
    items: list[dict[str, Any]] = answer["items"]
    return items


def _asked(client: Any, api: Any, api_versions: Iterable[str]) -> Live:
    listed = client.ApisApi(api).get_api_versions(_request_timeout=SECONDS).groups
    groups = {group.name: tuple(version.version for version in group.versions) for group in listed}
    custom = client.CustomObjectsApi(api)
    kinds = {}
    for api_version in sorted(set(api_versions)):
        group, _, version = api_version.partition("/")
        if version in groups.get(group, ()):
            served = custom.get_api_resources(group, version, _request_timeout=SECONDS).resources
            kinds[api_version] = frozenset(resource.kind for resource in served)
    return Live(
        kubernetes=client.VersionApi(api).get_code(_request_timeout=SECONDS).git_version.removeprefix("v"),
        kinds=kinds,
        groups=groups,
        controllers=tuple(_controllers(client.AppsV1Api(api))),
        argocd=frozenset(_config_map(client.CoreV1Api(api), CONFIG_MAP)),
        settings={name: data for name in _read_settings() if (data := _config_map(client.CoreV1Api(api), name))},
        runtimes=dict(_runtimes(client.CoreV1Api(api))),
    )


def _controllers(apps: Any) -> Iterator[Controller]:
    more: str | None = ""
    while more is not None:
        page = apps.list_deployment_for_all_namespaces(limit=PAGE, _request_timeout=SECONDS, **({"_continue": more} if more else {}))
        for deployment in page.items:
            label = (deployment.metadata.labels or {}).get(_VERSION_LABEL, "")
            for container in deployment.spec.template.spec.containers:
                yield controller(container.image or "", label)
        more = getattr(page.metadata, "_continue", None) or None


def controller(image: str, label: str = "") -> Controller:
    """Name and version of an image reference; a version label counts where the tag is missing."""
    name = image.partition("@")[0]
    before, colon, tag = name.rpartition(":")
    tagged = bool(colon) and "/" not in tag  # a colon before the last slash is a port
    return Controller(before if tagged else name, (tag if tagged else label).removeprefix("v"))


def _read_settings() -> list[str]:
    return sorted({requirement.config_map for requirement in requirements() if requirement.config_map})


def _config_map(core: Any, name: str) -> dict[str, str]:
    """Data of the ConfigMaps of a name, whatever namespace its component was installed in."""
    found = core.list_config_map_for_all_namespaces(field_selector=f"metadata.name={name}", _request_timeout=SECONDS)
    return {key: value for item in found.items for key, value in (item.data or {}).items()}


def _runtimes(core: Any) -> Iterator[tuple[str, str]]:
    more: str | None = ""
    while more is not None:
        page = core.list_node(limit=PAGE, _request_timeout=SECONDS, **({"_continue": more} if more else {}))
        for node in page.items:
            yield node.metadata.name, node.status.node_info.container_runtime_version if node.status.node_info else ""
        more = getattr(page.metadata, "_continue", None) or None


def _connect(context: str, kubeconfig: Path | None) -> tuple[Any, Any]:
    try:
        from kubernetes import client, config
    except ImportError as error:
        raise ToolError("the Python package kubernetes is not installed", help="pip install 'cnai-gitops[cluster]'") from error
    settings = client.Configuration()
    settings.retries = False
    try:
        api = config.new_client_from_config(  # type: ignore[no-untyped-call]
            config_file=str(kubeconfig) if kubeconfig else None, context=context, client_configuration=settings, persist_config=False
        )
    except config.ConfigException as error:
        raise ToolError(f"context {context!r} cannot be used: {error}", help="`kubectl config get-contexts` lists them") from error
    return client, api


def _told(context: str, ask: Callable[[], T]) -> T:
    from kubernetes.client.exceptions import ApiException
    from urllib3.exceptions import HTTPError

    try:
        return ask()
    except ApiException as error:
        words = f"the server of context {context!r} answers {error.status} {error.reason}"
        raise ToolError(words, help="the account must be able to list Deployments and ConfigMaps in all namespaces, and nodes") from error
    except (HTTPError, OSError) as error:
        raise ToolError(f"the server of context {context!r} does not answer: {error}", help="is it reachable from here?") from error
