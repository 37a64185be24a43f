"""CUE: `cue cmd` writing every file, and `cue export` per pair."""

from workload import store
from workload.templates import as_json

VARIANTS = {
    "cue-cmd": "one `cue cmd` with tool/file, one task per file",
    "cue-export-one": "one `cue export` -> one YAML stream",
    "cue-many": "3N x `cue export -t`, two at a time",
}


def prepare(variant, n, src):
    services = store.load_inputs("W", n)
    body = as_json(alone=lambda x: x, wrap_text=lambda t: t, embed=lambda x: f"\\({x})", ints=lambda x: f'"\\({x})"')
    store.write(f"{src}/cue.mod/module.cue", 'module: "bench.example/w"\nlanguage: version: "v0.14.0"\n')
    store.write(
        f"{src}/objects.cue",
        f"""package bench

#Objects: {{
\ts:   _
\tenv: string
\tlet e = s.envs[env]
\tout: {body}
}}
""",
    )
    if variant == "cue-many":
        import json

        for s in services:
            store.write(f"{src}/svc/{s['name']}.json", json.dumps({"input": s}))
        store.write(
            f"{src}/main.cue",
            """package bench

import "encoding/yaml"

input: _
which: string @tag(env)
text:  yaml.MarshalStream((#Objects & {s: input, env: which}).out)
""",
        )
        store.pair_list(src, services)
        return
    with open(store.inputs("W", n)) as f:
        store.write(f"{src}/data.json", f.read())
    store.write(
        f"{src}/main.cue",
        """@extern(embed)

package bench

import "encoding/yaml"

data: _ @embed(file=data.json)
files: {
\tfor s in data.services for env in ["dev", "staging", "prod"] {
\t\t"\\(env)/\\(s.name)": yaml.MarshalStream((#Objects & {"s": s, "env": env}).out)
\t}
}
stream: [for f in files {f}]
""",
    )
    store.write(
        f"{src}/render_tool.cue",
        """package bench

import "tool/file"

outdir: string @tag(outdir)
command: render: {
\tfor path, text in files {
\t\t(path): file.Create & {filename: "\\(outdir)/\\(path).yaml", contents: text}
\t}
}
""",
    )


def command(variant, n, src, out):
    mk = f"mkdir -p {out}/dev {out}/staging {out}/prod && cd {src} && "
    if variant == "cue-cmd":
        return mk + f"cue cmd -t outdir={out} render"
    if variant == "cue-export-one":
        return mk + f"cue export . -e 'strings.Join(stream, \"---\\n\")' --out text --outfile {out}/all.yaml"
    return mk + (f"<pairs.txt xargs -P2 -L1 sh -c 'exec cue export . svc/$1.json -t env=$0 -e text --out text --outfile {out}/$0/$1.yaml'")


def read(variant, out, wanted):
    if variant == "cue-export-one":
        with open(f"{out}/all.yaml", "rb") as f:
            return store.by_namespace(store.yload(f.read()))
    return store.read_tree(out, wanted)
