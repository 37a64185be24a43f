"""Context: all that compiling one stage for one target may know.

Must not: know a Kubernetes kind; it gives names, addresses and values in the words of the spec.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnai_gitops.facts import Accelerator
from cnai_gitops.facts.known import Facts
from cnai_gitops.plan.build import App, Plan
from cnai_gitops.plan.images import STEPS_IMAGE as STEPS_IMAGE
from cnai_gitops.plan.layers import ResolvedStage
from cnai_gitops.plan.names import fit
from cnai_gitops.plan.target import ZERO, Target
from cnai_gitops.spec.accelerator import AcceleratorRequest
from cnai_gitops.spec.blueprint import Blueprint
from cnai_gitops.spec.environment import DatasetPlace, Gateway

__all__ = ["Context"]


@dataclass(frozen=True, slots=True)
class Context:
    """One stage of one app on one target."""

    plan: Plan
    app: App
    resolved: ResolvedStage

    @property
    def stage(self) -> Any:
        """The stage as this target has it."""
        return self.resolved.stage

    @property
    def facts(self) -> Facts:
        """Accelerators and runtimes that the repository knows."""
        return self.plan.project.facts

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
        return fit(f"{self.blueprint.name}-{self.stage.name}", 27)

    @property
    def workflow_name(self) -> str:
        """Name of the stage's workflow: at most 32, since a timestamp, a trial and a pod suffix are appended."""
        return fit(f"{self.blueprint.name}-{self.key.replace('.', '-')}", 32)

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

    def metadata(self, name: str, **labels: str) -> dict[str, Any]:
        """Metadata of an object of this stage."""
        return {"name": name, "namespace": self.namespace, "labels": {**self.labels, **labels}}

    def image(self, name: str) -> str:
        """Full reference of a blueprint's image, pinned by the release."""
        return f"{self.plan.project.config.organisation.registry}/{name}@{self.resolved.pins.images.get(name, ZERO)}"

    def platform_image(self, name: str) -> str:
        """Full reference of an image of the platform, pinned by the environment."""
        digest = self.target.environment.images.get(name, ZERO)
        return f"{self.plan.project.config.organisation.registry}/{name}@{digest}"

    def model_image(self, model: str) -> str:
        """Repository of a model's OCI image, without digest."""
        return f"{self.plan.project.config.organisation.models}/{self.blueprint.team}/{model}"

    def dataset(self, name: str) -> DatasetPlace:
        """Where a dataset lies; a placeholder on the neutral target."""
        place = self.plan.dataset_place(name, self.target)
        return place or DatasetPlace(uri=f"s3://base/{name}", region="base", jurisdiction="base")

    def accelerator(self, request: AcceleratorRequest) -> Accelerator:
        """Facts of the class that a stage asks for."""
        return self.facts.accelerators[request.type]

    def contract(self, step: str) -> Mapping[str, str]:
        """Variables of the container contract for one step; values in braces are filled in by Argo Workflows."""
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
        for name in getattr(self.stage, "reads", ()):
            values[input_variable(name)] = self.dataset(name).uri
        for name in getattr(self.stage, "writes", ()):
            values[output_variable(name)] = self.dataset(name).uri
        url = self.target.environment.endpoints.openlineage
        return {**values, "OPENLINEAGE_URL": url} if url else values

    def secret_variables(self) -> dict[str, str]:
        """Variables whose value is a Secret's key `value`, by variable: credentials of the datasets that the stage touches."""
        found = {}
        for name in (*getattr(self.stage, "reads", ()), *getattr(self.stage, "writes", ())):
            secret = self.dataset(name).secret
            if secret:
                found[f"CNAI_SECRET_{name.upper().replace('-', '_')}"] = secret
        return dict(sorted(found.items()))

    @property
    def lineage_namespaces(self) -> tuple[str, ...]:
        """Namespaces of in-cluster services that steps report to (`http://lineage.observability:5000`)."""
        from urllib.parse import urlsplit

        endpoints = self.target.environment.endpoints
        hosts = [urlsplit(url).hostname or "" for url in (endpoints.openlineage, endpoints.pushgateway) if url]
        return tuple(dict.fromkeys(host.split(".")[1] for host in hosts if len(host.split(".")) == 2 or ".svc" in host))

    @property
    def gateway(self) -> Gateway | None:
        """Where a service is reached: the public gateway or the internal one. The plan refuses one that needs it and has none (CNAI228)."""
        endpoints = self.target.environment.endpoints
        return endpoints.gateway if self.stage.public else endpoints.internal_gateway

    @property
    def run_uri(self) -> str:
        """Where one run keeps metrics, checkpoints and models."""
        return f"s3://{self.target.artifacts.bucket}/{self.run_key}"

    @property
    def run_key(self) -> str:
        """The same as a key inside the artifact bucket."""
        return f"{self.namespace}/{self.workflow_name}/{{{{workflow.name}}}}"
