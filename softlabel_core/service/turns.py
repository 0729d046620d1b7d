"""Whose turn it is: visitor by visitor, and short work apart from long.

Of several workers one is kept for short work (`Job.short`), which so waits for no training. Short work also
takes the others while no long job could begin there; a long one that comes then waits for it to end, and no
longer.
"""

import math
from collections import Counter, OrderedDict

from softlabel_core.service.job import SHORT, Job

LEDGER = 3000
"""Visitors whose latest turn is remembered."""

Lane = bool | None
"""Whether its jobs are short; None where there is one lane for all."""


class Turns:
    """Which of a list of jobs begins next, and how long the others wait. Not thread-safe."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._served: OrderedDict[str, int] = OrderedDict()
        self._count = 0

    @property
    def _lanes(self) -> tuple[Lane, ...]:
        return (None,) if self.workers == 1 else (False, True)  # long ones choose first

    def next(self, alive: list[Job], ending: list[Job]) -> Job | None:
        """The job that may begin now; `ending` ones still take a worker.

        One a visitor and lane at a time; what was taken over from another process begins even so, as the
        turns of all processes are kept where it was taken.
        """
        taken = [job for job in alive if job.handle] + ending
        for lane in self._lanes if len(taken) < self.workers else ():
            beside = [job for job in taken if self._lane(job) == lane]
            if lane is False and len(beside) >= self.workers - 1:
                continue
            busy = {job.owner for job in beside}
            for job in self._order(alive, lane):
                if job.recalled or job.owner not in busy:
                    return job
        return None

    def room(self, alive: list[Job], ending: list[Job]) -> float | None:
        """Predicted seconds of the longest run of another process that could begin now; None if there is no
        worker for one, or something of this process waits for it."""
        taken = [job for job in alive if job.handle] + ending
        if len(taken) >= self.workers or any(not (job.handle or job.elsewhere) for job in alive):
            return None
        long = [job for job in taken if not job.short]
        return math.inf if self.workers == 1 or len(long) < self.workers - 1 else SHORT

    def note(self, visitor: str) -> None:
        """It was this visitor's turn."""
        self._count += 1
        self._served.pop(visitor, None)
        self._served[visitor] = self._count
        while len(self._served) > LEDGER:
            self._served.popitem(last=False)

    def place(self, alive: list[Job]) -> None:
        """Note at each waiting job how many are before it in its lane, and for how long."""
        for lane in self._lanes:
            running = [job for job in alive if job.handle and self._lane(job) == lane]
            workers = self.workers - 1 if lane is False else 1
            wait = sum(job.left() for job in running)
            for place, job in enumerate(self._order(alive, lane), start=len(running)):
                job.ahead, job.wait_seconds = place, wait / workers
                wait += job.seconds

    def _lane(self, job: Job) -> Lane:
        return None if self.workers == 1 else job.short

    def _order(self, alive: list[Job], lane: Lane) -> list[Job]:
        """Waiting jobs as their turns come: visitor by visitor, who was served longest ago first."""
        own: Counter[str] = Counter()
        ranked = []
        for number, job in enumerate(alive):
            if job.ready and self._lane(job) == lane:
                ranked.append(((own[job.owner], self._served.get(job.owner, 0), number), job))
                own[job.owner] += 1
        return [job for _, job in sorted(ranked, key=lambda pair: pair[0])]
