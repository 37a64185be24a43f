"""Logistics platform (a global firm): a dozen models that were a dozen services, behind one Ray cluster.

A service moves here by adding its line to MODELS; it leaves its old nodes when its route has been switched.
"""

from cnai_gitops import Blueprint, Container, Observe, Prepare, RayApplication, RayService, Resources, Serve, Slo, Train, gaudi

MODELS = {  # largest number of replicas; each starts with one
    "address-match": 6,
    "arrival-time": 8,
    "customs-class": 2,
    "damage-photo": 4,
    "depot-demand": 2,
    "driver-shift": 2,
    "fuel-use": 2,
    "parcel-volume": 4,
    "return-rate": 2,
    "route-order": 6,
    "stop-duration": 4,
    "truck-load": 4,
}


def model(name: str, replicas: int) -> RayApplication:
    """A model of the platform: the module of its name serves it, one core for each replica."""
    return RayApplication(name=name, import_path=f"models.{name.replace('-', '_')}:app", max=replicas)


logistics = Blueprint(
    name="logistics",
    team="logistics",
    purpose="delivery-planning",
    prepare=Prepare(
        name="stops",
        engine=Container(
            image="logistics-prep", command=["python", "stops.py"], args=["--days=90"], resources=Resources(cpu="8", memory="32Gi")
        ),
        reads=["orders", "shipments"],  # orders are the delivery team's, who allow this purpose
        writes=["stops"],
        schedule="0 4 * * *",
    ),
    train=Train(
        name="arrivals",
        image="logistics-train",
        reads=["stops"],
        model="arrival-time",
        accelerator=gaudi(),
        gate={"mae_minutes": "<= 4.5"},
        schedule="0 6 * * 1",
    ),
    serve=Serve(
        name="models",
        reads=["stops"],
        engine=RayService(
            image="logistics-models",
            applications=[model(name, replicas) for name, replicas in MODELS.items()],
            min_workers=3,
            max_workers=8,
        ),
    ),
    observe=Observe(signals=[Slo(availability=99.5)], runbook="https://runbooks.example.com/logistics"),
)
