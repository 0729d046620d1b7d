"""A server without pages: it promises 12 runs, says their keys, then that two of them run, and goes on.

`python -m tests.service.promiser ADDRESS`: the store.
"""

import sys
import time
from typing import Any

from softlabel_core import Experiment
from softlabel_core.service import queue, recall
from softlabel_core.service.queue import Jobs
from softlabel_core.service.runner import Channel, EmbeddedRunner
from softlabel_core.service.stored import StoredJournal
from softlabel_core.store.database import Database, url
from tests.service import promiser
from tests.waiting import PATIENCE

LEASE = PATIENCE
"""It does not end while this server lives, however slow the machine is."""


def experiments() -> list[Experiment]:
    """Short ones, so that both workers take them."""
    quick = {"dataset": "moons", "student": "linear", "replicates": 2, "training": {"epochs": 1}}
    return [Experiment.parse({**quick, "seed": seed}) for seed in range(12)]


def endless(config: dict[str, Any], channel: Channel) -> dict[str, Any]:
    """A task in the place of `train` that is still running when its server is killed."""
    while True:
        time.sleep(1)


def main(address: str) -> None:
    """Promise, and go on until killed."""
    recall.train, queue.GONE = promiser.endless, PATIENCE
    jobs = Jobs(EmbeddedRunner(2), journal=StoredJournal(Database(url(address)), lease=LEASE))
    found = [jobs.start(one, f"visitor {number}") for number, one in enumerate(experiments())]
    for job in found:
        print(job.experiment.key(), flush=True)
    while sum(job.state == "running" for job in found) < 2:
        time.sleep(0.01)
    time.sleep(0.5)  # written down as well
    print("running", flush=True)
    time.sleep(1000)


if __name__ == "__main__":
    main(*sys.argv[1:])
