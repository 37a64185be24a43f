#!/usr/bin/env python3
"""Run peers on the workload and print one JSON line a repetition.

    run.py VARIANT[,VARIANT...] N[,N...] [--reps R] [--rerun] [--verify] [--list]

--reps R   timed repetitions (default 3; the first, untimed run warms the page cache
           and samples the memory of the whole process tree; at N>=1000 that sampling
           is done in the first timed run instead)
--rerun    also time a second render over an unchanged output directory
--verify   parse the output and compare it with the reference expansion
           (all pairs; at N>=1000 a spread sample of 60 pairs)
--limit S  give up on a run after S seconds (default 300)
--peer-dir DIR  also load peers from DIR (a folder with a peer.py)

wall_s is from spawn to exit of the whole command (shell and xargs included);
max_rss_kib is the largest single process (as /usr/bin/time -v reports);
tree_rss_kib is the sampled peak of the sum over all processes of the command.
others is the share of the machine's CPU time that went to anything else meanwhile:
trust wall_s only where it is small (user_s + sys_s stand up better to company).
Fields `files` and `bytes` describe what lay in the output directory afterwards.
"""

import argparse
import glob
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from workload import store  # noqa: E402


def peers(extra=()):
    table = {}
    for path in sorted(glob.glob(f"{HERE}/*/peer.py")) + [f"{d}/peer.py" for d in extra]:
        name = os.path.basename(os.path.dirname(path))
        spec = importlib.util.spec_from_file_location(f"peer_{name}", path)
        mod = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(mod)
        for v in mod.VARIANTS:
            table[v] = mod
    return table


def tree_rss(pgid):
    """Sum of resident sizes (KiB) over the processes of one session."""
    total = 0
    for d in os.listdir("/proc"):
        if not d.isdigit():
            continue
        try:
            with open(f"/proc/{d}/stat") as f:
                rest = f.read().rpartition(")")[2].split()
            if int(rest[3]) == pgid:  # session id
                total += int(rest[21]) * 4
        except (OSError, ValueError, IndexError):
            pass
    return total


def busy():
    """CPU seconds spent by the whole machine so far."""
    with open("/proc/stat") as f:
        t = [int(x) for x in f.readline().split()[1:9]]
    return (sum(t) - t[3] - t[4]) / os.sysconf("SC_CLK_TCK")


def execute(cmd, limit, sample=False):
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    env["PATH"] = f"{store.BIN}:{env['PATH']}"
    log = open(f"{store.HOME}/log/last.{os.getpid()}.err", "wb")
    b0, t0 = busy(), time.perf_counter()
    # GNU time stands between us and the command: a process started straight from Python
    # would report Python's own resident size as its peak.
    peak_file = f"{store.HOME}/log/last.{os.getpid()}.rss"
    p = subprocess.Popen(
        ["/usr/bin/time", "-q", "-f", "%M", "-o", peak_file, "/bin/sh", "-c", cmd],
        env=env,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        cwd=store.HOME,
    )
    peak, stop = [0], threading.Event()

    def watch():
        while not stop.wait(0.05):
            peak[0] = max(peak[0], tree_rss(p.pid))

    def expire():
        try:
            os.killpg(p.pid, 9)  # our own session only
        except ProcessLookupError:
            pass

    timer = threading.Timer(limit, expire)
    timer.daemon = True
    timer.start()
    if sample:
        w = threading.Thread(target=watch, daemon=True)
        w.start()
    _, status, ru = os.wait4(p.pid, 0)
    wall = time.perf_counter() - t0
    others = max(0.0, busy() - b0 - ru.ru_utime - ru.ru_stime) / wall / os.cpu_count()
    timer.cancel()
    stop.set()
    p.returncode = os.waitstatus_to_exitcode(status)
    log.close()
    with open(peak_file) as f:
        rss = int(f.read().split()[-1])
    return {
        "wall_s": round(wall, 4),
        "user_s": round(ru.ru_utime, 3),
        "sys_s": round(ru.ru_stime, 3),
        "max_rss_kib": rss,
        "tree_rss_kib": peak[0] or None,
        "others": round(others, 2),
        "rc": p.returncode,
    }


