"""Where jobs run: a seam with one embedded engine, a worker process that is spawned once and kept.

The worker never shares memory or locks with the server: progress and the wish to cancel travel through
two small files of the job's own folder, so a worker may be killed at any moment and nothing hangs.
"""

import json
import multiprocessing
import os
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from softlabel_core.execute import run
from softlabel_core.experiment import Experiment
from softlabel_core.plugin import Invalid
from softlabel_core.train import Cancelled

GRACE = 2.0
"""Seconds a job has to stop by itself before its worker is killed."""

LIMIT = 600.0
"""Seconds a job may take."""

BEAT = 0.05
"""Seconds between two reports of progress."""


class WorkerLost(Exception):
    """The worker process died under the job."""


class JobError(Exception):
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
    def result(self, timeout: float | None = None) -> dict[str, Any]:
        """The `Result` as plain data; raises `Cancelled`, `WorkerLost`, `JobError` or `TimeoutError`."""


class Runner(ABC):
    """An engine that runs experiments."""

    @abstractmethod
    def submit(self, config: dict[str, Any]) -> Handle:
        """Queue the experiment that `config` describes (plain data)."""

    @abstractmethod
    def close(self) -> None:
        """Stop everything."""


class EmbeddedRunner(Runner):
    """Worker processes beside this one (Pebble); a killed worker fails its own job only."""

    def __init__(self, workers: int = 1, limit: float = LIMIT) -> None:
        self.limit = limit
        self._folder = tempfile.TemporaryDirectory(prefix="softlabel-")
        self._pool = ProcessPool(max_workers=workers, context=multiprocessing.get_context("spawn"))
        self._submitted = 0
        self._lock = threading.Lock()
        self._pool.schedule(_warm_up)

    def submit(self, config: dict[str, Any]) -> Handle:
        with self._lock:
            self._submitted += 1
            folder = Path(self._folder.name, str(self._submitted))
        folder.mkdir()
        future = self._pool.schedule(work, args=(config, str(folder)), timeout=self.limit)
        return _EmbeddedHandle(future, folder, self.limit)

    def close(self) -> None:
        self._pool.stop()
        self._pool.join(timeout=5)
        self._folder.cleanup()


class _EmbeddedHandle(Handle):
    def __init__(self, future: ProcessFuture, folder: Path, limit: float) -> None:
        self._future, self._folder, self._limit = future, folder, limit

    def cancel(self) -> None:
        if not self._future.running():
            self._future.cancel()
            return
        (self._folder / "cancel").touch()
        timer = threading.Timer(GRACE, self._future.cancel)
        timer.daemon = True
        timer.start()

    def running(self) -> bool:
        return bool(self._future.running())

    def done(self) -> bool:
        return bool(self._future.done())

    def progress(self) -> float:
        try:
            return float(json.loads((self._folder / "progress").read_text()))
        except FileNotFoundError:  # not begun
            return 0.0

    def result(self, timeout: float | None = None) -> dict[str, Any]:
        try:
            return dict(self._future.result(timeout))
        except CancelledError:
            raise Cancelled from None
        except ProcessExpired:
            raise WorkerLost from None
        except TimeoutError:
            if not self._future.done():
                raise
            raise JobError(f"The run took longer than {self._limit:g} seconds and was stopped.") from None
        except Invalid as error:
            raise JobError(str(error)) from None


class _CancelFile(threading.Event):
    """An event that is set as soon as its file exists."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def is_set(self) -> bool:
        return super().is_set() or self._path.exists()


def work(config: dict[str, Any], folder: str) -> dict[str, Any]:
    """In the worker: run the experiment, reporting to `folder`."""
    reported = 0.0

    def report(fraction: float) -> None:
        nonlocal reported
        now = time.monotonic()
        if now - reported >= BEAT:
            reported = now
            Path(folder, "progress.part").write_text(json.dumps(fraction))
            os.replace(Path(folder, "progress.part"), Path(folder, "progress"))

    result = run(Experiment.parse(config), on_progress=report, cancel=_CancelFile(Path(folder, "cancel")))
    return result.model_dump(mode="json")


def _warm_up() -> None:
    """Import what the first job will need."""
    import scipy.special
    import sklearn.datasets
    import sklearn.model_selection
    import torch

    torch.zeros(1), sklearn.datasets, sklearn.model_selection, scipy.special
