"""`softlabel worker`: a process that trains what dashboards on the same store have promised.

As many as wanted, on any machine that reaches the store. Each takes a run for every process that is free:
of a dashboard that lets others train (`SOFTLABEL_TRAIN=elsewhere`), or that has more than it can begin. When
it is told to end it gives back what it holds; when it is killed its runs are taken over after a while.
"""

import argparse
import logging
import math
import signal
import threading
from typing import Any

from softlabel_core.plugin import Invalid

MOST = 64
"""Processes of one worker."""


def add(commands: Any) -> None:
    """Add the command to the command line."""
    worker = commands.add_parser("worker", help="train what dashboards on the same store have promised")
    worker.add_argument("--processes", type=int, default=1, help="runs side by side (default 1)")
    worker.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    if not 1 <= options.processes <= MOST:
        raise Invalid(
            "processes: allowed: a number from 1 to {most}; got {got}.", most=MOST, got=options.processes
        )
    return work(options.processes)


def work(processes: int) -> int:
    """Take runs and train them, until SIGINT or SIGTERM."""
    from softlabel_core.service.queue import Jobs
    from softlabel_core.service.runner import EmbeddedRunner
    from softlabel_core.service.stored import StoredJournal
    from softlabel_core.store.database import Database

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    log, told = logging.getLogger(__name__), threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: told.set())
    database = Database()
    where = database.file if database.is_file else database.url.render_as_string(hide_password=True)
    jobs = Jobs(EmbeddedRunner(processes), seconds=math.inf, journal=StoredJournal(database, takes="room"))
    log.info("Trains for %s, %d at a time", where, processes)
    told.wait()
    log.info("Ends, and gives back what it has not finished")
    jobs.close()
    return 0
