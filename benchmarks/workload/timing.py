"""One timed run of a command: CPU and wall seconds, peak memory, and how much else the machine did meanwhile."""

import json
import os
import subprocess
import threading
import time

from workload import store

TIME = "/usr/bin/time"
SAMPLE_EVERY = 0.05  # seconds


def execute(command, limit=300.0, sample=False):
    """Run a shell command to its end, at most `limit` seconds; `sample` also watches the memory of the whole process tree.

    GNU time stands between us and the command: a process started straight from Python would report Python's own
    resident size as its peak.
    """
    os.makedirs(f"{store.HOME}/log", exist_ok=True)
    peak_file = f"{store.HOME}/log/last.{os.getpid()}.rss"
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PATH"] = f"{store.BIN}:{environment['PATH']}"
    argv = [TIME, "-q", "-f", "%M", "-o", peak_file, "/bin/sh", "-c", command]
    with open(_log(), "wb") as log:
        before, start = _busy(), time.perf_counter()
        process = subprocess.Popen(argv, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True, cwd=store.HOME)
        watch = _Watch(process.pid, limit, sample)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        watch.end()
        process.returncode = os.waitstatus_to_exitcode(status)
    others = max(0.0, _busy() - before - used.ru_utime - used.ru_stime) / wall / os.cpu_count()
    with open(peak_file) as f:
        largest = int(f.read().split()[-1])
    return {
        "wall_s": round(wall, 4),
        "user_s": round(used.ru_utime, 3),
        "sys_s": round(used.ru_stime, 3),
        "max_rss_kib": largest,
        "tree_rss_kib": watch.peak or None,
        "others": round(others, 2),
        "rc": process.returncode,
    }


def said():
    """The end of what the last command printed."""
    with open(_log(), "rb") as f:
        return f.read()[-600:].decode("utf-8", "replace")


def cpu(result):
    """CPU seconds of a run: user and system, of the whole tree."""
    return result["user_s"] + result["sys_s"]


def line(**fields):
    print(json.dumps(fields), flush=True)


class _Watch:
    """Kills the session of a command at its time limit, and samples its memory."""

    def __init__(self, session, limit, sample):
        self.session, self.peak, self.done = session, 0, threading.Event()
        self.timer = threading.Timer(limit, self._expire)
        self.timer.daemon = True
        self.timer.start()
        if sample:
            threading.Thread(target=self._sample, daemon=True).start()

    def end(self):
        self.timer.cancel()
        self.done.set()

    def _sample(self):
        while not self.done.wait(SAMPLE_EVERY):
            self.peak = max(self.peak, _tree_rss(self.session))

    def _expire(self):
        if not self.done.is_set():
            os.killpg(self.session, 9)  # our own session only


def _log():
    return f"{store.HOME}/log/last.{os.getpid()}.err"


def _tree_rss(session):
    """Sum of resident sizes (KiB) over the processes of one session."""
    total = 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as f:
                    rest = f.read().rpartition(")")[2].split()
            except OSError:  # it has just ended
                continue
            if int(rest[3]) == session:
                total += int(rest[21]) * 4
    return total


def _busy():
    """CPU seconds spent by the whole machine so far."""
    with open("/proc/stat") as f:
        ticks = [int(x) for x in f.readline().split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
