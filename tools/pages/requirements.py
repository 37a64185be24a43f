"""The page of what a cluster must have: Kubernetes and operators of the newest profile, and settings of controllers and nodes.

Must not: know an operator or a setting.
"""

from __future__ import annotations

from cnai_gitops.cluster.health import customisations
from cnai_gitops.facts.operators import operators
from cnai_gitops.facts.profiles import newest
from cnai_gitops.facts.requirements import Requirement, requirements
from pages.tables import block, cell, code, table

HEAD = """# What a cluster must have

What we render is applied by Argo CD and carried out by operators. This page is what these must be and how they must be set, for the
newest platform profile; `cnai doctor --cluster CONTEXT` compares a cluster with it, `--role` says whether it is a `workload` or the
`hub`, and `--profile` names another profile. Nothing here is installed or changed by us."""

SETTINGS = """## Settings

They belong to whoever installs the component, so that no Application of ours may hold them: two owners of one ConfigMap undo each other.
Each is given as a patch for what is there already (`kubectl patch --type strategic --patch-file`)."""


def pages() -> dict[str, str]:
    """The one page."""
    profile = newest()
    rows = [["kubernetes", code(f"{profile.kubernetes} or later"), "workload, hub", "the cluster itself", ""]]
    rows += [
        [
            f"[{operator.name}]({operator.install})",
            code(f"{profile.versions[operator.name]} or later") if operator.name in profile.versions else "any",
            operator.role,
            cell(operator.purpose),
            cell(f"by {operator.needed}" if operator.needed else ""),
        ]
        for operator in operators().values()
    ]
    texts = [HEAD, f"## Operators of profile {profile.name}", table(["operator", "version", "cluster", "what for", "needed only"], rows)]
    texts += [SETTINGS, *(text for one in requirements() for text in _setting(one))]
    return {"cluster-requirements.md": "\n\n".join(texts)}


def _setting(one: Requirement) -> list[str]:
    facts = [
        ["of", f"{one.component} {one.since} or later, on a {one.role}"],
        ["setting", code(one.setting) if " " not in one.setting else one.setting],
        ["value", cell(one.value)],
        ["`doctor --cluster`", _seen(one)],
    ]
    texts = [f"### {one.name}", cell(one.why), table(["", ""], facts)]
    if one.manifest:
        texts.append(block(one.manifest, "yaml"))
    elif one.name == "argo-cd-health":
        texts.append(f"`cnai doctor --argocd-cm` prints the patch: {', '.join(code(key.rpartition('.')[2]) for key in customisations())}.")
    return texts


def _seen(one: Requirement) -> str:
    if one.config_map:
        return f"reads {code(one.key)} of the ConfigMap {code(one.config_map)}: {'; '.join(cell(str(want)) for want in one.wants)}"
    if one.runtime:
        return f"reads the container runtime of every node: {one.runtime[0]} {one.runtime[1]} or later"
    return "reads the keys of the ConfigMap `argocd-cm`" if one.name == "argo-cd-health" else "cannot see it"
