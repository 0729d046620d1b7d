"""Runs that another process computes: how they stand, and whether somebody here wants them.

Whoever follows a run says until when it is wanted, again and again; whoever holds it tells meanwhile how far
it is. Who wants it no more gives it up; others who still want it say so again before it is cancelled.
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from softlabel_core.store.promises import FIELDS, Promise
from softlabel_core.store.schema import jobs

GIVEN_UP = -1.0
"""In place of a time: somebody wanted it, and does no more."""


@dataclass(frozen=True)
class Standing:
    """A run of another process as it stands."""

    promise: Promise
    held: bool
    """Whether anybody has taken it up, to begin when its turn comes."""

    progress: float
    """Finished fraction in [0, 1]."""

    curves: str
    """What it has learned so far, as the holder wrote it."""

    ahead: int = 0
    """Runs that were promised before and wait."""

    seconds: float = 0.0
    """Predicted seconds of those."""


def want(connection: Connection, keys: Collection[str], owner: str, seconds: float) -> None:
    """For so many seconds these are wanted by somebody who is with `owner`, and not held by it."""
    theirs = jobs.c.key.in_(keys) & (jobs.c.owner != owner)
    connection.execute(update(jobs).where(theirs).values(wanted=time.time() + seconds))


def give_up(connection: Connection, keys: Collection[str], owner: str) -> None:
    """Nobody who is with `owner` wants these any more."""
    theirs = jobs.c.key.in_(keys) & (jobs.c.owner != owner)
    connection.execute(update(jobs).where(theirs).values(wanted=GIVEN_UP))


def tell(connection: Connection, told: Mapping[str, tuple[float, str]], owner: str) -> None:
    """How far the runs that `owner` holds are: key -> finished fraction in [0, 1], and curves so far."""
    for key, (progress, curves) in sorted(told.items()):
        mine = (jobs.c.key == key) & (jobs.c.owner == owner)
        connection.execute(update(jobs).where(mine).values(progress=progress, curves=curves))


def held_by_others(connection: Connection, keys: Collection[str], owner: str) -> set[str]:
    """Which of these another process holds."""
    theirs = jobs.c.owner.is_not(None) & (jobs.c.owner != owner)
    which = jobs.c.key.in_(keys) & theirs & (jobs.c.until >= time.time())
    return set(connection.execute(select(jobs.c.key).where(which)).scalars())


def look(connection: Connection, keys: Collection[str]) -> dict[str, Standing]:
    """How these runs stand; one that is not there has ended."""
    what = [*(jobs.c[name] for name in FIELDS), jobs.c.owner, jobs.c.progress, jobs.c.curves]
    rows = connection.execute(select(*what).where(jobs.c.key.in_(keys))).all()
    waiting: list[tuple[float, float]] = []
    if any(row.state == "waiting" for row in rows):
        every = select(jobs.c.since, jobs.c.seconds).where(jobs.c.state == "waiting")
        waiting = [(one.since, one.seconds) for one in connection.execute(every)]
    found = {}
    for row in rows:
        promise = Promise(*row[: len(FIELDS)])
        before = [seconds for since, seconds in waiting if since < promise.since]
        found[promise.key] = Standing(
            promise, row.owner is not None, row.progress, row.curves, len(before), sum(before)
        )
    return found
