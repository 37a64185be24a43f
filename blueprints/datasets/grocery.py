"""Datasets of the grocery team. Customers consented to recommendations, in India, and to nothing else."""

from cnai_gitops import Column, Dataset

CONSENT = "dpdp:6 consent; notice 2026-04"

baskets = Dataset(
    name="baskets",
    owner="grocery",
    origin="checkout of the web shop and the app, daily Parquet export",
    purposes=["recommendation", "replenishment"],
    classification="confidential",
    personal=True,
    residency=["IN"],
    legal_basis=CONSENT,
    retention_days=730,
    columns={
        "customer": Column(type="string", personal=True, protection="encrypted"),
        "address": Column(type="string", personal=True, protection="encrypted"),
        "phone": Column(type="string", personal=True, protection="dropped"),
        "items": Column(type="array<string>"),
        "ordered_at": Column(type="timestamp"),
    },
)

clicks = Dataset(
    name="clicks",
    owner="grocery",
    origin="web and app events from Kafka, kept as Avro",
    purposes=["recommendation"],
    classification="confidential",
    personal=True,
    residency=["IN"],
    legal_basis=CONSENT,
    retention_days=180,
    columns={
        "visitor": Column(type="string", personal=True, protection="hashed"),
        "page": Column(type="string"),
        "at": Column(type="timestamp"),
    },
)

shelf = Dataset(
    name="shelf",
    owner="grocery",
    origin="stock and prices of the stores, live",
    purposes=["recommendation", "store-operations"],
    classification="internal",
    personal=False,
    residency=["IN"],
    retention_days=30,
)

features = Dataset(
    name="basket-features",
    owner="grocery",
    origin="joined from baskets, clicks and shelf by grocer-recs prepare.history",
    purposes=["recommendation"],
    classification="confidential",
    personal=True,
    residency=["IN"],
    legal_basis=CONSENT,
    retention_days=180,
    columns={"customer": Column(type="string", personal=True, protection="hashed"), "vector": Column(type="array<float>")},
)
