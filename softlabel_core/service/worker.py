"""`softlabel worker`: a process that trains what dashboards on the same store have promised.

As many as wanted, on any machine that reaches the store. Each takes a run for every process that is free:
of a dashboard that lets others train (`SOFTLABEL_TRAIN=elsewhere`), or that has more than it can begin. When
it is told to end it gives back what it holds; when it is killed its runs are taken over after a while.

With `--cluster` it is the dispatcher of a Ray cluster, whose machines train; one of them works at a time, a
second one waits for its place.
"""

import argparse
import logging
import math
import signal
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from softlabel_core import logs
from softlabel_core.plugin import Invalid

if TYPE_CHECKING:
    from softlabel_core.service.ray_runner import RayRunner
    from softlabel_core.service.runner import Runner
    from softlabel_core.store.lock import Lock

MOST = 64
"""Processes of one worker."""

LOOK = 2.0
"""Seconds between two looks of a dispatcher at its lock and its cluster."""


def add(commands: Any) -> None:
    """Add the command to the command line."""
    worker = commands.add_parser("worker", help="train what dashboards on the same store have promised")
    where = worker.add_mutually_exclusive_group()
    where.add_argument("--processes", type=int, default=1, help="runs side by side (default 1)")
    where.add_argument(
        "--cluster", metavar="ADDRESS", help="train on this Ray cluster: host:port, or auto to find it"
    )
    worker.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    if not 1 <= options.processes <= MOST:
        raise Invalid(
            "processes: allowed: a number from 1 to {most}; got {got}.", most=MOST, got=options.processes
        )
    logs.begin()
    told = threading.Event()
    _hear(told)
    if options.cluster:
        dispatch(options.cluster, told)
    else:
        work(options.processes, told)
    return 0


def work(processes: int, told: threading.Event) -> None:
    """Take runs and train them, until told to end."""
    from softlabel_core.service.runner import EmbeddedRunner

    _take(EmbeddedRunner(processes), told.wait)


def dispatch(address: str, told: threading.Event) -> None:
    """Take runs and give them to the Ray cluster at `address`, until told to end; wait while another does."""
    from softlabel_core.service.ray_runner import RayRunner
    from softlabel_core.store.database import Database
    from softlabel_core.store.lock import Lock

    lock = Lock(Database())
    try:
        while _turn(lock, told):
            runner = RayRunner(address)
            _hear(told)  # Ray has put an ear of its own in the place of ours
            _take(runner, partial(_stay, lock, runner, told))
    finally:
        lock.release()


def _turn(lock: "Lock", told: threading.Event) -> bool:
    """Wait until the lock is ours, or until told to end."""
    said = False
    while not told.is_set():
        if _mine(lock, unknown=False):
            return True
        if not said:
            _log().info("Waits until the dispatcher of this store has ended")
        said = True
        told.wait(LOOK)
    return False


def _stay(lock: "Lock", runner: "RayRunner", told: threading.Event) -> None:
    """Until the lock is lost to another, or the cluster, or until told to end."""
    while not told.wait(LOOK) and _mine(lock, unknown=True) and runner.look():
        pass


def _mine(lock: "Lock", *, unknown: bool) -> bool:
    """Whether the lock is ours; `unknown` where the store cannot be reached, by nobody else either."""
    from softlabel_core.store.database import Unavailable

    try:
        return lock.held()
    except Unavailable as error:
        _log().warning("The store does not answer: %s", error)
        return unknown


def _take(runner: "Runner", wait: Callable[[], object]) -> None:
    """Take runs for this engine while it waits, then give back what it has not finished."""
    from softlabel_core.service import metrics
    from softlabel_core.service.queue import Jobs
    from softlabel_core.service.stored import StoredJournal
    from softlabel_core.store.database import Database

    database = Database()
    where = database.file if database.is_file else database.url.render_as_string(hide_password=True)
    jobs = Jobs(runner, seconds=math.inf, journal=StoredJournal(database, takes="room"))
    _log().info("Trains for %s, %d at a time", where, runner.workers)
    with metrics.served(lambda: metrics.of_jobs(lambda: jobs)):
        wait()
    _log().info("Ends, and gives back what it has not finished")
    jobs.close()


def _hear(told: threading.Event) -> None:
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: told.set())


def _log() -> logging.Logger:
    return logging.getLogger(__name__)
