"""Runs that were promised to visitors and are not done: a row each, held by the server that will compute it.

Who holds a row renews its lease. A lease that lapses (its server was killed), or that was given back (it
ended in order), leaves the row to whichever server comes first.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from softlabel_core.store.database import Database
from softlabel_core.store.schema import jobs


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


def hold(connection: Connection, kept: Sequence[Promise], owner: str, lease: float) -> None:
    """Write down that `owner` will compute these, for `lease` seconds unless renewed, or that they failed.

    Their experiments and `since` stay as first written. A row that another holds is left alone.
    """
    if not kept:
        return
    now = time.time()
    rows = [
        {name: getattr(one, name) for name in FIELDS}
        | {"owner": None if one.state == "failed" else owner, "until": now + lease}
        for one in kept
    ]
    into = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    insert: sqlite.Insert | postgresql.Insert = into(jobs)
    fresh = {name: insert.excluded[name] for name in rows[0] if name not in ("key", "experiment", "since")}
    mine = or_(jobs.c.owner.is_(None), jobs.c.owner == owner, jobs.c.until < now)
    connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=fresh, where=mine), rows)


def drop(connection: Connection, keys: Collection[str], owner: str | None = None) -> None:
    """These are promised no more; with `owner` only those that nobody else holds."""
    which: ColumnElement[bool] = jobs.c.key.in_(keys)
    if owner is not None:
        which &= or_(jobs.c.owner.is_(None), jobs.c.owner == owner)
    connection.execute(delete(jobs).where(which))


def renew(connection: Connection, owner: str, lease: float) -> None:
    """`owner` goes on with all that it holds."""
    connection.execute(update(jobs).where(jobs.c.owner == owner).values(until=time.time() + lease))


def _open(owner: str, held: Collection[str], now: float) -> ColumnElement[bool]:
    """What is held by nobody any more, or by `owner` without its knowing: an answer may have been lost."""
    mine = jobs.c.owner == owner
    gone = or_(jobs.c.owner.is_(None), (jobs.c.until < now) & ~mine, mine & jobs.c.key.not_in(held))
    return gone & (jobs.c.state != "failed")


def left(connection: Connection, owner: str, held: Collection[str]) -> bool:
    """Whether there is anything for `owner`, which knows that it holds `held`, to claim."""
    which = _open(owner, held, time.time())
    return connection.execute(select(jobs.c.key).where(which).limit(1)).first() is not None


def claim(connection: Connection, owner: str, held: Collection[str], lease: float) -> list[Promise]:
    """Take over all that nobody holds any more, as it stood, who waited longest first."""
    now = time.time()
    taken = (
        update(jobs)
        .where(_open(owner, held, now))
        .values(owner=owner, until=now + lease)
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
