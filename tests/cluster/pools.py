"""Fake nodes of the accelerator pools that an environment declares.

Must not: know an accelerator that the facts do not.
"""

from __future__ import annotations

from nodes import gpu_node

from cnai_gitops.facts import accelerators
from cnai_gitops.plan.target import Target
from cnai_gitops.resources.base import Body


def pool_nodes(target: Target) -> list[Body]:
    """Nodes of every accelerator pool that the environment declares for a cluster, labelled and tainted as the facts say."""
    nodes = []
    for name, pool in target.place.accelerators.items():
        facts = accelerators()[name]
        taints = [{"key": toleration["key"], "effect": toleration["effect"]} for toleration in facts.tolerations]
        for index, held in enumerate(_filled(pool.count, pool.per_node)):
            nodes.append(gpu_node(f"{target.cluster}-{name}-{index}", facts.resource, held, facts.selector, taints))
    return nodes


def _filled(count: int, per_node: int) -> list[int]:
    return [min(per_node, count - start) for start in range(0, count, per_node)]


def plain_node(name: str) -> Body:
    """A fake node without accelerators."""
    return gpu_node(name, "example.com/none", 0)
