"""Argo CD (`argoproj.io/v1alpha1`): Application, ApplicationSet, AppProject."""
