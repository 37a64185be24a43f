"""Specs and environments become one frozen picture of everything: targets, layers, names, the data graph.

Must not: read files, know Kubernetes objects.
"""
