#!/usr/bin/env python3
"""summary.py FILE...   table of run.py's JSON lines, with ratios to floor-pyyaml-c (hera: hera-floor).

wall  median of the runs in which others took at most --max-others of the machine (default 0.15);
      where there is none, the fastest run, marked ~
CPU   median of user + sys over all runs: compare this one where walls are marked
"""

import argparse
import collections
import json
import statistics

ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument("files", nargs="+")
ap.add_argument("--max-others", type=float, default=0.15)
a = ap.parse_args()
runs, again = collections.defaultdict(list), collections.defaultdict(list)
equal, fails = {}, {}
for path in a.files:
    with open(path) as f:
        for line in f:
            r = json.loads(line)
            k = r["variant"], r["n"]
            if r.get("kind") == "verify":
                equal[k] = r["result"].split(" (")[0]
            elif r.get("rc"):
                fails[k] = f"failed (rc {r['rc']}) after {r['wall_s']:.0f} s"
            elif r.get("kind") == "render":
                runs[k].append(r)
            elif r.get("kind") == "rerun":
                again[k].append(r)


def wall(rs):
    quiet = [r["wall_s"] for r in rs if r.get("others", 1) <= a.max_others]
    return (statistics.median(quiet), "") if quiet else (min(r["wall_s"] for r in rs), "~")


def cpu(rs):
    return statistics.median(r["user_s"] + r["sys_s"] for r in rs)


def figure(x):
    return f"{x:.3f}" if x < 1 else f"{x:.2f}" if x < 10 else f"{x:.1f}"


print("| N | variant | wall s | x floor | CPU s | x floor | again: CPU s | RSS, one process | RSS, all | files | MB | runs | output |")
print("|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|")
keys = set(runs) | set(fails)
for n in sorted({k[1] for k in keys}):
    rows = []
    for v in sorted(k[0] for k in keys if k[1] == n):
        rs = runs.get((v, n))
        if not rs:
            rows.append((float("inf"), [v, fails[v, n]] + [""] * 10))
            continue
        base = runs.get(("hera-floor" if v.startswith("hera") else "floor-pyyaml-c", n))
        w, mark = wall(rs)
        c = cpu(rs)
        ratio = [f"{w / wall(base)[0]:.2f}", f"{c / cpu(base):.2f}"] if base else ["", ""]
        re = again.get((v, n))
        tree = max((r["tree_rss_kib"] or 0 for r in rs), default=0)
        rows.append(
            (
                c,
                [
                    v,
                    mark + figure(w),
                    ratio[0],
                    figure(c),
                    ratio[1],
                    figure(cpu(re)) if re else "",
                    f"{statistics.median(r['max_rss_kib'] for r in rs) / 1024:.0f} MiB",
                    f"{tree / 1024:.0f} MiB" if tree else "",
                    str(rs[0]["files"]),
                    f"{rs[0]['bytes'] / 1e6:.2f}",
                    str(len(rs)),
                    equal.get((v, n), ""),
                ],
            )
        )
    for _, row in sorted(rows, key=lambda x: x[0]):
        print(f"| {n} | " + " | ".join(row) + " |")
