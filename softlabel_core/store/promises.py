"""Runs that were promised to visitors and are not done: a row each, held by the server that will compute it.

Who holds a row renews its lease. A lease that lapses (its server was killed), or that was given back (it
ended in order), leaves the row to whichever server comes first.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, case, delete, func, or_, select, update

from softlabel_core.store.database import Database, upsert
from softlabel_core.store.schema import jobs

MOMENT = 1.0
"""Seconds that a run waits with a server before another may take it off: an idle one begins at once."""


@dataclass(frozen=True)
class Promise:
    """A run that somebody waits for."""

    key: str
    """Content hash of the experiment."""

    experiment: str
    """The experiment as JSON."""

    seconds: float
    """Predicted seconds of the run itself."""

    visitor: str
    """Whose turn it takes: a hash, which tells visitors apart and names nobody."""

    since: float
    """When it was promised, in seconds since 1970."""

    state: str = "waiting"
    """`waiting`, `running`, or `failed`."""

    begun: int = 0
    """How often a worker was given it, without an end."""

    problem: str = ""
    """Why it failed, as JSON (`service.journal`)."""


FIELDS = tuple(Promise.__dataclass_fields__)


def hold(connection: Connection, kept: Sequence[Promise], owner: str | None, lease: float) -> None:
    """Write down that `owner` will compute these, for `lease` seconds unless renewed, or that they failed.

    Their experiments and `since` stay as first written. A row that another holds is left alone. Without an
    owner they are offered to whoever comes first.
    """
    if not kept:
        return
    now = time.time()
    rows = [
        {name: getattr(one, name) for name in FIELDS}
        | {"owner": None if one.state == "failed" else owner, "until": now + lease}
        for one in kept
    ]
    insert = upsert(connection, jobs)
    fresh = {name: insert.excluded[name] for name in rows[0] if name not in ("key", "experiment", "since")}
    mine = or_(jobs.c.owner.is_(None), jobs.c.until < now)
    if owner is not None:
        mine |= jobs.c.owner == owner
    connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=fresh, where=mine), rows)


def drop(connection: Connection, keys: Collection[str], owner: str | None = None) -> None:
    """These are promised no more; with `owner` only those that nobody else holds."""
    which: ColumnElement[bool] = jobs.c.key.in_(keys)
    if owner is not None:
        which &= or_(jobs.c.owner.is_(None), jobs.c.owner == owner)
    connection.execute(delete(jobs).where(which))


def renew(connection: Connection, owner: str, lease: float) -> dict[str, float]:
    """`owner` goes on with all that it holds: key -> until when others want it (`elsewhere.want`)."""
    mine = update(jobs).where(jobs.c.owner == owner).values(until=time.time() + lease)
    rows = connection.execute(mine.returning(jobs.c.key, jobs.c.wanted))
    return {row.key: row.wanted for row in rows}


def _open(owner: str, held: Collection[str], now: float) -> ColumnElement[bool]:
    """What is held by nobody any more, or by `owner` without its knowing: an answer may have been lost."""
    mine = jobs.c.owner == owner
    gone = or_(jobs.c.owner.is_(None), (jobs.c.until < now) & ~mine, mine & jobs.c.key.not_in(held))
    return gone & (jobs.c.state != "failed")


def _spare(owner: str, longest: float, now: float) -> ColumnElement[bool]:
    """What waits with another for longer than a moment, and is not `longest` seconds long."""
    theirs = jobs.c.owner.is_not(None) & (jobs.c.owner != owner)
    waits = (jobs.c.state == "waiting") & (jobs.c.since < now - MOMENT)
    return theirs & waits & (jobs.c.seconds <= longest)


def left(connection: Connection, owner: str, held: Collection[str], longest: float | None = None) -> bool:
    """Whether there is anything for `owner`, which knows that it holds `held`, to claim; with `longest`
    seconds, or to spare of another's."""
    now = time.time()
    which = _open(owner, held, now)
    if longest is not None:
        which |= _spare(owner, longest, now)
    return connection.execute(select(jobs.c.key).where(which).limit(1)).first() is not None


def claim(
    connection: Connection,
    owner: str,
    held: Collection[str],
    lease: float,
    most: int | None = None,
    longest: float | None = None,
) -> list[Promise]:
    """Take over what nobody holds any more, as it stood, who waited longest first.

    At most so many, and none above `longest` seconds, where these are given.
    """
    which = _open(owner, held, time.time())
    if longest is not None:
        which &= jobs.c.seconds <= longest
    return _take(connection, which, owner, lease, most)


def spare(connection: Connection, owner: str, lease: float, longest: float, most: int) -> list[Promise]:
    """Take off others what waits there and is at most `longest` seconds long; at most so many.

    Where one of those begins it in the same moment both compute it, and whoever is first ends it for both.
    """
    return _take(connection, _spare(owner, longest, time.time()), owner, lease, most)


def _take(
    connection: Connection, which: ColumnElement[bool], owner: str, lease: float, most: int | None
) -> list[Promise]:
    """Of who has the fewest that are held by somebody first, then who waited longest."""
    if most is not None:
        other = jobs.alias()
        busy = select(func.count()).where(other.c.visitor == jobs.c.visitor, other.c.owner.is_not(None))
        first = select(jobs.c.key).where(which).order_by(busy.scalar_subquery(), jobs.c.since, jobs.c.key)
        which &= jobs.c.key.in_(first.limit(most))
    taken = (
        update(jobs)
        .where(which)
        .values(owner=owner, until=time.time() + lease)
        .returning(*(jobs.c[name] for name in FIELDS))
    )
    found = [Promise(*row) for row in connection.execute(taken)]
    return sorted(found, key=lambda one: (one.since, one.key))


def release(connection: Connection, owner: str) -> None:
    """`owner` ends in order: what it holds waits again, and what ran is not blamed for that."""
    running = jobs.c.state == "running"
    connection.execute(
        update(jobs)
        .where(jobs.c.owner == owner)
        .values(
            owner=None,
            state="waiting",
            begun=case((running, jobs.c.begun - 1), else_=jobs.c.begun),
        )
    )


def look(database: Database, key: str) -> Promise | None:
    """The promise with that key."""
    with database.read() as connection:
        row = connection.execute(
            select(*(jobs.c[name] for name in FIELDS)).where(jobs.c.key == key)
        ).one_or_none()
    return None if row is None else Promise(*row)
