"""One file an API group: closed models, name limits, pods, accelerators, what controllers own. A new group is a new file.

Must not: know a stage, a target or an environment.
"""
