"""Rooms in the store: what a presenter and phones may write, each within one transaction.

Whoever writes holds the room's row first, so two processes never both take the last seat. What is refused is
told by an id, for which pages have the sentence.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, select, update

from softlabel_core.experiment.spec import Experiment
from softlabel_core.hall import rules
from softlabel_core.hall.law import name
from softlabel_core.hall.outcomes import abandon, ask
from softlabel_core.hall.recipes import Design
from softlabel_core.once import once
from softlabel_core.store.database import upsert
from softlabel_core.store.schema import designs, phones, rooms, votes

Refused = Literal["no-room", "no-seat", "locked", "full", "closed", "stale", "taken"]
"""Why nothing was written."""

Mark = tuple[int, int]
"""Version and beat of a room: it is as it was while they are."""


@dataclass
class Room:
    """A room as it stands, with the answers of its present activity."""

    code: str
    secret: str
    """Hash of the presenter's secret."""

    language: str
    stage: str
    activity: int
    step: str
    axis: str
    version: int
    beat: int
    locked: bool
    moved: float
    expires: float
    """Seconds since 1970."""

    phones: dict[str, float] = field(default_factory=dict)
    """Seats -> when they were last heard of, in seconds since 1970."""

    votes: dict[str, int] = field(default_factory=dict)
    """Phone -> its answer."""

    designs: dict[str, list[tuple[Design, str]]] = field(default_factory=dict)
    """Phone -> its designs by number, each with the name of its outcome."""

    @property
    def mark(self) -> Mark:
        """What changes with it."""
        return self.version, self.beat


def open_room(connection: Connection, language: str) -> tuple[str, str] | None:
    """A new room: its code, and the presenter's secret, which is told this once; None where there are too
    many."""
    if connection.execute(select(func.count()).select_from(rooms)).scalar_one() >= rules.ROOMS:
        return None
    code, secret, now = rules.new_code(), rules.new_token(), time.time()
    while connection.execute(select(rooms.c.code).where(rooms.c.code == code)).first():
        code = rules.new_code()
    connection.execute(
        rooms.insert().values(
            code=code,
            secret=rules.digest(code, secret),
            language=language,
            stage="lobby",
            activity=0,
            step="",
            axis=rules.AXES[0],
            version=0,
            beat=0,
            locked=False,
            moved=now,
            expires=now + rules.LASTS,
        )
    )
    return code, secret


def marks(connection: Connection) -> dict[str, Mark]:
    """Code -> mark of every room that is open."""
    found = select(rooms.c.code, rooms.c.version, rooms.c.beat).where(rooms.c.expires > time.time())
    return {row.code: (row.version, row.beat) for row in connection.execute(found)}


def read(connection: Connection, code: str) -> Room | None:
    """A room with its answers; None if there is none."""
    room = _room(connection, code)
    if room is None:
        return None
    seats = select(phones.c.phone, phones.c.seen).where(phones.c.room == code)
    room.phones = {row.phone: row.seen for row in connection.execute(seats)}
    given = select(votes.c.phone, votes.c.value).where(
        votes.c.room == code, votes.c.activity == room.activity
    )
    room.votes = {row.phone: row.value for row in connection.execute(given)}
    made = select(designs.c.phone, designs.c.design, designs.c.outcome).where(
        designs.c.room == code, designs.c.activity == room.activity
    )
    for row in connection.execute(made.order_by(designs.c.phone, designs.c.number)):
        room.designs.setdefault(row.phone, []).append((Design.read(row.design), row.outcome))
    return room


def _room(connection: Connection, code: str, *, hold: bool = False) -> Room | None:
    which = select(rooms).where(rooms.c.code == code, rooms.c.expires > time.time())
    row = connection.execute(which.with_for_update() if hold else which).one_or_none()
    return None if row is None else Room(**row._mapping)


def _has_seat(connection: Connection, code: str, phone: str) -> bool:
    which = select(phones.c.phone).where(phones.c.room == code, phones.c.phone == phone)
    return connection.execute(which).first() is not None


def _beat(connection: Connection, code: str) -> None:
    connection.execute(update(rooms).where(rooms.c.code == code).values(beat=rooms.c.beat + 1))


def join(connection: Connection, code: str, phone: str) -> Refused | None:
    """Give a phone its seat; the same phone keeps the one it has."""
    room = _room(connection, code, hold=True)
    if room is None:
        return "no-room"
    if _has_seat(connection, code, phone):
        see(connection, {(code, phone): time.time()})
        return None
    if room.locked:
        return "locked"
    taken = select(func.count()).select_from(phones).where(phones.c.room == code)
    if connection.execute(taken).scalar_one() >= rules.SEATS:
        return "full"
    connection.execute(phones.insert().values(room=code, phone=phone, seen=time.time()))
    _beat(connection, code)
    return None


