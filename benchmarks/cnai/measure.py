#!/usr/bin/env python3
"""What cnai-gitops costs besides rendering, as JSON lines.  measure.py start|verify [N]

start   CPU of `cnai --help`, of imports and of a first blueprint, with the bare interpreter's beside it
verify  CPU of `cnai build --verify` on W(N) for each overlay, beside the kustomize command line on a sample of 100
        (needs `run.py cnai-build N` before it)
"""

import glob
import os
import random
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from workload import store  # noqa: E402
from workload.timing import cpu, execute, line  # noqa: E402

PYTHON = f"PYTHONPATH={os.path.dirname(store.HERE)} exec {os.environ.get('CNAI_PYTHON', sys.executable)}"
STARTS = {
    "bare python": "-c pass",
    "cnai --help": "-m cnai_gitops --help",
    "import cnai_gitops": "-c 'import cnai_gitops'",
    "a blueprint": "-c 'from cnai_gitops import Blueprint, Serve; "
    'Blueprint(name="a", team="b", purpose="c", serve=Serve(name="s", model="m"))\'',
}
SAMPLE = 100


def start(reps=15):
    found = {name: [] for name in STARTS}
    for _ in range(reps):
        for name, arguments in STARTS.items():
            found[name].append(cpu(execute(f"{PYTHON} {arguments}")))
    bare = statistics.median(found["bare python"])
    for name, seconds in found.items():
        median = statistics.median(seconds)
        line(start=name, cpu_ms=round(median * 1000), above_bare_ms=round((median - bare) * 1000))


def verify(n=1000):
    root = f"{store.HOME}/runs/cnai-build/{n}/src"
    overlays = sorted(glob.glob(f"{root}/deploy/kustomize/*/overlays/*/*"))
    sample = random.Random(1).sample(overlays, min(SAMPLE, len(overlays)))  # a step would meet one environment only
    listed = f"{store.HOME}/runs/overlays.txt"
    store.write(listed, "\n".join(sample) + "\n")
    alone = [cpu(execute(f"<{listed} xargs -n1 kustomize build >/dev/null")) / len(sample) for _ in range(2)]
    whole = execute(f"{PYTHON} -m cnai_gitops build --verify --root {root}", limit=900)
    alone.append(cpu(execute(f"<{listed} xargs -n1 kustomize build >/dev/null")) / len(sample))
    each = cpu(whole) / len(overlays)
    base = statistics.median(alone)
    line(verify=n, overlays=len(overlays), rc=whole["rc"], cpu_ms_each=round(each * 1000, 1), kustomize_cpu_ms_each=round(base * 1000, 1),
         x=round(each / base, 3), max_rss_kib=whole["max_rss_kib"])  # fmt: skip


if __name__ == "__main__":
    what, *sizes = sys.argv[1:] or ["start"]
    {"start": start, "verify": verify}[what](*map(int, sizes))
