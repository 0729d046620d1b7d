"""A Ray cluster as the engine: tasks run on whichever machine has room, on a GPU where there is one.

A job is one task of Ray that is a generator: what it yields are its messages, the last one has the answer.
Ray delivers them in order, tells when a worker or machine has died, and interrupts the generator to cancel
it, so that no mailbox between the two is needed. It is the extra `cluster`, imported only by who makes a
`RayRunner`.
"""

import logging
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, NamedTuple
from weakref import WeakSet

from softlabel_core.plugin import Invalid
from softlabel_core.service.runner import (
    LIMIT,
    Channel,
    Handle,
    JobError,
    Routine,
    Runner,
    WorkerLost,
    later,
    too_long,
    work,
)
from softlabel_core.training.train import Cancelled

GPU = 0.25
"""What a task takes of a GPU, where the cluster has any."""

PACE = 0.2
"""Seconds between two messages of a task."""

LOOK = 1.0
"""Seconds within which a listener notices that its engine is closed."""


class Message(NamedTuple):
    """What has happened since the message before."""

    progress: float
    """Finished fraction in [0, 1]."""

    rows: list[list[Any]]
    answer: dict[str, Any] | None = None
    """What the task returned; in the last message."""


class RayRunner(Runner):
    """Tasks on the machines of a Ray cluster, which have this project installed; Ray tries none again.

    There is one cluster a process: engines that are made while another is open share its connection.
    """

    def __init__(self, address: str, limit: float = LIMIT) -> None:
        """`address`: `host:port` of a cluster that this machine belongs to, or `auto` to find it.

        Raises `Invalid` where Ray is missing or does not answer.
        """
        self.limit = limit
        self._ray = _imported()
        self._opened = not self._ray.is_initialized()
        if self._opened:
            _connect(self._ray, address)
        self._task = self._ray.remote(carry_out)
        self._listening, self._lost = WeakSet[_RayHandle](), threading.Event()
        self.look()

    def look(self) -> bool:
        """See how many workers the cluster has by now: machines come and go.

        False where this machine's own part of Ray is gone. Its jobs then have no end: none of them is to
        blame, and whoever holds them gives them back.
        """
        there = self._ray.cluster_resources()
        cpus, gpus = int(there.get("CPU", 0)), int(there.get("GPU", 0) / GPU)
        self._needs = {"num_cpus": 1, "num_gpus": GPU if gpus else 0}
        self.workers = max(1, min(cpus, gpus) if gpus else cpus)
        return not self._lost.is_set()

    def submit(
        self, task: Routine, *data: Any, limit: float | None = None, memory: int | None = None
    ) -> Handle:
        asked = self._task.options(num_returns="streaming", max_retries=0, **self._needs)
        messages = asked.remote(task, data, memory)
        handle = _RayHandle(self._ray, messages, self.limit if limit is None else limit, self._lost)
        self._listening.add(handle)
        return handle

    def close(self) -> None:
        listening = [*self._listening]
        for handle in listening:
            handle.drop()
        for handle in listening:  # none may ask Ray when it is gone
            handle.listener.join(5 * LOOK)
        if self._opened:
            self._ray.shutdown()


class _RayHandle(Handle):
    """A thread of its own listens to the messages."""

    def __init__(self, ray: Any, messages: Any, limit: float, lost: threading.Event) -> None:
        self._ray, self._messages, self._limit, self._lost = ray, messages, limit, lost
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._rows: list[list[Any]] = []
        self._progress, self._begun, self._dropped = 0.0, False, False
        self._answer: dict[str, Any] = {}
        self._problem: Exception | None = None
        self.listener = threading.Thread(target=self._listen, name="ray", daemon=True)
        self.listener.start()

    def cancel(self) -> None:
        if not self.done():
            self._ray.cancel(self._messages)
            later(self.drop)

    def drop(self) -> None:
        """Stop it at once, with its worker."""
        self._dropped = True
        if not self.done():
            self._ray.cancel(self._messages, force=True)

    def running(self) -> bool:
        return self._begun and not self.done()

    def done(self) -> bool:
        return self._ended.is_set()

    def progress(self) -> float:
        return self._progress

    def rows(self) -> list[list[Any]]:
        with self._lock:
            rows, self._rows = self._rows, []
        return rows

    def result(self, timeout: float | None = None) -> dict[str, Any]:
        if not self._ended.wait(timeout):
            raise TimeoutError
        if self._problem is not None:
            raise self._problem
        return self._answer

    def _listen(self) -> None:
        errors = self._ray.exceptions
        try:
            self._answer = self._heard()
        except errors.LocalRayletDiedError:
            self._lost.set()
            return
        except (errors.TaskCancelledError, Cancelled):
            self._problem = Cancelled()
        except errors.RayTaskError as failed:  # the task itself
            error = failed.cause
            self._problem = JobError(error.phrase) if isinstance(error, Invalid) else error
        except errors.RayError as error:
            logging.getLogger(__name__).warning("Ray lost a task: %s", error)
            self._problem = WorkerLost()
        except Exception as error:
            self._problem = error
        self._ended.set()

    def _heard(self) -> dict[str, Any]:
        """The answer; or what went wrong is raised, as Ray or the task says."""
        end = float("inf")
        while not self._dropped:
            patience = max(0.0, min(LOOK, end - time.monotonic()))
            if not self._ray.wait([self._messages], timeout=patience)[0]:
                if time.monotonic() < end:
                    continue
                self.drop()
                raise too_long(self._limit)
            message = self._ray.get(next(self._messages))
            if not self._begun:
                self._begun, end = True, time.monotonic() + self._limit
            with self._lock:
                self._rows += message.rows
            self._progress = message.progress
            if message.answer is not None:
                return dict(message.answer)
        raise Cancelled


class _Messages(Channel):
    """What a task has said since it was asked last."""

    def __init__(self) -> None:
        self.cancel = threading.Event()
        self._lock = threading.Lock()
        self._progress, self._rows = 0.0, list[list[Any]]()

    def row(self, *values: Any) -> None:
        with self._lock:
            self._rows.append(list(values))

    def progress(self, fraction: float) -> None:
        self._progress = fraction

    def message(self, answer: dict[str, Any] | None = None) -> Message:
        """The next one."""
        with self._lock:
            rows, self._rows = self._rows, []
        return Message(self._progress, rows, answer)


def carry_out(task: Routine, data: tuple[Any, ...], memory: int | None) -> Iterator[Message]:
    """In a worker of the cluster: run a task beside the thread that sends its messages and is interrupted by
    Ray when it is cancelled."""
    channel = _Messages()
    with ThreadPoolExecutor(1, "task") as pool:
        running = pool.submit(work, task, data, memory, channel)
        try:
            while not running.done():
                yield channel.message()
                wait([running], PACE)
            answer = running.result()
            yield channel.message(answer)
        finally:
            channel.cancel.set()


def _imported() -> Any:
    """Ray, which reports to nobody."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray
    except ImportError:
        raise Invalid("cluster: Ray needs `pip install -r requirements-cluster.txt`.") from None
    return ray


def _connect(ray: Any, address: str) -> None:
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.WARNING)
    except (OSError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
        logging.getLogger(__name__).warning("Ray says: %s", error)
        raise Invalid(
            "cluster: allowed: host:port of a Ray cluster that answers, or auto; got {got}.", got=address
        ) from None
