#!/usr/bin/env python3
"""What cnai-gitops costs besides rendering, as JSON lines.  measure.py start|verify|loop [N] [REPS]

start   CPU of `cnai --help`, of imports and of a first blueprint, with the bare interpreter's beside it
verify  CPU of `cnai build --verify` on W(N) for each overlay, beside the kustomize command line on a sample of 100
        (needs `run.py cnai-build N` before it)
loop    CPU of `cnai build`, `check` and `diff` on W(N) after one line of one release changed, of a blueprint in a repository with
        a file for each service, and after nothing; beside a cold run of each, and beside the floor (`run.py floor-pyyaml-c N`).
        CNAI_PROJECT is another checkout to measure in turns with this one.
"""

import glob
import importlib.util
import json
import os
import random
import shutil
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from workload import store  # noqa: E402
from workload.timing import cpu, execute, line, said  # noqa: E402

SPEC = importlib.util.spec_from_file_location("peer", f"{HERE}/peer.py")
peer = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(peer)

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


LOOP = ("build -q", "check -q", "diff --exit-zero")
BLUEPRINT = """import json

from _engine import Inference

from cnai_gitops import Blueprint, Serve

SERVICE = json.loads(r'''{service}''')
app = Blueprint(name={name!r}, team={team!r}, purpose="inference", serve=Serve(name="model", engine=Inference(service=SERVICE)))
"""


def loop(n=1000, reps=5):
    """One line changes: its value, not a comment."""
    projects = [os.path.dirname(store.HERE), *filter(None, [os.environ.get("CNAI_PROJECT")])]
    for layout in ("release", "blueprint"):
        roots = [_repository(layout, n, project, i) for i, project in enumerate(projects)]
        for root, project in zip(roots, projects, strict=True):
            _record(layout, project, "cold", n, [_costs(project, root, cold=True)])
        found = {project: {"changed": [], "nothing": []} for project in projects}
        for rep in range(reps):
            for root, project in zip(roots, projects, strict=True):
                _change(layout, root, rep)
                found[project]["changed"].append(_costs(project, root))
                found[project]["nothing"].append(_costs(project, root))
        for project, kinds in found.items():
            for kind, costs in kinds.items():
                _record(layout, project, kind, n, costs)


def _repository(layout, n, project, i):
    """W(N) of `cnai-build`, committed with its output; for blueprints with one file a service."""
    root = f"{store.HOME}/runs/loop-{layout}-{i}/{n}"
    shutil.rmtree(root, ignore_errors=True)
    peer.prepare("cnai-build", n, root)
    if layout == "blueprint":
        with open(f"{root}/blueprints/fleet.py") as f:
            engine = f.read().partition("\nfleet = [")[0].replace("from _services import SERVICES\n", "")
        store.write(f"{root}/blueprints/_engine.py", engine)
        for name in ("fleet.py", "_services.py"):
            os.remove(f"{root}/blueprints/{name}")
        for service in store.load_inputs("W", n):
            _write_blueprint(root, service)
    store.write(f"{root}/.gitignore", ".cnai/\n__pycache__/\n")
    _cnai(project, root, "build -q")
    git = f"git -C {root} -c user.name=bench -c user.email=bench@example.com"
    done = execute(f"git -C {root} init -q -b main && {git} add -A && {git} commit -q -m base", limit=900)
    assert not done["rc"], said()
    return root


def _write_blueprint(root, service):
    text = BLUEPRINT.format(service=json.dumps(service), name=service["name"], team=service["owner"].removeprefix("team-"))
    store.write(f"{root}/blueprints/{service['name'].replace('-', '_')}.py", text)


def _change(layout, root, rep):
    """Another value in the middle of the fleet."""
    services = store.load_inputs("W", len(os.listdir(f"{root}/environments/dev")) - 1)
    service = services[len(services) // 2]
    if layout == "release":
        override = f"[{{kind: ScaledObject, set: {{/spec/maxReplicaCount: {rep + 2}}}, reason: a load test of this week}}]"
        store.write(f"{root}/environments/dev/{service['name']}.yaml", f"app: {service['name']}\noverrides: {override}\n")
    else:
        service["envs"]["dev"]["minReplicas"] = rep + 2
        _write_blueprint(root, service)


def _costs(project, root, cold=False):
    if cold:
        shutil.rmtree(f"{root}/.cnai", ignore_errors=True)
    return [_cnai(project, root, command) for command in LOOP]


def _cnai(project, root, command):
    python = os.environ.get("CNAI_PYTHON", sys.executable)
    result = execute(f"PYTHONPATH={project} exec {python} -m cnai_gitops {command} --root {root}", limit=900)
    assert result["rc"] in (0, 1), said()
    return result


def _record(layout, project, kind, n, runs):
    seconds = [statistics.median(cpu(run[i]) for run in runs) for i in range(len(LOOP))]
    line(loop=layout, project=project, kind=kind, n=n, cpu_s=dict(zip(LOOP, (round(s, 2) for s in seconds), strict=True)),
         together=round(sum(seconds), 2), max_rss_kib=max(part["max_rss_kib"] for run in runs for part in run))  # fmt: skip


if __name__ == "__main__":
    what, *sizes = sys.argv[1:] or ["start"]
    {"start": start, "verify": verify, "loop": loop}[what](*map(int, sizes))
