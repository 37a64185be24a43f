"""KCL through kcl-lib (the Python binding of the Rust core; there is no command to install here)."""

import json

from workload import store
from workload.templates import as_json

VARIANTS = {
    "kcl-one": "one exec_program; KCL's own file.write writes the files",
    "kcl-py": "one exec_program returns one text per file; Python writes them",
    "kcl-many": "3N exec_program calls in one Python process; Python writes yaml_result",
}


def prepare(variant, n, src):
    services = store.load_inputs("W", n)
    body = as_json(alone=lambda x: x, wrap_text=lambda t: t, embed=lambda x: f"${{{x}}}", ints=lambda x: f"str({x})")
    body = body.replace(": true", ": True").replace(": false", ": False")
    fn = "objects = lambda s: any, env: str -> [any] {\n    e = s.envs[env]\n    " + body.replace("\n", "\n    ") + "\n}\n"
    if variant == "kcl-many":
        store.write(
            f"{src}/main.k",
            "import json\nimport file\nimport manifests\n"
            + fn
            + 'manifests.yaml_stream(objects(json.decode(file.read(option("input"))), option("env")))\n',
        )
        for s in services:
            store.write(f"{src}/svc/{s['name']}.json", json.dumps(s))
        return
    with open(store.inputs("W", n)) as f:
        store.write(f"{src}/data.json", f.read())
    head = "import json\nimport yaml\nimport file\n" + fn + 'data = json.decode(file.read(option("input")))\n'
    if variant == "kcl-one":
        # KCL writes files only below the folder of main.k, so that is the one above src and out
        store.write(
            f"{src}/../main.k",
            head.replace("data =", "_data =") + '_out = option("outdir")\n'
            '_done = [file.write(_out + "/" + env + "/" + s.name + ".yaml", yaml.encode_all(objects(s, env)))'
            ' for s in _data.services for env in ["dev", "staging", "prod"]]\n'
            "count = len(_done)\n",
        )
    else:
        store.write(
            f"{src}/main.k",
            head.replace("data =", "_data =") + 'files = {env + "/" + s.name: yaml.encode_all(objects(s, env))'
            ' for s in _data.services for env in ["dev", "staging", "prod"]}\n',
        )


def command(variant, n, src, out):
    return f"{store.py('kcl')} {store.HERE}/kcl/render.py {variant} {src} {out}"


def read(variant, out, wanted):
    return store.read_tree(out, wanted)
