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
Repetitions of several variants take turns, so that company is shared fairly.
Fields `files` and `bytes` describe what lay in the output directory afterwards.
"""

import argparse
import difflib
import glob
import importlib.util
import json
import os
import shutil
import sys

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from workload import store  # noqa: E402
from workload.model import objects  # noqa: E402
from workload.timing import execute, line, said  # noqa: E402

LARGE = 1000
"""From this size on a warming run would cost too much, and a sample is compared."""


def peers(extra=()):
    """The peer modules by variant."""
    table = {}
    for path in sorted(glob.glob(f"{HERE}/*/peer.py")) + [f"{folder}/peer.py" for folder in extra]:
        spec = importlib.util.spec_from_file_location(f"peer_{os.path.basename(os.path.dirname(path))}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        table |= dict.fromkeys(module.VARIANTS, module)
    return table


class Case:
    """One variant at one size: prepared once, run several times."""

    def __init__(self, peer, variant, n, limit):
        self.peer, self.variant, self.n, self.limit = peer, variant, n, limit
        base = f"{store.HOME}/runs/{variant}/{n}"
        self.src, out = f"{base}/src", f"{base}/out"
        _fresh(self.src)
        peer.prepare(variant, n, self.src)
        # a tool that writes into its own repository says where; what it remembers there goes too
        self.outputs = peer.outputs(self.src) if hasattr(peer, "outputs") else [out]
        self.out = self.outputs[0]
        self.command = peer.command(variant, n, self.src, self.out)
        self.head = {"variant": variant, "workload": getattr(peer, "WORKLOAD", "W"), "n": n}
        self.tree = None
        self.failed = False

    def render(self, rep, sample=False):
        """A cold run."""
        for folder in self.outputs:
            _fresh(folder)
        result = execute(self.command, self.limit, sample)
        self.tree = self.tree or result["tree_rss_kib"]
        result["tree_rss_kib"] = self.tree
        if rep is None and not result["rc"]:
            return
        files, size = _census(self.out)
        self._report(kind="render", rep=rep, **result, files=files, bytes=size)

    def rerun(self, rep):
        """A run over what the last one left."""
        self._report(kind="rerun", rep=rep, **execute(self.command, self.limit))

    def verify(self):
        line(**self.head, kind="verify", result=_verified(self.peer, self.variant, self.n, self.out))

    def _report(self, **fields):
        self.failed = bool(fields["rc"])
        line(**self.head, **fields, **({"error": said()} if self.failed else {}))


def _fresh(path):
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)


def _census(out):
    files = size = 0
    for root, _, names in os.walk(out):
        for name in names:
            files += 1
            size += os.path.getsize(os.path.join(root, name))
    return files, size


def _verified(peer, variant, n, out):
    if getattr(peer, "WORKLOAD", "W") == "H":
        return peer.verify(variant, n, out)
    services = store.load_inputs("W", n)
    picked = services if n < LARGE else services[:: n // 20]
    by_name = {service["name"]: service for service in picked}
    wanted = [(env, name) for env in store.ENVS for name in by_name]
    got = peer.read(variant, out, wanted)
    if got is None:
        return "not applicable"
    bad = [(env, name) for env, name in wanted if _canonical(objects(by_name[name], env)) != _canonical(got.get((env, name), []))]
    if not bad:
        return f"equal ({len(wanted)} pairs)"
    env, name = bad[0]
    _show_difference(got.get((env, name), []), objects(by_name[name], env))
    return f"DIFFERS {len(bad)}/{len(wanted)}: {bad[:3]}"


def _canonical(docs):
    return sorted(json.dumps(doc, sort_keys=True) for doc in docs)


def _show_difference(have, want):
    def text(docs):
        return yaml.dump_all(sorted(docs, key=lambda doc: doc["kind"]), Dumper=yaml.CSafeDumper).splitlines()

    for shown in list(difflib.unified_diff(text(want), text(have), "want", "have", lineterm=""))[:60]:
        print("  " + shown, file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("variants", nargs="?")
    parser.add_argument("sizes", nargs="?", default="1")
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--rerun", action="store_true")
    parser.add_argument("--verify", action="store_true")
    parser.add_argument("--limit", type=float, default=300)
    parser.add_argument("--peer-dir", action="append", default=[])
    parser.add_argument("--list", action="store_true")
    asked = parser.parse_args()
    table = peers(asked.peer_dir)
    if asked.list or not asked.variants:
        for variant, peer in table.items():
            print(f"{variant:24} {peer.VARIANTS[variant]}")
        return
    for n in map(int, asked.sizes.split(",")):
        run([Case(table[variant], variant, n, asked.limit) for variant in asked.variants.split(",")], n, asked)


def run(cases, n, asked):
    """All repetitions of some cases of one size, taking turns."""
    if n < LARGE:
        for case in cases:
            case.render(None, sample=True)
    for rep in range(asked.reps):
        for case in (case for case in cases if not case.failed):
            case.render(rep, sample=n >= LARGE and rep == 0)
    for rep in range(asked.reps if asked.rerun else 0):
        for case in (case for case in cases if not case.failed):
            case.rerun(rep)
    for case in (case for case in cases if asked.verify and not case.failed):
        case.verify()


if __name__ == "__main__":
    main()
