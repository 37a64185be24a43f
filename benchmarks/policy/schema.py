"""jsonschema-rs over every object; says where the time goes."""

import glob
import json
import sys
import time

import jsonschema_rs
import yaml

schema, out = sys.argv[1:3]
t0 = time.perf_counter()
blobs = []
for p in sorted(glob.glob(f"{out}/*/*.yaml")):
    with open(p, "rb") as f:
        blobs.append(f.read())
t1 = time.perf_counter()
docs = [d for b in blobs for d in yaml.load_all(b, Loader=yaml.CSafeLoader)]
t2 = time.perf_counter()
with open(schema) as f:
    v = jsonschema_rs.validator_for(json.load(f))
bad = sum(not v.is_valid(d) for d in docs)
t3 = time.perf_counter()
text = [json.dumps(d) for d in docs]
t4 = time.perf_counter()
print(
    json.dumps(
        {
            "objects": len(docs),
            "invalid": bad,
            "read_s": round(t1 - t0, 3),
            "yaml_parse_s": round(t2 - t1, 3),
            "validate_s": round(t3 - t2, 3),
            "json_dumps_s": round(t4 - t3, 3),
            "objects_per_s": round(len(docs) / (t3 - t2)),
        }
    )
)
