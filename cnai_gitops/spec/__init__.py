"""What users write, one file a noun: frozen models, unknown fields refused, units explicit.

Must not: read files, know Kubernetes objects, know an engine (each engine's spec lives in its own file).
"""
