"""Datasets of the risk team. Consumers refer to them by name and never widen them."""

from cnai_gitops import Column, Dataset

transactions = Dataset(
    name="transactions",
    owner="risk",
    origin="card switch and core banking, daily export",
    purposes=["fraud-detection", "regulatory-reporting"],
    classification="restricted",
    personal=True,
    residency=["EU"],
    legal_basis="gdpr:6(1)(c) legal obligation; record ROPA-118",
    retention_days=1825,
    columns={
        "card_number": Column(type="string", personal=True, protection="tokenized"),
        "amount": Column(type="decimal(12,2)"),
        "merchant": Column(type="string"),
        "at": Column(type="timestamp"),
    },
)

features = Dataset(
    name="fraud-features",
    owner="risk",
    origin="joined from transactions by fraud-detection prepare.features",
    purposes=["fraud-detection"],
    classification="restricted",
    personal=True,
    residency=["EU"],
    legal_basis="gdpr:6(1)(c) legal obligation; record ROPA-118",
    retention_days=365,
    columns={"card_token": Column(type="string", personal=True, protection="tokenized"), "velocity_1h": Column(type="double")},
)
