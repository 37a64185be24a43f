import json
import os
import sys

import kcl_lib.api as api

variant, src, out = sys.argv[1:4]
data = f"{src}/data.json"
kcl = api.API()
ENVS = ("dev", "staging", "prod")
for env in ENVS:
    os.makedirs(f"{out}/{env}", exist_ok=True)


def run(**args):
    return kcl.exec_program(
        api.ExecProgramArgs(
            k_filename_list=[os.path.dirname(src) + "/main.k" if variant == "kcl-one" else f"{src}/main.k"],
            args=[api.Argument(name=k, value=json.dumps(v)) for k, v in args.items()],
        )
    )


if variant == "kcl-one":
    r = run(input=data, outdir=out)
    if r.err_message:
        sys.exit(r.err_message)
elif variant == "kcl-py":
    r = run(input=data)
    if r.err_message:
        sys.exit(r.err_message)
    for path, text in json.loads(r.json_result)["files"].items():
        with open(f"{out}/{path}.yaml", "w") as f:
            f.write(text)
else:
    for name in sorted(os.listdir(f"{src}/svc")):
        for env in ENVS:
            r = run(input=f"{src}/svc/{name}", env=env)
            with open(f"{out}/{env}/{name[:-5]}.yaml", "w") as f:
                f.write(r.yaml_result + "\n")  # it comes without its last line break
