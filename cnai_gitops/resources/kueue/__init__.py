"""Kueue (`kueue.x-k8s.io/v1beta2`)."""
