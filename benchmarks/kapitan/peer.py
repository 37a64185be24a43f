"""kapitan: one target per service x environment, classes for the service's own values."""

import yaml
from workload import store
from workload.templates import as_json, as_yaml

VARIANTS = {
    "kapitan-kadet": "kadet (Python) input, reclass inventory",
    "kapitan-kadet-rs": "kadet input, reclass-rs inventory",
    "kapitan-kadet-rs-fork": "as kapitan-kadet-rs, workers forked (--mp-method fork; the default spawns)",
    "kapitan-jinja2-rs": "jinja2 input, reclass-rs inventory",
}


def prepare(variant, n, src):
    services = store.load_inputs("W", n)
    kadet = "kadet" in variant

    def dump(path, d):
        store.write(f"{src}/inventory/{path}.yml", yaml.dump(d, Dumper=yaml.CSafeDumper, sort_keys=False))

    dump(
        "classes/common",
        {
            "parameters": {
                "kapitan": {
                    "vars": {"target": "${target_name}"},
                    "compile": [
                        {
                            "output_path": ".",
                            "input_type": "kadet" if kadet else "jinja2",
                            "input_paths": ["components/serving" if kadet else "templates/manifest.yaml"],
                            "output_type": "yaml" if kadet else "plain",
                        }
                    ],
                }
            }
        },
    )
    for s in services:
        dump(f"classes/svc/{s['name']}", {"parameters": {"s": {k: v for k, v in s.items() if k != "envs"}}})
        for env in store.ENVS:
            t = f"{env}-{s['name']}"
            dump(
                f"targets/{t}",
                {"classes": ["common", f"svc.{s['name']}"], "parameters": {"target_name": t, "env": env, "e": s["envs"][env]}},
            )
    # plain dicts, indexed; kadet's inventory wrapper is only touched once
    if kadet:

        def ix(x):
            return "env" if x == "env" else "{}[{!r}]".format(*x.split("."))

        body = as_json(alone=ix, wrap_text=pystr, embed=lambda x: "{" + ix(x) + "}", ints=lambda x: f"str({ix(x)})")
        body = body.replace(": true", ": True").replace(": false", ": False")
        store.write(
            f"{src}/components/serving/__init__.py",
            f"""from kapitan.inputs.kadet import BaseObj, inventory


def objects(s, e, env):
    return {body}


def main():
    p = inventory().parameters
    root = BaseObj()
    root.root.manifest = objects(p.s.to_dict(), p.e.to_dict(), p.env)
    return root
""",
        )
    else:

        def ix(x):
            return "{{ inventory.parameters." + x + " }}"

        store.write(f"{src}/templates/manifest.yaml", as_yaml(ix, lambda x: f'"{ix(x)}"') + "\n")  # jinja2 eats one


def pystr(t):
    """An f-string; the text's own braces doubled, the embedded expressions kept."""
    import re

    parts = re.split(r"(\{(?:[se]\['\w+'\]|env)\})", t)
    return "f" + "".join(p if i % 2 else p.replace("{", "{{").replace("}", "}}") for i, p in enumerate(parts))


def command(variant, n, src, out):
    inv = "reclass-rs" if "-rs" in variant else "reclass"
    mp = "--mp-method fork " if variant.endswith("-fork") else ""
    return f"cd {src} && {store.HOME}/venv/kapitan/bin/kapitan {mp}compile --inventory-backend {inv} --output-path {out} --parallelism 2"


def read(variant, out, wanted):
    got = {}
    for env, svc in wanted:
        with open(f"{out}/compiled/{env}-{svc}/manifest.yaml", "rb") as f:
            got[env, svc] = store.yload(f.read())
    return got
