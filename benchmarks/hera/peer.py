"""hera: H(N) workflow templates with a 6-step DAG, against the same data as plain dicts."""

import os
import sys

from workload import store

WORKLOAD = "H"
VARIANTS = {"hera": "hera 7 WorkflowTemplate -> to_yaml", "hera-floor": "dicts -> CSafeDumper"}


def prepare(variant, n, src):
    pass


def command(variant, n, src, out):
    script = "render_hera.py" if variant == "hera" else "render_dict.py"
    return f"{store.py('hera')} {store.HERE}/hera/{script} {store.inputs('H', n)} {out}"


def normal(d):
    """The order of templates carries no meaning."""
    d["spec"]["templates"] = sorted(d["spec"]["templates"], key=lambda t: t["name"])
    return d


def verify(variant, n, out):
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from pipeline import workflow_template

    ps = store.load_inputs("H", n)
    ps = ps if n < 1000 else ps[:: n // 20]
    bad = 0
    for p in ps:
        with open(f"{out}/{p['name']}.yaml", "rb") as f:
            have = normal(store.yload(f.read())[0])
        if have != normal(workflow_template(p)):
            bad += 1
            if bad == 1:
                import difflib

                import yaml

                a, b = (yaml.dump(x).splitlines() for x in (normal(workflow_template(p)), have))
                print("\n".join(list(difflib.unified_diff(a, b, lineterm=""))[:50]), file=sys.stderr)
    return f"equal ({len(ps)})" if not bad else f"DIFFERS {bad}/{len(ps)}"
