"""A file or a package an API group: what is known of its kinds, closed models, pods, accelerators. A new group is a new file.

A group of Kubernetes itself is a flat file. A group whose fields are described here is a package: `kinds` holds what is known of its
kinds, `model` (or files named after kinds) their fields, which nobody imports before a schema is asked for, other files what comes of them.

Must not: know a stage, a target or an environment.
"""