def see(connection: Connection, heard: Mapping[tuple[str, str], float]) -> None:
    """Note when phones, each with its room, were last heard of."""
    for (code, phone), when in sorted(heard.items()):
        which = (phones.c.room == code) & (phones.c.phone == phone)
        connection.execute(update(phones).where(which).values(seen=when))


def vote(connection: Connection, code: str, phone: str, activity: int, value: int) -> Refused | None:
    """Write a phone's answer; a later one takes the place of an earlier."""
    room = _room(connection, code, hold=True)
    if room is None:
        return "no-room"
    if not _has_seat(connection, code, phone):
        return "no-seat"
    if activity != room.activity or not rules.takes_votes(room.stage, room.moved, time.time()):
        return "closed"
    insert = upsert(connection, votes).values(
        room=code, activity=activity, phone=phone, step=room.step, value=value
    )
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["room", "activity", "phone"], set_={"value": insert.excluded.value}
        )
    )
    _beat(connection, code)
    return None


def design(
    connection: Connection, code: str, phone: str, activity: int, number: int, made: Design
) -> Refused | None:
    """Write a phone's design of that number, to be trained; the same once more is the same."""
    room = _room(connection, code, hold=True)
    if room is None:
        return "no-room"
    if not _has_seat(connection, code, phone):
        return "no-seat"
    own = select(designs.c.number, designs.c.design).where(
        designs.c.room == code, designs.c.activity == activity, designs.c.phone == phone
    )
    before = {row.number: row.design for row in connection.execute(own)}
    if number in before:
        return None if before[number] == made.text else "taken"
    if activity != room.activity or room.stage != "law.open" or number != len(before):
        return "closed"
    outcome, experiment = _wanted(made)
    connection.execute(
        designs.insert().values(
            room=code, activity=activity, phone=phone, number=number, design=made.text, outcome=outcome
        )
    )
    ask(connection, outcome, experiment, number)
    _beat(connection, code)
    return None


@once(most=1000)
def _wanted(made: Design) -> tuple[str, Experiment]:
    """Name of a design's outcome, and its experiment: there are few designs, and many phones."""
    experiment = made.experiment()
    return name(experiment), experiment


def move(connection: Connection, code: str, version: int, to: str, step: str = "") -> Refused | None:
    """Go on to a stage; `step` is the question where a vote begins. Ending a room deletes all of it."""
    room = _room(connection, code, hold=True)
    if room is None:
        return "no-room"
    if room.version != version or not rules.may_move(room.stage, to):
        return "stale"
    if to == rules.ENDED:
        forget(connection, code)
        return None
    anew = rules.begins_anew(room.stage, to)
    _change(
        connection,
        room,
        stage=to,
        activity=room.activity + anew,
        step=step if anew and to == "vote.open" else room.step,
        axis=rules.AXES[0] if anew else room.axis,
    )
    return None


def turn(connection: Connection, code: str, version: int, axis: str) -> Refused | None:
    """Put the law's points over another axis."""
    room = _room(connection, code, hold=True)
    if room is None:
        return "no-room"
    if room.version != version or not room.stage.startswith("law."):
        return "stale"
    _change(connection, room, axis=axis)
    return None


def lock(connection: Connection, code: str, version: int, locked: bool) -> Refused | None:
    """Let no new phones in, or let them in again."""
    room = _room(connection, code, hold=True)
    if room is None:
        return "no-room"
    if room.version != version:
        return "stale"
    _change(connection, room, locked=locked)
    return None


def _change(connection: Connection, room: Room, **changes: Any) -> None:
    """`moved` is the time of the latest move from stage to stage, for the grace of votes."""
    now = time.time()
    times = {"expires": now + rules.LASTS} | ({"moved": now} if "stage" in changes else {})
    which = update(rooms).where(rooms.c.code == room.code)
    connection.execute(which.values(version=room.version + 1, **times, **changes))


def forget(connection: Connection, code: str) -> None:
    """Delete everything of a room, and what would still be trained for it alone."""
    for table in (phones, votes, designs):
        connection.execute(delete(table).where(table.c.room == code))
    connection.execute(delete(rooms).where(rooms.c.code == code))
    abandon(connection)


def expire(connection: Connection) -> list[str]:
    """Forget rooms whose time is over; their codes."""
    over = select(rooms.c.code).where(rooms.c.expires <= time.time())
    found = list(connection.execute(over).scalars())
    for code in found:
        forget(connection, code)
    return found
