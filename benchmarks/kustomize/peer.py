"""kustomize: a base of six files per service, one overlay per environment."""

import yaml
from workload import store
from workload.model import objects

VARIANTS = {
    "kustomize-many": "3N x `kustomize build -o FILE`, two at a time",
    "kustomize-one": "one `kustomize build` over all overlays -> one stream",
}
FILES = ("inferenceservice", "scaledobject", "pdb", "networkpolicy", "servicemonitor", "configmap")


def dump(d):
    return yaml.dump(d, Dumper=yaml.CSafeDumper, sort_keys=False)


def base_objects(s):
    """What a person would keep in the base: everything but the environment's own values."""
    docs = objects(s, "dev")
    for d in docs:
        del d["metadata"]["namespace"]
        for k in ("example.com/environment", "topology.kubernetes.io/region"):
            del d["metadata"]["labels"][k]
    isvc, scaled, pdb, _, mon, cfg = docs
    p = isvc["spec"]["predictor"]
    del p["nodeSelector"], p["minReplicas"], p["maxReplicas"], p["canaryTrafficPercent"]
    p["containers"][0]["image"] = s["image"]
    del scaled["spec"]["minReplicaCount"], scaled["spec"]["maxReplicaCount"]
    del pdb["spec"]["minAvailable"], mon["spec"]["namespaceSelector"]
    del cfg["data"]["LOG_LEVEL"], cfg["data"]["REGION"]
    return docs


def overlay(s, env):
    e, name, want = s["envs"][env], s["name"], objects(s, env)
    query = want[1]["spec"]["triggers"][0]["metadata"]["query"]

    def merge(i, **body):
        d = want[i]
        return {"patch": dump({"apiVersion": d["apiVersion"], "kind": d["kind"], "metadata": {"name": name}, **body})}

    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": e["namespace"],
        "resources": [f"../../../base/{name}"],
        "labels": [{"pairs": {"example.com/environment": env, "topology.kubernetes.io/region": e["region"]}, "includeSelectors": False}],
        "images": [{"name": s["image"], "digest": e["digest"]}],
        "patches": [
            merge(
                0,
                spec={
                    "predictor": {
                        "minReplicas": e["minReplicas"],
                        "maxReplicas": e["maxReplicas"],
                        "canaryTrafficPercent": e["canaryPercent"],
                        "nodeSelector": {"nvidia.com/gpu.product": e["gpuType"], "topology.kubernetes.io/region": e["region"]},
                    }
                },
            ),
            merge(1, spec={"minReplicaCount": e["minReplicas"], "maxReplicaCount": e["maxReplicas"]}),
            {
                "target": {"kind": "ScaledObject", "name": name},
                "patch": dump([{"op": "replace", "path": "/spec/triggers/0/metadata/query", "value": query}]),
            },
            merge(2, spec={"minAvailable": e["minAvailable"]}),
            merge(4, spec={"namespaceSelector": {"matchNames": [e["namespace"]]}}),
            merge(5, data={"LOG_LEVEL": e["logLevel"], "REGION": e["region"]}),
        ],
    }


def prepare(variant, n, src):
    services = store.load_inputs("W", n)
    for s in services:
        b = f"{src}/base/{s['name']}"
        for fn, d in zip(FILES, base_objects(s), strict=True):
            store.write(f"{b}/{fn}.yaml", dump(d))
        store.write(
            f"{b}/kustomization.yaml",
            dump({"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": [f"{fn}.yaml" for fn in FILES]}),
        )
        for env in store.ENVS:
            store.write(f"{src}/overlays/{env}/{s['name']}/kustomization.yaml", dump(overlay(s, env)))
    store.write(
        f"{src}/all/kustomization.yaml",
        dump(
            {
                "apiVersion": "kustomize.config.k8s.io/v1beta1",
                "kind": "Kustomization",
                "resources": [f"../overlays/{e}/{name}" for e, name in store.pairs(services)],
            }
        ),
    )
    store.pair_list(src, services)


def command(variant, n, src, out):
    if variant == "kustomize-one":
        return f"kustomize build {src}/all -o {out}/all.yaml"
    return (
        f"mkdir -p {out}/dev {out}/staging {out}/prod && <{src}/pairs.txt xargs -P2 -L1 "
        f"sh -c 'exec kustomize build {src}/overlays/$0/$1 -o {out}/$0/$1.yaml'"
    )


def read(variant, out, wanted):
    if variant == "kustomize-one":
        with open(f"{out}/all.yaml", "rb") as f:
            return store.by_namespace(store.yload(f.read()))
    return store.read_tree(out, wanted)
