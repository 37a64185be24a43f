"""jsonnet: the go-jsonnet command with multi-file output, and the gojsonnet Python binding."""

from workload import store
from workload.templates import as_json

VARIANTS = {
    "jsonnet-one": "one `jsonnet -S -m OUT` (manifestYamlStream per file)",
    "jsonnet-many": "3N x `jsonnet -S -o FILE`, two at a time",
    "jsonnet-py": "gojsonnet in Python: one evaluate, Python writes the files",
}
DUMP = "std.manifestYamlStream(objects(s, env), c_document_end=false, quote_keys=false)"


def prepare(variant, n, src):
    services = store.load_inputs("W", n)
    body = as_json(alone=lambda x: x, wrap_text=lambda t: t, embed=lambda x: f'" + {x} + "', ints=lambda x: f"std.toString({x})")
    store.write(f"{src}/objects.libsonnet", f"function(s, env)\nlocal e = s.envs[env];\n{body}\n")
    with open(store.inputs("W", n)) as f:
        store.write(f"{src}/data.json", f.read())
    head = "local objects = import 'objects.libsonnet';\nlocal data = import 'data.json';\n"
    store.write(
        f"{src}/all.jsonnet",
        head + "{\n  [env + '/' + s.name + '.yaml']: " + DUMP + "\n  for s in data.services\n  for env in ['dev', 'staging', 'prod']\n}\n",
    )
    store.write(f"{src}/one.jsonnet", "local objects = import 'objects.libsonnet';\nfunction(env, s) " + DUMP + "\n")
    import json

    for s in services:
        store.write(f"{src}/svc/{s['name']}.json", json.dumps(s))
    store.pair_list(src, services)


def command(variant, n, src, out):
    if variant == "jsonnet-one":
        return f"jsonnet -S -c -m {out} {src}/all.jsonnet >/dev/null"
    if variant == "jsonnet-py":
        return f"{store.py('jsonnet_py')} {store.HERE}/jsonnet/render.py {src}/all.jsonnet {out}"
    return (
        f"mkdir -p {out}/dev {out}/staging {out}/prod && <{src}/pairs.txt xargs -P2 -L1 "
        f"sh -c 'exec jsonnet -S -o {out}/$0/$1.yaml --tla-str env=$0 "
        f"--tla-code-file s={src}/svc/$1.json {src}/one.jsonnet'"
    )


def read(variant, out, wanted):
    return store.read_tree(out, wanted)
