"""Where jobs run: the seam of all engines, and the embedded one, worker processes started once and kept.

Such a worker never shares memory or locks with the server: progress, rows and the wish to cancel travel
through small files of the job's own folder, so a worker may be killed at any moment and nothing hangs.
"""

import json
import logging
import os
import resource
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from softlabel_core.experiment.run import run
from softlabel_core.experiment.spec import Experiment
from softlabel_core.experiment.splits import keeping
from softlabel_core.phrase import Refusal
from softlabel_core.plugin import Invalid
from softlabel_core.service import forkserver
from softlabel_core.service.traces import Folder, priority, serve
from softlabel_core.training.train import Cancelled

GRACE = 2.0
"""Seconds a job has to stop by itself before its worker is killed."""

LIMIT = 600.0
"""Seconds a job may take."""

BEAT = 0.05
"""Seconds between two reports of progress."""


class WorkerLost(Exception):
    """The worker process died under the job."""


class JobError(Refusal):
    """The job itself failed; the message is a sentence for the visitor."""


class Handle(ABC):
    """One submitted job."""

    @abstractmethod
    def cancel(self) -> None:
        """Stop it: at once while it waits, within `GRACE` seconds while it runs."""

    @abstractmethod
    def running(self) -> bool:
        """Whether a worker has taken it up."""

    @abstractmethod
    def done(self) -> bool:
        """Whether it has ended in any way."""

    @abstractmethod
    def progress(self) -> float:
        """Finished fraction in [0, 1]."""

    @abstractmethod
    def rows(self) -> list[list[Any]]:
        """What the task has sent through `Channel.row` since this was asked last."""

    @abstractmethod
    def result(self, timeout: float | None = None) -> dict[str, Any]:
        """What the task returned; raises `Cancelled`, `WorkerLost`, `JobError` or `TimeoutError`."""


def later(stop: Callable[[], object]) -> None:
    """`stop` what was asked to end by itself, `GRACE` seconds from now."""
    timer = threading.Timer(GRACE, stop)
    timer.daemon = True
    timer.start()


def too_long(seconds: float) -> JobError:
    """Why a job was stopped at its limit."""
    return JobError("The run took longer than {seconds:g} seconds and was stopped.", seconds=seconds)


def ended(handle: Handle) -> bool:
    """Whether its worker is free; one that cannot tell keeps no worker from the others."""
    try:
        return handle.done()
    except Exception:
        return True


class Channel(ABC):
    """What a task in a worker says to the server, and hears."""

    cancel: threading.Event
    """Set as soon as the task shall stop."""

    @abstractmethod
    def row(self, *values: Any) -> None:
        """Send a row of plain data; from any thread."""

    @abstractmethod
    def progress(self, fraction: float) -> None:
        """Report the finished fraction in [0, 1]."""


class FileChannel(Channel):
    """Through small files of the job's own folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._reported, self._mute = folder, 0.0, False
        self.cancel = _CancelFile(folder / "cancel")

    def row(self, *values: Any) -> None:
        """One write a line, appended, so lines are never mixed."""
        with self._quietly(), open(self._folder / "rows", "ab", buffering=0) as file:
            file.write(json.dumps(values).encode() + b"\n")

    def progress(self, fraction: float) -> None:
        """More often than every `BEAT` seconds is left out."""
        now = time.monotonic()
        if now - self._reported >= BEAT:
            self._reported = now
            part = self._folder / "progress.part"
            with self._quietly():
                part.write_text(json.dumps(fraction))
                os.replace(part, self._folder / "progress")

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        """Where the folder has vanished or the disk is full, the task goes on and is not heard."""
        try:
            yield
        except OSError as error:
            if not self._mute:
                logging.getLogger(__name__).warning("A job cannot report: %s", error)
            self._mute = True


Routine = Callable[..., dict[str, Any]]
"""A function at the top of a module of this package: plain data and a `Channel` last, to plain data. It says
what is wrong with its data by raising `Invalid`."""


class Runner(ABC):
    """An engine that runs tasks."""

    workers: int
    """Jobs that run side by side; more than that wait within the engine. It may change."""

    @abstractmethod
    def submit(
        self, task: Routine, *data: Any, limit: float | None = None, memory: int | None = None
    ) -> Handle:
        """Run `task(*data, channel)`, for at most `limit` seconds, with at most `memory` bytes more than now.

        Without a limit the engine's own holds.
        """

    @abstractmethod
    def close(self) -> None:
        """Stop everything."""


class EmbeddedRunner(Runner):
    """Worker processes beside this one (Pebble); a killed worker fails its own job only.

    They start without this process's main script, which is a page of Streamlit while the page runs: as forks
    of a process that has imported what they need (`forkserver`), by loky where this is no Linux.
    """

    def __init__(self, workers: int = 1, limit: float = LIMIT) -> None:
        self.limit, self.workers = limit, workers
        priority()  # a wrong one is said here, not by workers that die
        self._folder = Folder()
        self._submitted, self._closed = 0, False
        self._lock = threading.Lock()
        self._opening = self._open()

    @property
    def _pool(self) -> ProcessPool:
        return self._opening.result()

    def submit(
        self, task: Routine, *data: Any, limit: float | None = None, memory: int | None = None
    ) -> Handle:
        limit = self.limit if limit is None else limit
        with self._lock:
            self._submitted += 1
            folder = self._made(str(self._submitted))
            if self._opening.exception():  # there was no memory for a worker, perhaps
                self._opening = self._open()
            elif not (self._pool.active or self._closed):  # Pebble gives up when a worker without a job dies
                logging.getLogger(__name__).warning("A worker without a job died; its pool is opened anew.")
                self._pool.stop()
                self._pool.join()
                self._opening = self._open()
            future = self._pool.schedule(_work_in, args=(str(folder), task, data, memory), timeout=limit)
        return _EmbeddedHandle(future, folder, limit)

    def _made(self, name: str) -> Path:
        """A job's folder. Without one, its run is not heard before it ends, and is killed to be cancelled."""
        try:
            if not self._folder.path.is_dir():  # somebody has tidied up
                self._folder.remove()
                self._folder = Folder()
            (self._folder.path / name).mkdir()
        except OSError as error:
            logging.getLogger(__name__).warning("A job has no folder: %s", error)
        return self._folder.path / name

    def _open(self) -> Future[ProcessPool]:
        """In a thread of its own: the first workers wait until what they are forked from has imported all."""
        return ThreadPoolExecutor(1, "workers").submit(self._opened)

    def _opened(self) -> ProcessPool:
        context, owed = forkserver.context(), (os.getpid(),)
        pool = ProcessPool(self.workers, initializer=serve, initargs=owed, context=context)
        for _ in range(self.workers):
            pool.schedule(_warm_up)
        return pool

    def close(self) -> None:
        self._closed = True
        if not self._opening.exception():
            self._pool.stop()
            self._pool.join(timeout=5)
        self._folder.remove()


