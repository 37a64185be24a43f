"""The machine below: subprocesses, files on disk, pinned tools, the package's own data.

Must not: know any Kubernetes kind, read `os.environ`, or print.
"""
