"""W as a user of cnai-gitops would write it: one blueprint for each service, served by an engine of one's own."""

from collections.abc import Iterable, Mapping
from typing import Any

from _objects import objects
from _services import SERVICES

from cnai_gitops import Blueprint, Context, Resource, Serve, ServeEngine


class Inference(ServeEngine):
    """The six objects of one service; what differs between environments is the engine's own field."""

    kind: str = "inference"
    needs_model = False
    service: Mapping[str, Any]

    def resources(self, context: Context) -> Iterable[Resource]:
        env = "dev" if context.target.neutral else context.target.env
        service = self.service
        if context.target.neutral:  # the base is dev in the team's own namespace
            service = {**service, "envs": {env: {**service["envs"][env], "namespace": context.namespace}}}
        for body in objects(service, env):
            yield Resource(body, context.key)


fleet = [
    Blueprint(
        name=service["name"],
        team=service["owner"].removeprefix("team-"),
        purpose="inference",
        serve=Serve(name="model", engine=Inference(service=service)),
    )
    for service in SERVICES
]
