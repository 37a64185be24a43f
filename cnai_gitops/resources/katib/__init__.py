"""Katib (`kubeflow.org/v1beta1`): Experiment."""
