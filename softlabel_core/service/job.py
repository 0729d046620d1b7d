"""One job as visitors see it: what it does, who wants it, how far it is."""

import time
from dataclasses import dataclass, field
from typing import Any, Literal

from softlabel_core.experiment.result import Result
from softlabel_core.experiment.spec import Experiment
from softlabel_core.service.journal import Note
from softlabel_core.service.runner import Handle, JobError, Routine
from softlabel_core.store.promises import Promise
from softlabel_core.store.results import Saved

SHORT = 2.0
"""Predicted seconds up to which work is short: measuring a file, a run of the size of the defaults."""

OVERDUE = 10.0
"""Seconds after which work is no longer short, whatever was predicted."""

SILENCE = 1.5
"""Seconds within which whoever still wants a run that another gave up says so."""

State = Literal["waiting", "running", "done", "failed", "cancelled"]


Curves = dict[tuple[int, str], dict[int, float]]
"""(epoch, `shown` or `truth`) -> replicate -> test accuracy in [0, 1]."""


@dataclass(frozen=True)
class Work:
    """What a worker is to do, and within which bounds (`Runner.submit`)."""

    task: Routine
    data: tuple[Any, ...]
    seconds: float
    """Predicted seconds of the task itself."""

    limit: float | None = None
    memory: int | None = None


@dataclass
class Job:
    """One experiment, or one visitor's private work, waiting, under way or finished."""

    work: Work | None
    """None as soon as it has ended (`end`)."""

    seconds: float
    """Predicted seconds of the run itself."""

    experiment: Experiment | None
    """None for work that is no experiment."""

    shared: bool = False
    """Whether everybody may see it though it is no experiment; all other such work is private."""

    handle: Handle | None = None
    """The engine's side of it, once its turn has come."""

    visitors: dict[str, float] = field(default_factory=dict)
    """Who wants it -> when they last looked; the first of them is whose turn it takes."""

    state: State = "waiting"
    result: Result | None = None
    answer: dict[str, Any] | None = None
    """What work that is no experiment came to."""

    problem: str = ""
    """Why it failed, a `Phrase`; empty if it did not."""

    ahead: int = 0
    """Unfinished jobs whose turn comes before."""

    wait_seconds: float = 0.0
    """Expected seconds until it begins."""

    curves: Curves = field(default_factory=dict)
    """Test accuracies so far."""

    sent: list[list[Any]] = field(default_factory=list)
    """Rows so far of work that is no experiment; none once it has ended."""

    lost: int = 0
    begun: float | None = None

    promise: Promise | None = None
    """An experiment's, as it was last written down."""

    note: Note | None = None
    """What is being written down of it, or was last."""

    found: Result | None = None
    """Its result while it is being written down: told as done only then."""

    saved: Saved | None = None
    """Where its result is kept; None where it is in memory only."""

    recalled: bool = False
    """Whether its result was found in the store, or it was promised by a server that is gone: then it is
    finished, whether or not anybody came back for it."""

    away: bool = False
    """Whether another process has taken it off this one."""

    told: float = 0.0
    """Finished fraction in [0, 1], as the process that computes it says."""

    wanted: bool = False
    """Whether another process waits for it."""

    given_up: float | None = None
    """Since when another process that wanted it does no more."""

    @property
    def elsewhere(self) -> bool:
        """Whether another process computes it, or is to."""
        return self.handle is None and (self.away or (self.note is not None and self.note.elsewhere))

    @property
    def unwanted(self) -> bool:
        """Whether another process gave it up, and nobody has said otherwise for a while."""
        return self.given_up is not None and time.monotonic() - self.given_up > SILENCE

    def forgive(self) -> None:
        """Take one loss of its worker or server; raises `JobError` for more."""
        if self.lost > 1:
            raise JobError("The run lost its worker process twice and was given up.") from None

    @property
    def private(self) -> bool:
        """Whether only who asked for it can see it."""
        return self.experiment is None and not self.shared

    @property
    def alive(self) -> bool:
        """Whether it may still change."""
        return self.state in ("waiting", "running")

    @property
    def progress(self) -> float:
        """Finished fraction in [0, 1]."""
        if self.state == "done":
            return 1.0
        return self.handle.progress() if self.handle else self.told

    @property
    def partial(self) -> list[dict[str, Any]]:
        """A row an epoch and student (`shown` or `truth`): mean, low and high test accuracy so far."""
        return [
            {
                "epoch": epoch,
                "student": student,
                "mean": sum(found.values()) / len(found),
                "low": min(found.values()),
                "high": max(found.values()),
            }
            for (epoch, student), found in sorted(self.curves.items())
        ]

    @property
    def ready(self) -> bool:
        """Whether it may be given to a worker here: promised for good, and not given to one yet."""
        promised = self.note is None or self.note.settled
        return self.alive and self.handle is None and promised and not self.elsewhere

    @property
    def owner(self) -> str:
        """Whose turn it takes."""
        return next(iter(self.visitors), "")

    @property
    def short(self) -> bool:
        """Whether it is short enough for the worker that is kept for short work."""
        return self.seconds <= SHORT and self.taken() < OVERDUE

    def end(self, state: State) -> None:
        """It has ended so, and nothing of its data or of what it has sent is kept."""
        self.state, self.work, self.sent = state, None, []

    def note_begun(self) -> None:
        """Note whether a worker of this process has taken it up; its engine may hear of that after a row."""
        if self.handle is None or not self.alive:
            return
        taken_up = self.handle.running() or bool(self.curves or self.sent)
        if taken_up and self.begun is None:
            self.begun = time.monotonic()
        self.state, self.ahead, self.wait_seconds = "running" if taken_up else "waiting", 0, 0.0

    def read(self) -> None:
        """Take in what was trained since; a later round of self-training writes over the one before."""
        rows = self.handle.rows() if self.handle else []
        if self.experiment is None:
            self.sent += rows if self.alive else []
            rows = []
        for student, replicates, epoch, accuracy in rows:
            self.curves.setdefault((epoch, student), {}).update(zip(replicates, accuracy, strict=True))
        self.note_begun()

    def left(self) -> float:
        """Predicted seconds until it ends, once it runs."""
        return max(0.0, self.seconds - self.taken())

    def taken(self) -> float:
        """Seconds since a worker took it up."""
        return 0.0 if self.begun is None else time.monotonic() - self.begun

    def watched(self, seconds: float) -> bool:
        """Whether anybody looked within the last so many seconds, or another process waits for it."""
        now = time.monotonic()
        return self.wanted or any(now - seen < seconds for seen in list(self.visitors.values()))
