"""What worker processes take to start, and in memory: `python benchmarks/workers.py [ROUNDS]`.

A row each in Markdown. Every round is a process of its own with an engine of two workers, as a dashboard has;
what it computes is counted with all that it has started. Median [least, most] of the rounds.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import tasks
from servers import ROOT, descendants, processor

from softlabel_core.service.runner import EmbeddedRunner, WorkerLost, train

RUN = {"dataset": "digits", "replicates": 2, "training": {"epochs": 1}}


def tree() -> list[int]:
    """This process and all that it has started."""
    return [os.getpid(), *descendants(os.getpid())]


def used() -> float:
    """Seconds of processor of all of them so far; of those that have ended the last count is kept."""
    for one in tree():
        try:
            _used[one] = processor(one)
        except OSError:  # ended meanwhile
            continue
    return sum(_used.values())


_used: dict[int, float] = {}


def memory() -> float:
    """MiB of all of them; what several share is counted once."""
    found = 0
    for one in tree():
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                found += int(line.split()[1])
    return found / 2**10


def one_round() -> dict[str, float]:
    """Seconds and MiB of one engine, from its start to its end."""
    began, before = time.perf_counter(), used()
    runner = EmbeddedRunner(2)
    for job in [runner.submit(tasks.stay) for _ in range(2)]:
        job.result()
    found = {"start": time.perf_counter() - began}
    time.sleep(2.0)  # what else they import beforehand
    found["start_cpu"] = used() - before
    found["memory"] = memory()
    for job in [runner.submit(train, RUN) for _ in range(2)]:
        job.result()
    found["memory_run"] = memory()
    runner.close()
    runner = EmbeddedRunner(1)
    began, before = time.perf_counter(), used()
    runner.submit(tasks.nap).result()
    found["again"] = time.perf_counter() - began
    time.sleep(2.0)
    found["again_cpu"] = used() - before
    lost = runner.submit(tasks.tell)
    while not (said := lost.rows()):
        time.sleep(0.001)
    began, before = time.perf_counter(), used()
    os.kill(said[0][0], signal.SIGKILL)
    try:
        lost.result()
    except WorkerLost:
        found["told"] = time.perf_counter() - began
    runner.submit(train, RUN).result()
    found["next"] = time.perf_counter() - began
    found["next_cpu"] = used() - before
    began, before = time.perf_counter(), used()
    runner.submit(train, RUN).result()
    found["warm"] = time.perf_counter() - began
    found["warm_cpu"] = used() - before
    runner.close()
    return found


ROWS = {
    "start": "s from the engine's start until both workers have answered",
    "start_cpu": "s of processor of it",
    "memory": "MiB of the process and all that it started, then",
    "memory_run": "MiB after a run of each worker",
    "again": "s until a worker of the next engine of the same process has answered",
    "again_cpu": "s of processor of it",
    "told": "s from the SIGKILL of a worker until its job is told as lost",
    "next": "s from the SIGKILL until the next job, a small run, has ended",
    "next_cpu": "s of processor of it",
    "warm": "s of the same run once more",
    "warm_cpu": "s of processor of it",
}


def main() -> None:
    if sys.argv[1:] == ["--one"]:
        print(json.dumps(one_round()))
        return
    command = [sys.executable, __file__, "--one"]
    rounds = [
        json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT).stdout)  # noqa: S603
        for _ in range(int(sys.argv[1]) if sys.argv[1:] else 5)
    ]
    for name, told in ROWS.items():
        values = [one[name] for one in rounds]
        print(f"| {told} | {median(values):.2f} [{min(values):.2f}, {max(values):.2f}] |", flush=True)


if __name__ == "__main__":
    main()
