"""Builders of what several engines and stages make: pods, rights, networks, workflows, Ray clusters, scalers.

Must not: know a stage, a target or an engine; they take plain values and return the closed types of `resources`.
"""
