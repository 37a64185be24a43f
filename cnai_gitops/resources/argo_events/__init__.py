"""Argo Events 1.9 (`argoproj.io/v1alpha1`): EventBus, EventSource, Sensor."""
