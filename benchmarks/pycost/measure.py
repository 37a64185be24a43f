#!/usr/bin/env python3
"""Start-up, import and YAML emit/parse costs of the Python pieces.  measure.py [imports|emit|all] [MB]

imports  wall and CPU of `python -c 'import X'`, best and median of 7, with the bare interpreter's
         own cost beside it (byte code is compiled once before timing).
emit     MB/s of each YAML library over the floor's objects (slow ones on a smaller slice).
"""

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, HERE)
from workload import store  # noqa: E402
from workload.model import objects  # noqa: E402

IMPORTS = [
    ("floor", "pass"),
    ("floor", "import json"),
    ("floor", "import yaml"),
    ("floor", "import ryaml"),
    ("floor", "import orjson"),
    ("floor", "import jinja2"),
    ("floor", "import ruamel.yaml"),
    ("floor", "import pydantic; pydantic.BaseModel"),
    ("floor", "import jsonschema_rs"),
    ("floor", "import dataclasses"),
    ("floor", "import argparse"),
    ("floor", "import asyncio"),
    ("hera", "import hera.workflows"),
    ("hera", "from hera.workflows import WorkflowTemplate, DAG, Task, Container"),
    ("kserve", "import kubernetes"),
    ("kserve", "import kubernetes.client"),
    ("kserve", "import kserve"),
    ("kserve", "from kserve import V1beta1InferenceService"),
    ("cdk8s_py", "import cdk8s"),
    ("kapitan", "import kapitan.cli"),
    ("kcl", "import kcl_lib.api"),
    ("nyl", "import nyl.commands"),
]


def cost(venv, code, reps=7):
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")}
    walls, cpus, rc = [], [], 0
    for i in range(reps + 1):
        t0 = time.perf_counter()
        p = subprocess.Popen([store.py(venv), "-c", code], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        err = p.stderr.read()
        _, status, ru = os.wait4(p.pid, 0)
        p.returncode = rc = os.waitstatus_to_exitcode(status)
        if rc:
            return {"venv": venv, "code": code, "rc": rc, "error": err.decode()[-200:]}
        if i:
            walls.append(time.perf_counter() - t0)
            cpus.append(ru.ru_utime + ru.ru_stime)
    rss = subprocess.run(
        ["/usr/bin/time", "-q", "-f", "%M", store.py(venv), "-c", code], env=env, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    ).stderr.split()[-1]
    return {
        "venv": venv,
        "code": code,
        "best_ms": round(min(walls) * 1e3, 1),
        "median_ms": round(statistics.median(walls) * 1e3, 1),
        "cpu_ms": round(min(cpus) * 1e3, 1),
        "rss_mib": round(int(rss) / 1024, 1),
    }


def imports():
    for venv, code in IMPORTS:
        print(json.dumps(cost(venv, code)), flush=True)


def emit(mb):
    import yaml

    spec = importlib.util.spec_from_file_location("gen", f"{HERE}/gen.py")
    gen = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(gen)
    docs, size, i = [], 0, 0
    while size < mb * 1e6:
        i += 1
        s = gen.service(i)
        for e in store.ENVS:
            ds = objects(s, e)
            docs += ds
            if i == 1:
                per = len(yaml.dump_all(ds, Dumper=yaml.CSafeDumper, sort_keys=False))
            size += per
    text = yaml.dump_all(docs, Dumper=yaml.CSafeDumper, sort_keys=False)
    full = len(text)

    def run(name, fn, part=1.0):
        some = docs[: max(6, int(len(docs) * part))]
        t = time.process_time()
        out = fn(some)
        t = time.process_time() - t
        b = sum(map(len, out)) if isinstance(out, list) else len(out)
        print(
            json.dumps(
                {
                    "emit": name,
                    "docs": len(some),
                    "mb": round(b / 1e6, 2),
                    "cpu_s": round(t, 3),
                    "mb_per_s": round(b / 1e6 / t, 2),
                    "docs_per_s": round(len(some) / t),
                }
            ),
            flush=True,
        )

    def parse(name, fn, part=1.0):
        cut = text if part == 1 else text[: text.index("\n---\n", int(full * part))]
        t = time.process_time()
        fn(cut)
        t = time.process_time() - t
        print(
            json.dumps({"parse": name, "mb": round(len(cut) / 1e6, 2), "cpu_s": round(t, 3), "mb_per_s": round(len(cut) / 1e6 / t, 2)}),
            flush=True,
        )

    import io

    import orjson
    import ryaml
    from ruamel.yaml import YAML

    def ruamel(typ, pure=False):
        def f(ds):
            y, buf = YAML(typ=typ, pure=pure), io.StringIO()
            y.dump_all(ds, buf)
            return buf.getvalue()

        return f

    run("pyyaml CSafeDumper", lambda ds: yaml.dump_all(ds, Dumper=yaml.CSafeDumper, sort_keys=False))
    run("pyyaml CSafeDumper, sorted", lambda ds: yaml.dump_all(ds, Dumper=yaml.CSafeDumper))
    run("ryaml.dumps per document", lambda ds: [ryaml.dumps(d) for d in ds])
    run("orjson per document", lambda ds: [orjson.dumps(d) for d in ds])
    run("json per document", lambda ds: [json.dumps(d) for d in ds])
    run("pyyaml SafeDumper (Python)", lambda ds: yaml.dump_all(ds, Dumper=yaml.SafeDumper, sort_keys=False), 0.1)
    run("ruamel rt", ruamel("rt"), 0.1)
    try:
        run("ruamel safe", ruamel("safe"), 0.1)
    except Exception as e:  # the C part is a separate package
        print(json.dumps({"emit": "ruamel safe", "error": repr(e)[:150]}))
    run("ruamel safe pure", ruamel("safe", True), 0.1)
    parse("pyyaml CSafeLoader", lambda t: list(yaml.load_all(t, Loader=yaml.CSafeLoader)))
    parse("ryaml.loads_all", lambda t: ryaml.loads_all(t))
    parse("pyyaml SafeLoader (Python)", lambda t: list(yaml.load_all(t, Loader=yaml.SafeLoader)), 0.05)
    parse("ruamel rt", lambda t: list(YAML(typ="rt").load_all(t)), 0.05)


if __name__ == "__main__":
    what = sys.argv[1] if len(sys.argv) > 1 else "all"
    if what in ("imports", "all"):
        imports()
    if what in ("emit", "all"):
        emit(float(sys.argv[2]) if len(sys.argv) > 2 else 10)
