"""Outcomes in the store: what designs came to, and who trains those that wait.

Equal designs share one, whichever rooms they come from, and it outlives them. Whoever trains some holds them
until a time that it renews; of one that was killed they are taken over. First designs of phones come before
second ones. What failed is tried again alone, so that it takes nothing else with it.
"""

import json
import time
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, case, delete, or_, select, update

from softlabel_core.experiment.spec import Experiment
from softlabel_core.hall.law import Outcome
from softlabel_core.plugin import Invalid
from softlabel_core.store.database import upsert
from softlabel_core.store.results import DAY, DAYS
from softlabel_core.store.schema import designs, outcomes, rooms

TRIES = 3
"""Times that a design is begun before it is given up."""

_again = case((outcomes.c.tries >= TRIES, "failed"), else_="waiting")


def ask(connection: Connection, name: str, experiment: Experiment, turn: int) -> None:
    """An outcome is wanted, at this turn, unless it is there or was asked for with an earlier one."""
    insert = upsert(connection, outcomes).values(
        name=name,
        experiment=experiment.model_dump_json(),
        state="waiting",
        turn=turn,
        asked=time.time(),
        until=0.0,
        tries=0,
        numbers="",
    )
    sooner = outcomes.c.turn > insert.excluded.turn
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["name"], set_={"turn": insert.excluded.turn}, where=sooner
        )
    )


def known(connection: Connection, names: Collection[str]) -> dict[str, Outcome | None]:
    """Those that are settled; None for one that was given up."""
    settled = outcomes.c.state.in_(("done", "failed"))
    rows = connection.execute(
        select(outcomes.c.name, outcomes.c.numbers).where(outcomes.c.name.in_(names), settled)
    )
    return {row.name: Outcome(**json.loads(row.numbers)) if row.numbers else None for row in rows}


def waits(connection: Connection, room: str) -> bool:
    """Whether a room waits for something that nobody trains."""
    free = or_(
        outcomes.c.state == "waiting", (outcomes.c.state == "running") & (outcomes.c.until < time.time())
    )
    wanted = select(designs.c.outcome).where(designs.c.room == room)
    return (
        connection.execute(select(outcomes.c.name).where(outcomes.c.name.in_(wanted), free)).first()
        is not None
    )


def claim(connection: Connection, room: str, owner: str, most: int, lease: float) -> dict[str, Experiment]:
    """Take up to `most` outcomes that a room waits for and nobody trains: name -> experiment."""
    now = time.time()
    lapsed = (outcomes.c.state == "running") & (outcomes.c.until < now)
    connection.execute(update(outcomes).where(lapsed).values(state=_again, owner=None))
    wanted = select(designs.c.outcome).where(designs.c.room == room)
    which = select(outcomes.c.name, outcomes.c.experiment, outcomes.c.tries).where(
        outcomes.c.name.in_(wanted), outcomes.c.state == "waiting"
    )
    order = which.order_by(outcomes.c.tries, outcomes.c.turn, outcomes.c.asked, outcomes.c.name)
    rows = connection.execute(order.limit(most).with_for_update(skip_locked=True)).all()
    taken = [row for row in rows if not row.tries] or rows[:1]
    mine = outcomes.c.name.in_([row.name for row in taken])
    values = {"state": "running", "owner": owner, "until": now + lease, "tries": outcomes.c.tries + 1}
    connection.execute(update(outcomes).where(mine).values(**values))
    found = {}
    for row in taken:
        try:
            found[row.name] = Experiment.parse(json.loads(row.experiment))
        except Invalid:  # asked for by another version, and never known here
            connection.execute(update(outcomes).where(outcomes.c.name == row.name).values(state="failed"))
    return found


def renew(connection: Connection, names: Collection[str], owner: str, lease: float) -> None:
    """`owner` goes on with these."""
    mine = outcomes.c.name.in_(names) & (outcomes.c.owner == owner)
    connection.execute(update(outcomes).where(mine).values(until=time.time() + lease))


def finish(connection: Connection, found: Mapping[str, Outcome]) -> None:
    """These are settled, for every room that waits for them."""
    _beat(connection, found)  # first, as whoever writes holds the room before its outcomes
    for name, outcome in sorted(found.items()):
        done = {"state": "done", "owner": None, "numbers": outcome.dumped()}
        connection.execute(update(outcomes).where(outcomes.c.name == name).values(**done))


def fail(connection: Connection, names: Collection[str], owner: str) -> None:
    """Training these failed: they wait again, or are given up."""
    _beat(connection, names)
    mine = outcomes.c.name.in_(names) & (outcomes.c.owner == owner)
    connection.execute(update(outcomes).where(mine).values(state=_again, owner=None))


def release(connection: Connection, names: Collection[str], owner: str) -> None:
    """`owner` has not begun these, or ends in order: they wait again, and are not blamed for that."""
    mine = outcomes.c.name.in_(names) & (outcomes.c.owner == owner)
    values = {"state": "waiting", "owner": None, "tries": outcomes.c.tries - 1}
    connection.execute(update(outcomes).where(mine).values(**values))


def _beat(connection: Connection, names: Collection[str]) -> None:
    theirs = select(designs.c.room).where(designs.c.outcome.in_(names))
    connection.execute(update(rooms).where(rooms.c.code.in_(theirs)).values(beat=rooms.c.beat + 1))


def abandon(connection: Connection) -> None:
    """Forget what nobody waits for any more, and what is very old; what is settled is kept."""
    alone = outcomes.c.name.not_in(select(designs.c.outcome))
    old = outcomes.c.asked < time.time() - DAY * DAYS
    settled = outcomes.c.state == "done"
    connection.execute(delete(outcomes).where(alone, or_(~settled, old)))
