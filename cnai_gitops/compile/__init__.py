"""Spec x target x context becomes resources: one file a stage, each a pure function.

Must not: read files, know an engine by name, see another app than through the plan.
"""
