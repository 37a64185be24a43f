"""Datasets of the logistics team."""

from cnai_gitops import Column, Dataset

shipments = Dataset(
    name="shipments",
    owner="logistics",
    origin="scans of parcels at depots and doors, hourly from the operations database",
    purposes=["delivery-planning", "billing"],
    classification="internal",
    personal=False,
    residency=["EU"],
    retention_days=1095,
)

stops = Dataset(
    name="stops",
    owner="logistics",
    origin="joined from orders and shipments by logistics prepare.stops",
    purposes=["delivery-planning"],
    classification="confidential",
    personal=True,
    residency=["EU"],
    legal_basis="gdpr:6(1)(b) contract; record ROPA-241",
    retention_days=90,
    columns={"place": Column(type="string", personal=True, protection="tokenized"), "minutes": Column(type="double")},
)
