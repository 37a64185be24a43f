#!/usr/bin/env python3
"""Policies and schemas over W(N), as JSON lines.  measure.py [N] [REPS]

Needs `run.py floor-pyyaml-c N` (the YAML files) and `run.py cnai-build N` (the repository) before it. `x` is the ratio of
CPU to conftest-yaml: the plain way, ten rules on the YAML files.

conftest-yaml     conftest test FOLDER...
conftest-combine  the same rules with --combine
kubeconform       a local schema for each kind, two workers
jsonschema-rs     the same schema in Python, reading of YAML included
cnai-gate         the gate of `cnai check` alone: the inventory from memory to JSON, its conftest run with the built-in pack, the reading
                  of its verdict
cnai-check        `cnai check --no-stale`: loading, planning, compiling, schemas, ledger, secrets, gate, report
"""

import os
import shlex
import shutil
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from workload import store  # noqa: E402
from workload.timing import cpu, execute, line, said  # noqa: E402

KINDS = ("inferenceservice", "scaledobject", "poddisruptionbudget", "networkpolicy", "servicemonitor", "configmap")
PYTHON = os.environ.get("CNAI_PYTHON", sys.executable)
PROJECT = os.path.dirname(store.HERE)


def commands(n):
    """Shell commands by name."""
    work = f"{store.HOME}/runs/policy"
    for name, rules in (("each", "deny.rego"), ("all", "combined.rego")):
        os.makedirs(f"{work}/{name}", exist_ok=True)
        shutil.copy(f"{HERE}/{rules}", f"{work}/{name}")
    os.makedirs(f"{work}/schemas", exist_ok=True)
    for kind in KINDS:
        shutil.copy(f"{HERE}/schema.json", f"{work}/schemas/{kind}.json")
    out = f"{store.HOME}/runs/floor-pyyaml-c/{n}/out"
    folders = " ".join(f"{out}/{env}" for env in store.ENVS)
    root = f"{store.HOME}/runs/cnai-build/{n}/src"
    cnai = f"PYTHONPATH={shlex.quote(PROJECT)} {PYTHON}"
    return {
        "conftest-yaml": f"conftest test --no-color -o stdout -p {work}/each {folders}",
        "conftest-combine": f"conftest test --no-color -o stdout --combine -p {work}/all {folders}",
        "kubeconform": f"kubeconform -n 2 -summary -strict -schema-location '{work}/schemas/{{{{.ResourceKind}}}}.json' {folders}",
        "jsonschema-rs": f"{store.py('floor')} {HERE}/schema.py {HERE}/schema.json {out}",
        "cnai-gate": f"{cnai} {HERE}/gate.py {root}",
        "cnai-check": f"{cnai} -m cnai_gitops check --no-stale -o json --root {root}",
    }


def main(n=1000, reps=3):
    found = {}
    for rep in range(reps):
        for name, command in commands(n).items():
            result = execute(command)
            if name == "cnai-gate" and not result["rc"]:  # it knows which part of its run is the gate
                user, system = map(float, said().split()[-2:])
                result |= {"user_s": user, "sys_s": system}
            if result["rc"] in (0, 1) and not (result["rc"] and name == "cnai-gate"):
                found.setdefault(name, []).append(cpu(result))
            line(check=name, n=n, rep=rep, **result)
    base = statistics.median(found["conftest-yaml"])
    for name, seconds in found.items():
        median = statistics.median(seconds)
        line(check=name, n=n, cpu_s=round(median, 2), x=round(median / base, 3))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
