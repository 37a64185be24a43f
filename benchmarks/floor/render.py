"""Floor: dicts straight to files.  render.py EMITTER INPUT OUTDIR"""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "workload"))
from model import objects

EXT = "yaml"
how, src, out = sys.argv[1:4]
if how == "pyyaml-c":
    import yaml

    def emit(docs):
        return yaml.dump_all(docs, Dumper=yaml.CSafeDumper, sort_keys=False).encode()
elif how == "pyyaml-py":
    import yaml

    def emit(docs):
        return yaml.dump_all(docs, Dumper=yaml.SafeDumper, sort_keys=False).encode()
elif how == "ryaml":
    import ryaml

    def emit(docs):
        return "".join("---\n" + ryaml.dumps(d).removeprefix("---\n").rstrip("\n") + "\n" for d in docs).encode()
elif how == "orjson":
    import orjson

    def emit(docs):  # JSON is YAML: one document a line
        return b"".join(b"---\n" + orjson.dumps(d) + b"\n" for d in docs)
elif how == "none":

    def emit(docs):  # build the dicts, write nothing of them: the cost of the model alone
        return b""
else:
    sys.exit(f"unknown emitter {how}")

with open(src) as f:
    services = json.load(f)["services"]
for env in ("dev", "staging", "prod"):
    os.makedirs(f"{out}/{env}", exist_ok=True)
for s in services:
    for env in ("dev", "staging", "prod"):
        with open(f"{out}/{env}/{s['name']}.{EXT}", "wb") as f:
            f.write(emit(objects(s, env)))
