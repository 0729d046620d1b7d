"""Jobs as visitors see them: queued, computed once, cancelled by those who asked, kept for a while."""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Literal

from softlabel_core.experiment import Experiment
from softlabel_core.results import Result
from softlabel_core.runner import Handle, JobError, Runner, WorkerLost
from softlabel_core.train import Cancelled

QUEUE = 50
"""Jobs that may wait; one more is refused with a sentence."""

KEPT = 500
"""Finished jobs kept in memory, the latest first."""

PRESENT = 5.0
"""Seconds after which a visitor who no longer looks at a job has no say in cancelling it."""

State = Literal["waiting", "running", "done", "failed", "cancelled"]


class Busy(Exception):
    """The queue is full."""


@dataclass
class Job:
    """One experiment under way or finished."""

    experiment: Experiment
    handle: Handle
    visitors: dict[str, float] = field(default_factory=dict)
    state: State = "waiting"
    result: Result | None = None
    problem: str = ""
    ahead: int = 0
    lost: int = 0

    @property
    def alive(self) -> bool:
        """Whether it may still change."""
        return self.state in ("waiting", "running")

    @property
    def progress(self) -> float:
        """Finished fraction in [0, 1]."""
        return 1.0 if self.state == "done" else self.handle.progress()


class Jobs:
    """All jobs of a server, by the key of their experiment. Thread-safe."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.RLock()

    def start(self, experiment: Experiment, visitor: str) -> Job:
        """The job of this experiment, submitted unless it is under way or done; raises `Busy`."""
        with self._lock:
            job = self.look(experiment.key(), visitor)
            if job is None or job.state in ("failed", "cancelled"):
                if self._waiting() >= QUEUE:
                    raise Busy(f"{QUEUE} runs are waiting already; please try again in a minute.")
                job = Job(experiment, self._runner.submit(experiment.model_dump(mode="json")))
                self._jobs[experiment.key()] = job
                self._forget()
            job.visitors[visitor] = time.monotonic()
            return self._refreshed(job)

    def look(self, key: str, visitor: str | None = None) -> Job | None:
        """The job with this key as it stands now, or None. `visitor` is noted as present."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                return None
            if visitor is not None:
                job.visitors[visitor] = time.monotonic()
            return self._refreshed(job)

    def stop(self, key: str, visitor: str) -> None:
        """`visitor` no longer wants it; it is cancelled unless someone else is still looking at it."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                return
            job.visitors.pop(visitor, None)
            if not self._cancel_unwatched(job):  # others, or the ghost of a page just reloaded: look again
                timer = threading.Timer(PRESENT, self._cancel_unwatched, (job,))
                timer.daemon = True
                timer.start()

    def close(self) -> None:
        """Stop everything."""
        self._runner.close()

    def _cancel_unwatched(self, job: Job) -> bool:
        with self._lock:
            if job.alive and not self._watched(job):
                job.handle.cancel()
                job.state = "cancelled"
            return not job.alive

    def _refreshed(self, job: Job) -> Job:
        if job.alive and job.handle.done():
            self._settle(job)
        elif job.alive:
            job.state = "running" if job.handle.running() else "waiting"
            job.ahead = self._ahead(job)
        return job

    def _settle(self, job: Job) -> None:
        try:
            job.result = Result.model_validate(job.handle.result(0))
            job.state = "done"
        except Cancelled:
            job.state = "cancelled"
        except WorkerLost:
            self._retry(job)
        except JobError as error:
            job.state, job.problem = "failed", str(error)
        except Exception:
            job.state, job.problem = "failed", "The run failed for a reason we did not foresee."
            raise

    def _retry(self, job: Job) -> None:
        """A lost worker is forgiven once."""
        job.lost += 1
        if job.lost > 1:
            job.state, job.problem = "failed", "The run lost its worker process twice and was given up."
        else:
            job.handle = self._runner.submit(job.experiment.model_dump(mode="json"))
            job.state = "waiting"

    def _watched(self, job: Job) -> bool:
        now = time.monotonic()
        return any(now - seen < PRESENT for seen in job.visitors.values())

    def _waiting(self) -> int:
        return sum(
            job.alive and not job.handle.running() and not job.handle.done() for job in self._jobs.values()
        )

    def _ahead(self, job: Job) -> int:
        """Unfinished jobs that were submitted before this one."""
        before = 0
        for other in self._jobs.values():
            if other is job:
                break
            before += other.alive and not other.handle.done()
        return before

    def _forget(self) -> None:
        for key in [key for key, job in self._jobs.items() if not job.alive][
            : max(0, len(self._jobs) - KEPT)
        ]:
            del self._jobs[key]
