"""Context: all that compiling one stage for one target may know.

Must not: know a Kubernetes kind; it gives names, addresses and values in the words of the spec. `S` is the type of the stage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from cnai_gitops.contract.form import form_of
from cnai_gitops.contract.network import dns_of
from cnai_gitops.contract.queue import Queued, queue_of
from cnai_gitops.contract.source import Mounted, claim_of, data_of, path_of
from cnai_gitops.errors import CnaiError
from cnai_gitops.facts.known import Facts
from cnai_gitops.facts.profiles import Profile
from cnai_gitops.parts.network import Dns, namespace_of
from cnai_gitops.parts.pods import Data, Held
from cnai_gitops.plan.build import App, Plan
from cnai_gitops.plan.images import STEPS_IMAGE as STEPS_IMAGE
from cnai_gitops.plan.layers import ResolvedStage
from cnai_gitops.plan.names import fit
from cnai_gitops.plan.target import ZERO, Target
from cnai_gitops.resources.base import Body, Resource
from cnai_gitops.spec.accelerator import AcceleratorRequest
from cnai_gitops.spec.blueprint import Blueprint
from cnai_gitops.spec.environment import Gateway
from cnai_gitops.spec.place import DatasetPlace

__all__ = ["Context"]

if TYPE_CHECKING:
    from cnai_gitops.resources.core.meta import ObjectMeta

S = TypeVar("S")
T = TypeVar("T")


class Undeclared(CnaiError):
    """An engine asked for something that it did not say it needs."""


@dataclass(frozen=True, slots=True)
class Context(Generic[S]):
    """One stage of one app on one target."""

    plan: Plan
    app: App
    resolved: ResolvedStage
    part: str = ""
    """Tells a second workflow of a stage from its first."""

    @property
    def stage(self) -> S:
        """The stage as this target has it."""
        return cast(S, self.resolved.stage)

    def other(self, resolved: ResolvedStage) -> Context[Any]:
        """The same for another stage of the app."""
        return replace(cast("Context[Any]", self), resolved=resolved)

    @property
    def profile(self) -> Profile:
        """Versions of the platform on this cluster: an engine refuses what a version cannot do."""
        return self.target.profile

    @property
    def facts(self) -> Facts:
        """Accelerators and runtimes that the repository knows."""
        return self.target.facts

    @property
    def key(self) -> str:
        """`serve.scorer`."""
        return self.resolved.key

    @property
    def blueprint(self) -> Blueprint:
        """The application as written."""
        return self.app.blueprint

    @property
    def target(self) -> Target:
        """Where it is compiled for."""
        return self.app.target

    @property
    def namespace(self) -> str:
        """Namespace of the app's team on this target."""
        return self.target.namespace(self.blueprint.team)

    @property
    def name(self) -> str:
        """Name of the stage's main object: `fraud-detection-scorer`; at most 27, since `-previous` and `-predictor` are appended."""
        return fit(f"{self.blueprint.name}-{self.resolved.stage.name}", 27)

    @property
    def workflow_name(self) -> str:
        """Name of the stage's workflow: at most 32, since a timestamp, a trial and a pod suffix are appended."""
        return fit("-".join(filter(None, (self.blueprint.name, self.key.replace(".", "-"), self.part))), 32)

    @property
    def labels(self) -> dict[str, str]:
        """Labels of every object of the stage."""
        return {
            "app.kubernetes.io/name": self.blueprint.name,
            "app.kubernetes.io/component": self.key.replace(".", "-"),
            "app.kubernetes.io/managed-by": "cnai-gitops",
            "cnai.dev/environment": self.target.env,
            "cnai.dev/purpose": self.blueprint.purpose,
            "cnai.dev/team": self.blueprint.team,
        }

    @property
    def fixed_labels(self) -> dict[str, str]:
        """Labels that are the same in every environment: for manifests that a workflow carries as text."""
        return {key: value for key, value in self.labels.items() if key != "cnai.dev/environment"}

    @property
    def alert_labels(self) -> dict[str, str]:
        """Labels of alerts, beside the app's name: whose they are, and where."""
        return {"team": self.blueprint.team, "environment": self.target.env, "namespace": self.namespace}

    @property
    def selector(self) -> dict[str, str]:
        """Labels that select the pods of the stage."""
        return {"app.kubernetes.io/component": self.key.replace(".", "-"), "app.kubernetes.io/name": self.blueprint.name}

    @property
    def suspended(self) -> bool:
        """Schedules of the stage do not run here: the cluster stands by, or the release pauses the stage."""
        return self.target.standby or self.resolved.pins.suspend

    def metadata(self, name: str, **labels: str) -> ObjectMeta:
        """Metadata of an object of this stage."""
        return {"name": name, "namespace": self.namespace, "labels": {**self.labels, **labels}}

    def made(self, body: Mapping[str, Any], *trace: tuple[str, str]) -> Resource:
        """An object of this stage. `trace` leads from paths in it to paths in the user's words, beginning with the stage's key."""
        return Resource(cast(Body, body), self.key, trace)

    def image(self, name: str) -> str:
        """Full reference of a blueprint's image, pinned by the release. Raises Undeclared for one that nothing pins."""
        digest = self.resolved.pins.images.get(name, ZERO if self.target.neutral else "")
        if not digest:
            raise Undeclared(
                f"{self.blueprint.name} {self.key} asks for image {name!r}, which its engine does not name in images()",
                help="give the field the type ImageName, or override images()",
            )
        return f"{self.plan.project.config.organisation.registry}/{name}@{digest}"

    def platform_image(self, name: str) -> str:
        """Full reference of an image of the platform, pinned by the environment. Raises Undeclared for one that nothing pins."""
        digest = self.target.environment.images.get(name, ZERO if self.target.neutral else "")
        if not digest:
            raise Undeclared(
                f"{self.blueprint.name} {self.key} asks for the platform's image {name!r}, which its engine does not name",
                help="name it in platform_images()",
            )
        return f"{self.plan.project.config.organisation.registry}/{name}@{digest}"

    @property
    def model(self) -> str:
        """Digest of the served model; a placeholder on the neutral target. Raises Undeclared where no release pins one."""
        digest = self.resolved.pins.model or (ZERO if self.target.neutral else "")
        if not digest:
            raise Undeclared(f"{self.blueprint.name} {self.key} asks for a model, and its engine says that it needs none")
        return digest

    def model_image(self, model: str) -> str:
        """Repository of a model's OCI image, without digest."""
        return f"{self.plan.project.config.organisation.models}/{self.blueprint.team}/{model}"

    def dataset(self, name: str) -> DatasetPlace:
        """Where a dataset lies; a placeholder on the neutral target."""
        place = self.plan.dataset_place(name, self.target)
        return place or DatasetPlace(uri=f"s3://base/{name}", region="base", jurisdiction="base")

    @property
    def mounted(self) -> dict[str, Mounted]:
        """Datasets of the stage that lie on volumes, by name."""
        stage = self.resolved.stage
        written = frozenset(getattr(stage, "writes", ()))
        found = {name: claim_of(self.dataset(name)) for name in sorted({*getattr(stage, "reads", ()), *written})}
        return {name: Mounted(name, claim, name in written) for name, claim in found.items() if claim}

    @property
    def data(self) -> Data:
        """Volumes and mounts that the stage's pods need for its datasets. A manifest carried as text has them from `embed`."""
        return data_of(self.mounted)

    @property
    def mounted_variables(self) -> dict[str, str]:
        """Where a service finds the datasets that are mounted into it, by variable of the container contract."""
        from cnai_gitops.steps.contract import input_variable

        return {input_variable(name): path_of(name, use.claim) for name, use in self.mounted.items()}

    def held(self, request: AcceleratorRequest | None) -> Held | None:
        """What a pod of the stage asks for and where it runs, for what the author asked for; None for None."""
        if request is None:
            return None
        return form_of(request).held(self.facts.accelerators[request.type], request.per_node, self.claim(request))

    def claim(self, request: AcceleratorRequest) -> str:
        """Name of what pods of the stage refer to for their devices, where the form needs such an object."""
        return fit(f"{self.blueprint.name}-{self.key.replace('.', '-')}-{request.type}-{request.per_node}", 63)

    def queued(self, priority: str) -> Queued:
        """What the cluster's queue reads on work of the app's team of this priority class."""
        return queue_of(self.target).queued(self.namespace, self.blueprint.team, priority)

    def contract(self, step: str, reads: Sequence[str] | None = None, *, mounts: bool = True) -> Mapping[str, str]:
        """Variables of the container contract for one step; values in braces are filled in by Argo Workflows.

        `reads` are the datasets of a step that reads others than its stage. A container that `mounts` the stage's data is told
        the path of it, another one where it lies.
        """
        from cnai_gitops.steps.contract import INPUT_DIR, METRICS, MODEL_DIR, OUTPUT_DIR, input_variable, output_variable

        values = {
            "CNAI_APP": self.blueprint.name,
            "CNAI_TEAM": self.blueprint.team,
            "CNAI_STAGE": self.key,
            "CNAI_STEP": step,
            "CNAI_ENVIRONMENT": self.target.env,
            "CNAI_CLUSTER": self.target.cluster,
            "CNAI_PURPOSE": self.blueprint.purpose,
            "CNAI_RUN": "{{workflow.name}}",
            "CNAI_RUN_ID": "{{workflow.uid}}",
            "CNAI_INPUT_DIR": INPUT_DIR,
            "CNAI_OUTPUT_DIR": OUTPUT_DIR,
            "CNAI_MODEL_DIR": MODEL_DIR,
            "CNAI_METRICS": METRICS,
        }
        for name in getattr(self.resolved.stage, "reads", ()) if reads is None else reads:
            values[input_variable(name)] = self._address(name, mounts)
        for name in getattr(self.resolved.stage, "writes", ()):
            values[output_variable(name)] = self._address(name, mounts)
        url = self.target.environment.endpoints.openlineage
        return {**values, "OPENLINEAGE_URL": url} if url else values

    def _address(self, dataset: str, mounts: bool) -> str:
        place = self.dataset(dataset)
        claim = claim_of(place) if mounts else None
        return path_of(dataset, claim) if claim else place.uri

    def secret_variables(self) -> dict[str, str]:
        """Variables whose value is a Secret's key `value`, by variable: credentials of the datasets that the stage touches."""
        found = {}
        for name in (*getattr(self.resolved.stage, "reads", ()), *getattr(self.resolved.stage, "writes", ())):
            secret = self.dataset(name).secret
            if secret:
                found[f"CNAI_SECRET_{name.upper().replace('-', '_')}"] = secret
        return dict(sorted(found.items()))

    @property
    def lineage_namespaces(self) -> tuple[str, ...]:
        """Namespaces of in-cluster services that steps report to (`http://lineage.observability:5000`)."""
        endpoints = self.target.environment.endpoints
        found = (namespace_of(url) for url in (endpoints.openlineage, endpoints.pushgateway) if url)
        return tuple(dict.fromkeys(space for space in found if space))

    @property
    def dns(self) -> Dns:
        """Who answers DNS on this cluster."""
        return dns_of(self.target)

    @property
    def gateway(self) -> Gateway | None:
        """Where a service is reached: the public gateway or the internal one. The plan refuses one that needs it and has none (CNAI228)."""
        endpoints = self.target.environment.endpoints
        return endpoints.gateway if self.resolved.stage.public else endpoints.internal_gateway

    @property
    def run_key(self) -> str:
        """Where one run keeps metrics, checkpoints and models, as a key inside the artifact bucket; the same words on every target."""
        return f"{{{{workflow.namespace}}}}/{self.workflow_name}/{{{{workflow.name}}}}"
