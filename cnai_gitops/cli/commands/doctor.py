"""`cnai doctor`: each tool, where it came from, and the cure when it is wrong.

Must not: install anything.
"""

from __future__ import annotations

from pathlib import Path

import typer

from cnai_gitops.cli.options import Output, settings
from cnai_gitops.cli.output import emit_text
from cnai_gitops.errors import UsageError


def command(
    output: Output = "table",
    cluster: str | None = typer.Option(None, "--cluster", help="Also ask this kubeconfig context for what the platform profile needs."),
    role: str = typer.Option("", "--role", help="workload or hub: ask only for what that cluster needs."),
    argocd_cm: bool = typer.Option(
        False, "--argocd-cm", help="Print the health checks that Argo CD lacks, as a merge patch for its ConfigMap argocd-cm."
    ),
    profile: str | None = typer.Option(None, "--profile", help="Platform profile to compare a cluster with; the newest when not given."),
) -> int:
    """Say which tools and platform parts are there, and how to get the others."""
    if argocd_cm:
        from cnai_gitops.cluster.health import config_map
        from cnai_gitops.emit import emit_one

        emit_text(emit_one(config_map()))
        return 0
    if (role or profile) and not cluster:
        raise UsageError("--role and --profile say what a cluster needs", help="name its kubeconfig context with --cluster")
    import orjson

    from cnai_gitops.system.tools import report

    statuses = report(settings())
    rows = [{"name": s.name, "ok": s.ok, "version": s.version, "origin": s.origin, "cure": s.cure, "purpose": s.purpose} for s in statuses]
    rows.append(_confined())
    if cluster:
        from cnai_gitops.cluster.preflight import preflight

        rows += [
            {"name": f.name, "ok": f.ok, "version": f.version, "origin": cluster, "cure": f.cure, "purpose": f.purpose}
            for f in preflight(cluster, profile, role=role)
        ]
    if output == "json":
        emit_text(orjson.dumps({"apiVersion": "cnai/v1", "kind": "Doctor", "tools": rows}, option=orjson.OPT_INDENT_2).decode())
    else:
        emit_text("\n".join(_line(row) for row in rows))
    return 0 if all(row["ok"] for row in rows) else 3


def _confined() -> dict[str, object]:
    """What confines blueprints on this machine; less than everything is no failure."""
    from tempfile import TemporaryDirectory

    from cnai_gitops.project.apart import Blueprints, missing

    with TemporaryDirectory(prefix="cnai-") as folder:
        blueprints = Blueprints(Path(folder).resolve())
        lacks = missing(blueprints.confined())
        blueprints.close()
    words = f"run apart, but {'; '.join(lacks)}: the kernel does not offer it here" if lacks else "run apart: no network, reading only"
    return {"name": "blueprints", "ok": True, "version": "", "origin": words, "cure": "", "purpose": "confines Python blueprints"}


def _line(row: dict[str, object]) -> str:
    state = "ok  " if row["ok"] else "fail"
    text = f"{state}  {row['name']:<12} {row['version'] or '-':<10} {row['origin'] or row['purpose']}"
    return text if row["ok"] else f"{text}\n        cure: {row['cure']}"