class _EmbeddedHandle(Handle):
    def __init__(self, future: ProcessFuture, folder: Path, limit: float) -> None:
        self._future, self._folder, self._limit = future, folder, limit
        self._read, self._progress = 0, 0.0

    def cancel(self) -> None:
        if not self._future.running():
            self._future.cancel()
            return
        try:
            (self._folder / "cancel").touch()
        except OSError:  # it cannot be told
            self._future.cancel()
            return
        later(self._future.cancel)

    def running(self) -> bool:
        return bool(self._future.running())

    def done(self) -> bool:
        return bool(self._future.done())

    def progress(self) -> float:
        with suppress(OSError, ValueError):  # not begun, or not to be written
            self._progress = float(json.loads((self._folder / "progress").read_text()))
        return self._progress

    def rows(self) -> list[list[Any]]:
        try:
            with open(self._folder / "rows", "rb") as file:
                file.seek(self._read)
                whole = file.read().rpartition(b"\n")
        except OSError:  # nothing yet, or the folder is gone
            return []
        self._read += len(whole[0]) + len(whole[1])
        rows = []
        for line in whole[0].splitlines():
            with suppress(ValueError):  # cut off by a full disk
                rows.append(json.loads(line))
        return rows

    def result(self, timeout: float | None = None) -> dict[str, Any]:
        try:
            return dict(self._future.result(timeout))
        except CancelledError:
            raise Cancelled from None
        except (ProcessExpired, BrokenProcessPool):
            raise WorkerLost from None
        except TimeoutError:
            if not self._future.done():
                raise
            raise too_long(self._limit) from None
        except Invalid as error:
            raise JobError(error.phrase) from None


class _CancelFile(threading.Event):
    """An event that is set as soon as its file exists."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def is_set(self) -> bool:
        return super().is_set() or self._path.exists()


def work(task: Routine, data: tuple[Any, ...], memory: int | None, channel: Channel) -> dict[str, Any]:
    """In a worker of any engine: run a task within its bounds."""
    with _at_most(memory):
        return task(*data, channel)


def _work_in(folder: str, task: Routine, data: tuple[Any, ...], memory: int | None) -> dict[str, Any]:
    return work(task, data, memory, FileChannel(Path(folder)))


def train(config: dict[str, Any], channel: Channel) -> dict[str, Any]:
    """A task: the `Result` of the experiment that `config` describes, as plain data."""
    asked = Experiment.parse(config)
    with keeping() as kept:
        result = run(
            asked, on_progress=channel.progress, on_curve=channel.row, cancel=channel.cancel, kept=kept
        )
    return result.model_dump(mode="json")


@contextmanager
def _at_most(memory: int | None) -> Iterator[None]:
    """Let this process take `memory` bytes of addresses more than it has; beyond, `Invalid` is raised."""
    if memory is None:
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + memory, before[1]))
    try:
        yield
    except MemoryError:
        raise Invalid(
            "memory: allowed: at most {most:,.0f} MiB; the task needed more.", most=memory / 2**20
        ) from None
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _warm_up() -> None:
    """Have there what the first job will need."""
    forkserver.load()
    import torch

    torch.zeros(1)