def census(out):
    files = size = 0
    for root, _, names in os.walk(out):
        for n in names:
            files += 1
            size += os.path.getsize(os.path.join(root, n))
    return files, size


def fresh(path):
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)


def canonical(docs):
    return sorted((json.dumps(d, sort_keys=True) for d in docs))


def verify(mod, variant, n, out):
    if getattr(mod, "WORKLOAD", "W") == "H":
        return mod.verify(variant, n, out)
    from workload.model import objects

    services = store.load_inputs("W", n)
    picked = services if n < 1000 else services[:: n // 20]
    wanted = [(e, s["name"]) for e in store.ENVS for s in picked]
    byname = {s["name"]: s for s in picked}
    got = mod.read(variant, out, wanted)
    if got is None:
        return "not applicable"
    bad = []
    for e, name in wanted:
        want = canonical(objects(byname[name], e))
        have = canonical(got.get((e, name), []))
        if want != have:
            bad.append((e, name))
            if len(bad) == 1:
                diff(byname[name], e, got.get((e, name), []), objects(byname[name], e))
    return f"equal ({len(wanted)} pairs)" if not bad else f"DIFFERS {len(bad)}/{len(wanted)}: {bad[:3]}"


def diff(s, e, have, want):
    import difflib
    import yaml

    def text(docs):
        docs = sorted(docs, key=lambda d: d["kind"])
        return yaml.dump_all(docs, Dumper=yaml.CSafeDumper).splitlines()

    for line in list(difflib.unified_diff(text(want), text(have), "want", "have", lineterm=""))[:60]:
        print("  " + line, file=sys.stderr)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("variants", nargs="?")
    ap.add_argument("sizes", nargs="?", default="1")
    ap.add_argument("--reps", type=int, default=3)
    ap.add_argument("--rerun", action="store_true")
    ap.add_argument("--verify", action="store_true")
    ap.add_argument("--limit", type=float, default=300)
    ap.add_argument("--peer-dir", action="append", default=[])
    ap.add_argument("--list", action="store_true")
    a = ap.parse_args()
    table = peers(a.peer_dir)
    if a.list or not a.variants:
        for v, mod in table.items():
            print(f"{v:24} {mod.VARIANTS[v]}")
        return
    os.makedirs(f"{store.HOME}/log", exist_ok=True)
    for n in map(int, a.sizes.split(",")):
        for variant in a.variants.split(","):
            mod = table[variant]
            tag = getattr(mod, "WORKLOAD", "W")
            base = f"{store.HOME}/work/{variant}/{n}"
            src, out = f"{base}/src", f"{base}/out"
            fresh(src)
            mod.prepare(variant, n, src)
            cmd = mod.command(variant, n, src, out)
            head = {"variant": variant, "workload": tag, "n": n}
            tree = None
            if n < 1000:
                fresh(out)
                r = execute(cmd, a.limit, sample=True)
                tree = r["tree_rss_kib"]
                if r["rc"]:
                    print(json.dumps({**head, **r, "error": tail()}), flush=True)
                    continue
            failed = False
            for rep in range(a.reps):
                fresh(out)
                r = execute(cmd, a.limit, sample=(n >= 1000 and rep == 0))
                tree = tree or r["tree_rss_kib"]
                r["tree_rss_kib"] = tree
                files, size = census(out)
                line = {**head, "rep": rep, "kind": "render", **r, "files": files, "bytes": size}
                if r["rc"]:
                    line["error"] = tail()
                    failed = True
                print(json.dumps(line), flush=True)
                if failed:
                    break
            if failed:
                continue
            if a.rerun:
                for rep in range(a.reps):
                    r = execute(cmd, a.limit)
                    print(json.dumps({**head, "rep": rep, "kind": "rerun", **r}), flush=True)
            if a.verify:
                print(json.dumps({**head, "kind": "verify", "result": verify(mod, variant, n, out)}), flush=True)


def tail():
    with open(f"{store.HOME}/log/last.{os.getpid()}.err", "rb") as f:
        return f.read()[-600:].decode("utf-8", "replace")


if __name__ == "__main__":
    main()
