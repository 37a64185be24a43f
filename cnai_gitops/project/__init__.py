"""A user's repository: cnai.toml, and every file it consists of, read into specs with their places.

Must not: relate specs to each other (`plan` does) or write anything.
"""

from cnai_gitops.project.environments import split_release
from cnai_gitops.project.model import Entry, Project, release_path
from cnai_gitops.project.reading import load, read_config

__all__ = ["Entry", "Project", "load", "read_config", "release_path", "split_release"]
