"""nyl: one `nyl template` over a folder of 3N files, values as local variables of each file.

nyl refuses to start without a cluster, so stub.py stands in for one (started while preparing).
Nyl has no multi-file output: everything comes as one stream.
"""

import json
import socket
import subprocess
import sys
import time

from workload import store
from workload.templates import as_yaml

VARIANTS = {"nyl-one": "one `nyl template DIR` -> one stream"}
PORT = 18082
KUBECONFIG = f"""apiVersion: v1
kind: Config
clusters: [{{name: x, cluster: {{server: "http://127.0.0.1:{PORT}"}}}}]
users: [{{name: x, user: {{}}}}]
contexts: [{{name: x, context: {{cluster: x, user: x}}}}]
current-context: x
"""
NUMERIC = ("s.targetRps", "s.maxBatch", "s.timeoutSeconds")


def ix(x):
    return "values.env" if x == "env" else "values.{}['{}']".format(*x.split("."))


def prepare(variant, n, src):
    def expression(x):
        return "${{ " + ix(x) + " }}"

    def quoted(x):
        return "${{ '%s' % " + ix(x) + " }}" if x in NUMERIC else expression(x)

    body = as_yaml(expression, quoted)
    # a value that starts and ends with an expression must be a single one
    body = body.replace(" }}@${{ ", " + '@' + ")
    for s in store.load_inputs("W", n):
        base = {k: v for k, v in s.items() if k != "envs"}
        for env in store.ENVS:
            store.write(
                f"{src}/files/{env}-{s['name']}.yaml",
                json.dumps({"$s": base}) + "\n---\n" + json.dumps({"$e": s["envs"][env], "$env": env}) + "\n---\n" + body,
            )
    store.write(f"{src}/kubeconfig", KUBECONFIG)
    try:
        socket.create_connection(("127.0.0.1", PORT), 1).close()
    except OSError:
        subprocess.Popen(
            [sys.executable, f"{store.HERE}/nyl/stub.py", str(PORT)],
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(2)


def command(variant, n, src, out):
    return (
        f"cd {src} && KUBECONFIG={src}/kubeconfig KUBE_VERSION=1.34 KUBE_API_VERSIONS=v1 "
        f"{store.HOME}/venv/nyl/bin/nyl -q template --state-dir {out}/.nyl files >{out}/all.yaml"
    )


def read(variant, out, wanted):
    with open(f"{out}/all.yaml", "rb") as f:
        return store.by_namespace(store.yload(f.read()))
