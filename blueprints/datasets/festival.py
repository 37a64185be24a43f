"""Datasets of the festival team."""

from cnai_gitops import Column, Dataset

CONSENT = "dpdp:6 consent; notice 2026-09"

events = Dataset(
    name="shop-events",
    owner="festival",
    origin="views, carts and purchases of the shop, from Kafka",
    purposes=["recommendation", "search"],
    classification="confidential",
    personal=True,
    residency=["IN"],
    legal_basis=CONSENT,
    retention_days=90,
    columns={
        "shopper": Column(type="string", personal=True, protection="hashed"),
        "item": Column(type="string"),
        "action": Column(type="string"),
        "at": Column(type="timestamp"),
    },
)

catalogue = Dataset(
    name="catalogue",
    owner="festival",
    origin="items that sellers list: titles, pictures, prices",
    purposes=["recommendation", "search", "advertising"],
    classification="public",
    personal=False,
    residency=["IN", "EU", "US"],
    retention_days=365,
)

sessions = Dataset(
    name="session-features",
    owner="festival",
    origin="joined from shop-events and catalogue by festival-recs prepare.views",
    purposes=["recommendation"],
    classification="confidential",
    personal=True,
    residency=["IN"],
    legal_basis=CONSENT,
    retention_days=30,
    columns={"shopper": Column(type="string", personal=True, protection="hashed"), "last_items": Column(type="array<string>")},
)
