"""What a queue has done since its process began, as numbers: for whoever watches a server."""

import time
from collections import Counter

from softlabel_core.service.admission import Busy, admit
from softlabel_core.service.job import Job

ENDS = ("done", "failed", "cancelled", "elsewhere")
"""How a job can end; `elsewhere` is one that another process computed."""


SILENT = 30.0
"""Seconds without a look of its own after which a queue has stopped."""


class Counts:
    """Kept by a queue, under its lock."""

    def __init__(self) -> None:
        self.ended = Counter(dict.fromkeys(ENDS, 0))
        self.refused = 0
        self.seconds = 0.0
        """Seconds of all jobs that ended here, from when a worker had taken them up."""
        self.standing: Counter[str] = Counter(waiting=0, running=0)
        """State -> jobs that have not ended."""
        self.beat = time.monotonic()
        """When the queue last looked after itself."""

    @property
    def lively(self) -> bool:
        """Whether the queue looks after itself."""
        return time.monotonic() - self.beat < SILENT

    def admit(self, alive: list[Job], seconds: float, spread: float, visitor: str, limit: float) -> None:
        """Admit as `admission.admit` does; who is refused is counted."""
        try:
            admit(alive, seconds, spread, visitor, limit)
        except Busy:
            self.refused += 1
            raise

    def sifted(self, jobs: list[Job]) -> list[Job]:
        """Those that have not ended; the others are counted."""
        for job in jobs:
            if not job.alive:
                self.ended["elsewhere" if job.state == "done" and job.handle is None else job.state] += 1
                self.seconds += job.taken()
        left = [job for job in jobs if job.alive]
        standing = Counter(job.state for job in left)
        self.standing = Counter(waiting=standing["waiting"], running=standing["running"])
        return left
