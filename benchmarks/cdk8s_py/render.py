import json
import os
import sys

from cdk8s import ApiObject, ApiObjectMetadata, App, Chart, JsonPatch, YamlOutputType

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "workload"))
from model import objects

src, out = sys.argv[1:3]
with open(src) as f:
    services = json.load(f)["services"]
app = App(outdir=out, output_file_extension=".yaml", yaml_output_type=YamlOutputType.FILE_PER_CHART)
for env in ("dev", "staging", "prod"):
    for s in services:
        chart = Chart(app, f"{env}-{s['name']}")
        for d in objects(s, env):
            m = d["metadata"]
            o = ApiObject(
                chart,
                d["kind"],
                api_version=d["apiVersion"],
                kind=d["kind"],
                metadata=ApiObjectMetadata(name=m["name"], namespace=m["namespace"], labels=m["labels"], annotations=m.get("annotations")),
            )
            for key in ("spec", "data"):
                if key in d:
                    o.add_json_patch(JsonPatch.add(f"/{key}", d[key]))
app.synth()
