"""Jobs as visitors see them: queued fairly, computed once, cancelled by those who asked, kept for a while.

The queue is here and not in the engine: the engine gets only what it runs now, so that a waiting job is
cancelled by forgetting it, and whose turn it is can still change.
"""

import logging
import math
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from operator import attrgetter

from softlabel_core.experiment.cost import SPREAD, Cost
from softlabel_core.experiment.result import Result
from softlabel_core.experiment.spec import Experiment
from softlabel_core.phrase import Phrase
from softlabel_core.service.admission import SECONDS, Busy
from softlabel_core.service.counts import Counts
from softlabel_core.service.job import Job, Work
from softlabel_core.service.journal import Journal, packed, promise
from softlabel_core.service.recall import hear, recall, report, taken_over, work_of, write
from softlabel_core.service.runner import JobError, Runner, WorkerLost, ended
from softlabel_core.service.turns import Turns
from softlabel_core.store.promises import Promise
from softlabel_core.store.results import Found
from softlabel_core.training.train import Cancelled

__all__ = ["SECONDS", "Busy", "Job", "Jobs", "Work"]

KEPT = 500
"""Finished jobs kept in memory, the latest first."""

PRESENT = 5.0
"""Seconds after which a visitor who no longer looks at a job has no say in cancelling it."""

GONE = 30.0
"""Seconds without anybody looking after which a job gives up its place; above a short loss of network."""

TICK = 0.1
"""Seconds between two looks at the queue while something is in it."""

IDLE = 1.0
"""Seconds between two looks while nothing is in it: a server that is gone may have left something."""

PAUSE = 1.0
"""Seconds that the queue waits after a failure of its own."""


