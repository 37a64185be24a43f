"""Prometheus operator (`monitoring.coreos.com`)."""
