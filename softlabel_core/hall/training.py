"""Training what phones designed: a room is one visitor of the queue, its designs are one piece of work.

Designs of one room train together, which costs a third of training them one by one; other visitors' turns
come in between. Several processes on one store share the designs of a room, each as much as it can begin.
Only what a hall shows is measured: the rest of a `Result` would cost more than training does.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean as mean
from typing import Any

from softlabel_core.experiment.cohort import Cohort, Trainer, last, pick_device
from softlabel_core.experiment.cost import Cost, together
from softlabel_core.experiment.result import learned
from softlabel_core.experiment.run import networks, trained
from softlabel_core.experiment.spec import Experiment
from softlabel_core.experiment.splits import keeping
from softlabel_core.hall import outcomes
from softlabel_core.hall.law import Outcome
from softlabel_core.service.job import Job, Work
from softlabel_core.service.queue import Busy, Jobs
from softlabel_core.service.runner import Channel
from softlabel_core.store.database import Database, Unavailable

MEASURED = ("label_accuracy", "unreliability", "ambiguity")
"""Indicators that a hall shows."""

LEAST, MOST = 4, 30
"""Designs trained at once: more than the second are no faster each (with the students of the truth they would
not fill whole chunks of `grouping`), and their points come later."""

AIM = 4.0
"""Seconds that they should take: where training is slow there are fewer at once, and points still come."""

RATE = 0.1
"""Seconds a design, before any was measured."""

LEASE, BEAT = 15.0, 3.0
"""Seconds for which a process holds what it trains, and between two renewals."""

LOOK, IDLE = 0.1, 1.0
"""Seconds between two looks while something trains, and while nothing does."""


def batch(experiments: Sequence[Experiment], cost: Cost) -> Work:
    """Train experiments together; the answer is `{"outcomes": [fields of Outcome], "seconds": float}`."""
    configs = [one.model_dump(mode="json") for one in experiments]
    return Work(train, (configs,), cost.seconds_of(together(experiments)))


def train(configs: list[dict[str, Any]], channel: Channel) -> dict[str, Any]:
    """A task: what these experiments come to, and what that took; raises `Invalid`."""
    begun = time.perf_counter()
    asked = [Experiment.parse(one) for one in configs]
    device, _ = pick_device(None)
    with keeping() as kept:
        trainer = Trainer(networks(asked), device, channel.cancel, channel.progress, curves=False, kept=kept)
        found = [asdict(_outcome(one.cohort, trainer)) for one in trained(asked, trainer)]
    return {"outcomes": found, "seconds": time.perf_counter() - begun}


def _outcome(cohort: Cohort, trainer: Trainer) -> Outcome:
    received = cohort.pooled()
    shown = cohort.indicators(received, intervals=False, only=MEASURED)
    accuracy, truth = mean(cohort.accuracies()), mean(last(trainer.references(cohort)))
    return Outcome(
        right=round(shown["label_accuracy"], 4),
        delta=round(shown["unreliability"], 4),
        gamma=round(shown["ambiguity"], 4),
        accuracy=round(accuracy, 4),
        learned=learned(accuracy, truth, shown["classes"]),
    )


@dataclass(frozen=True)
class _Batch:
    names: tuple[str, ...]
    """Of the outcomes, in the order of the experiments."""

    key: str
    """Of the queue's job."""


class Feeder:
    """A thread that hands designs to the queue, and outcomes to the store."""

    def __init__(
        self,
        database: Database,
        jobs: Callable[[], Jobs],
        waiting: Callable[[], Collection[str]],
        told: Callable[[], object],
    ) -> None:
        """`waiting`: rooms with designs that are not settled; `told` is called when some are."""
        self.rate = RATE
        """Seconds a design, as measured of late."""
        self._database, self._jobs, self._waiting, self._told = database, jobs, waiting, told
        self._owner = secrets.token_hex(16)
        self._batches: dict[str, _Batch] = {}
        self._renewed, self._closed, self._wake = 0.0, False, threading.Event()
        self._thread = threading.Thread(target=self._run, name="hall-training", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is something to train."""
        self._wake.set()

    def close(self) -> None:
        """Give back what is not trained."""
        self._closed = True
        self._wake.set()
        self._thread.join()
        held = [name for one in self._batches.values() for name in one.names]
        if held:
            with self._database.write() as connection:
                outcomes.release(connection, held, self._owner)

    def _run(self) -> None:
        """In a thread of its own, whatever happens."""
        while not self._closed:
            self._wake.wait(LOOK if self._batches else IDLE)
            self._wake.clear()
            try:
                self._step()
            except Unavailable as error:
                _log().warning("The store does not answer: %s", error)
                time.sleep(IDLE)
            except Exception:
                _log().exception("Designs could not be trained; it goes on")
                time.sleep(IDLE)

    def _step(self) -> None:
        for room, one in list(self._batches.items()):
            self._look(room, one)
        for room in self._waiting():
            if room not in self._batches and not self._closed:
                self._begin(room)
        if self._batches and time.monotonic() - self._renewed > BEAT:
            self._renewed = time.monotonic()
            with self._database.write() as connection:
                held = [name for one in self._batches.values() for name in one.names]
                outcomes.renew(connection, held, self._owner, LEASE)
        if self._batches:
            time.sleep(LOOK)

    def _begin(self, room: str) -> None:
        with self._database.read() as connection:
            if not outcomes.waits(connection, room):  # another process trains them
                return
        most = max(LEAST, min(MOST, round(AIM / self.rate)))
        with self._database.write() as connection:
            taken = outcomes.claim(connection, room, self._owner, most, LEASE)
        if not taken:
            return
        try:
            key = self._jobs().ask(batch([*taken.values()], self._jobs().cost), _visitor(room))
        except Busy:
            with self._database.write() as connection:
                outcomes.release(connection, taken, self._owner)
            time.sleep(IDLE)
        else:
            self._batches[room] = _Batch((*taken,), key)

    def _look(self, room: str, one: _Batch) -> None:
        """Whoever looks at a job keeps it; a queue that has forgotten it has failed it."""
        job = self._jobs().look(one.key, _visitor(room))
        if job is not None and job.alive:
            return
        with self._database.write() as connection:
            if job is not None and job.answer is not None:
                self._settle(connection, one, job.answer)
            else:
                _log().warning("%d designs could not be trained: %s", len(one.names), _why(job))
                outcomes.fail(connection, one.names, self._owner)
        del self._batches[room]
        self._jobs().forget(one.key, _visitor(room))
        self._told()

    def _settle(self, connection: Any, one: _Batch, answer: dict[str, Any]) -> None:
        found = [Outcome(**numbers) for numbers in answer["outcomes"]]
        outcomes.finish(connection, dict(zip(one.names, found, strict=True)))
        self.rate += 0.5 * (answer["seconds"] / len(found) - self.rate)


def _visitor(room: str) -> str:
    return f"hall {room}"


def _why(job: Job | None) -> str:
    return "they were forgotten" if job is None else job.problem or job.state


def _log() -> logging.Logger:
    return logging.getLogger(__name__)
