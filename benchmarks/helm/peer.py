"""helm: one chart; values per service and per service x environment, or one umbrella."""

import json

from workload import store
from workload.templates import as_yaml

VARIANTS = {
    "helm-many": "3N x `helm template -f svc.yaml -f svc-env.yaml`, two at a time",
    "helm-one": "one `helm template` that loops over all services -> one stream",
}
CHART = "apiVersion: v2\nname: {name}\nversion: 0.1.0\n"


def prepare(variant, n, src):
    services = store.load_inputs("W", n)

    def path(x):
        return "$.env" if x == "env" else f"$.{x}"

    body = as_yaml(lambda x: f"{{{{ {path(x)} }}}}", lambda x: f"{{{{ {path(x)} | quote }}}}")
    helper = '{{- define "bench.objects" -}}\n' + body + "{{- end -}}\n"
    store.write(f"{src}/chart/Chart.yaml", CHART.format(name="inference"))
    store.write(f"{src}/chart/templates/_objects.tpl", helper)
    if variant == "helm-one":
        store.write(
            f"{src}/chart/templates/all.yaml",
            """{{- range $s := .Values.services }}
{{- range $env := list "dev" "staging" "prod" }}
---
{{ include "bench.objects" (dict "s" $s "e" (get $s.envs $env) "env" $env) }}
{{- end }}
{{- end }}
""",
        )
        store.write(f"{src}/values.yaml", json.dumps({"services": services}))
        return
    store.write(f"{src}/chart/templates/all.yaml", '{{ include "bench.objects" (dict "s" .Values.s "e" .Values.e "env" .Values.env) }}\n')
    for s in services:
        base = {k: v for k, v in s.items() if k != "envs"}
        store.write(f"{src}/values/{s['name']}.yaml", json.dumps({"s": base}))
        for env in store.ENVS:
            store.write(f"{src}/values/{s['name']}-{env}.yaml", json.dumps({"env": env, "e": s["envs"][env]}))
    store.pair_list(src, services)


def command(variant, n, src, out):
    if variant == "helm-one":
        return f"helm template all {src}/chart -f {src}/values.yaml >{out}/all.yaml"
    return (
        f"mkdir -p {out}/dev {out}/staging {out}/prod && <{src}/pairs.txt xargs -P2 -L1 "
        f"sh -c 'exec helm template $1 {src}/chart -f {src}/values/$1.yaml -f {src}/values/$1-$0.yaml "
        f">{out}/$0/$1.yaml'"
    )


def read(variant, out, wanted):
    if variant == "helm-one":
        with open(f"{out}/all.yaml", "rb") as f:
            return store.by_namespace(store.yload(f.read()))
    return store.read_tree(out, wanted)
