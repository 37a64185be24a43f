"""Spark operator (`sparkoperator.k8s.io/v1beta2`)."""
