"""Finished runs in the store: each a blob with its own checksum, read one at a time.

Which one answers for an experiment is said by its key and by the science behind it (`experiment.science`): a
result whose science has changed since is never taken for a new run, but its own link still opens it.
"""

import hashlib
import json
import logging
import os
import re
import secrets
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, delete, func, select, update

from softlabel_core.experiment import science
from softlabel_core.experiment.result import Result, machine
from softlabel_core.store.database import Database, Unavailable
from softlabel_core.store.schema import jobs, results

KEEP_DAYS = "SOFTLABEL_KEEP_DAYS"
DAYS = 400.0
"""Environment variable, and without it: days that a result is kept. A course comes back every year."""

KEEP_SIZE = "SOFTLABEL_KEEP_MB"
SIZE = 1000.0
"""Environment variable, and without it: megabytes of all results together; beyond, the oldest go."""

SHARE = re.compile(r"[A-Za-z0-9_-]{22}")
"""128 bits, as `secrets.token_urlsafe(16)` writes them."""

DAY = 24 * 60 * 60.0


@dataclass(frozen=True)
class Saved:
    """Where a result is kept, and where it comes from."""

    share: str
    """Its id: whoever has it can open the run, and nobody can guess it."""

    made: float
    """When it was computed, in seconds since 1970."""

    machine: str
    """Processor and cores of the machine that kept it."""

    @property
    def origin(self) -> str:
        """Date and machine in a line, as the atlas says it."""
        return f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime(self.made))} UTC, {self.machine}"


@dataclass(frozen=True, eq=False)
class Found:
    """A result and how it was kept."""

    result: Result
    saved: Saved
    stale: bool
    """Whether the science behind it has changed since."""


def save(connection: Connection, result: Result) -> Saved:
    """Keep a result, under an id of its own."""
    content = zlib.compress(result.model_dump_json().encode())
    saved = Saved(secrets.token_urlsafe(16), time.time(), machine())
    connection.execute(
        results.insert().values(
            share=saved.share,
            key=result.key,
            stamp=json.dumps(science.stamp(result.experiment)),
            made=saved.made,
            machine=saved.machine,
            size=len(content),
            digest=hashlib.sha256(content).hexdigest(),
            bad=False,
            content=content,
        )
    )
    return saved


def answering(database: Database, key: str) -> Found | None:
    """The latest good result of the experiment with that key whose science is as it was."""
    which = (results.c.key == key) & results.c.bad.is_(False)
    with database.read() as connection:
        rows = connection.execute(
            select(results.c.share, results.c.stamp).where(which).order_by(results.c.made.desc())
        ).all()
    for row in rows:
        if not science.changes(json.loads(row.stamp)) and (found := shared(database, row.share)):
            return found
    return None


def shared(database: Database, share: str) -> Found | None:
    """The result with that id; None if there is none, and for whatever is no id."""
    if not SHARE.fullmatch(share):
        return None
    with database.read() as connection:
        row = connection.execute(
            select(results).where(results.c.share == share, results.c.bad.is_(False))
        ).one_or_none()
    if row is None:
        return None
    content = bytes(row.content)
    if hashlib.sha256(content).hexdigest() != row.digest:
        _set_apart(database, share)
        return None
    try:
        result = Result.read(zlib.decompress(content).decode())
    except ValidationError:  # written by a version whose results this one cannot read
        return None
    stale = bool(science.changes(json.loads(row.stamp)))
    return Found(result, Saved(row.share, row.made, row.machine), stale)


def _set_apart(database: Database, share: str) -> None:
    logging.getLogger(__name__).warning("A stored result is damaged and set apart: %s…", share[:6])
    try:
        with database.write() as connection:
            connection.execute(update(results).where(results.c.share == share).values(bad=True))
    except Unavailable as error:
        logging.getLogger(__name__).warning("It could not be marked: %s", error)


def check(database: Database) -> Iterator[tuple[str, float]]:
    """Read every result; the id and date of each that is damaged, which is set apart."""
    with database.read() as connection:
        shares = connection.execute(select(results.c.share).order_by(results.c.made)).scalars().all()
    for share in shares:
        shared(database, share)
        with database.read() as connection:
            row = connection.execute(
                select(results.c.made).where(results.c.share == share, results.c.bad.is_(True))
            ).one_or_none()
        if row is not None:
            yield share, row.made


def tidy(connection: Connection) -> int:
    """Forget results that are too old, then the oldest that are too much, and old failures; how many."""
    days = float(os.environ.get(KEEP_DAYS) or DAYS)
    size = 1e6 * float(os.environ.get(KEEP_SIZE) or SIZE)
    oldest = time.time() - DAY * days
    gone = connection.execute(delete(results).where(results.c.made < oldest)).rowcount
    above = func.sum(results.c.size).over(order_by=(results.c.made.desc(), results.c.share))
    ranked = select(results.c.share, above.label("above")).subquery()
    beyond = select(ranked.c.share).where(ranked.c.above > size)
    gone += connection.execute(delete(results).where(results.c.share.in_(beyond))).rowcount
    connection.execute(delete(jobs).where(jobs.c.state == "failed", jobs.c.since < oldest))
    return gone


def counts(database: Database) -> dict[str, Any]:
    """`results`, how many of them `bad`, their `bytes`, the `oldest` and `latest` in seconds since 1970; jobs
    by state."""
    every = (
        func.count(),
        func.coalesce(func.sum(results.c.size), 0),
        func.min(results.c.made),
        func.max(results.c.made),
    )
    with database.read() as connection:
        count, size, oldest, latest = connection.execute(select(*every).select_from(results)).one()
        bad = connection.execute(select(func.count()).where(results.c.bad.is_(True))).scalar_one()
        states = connection.execute(select(jobs.c.state, func.count()).group_by(jobs.c.state)).all()
    found = {"results": count, "bad": bad, "bytes": int(size), "oldest": oldest, "latest": latest}
    return found | {"jobs": {row[0]: row[1] for row in states}}
