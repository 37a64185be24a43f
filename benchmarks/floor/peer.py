"""Floors: what the machine allows. See render.py; `cp` copies the floor's own bytes."""

from workload import store

R = f"{store.HERE}/floor/render.py"
VARIANTS = {
    "floor-pyyaml-c": "dicts -> CSafeDumper (the reference)",
    "floor-pyyaml-py": "dicts -> pure-Python SafeDumper (what a careless tool pays)",
    "floor-ryaml": "dicts -> ryaml",
    "floor-orjson": "dicts -> orjson (JSON documents in a YAML stream)",
    "floor-none": "dicts only, empty files",
    "floor-cp": "cp -r of the final bytes",
    "floor-py-write": "one Python process reads and rewrites the final bytes",
}


def prepare(variant, n, src):
    if variant in ("floor-cp", "floor-py-write"):
        import subprocess

        subprocess.run([store.py("floor"), R, "pyyaml-c", store.inputs("W", n), f"{src}/final"], check=True)


def command(variant, n, src, out):
    if variant == "floor-cp":
        return f"cp -r {src}/final/. {out}/"
    if variant == "floor-py-write":
        return f"{store.py('floor')} {store.HERE}/floor/rewrite.py {src}/final {out}"
    how = variant.removeprefix("floor-")
    return f"{store.py('floor')} {R} {how} {store.inputs('W', n)} {out}"


def read(variant, out, wanted):
    if variant == "floor-none":
        return None
    return store.read_tree(out, wanted)
