#!/usr/bin/env python3
"""summary.py FILE...   table of run.py's JSON lines, with ratios to floor-pyyaml-c (hera: hera-floor).

wall  median of the runs in which others took at most --max-others of the machine (default 0.15);
      where there is none, the fastest run, marked ~
CPU   median of user + sys over all runs: compare this one where walls are marked
"""

import argparse
import json
import statistics
from collections import defaultdict

COLUMNS = [
    *("N", "variant", "wall s", "x floor", "CPU s", "x floor", "again: CPU s", "x floor"),
    *("RSS one process", "RSS all", "files", "MB", "runs", "output"),
]


class Runs:
    """Everything that was measured of one variant at one size."""

    def __init__(self):
        self.cold, self.again, self.output, self.failure = [], [], "", ""

    def add(self, result):
        if result["kind"] == "verify":
            self.output = result["result"].split(" (")[0]
        elif result["rc"]:
            self.failure = f"failed (rc {result['rc']}) after {result['wall_s']:.0f} s"
        else:
            (self.cold if result["kind"] == "render" else self.again).append(result)

    def wall(self, most_others):
        """Seconds, and a mark where every run had company."""
        quiet = [r["wall_s"] for r in self.cold if r["others"] <= most_others]
        return (statistics.median(quiet), "") if quiet else (min(r["wall_s"] for r in self.cold), "~")


def cpu(results):
    return statistics.median(r["user_s"] + r["sys_s"] for r in results)


def figure(x):
    return f"{x:.3f}" if x < 1 else f"{x:.2f}" if x < 10 else f"{x:.1f}"


def row(variant, runs, floor, most_others):
    """Cells of one variant after its name; `floor` may be missing."""
    if not runs.cold:
        return [variant, runs.failure, *[""] * (len(COLUMNS) - 3)]
    wall, mark = runs.wall(most_others)
    base_wall, base_cpu = (floor.wall(most_others)[0], cpu(floor.cold)) if floor and floor.cold else (None, None)

    def ratio(value, base):
        return f"{value / base:.2f}" if base else ""

    again = [figure(cpu(runs.again)), ratio(cpu(runs.again), base_cpu)] if runs.again else ["", ""]
    tree = max((r["tree_rss_kib"] or 0 for r in runs.cold), default=0)
    first = runs.cold[0]
    return [
        variant,
        mark + figure(wall),
        ratio(wall, base_wall),
        figure(cpu(runs.cold)),
        ratio(cpu(runs.cold), base_cpu),
        *again,
        f"{statistics.median(r['max_rss_kib'] for r in runs.cold) / 1024:.0f} MiB",
        f"{tree / 1024:.0f} MiB" if tree else "",
        str(first["files"]),
        f"{first['bytes'] / 1e6:.2f}",
        str(len(runs.cold)),
        runs.output,
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--max-others", type=float, default=0.15)
    asked = parser.parse_args()
    found = defaultdict(Runs)
    for path in asked.files:
        with open(path) as f:
            for result in map(json.loads, f):
                found[result["n"], result["variant"]].add(result)
    print("| " + " | ".join(COLUMNS) + " |")
    print("|--:|---" + "|--:" * (len(COLUMNS) - 3) + "|---|")
    for (n, variant), runs in sorted(found.items(), key=lambda item: (item[0][0], cpu(item[1].cold) if item[1].cold else float("inf"))):
        floor = found.get((n, "hera-floor" if variant.startswith("hera") else "floor-pyyaml-c"))
        print(f"| {n} | " + " | ".join(row(variant, runs, floor, asked.max_others)) + " |")


if __name__ == "__main__":
    main()
