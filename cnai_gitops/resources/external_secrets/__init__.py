"""External Secrets (`external-secrets.io/v1`)."""
