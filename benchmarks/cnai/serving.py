"""The same services with the built-in serve stage: KServe, scaled by requests, a model pinned in each release."""

from _services import SERVICES

from cnai_gitops import Blueprint, Model, Rate, Serve

models = [
    Model(
        name=service["name"],
        owner=service["owner"].removeprefix("team-"),
        origin="made by the generator",
        licence="Apache-2.0",
        purposes=["inference"],
    )
    for service in SERVICES
]
fleet = [
    Blueprint(
        name=service["name"],
        team=service["owner"].removeprefix("team-"),
        purpose="inference",
        serve=Serve(name="model", model=service["name"], scaling=Rate(requests_per_replica=service["targetRps"])),
    )
    for service in SERVICES
]
