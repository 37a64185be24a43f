"""DocumentId: the name of one object among all objects of a repository.

Must not: know what is at that name.
"""

from __future__ import annotations

from typing import NamedTuple

from cnai_gitops.plan.target import Target
from cnai_gitops.resources.base import Key


class DocumentId(NamedTuple):
    """An object on a target, or with `path` one that it carries for somebody else to create.

    As text `environment/cluster/group/Kind/namespace/name`, with `#path` behind an embedded one.
    """

    env: str
    cluster: str
    group: str
    kind: str
    namespace: str
    name: str
    path: str = ""

    @classmethod
    def of(cls, target: Target, key: Key, path: str = "") -> DocumentId:
        """The identity of an object on a target."""
        return cls(target.env, target.cluster, *key, path)

    @classmethod
    def parse(cls, text: str) -> DocumentId:
        """The identity that a text is. Raises ValueError for any other text."""
        whole, _, path = text.partition("#")
        env, cluster, group, kind, namespace, name = whole.split("/", 5)
        return cls(env, cluster, group, kind, namespace, name, path)

    @property
    def target(self) -> str:
        """`environment/cluster`."""
        return f"{self.env}/{self.cluster}"

    @property
    def key(self) -> Key:
        """Identity inside the target, of the object that carries an embedded one."""
        return Key(self.group, self.kind, self.namespace, self.name)

    @property
    def resource(self) -> str:
        """The text without the target, as findings have it."""
        return f"{self.key}#{self.path}" if self.path else str(self.key)

    def __str__(self) -> str:
        return f"{self.target}/{self.resource}"
