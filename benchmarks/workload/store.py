"""Shared by run.py and every peer: paths, loading inputs, reading outputs back."""

import json
import os

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HOME = os.environ.get("BENCH_HOME", "/tmp/bench")
BIN = f"{HOME}/bin"
ENVS = ("dev", "staging", "prod")


def py(venv):
    return f"{HOME}/venv/{venv}/bin/python"


def inputs(tag, n):
    return f"{HOME}/inputs/{tag}{n}.json"


def load_inputs(tag, n):
    with open(inputs(tag, n)) as f:
        d = json.load(f)
    return d["services"] if tag == "W" else d["pipelines"]


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def pairs(services):
    for env in ENVS:
        for s in services:
            yield env, s["name"]


def pair_list(src, services):
    """`env svc` one a line, for xargs."""
    write(f"{src}/pairs.txt", "".join(f"{e} {n}\n" for e, n in pairs(services)))


def yload(data):
    import yaml

    return [d for d in yaml.load_all(data, Loader=yaml.CSafeLoader) if d is not None]


def by_namespace(docs):
    """Group a flat stream back into {(env, service): [docs]}."""
    got = {}
    for d in docs:
        m = d["metadata"]
        got.setdefault((m["labels"]["example.com/environment"], m["name"]), []).append(d)
    return got


def read_tree(out, wanted):
    """out/<env>/<svc>.yaml -> {(env, svc): [docs]} for the wanted pairs."""
    got = {}
    for env, name in wanted:
        with open(f"{out}/{env}/{name}.yaml", "rb") as f:
            got[env, name] = yload(f.read())
    return got
