"""The gate: schema, workflow lint, ledger and policy. Must not: write manifests."""