class Jobs:
    """All jobs of a server, by the key of their experiment. Thread-safe."""

    def __init__(self, runner: Runner, *, seconds: float = SECONDS, journal: Journal | None = None) -> None:
        """`seconds`: predicted time above which a run is refused; without a journal it lives in memory."""
        self.limit, self.cost, self.counts = seconds, Cost(), Counts()
        self._runner, self._journal = runner, journal or Journal()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._alive: list[Job] = []
        self._ending: list[Job] = []  # cancelled, their worker not free yet
        self._turns, self._log = Turns(runner.workers), logging.getLogger(__name__)
        self._lock = threading.RLock()
        self._wake, self._closed = threading.Event(), False
        self._journal.heard = self._wake.set
        threading.Thread(target=self._watch, name="jobs", daemon=True).start()

    def start(self, experiment: Experiment, visitor: str) -> Job:
        """The job of this experiment, queued unless it is under way or done; raises `Busy`.

        When it returns the run is written down, unless the store cannot be reached.
        """
        key = experiment.key()
        seconds = self.cost.seconds(experiment)
        self.look(key, visitor)  # the store is asked before the lock is taken
        with self._lock:
            job = self._jobs.get(key)
            if job is None or job.state in ("failed", "cancelled"):
                self.counts.admit(self._alive, seconds, self.cost.spread(experiment), visitor, self.limit)
                job = self._promise(promise(key, experiment, seconds, visitor), experiment)
            job.visitors[visitor] = time.monotonic()
            note = job.note
        if note is not None:
            note.wait()
        with self._lock:
            self._advance()
        self._wake.set()
        return job

    def ask(self, work: Work, visitor: str) -> str:
        """Queue private work; returns the key under which `visitor`, and nobody else, can look at it.

        It is admitted as an experiment is, or raises `Busy`. Whoever has its answer calls `forget`.
        """
        key = secrets.token_urlsafe(16)
        with self._lock:
            self.counts.admit(self._alive, work.seconds, SPREAD, visitor, self.limit)
            self._add(key, work, None).visitors[visitor] = time.monotonic()
            self._advance()
        self._wake.set()
        return key

    def share(self, name: str, work: Work, visitor: str) -> Job:
        """The job of work that is the same for all who ask under this name, queued unless it is under way or
        done; raises `Busy`."""
        with self._lock:
            job = self.look(name, visitor)
            if job is None or job.state in ("failed", "cancelled"):
                self.counts.admit(self._alive, work.seconds, SPREAD, visitor, self.limit)
                job = self._add(name, work, None)
                job.shared = True
            job.visitors[visitor] = time.monotonic()
            self._advance()
        self._wake.set()
        return job

    def forget(self, key: str, visitor: str) -> None:
        """Drop this visitor's private job, cancelled if it is not done."""
        if self.look(key, visitor) is not None:
            self.stop(key, visitor)
            with self._lock:
                self._jobs.pop(key, None)

    def _promise(self, promised: Promise, experiment: Experiment) -> Job:
        job = self._add(promised.key, work_of(promised, experiment), experiment)
        job.promise = promised
        write(self._journal, job)
        return job

    def _add(self, key: str, work: Work, experiment: Experiment | None) -> Job:
        self._jobs.pop(key, None)
        self._jobs[key] = job = Job(work, work.seconds, experiment)
        self._alive.append(job)
        self._forget()
        return job

    def look(self, key: str, visitor: str | None = None) -> Job | None:
        """The job with this key as it stands now, or None. `visitor` is noted as present.

        A private job is None to all but the visitor who asked for it.
        """
        if key not in self._jobs:
            self._recall(key)
        with self._lock:
            job = self._jobs.get(key)
            if job is None or (job.private and visitor not in job.visitors):
                return None
            if visitor is not None and (job.alive or job.private):
                job.visitors[visitor] = time.monotonic()
            if job.handle and job.alive:
                self._advance()
                with self._blamed(job):
                    job.read()
            return job

    def shared(self, share: str) -> Found | None:
        """The run with that id, as it was saved."""
        return self._journal.shared(share)

    def _recall(self, key: str) -> None:
        job = recall(self._journal, key)
        if job is not None:
            with self._lock:
                if self._jobs.setdefault(key, job) is job and job.alive:
                    self._alive.append(job)
                self._forget()

    def _exchange(self) -> None:
        """Tell other processes how it stands here, and take in what they have done."""
        room = self._turns.room(self._alive, self._ending)
        news = self._journal.exchange(report(self._alive, room, GONE))
        for promised in news.claimed:
            self._restore(promised)
        hear(self._journal, news, self._jobs, GONE)

    def _restore(self, promised: Promise) -> None:
        """Go on with what a server that is gone had promised, once more at most."""
        found = taken_over(self._journal, promised)
        if found is None:
            return
        promised, experiment = found
        job = self._jobs.get(promised.key)
        if job is None or job.state in ("failed", "cancelled"):
            job = self._promise(promised, experiment)
        elif job.elsewhere:
            job.promise, job.away, job.state = promised, False, "waiting"
            write(self._journal, job)
        elif not job.alive:  # done meanwhile
            self._journal.write(promised.key, None)
            return
        job.lost, job.recalled = max(job.lost, promised.begun), True
        job.visitors.setdefault(promised.visitor, -math.inf)  # whose turn it takes
        with self._blamed(job):
            job.forgive()

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

    @property
    def busy(self) -> bool:
        """Whether anything waits or is under way."""
        with self._lock:
            return any(job.alive for job in self._alive)

    def close(self) -> None:
        """Stop everything."""
        self._closed = True
        self._wake.set()
        self._journal.close()
        self._runner.close()

    def _watch(self) -> None:
        """In a thread of its own, whatever happens: settle what has ended, hand out what is next, drop what
        nobody wants."""
        while not self._closed:
            pause, self.counts.beat = TICK, time.monotonic()
            try:
                with self._lock:
                    self._turns.workers = self._runner.workers
                    self._exchange()
                    self._advance()
                    if not self._alive:
                        self._wake.clear()
            except Exception:
                self._log.exception("The queue stumbled; it goes on")
                pause = PAUSE
            self._wake.wait(IDLE)
            time.sleep(pause)

    @contextmanager
    def _blamed(self, job: Job) -> Iterator[None]:
        """What goes wrong within fails this job, with a sentence, and nothing else."""
        try:
            yield
        except Exception as error:
            self._fail(job, error)

    def _fail(self, job: Job, error: Exception) -> None:
        if isinstance(error, JobError):
            job.problem = error.phrase
        else:
            job.problem = Phrase("The run failed for a reason we did not foresee.")
            what = job.experiment.key() if job.experiment else "private work"
            self._log.error("An unforeseen failure of %s", what, exc_info=error)
        if job.handle:
            self._ending.append(job)
            with suppress(Exception):  # it may have ended
                job.handle.cancel()
        job.end("failed")
        write(self._journal, job, state="failed", problem=packed(job.problem))

    def _advance(self) -> None:
        if self._closed:  # what ends now ends with the server, and is left to the next one
            return
        for job in filter(attrgetter("alive"), self._alive):
            with self._blamed(job):
                if job.found is not None:
                    self._tell(job)
                elif job.handle and job.handle.done():
                    self._settle(job)
                elif job.unwanted or not (job.recalled or job.watched(GONE)):
                    self._cancel(job)
        self._alive = self.counts.sifted(self._alive)
        self._ending = [job for job in self._ending if job.handle and not ended(job.handle)]
        while turn := self._turns.next(self._alive, self._ending):
            self._turns.note(turn.owner)
            with self._blamed(turn):
                self._submit(turn)
        for job in self._alive:
            with self._blamed(job):
                job.note_begun()
        self._alive = self.counts.sifted(self._alive)
        self._turns.place(self._alive)

    def _submit(self, job: Job) -> None:
        assert job.work is not None  # noqa: S101  # for the type checker
        work = job.work
        job.handle = self._runner.submit(work.task, *work.data, limit=work.limit, memory=work.memory)
        job.begun, job.curves, job.sent = None, {}, []
        if job.promise is not None:
            self._log.info("Begins %s, about %.1f s", job.promise.key, job.seconds)
            write(self._journal, job, state="running", begun=job.promise.begun + 1)

    def _cancel_unwatched(self, job: Job) -> bool:
        with self._lock:
            if job.alive and not job.watched(PRESENT):
                with self._blamed(job):
                    self._cancel(job)
                self._advance()
            return not job.alive

    def _cancel(self, job: Job) -> None:
        if job.handle:
            job.handle.cancel()
            self._ending.append(job)
        job.end("cancelled")
        write(self._journal, job)

    def _tell(self, job: Job) -> None:
        """It is done as soon as its result is written down, or cannot be."""
        assert job.note is not None  # noqa: S101  # for the type checker
        if job.note.settled:
            job.result, job.saved, job.found = job.found, job.note.saved, None
            job.end("done")

    def _settle(self, job: Job) -> None:
        assert job.handle is not None  # noqa: S101  # for the type checker
        try:
            answer = job.handle.result(0)
            if job.experiment is None:
                job.answer = answer
                job.end("done")
            else:
                job.found = Result.model_validate(answer)
                self._log.info("Has %s after %.1f s", job.found.key, job.found.provenance.seconds)
                if job.found.provenance.reference_students == "trained":
                    self.cost.note(job.experiment, job.found.provenance.seconds)
                write(self._journal, job, job.found)
                self._tell(job)
        except Cancelled:
            job.end("cancelled")
            write(self._journal, job)
        except WorkerLost:
            self._retry(job)

    def _retry(self, job: Job) -> None:
        """A lost worker is forgiven once."""
        job.lost += 1
        job.forgive()
        self._submit(job)

    def _forget(self) -> None:
        """Keep the latest finished jobs, and private ones while somebody looks."""
        over = [key for key, job in self._jobs.items() if not job.alive][: max(0, len(self._jobs) - KEPT)]
        left = [
            key for key, job in self._jobs.items() if job.private and not job.alive and not job.watched(GONE)
        ]
        for key in {*over, *left}:
            del self._jobs[key]
