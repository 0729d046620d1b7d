"""Rooms as a process knows them: read from the store when they have changed, told from memory.

Several processes on one store see the same rooms: each looks at their marks every `LOOK` seconds, and at once
after it wrote something itself. Whoever waits for news of a room is woken only by what changes for them: a
vote is news for the presenter, and not for three hundred phones.
"""

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Connection

from softlabel_core.hall import outcomes, rooms
from softlabel_core.hall.law import Outcome, Point
from softlabel_core.hall.rooms import Room
from softlabel_core.hall.training import Feeder
from softlabel_core.hall.writer import Writer
from softlabel_core.service.queue import Jobs
from softlabel_core.store.database import Database, Unavailable

T = TypeVar("T")

LOOK, IDLE = 0.02, 1.0
"""Seconds until the next look at the store while there are rooms, and while there are none: as long, and the
pause, does a move that another process wrote go unseen."""

PAUSE = 0.04
"""Seconds between two looks at least: many writes, few looks."""

ANSWERS = 0.2
"""Seconds between two readings of a room that nobody moved: many answers, few readings."""

PRESENT = 75.0
"""Seconds after which a phone that was not heard of is away."""

NOTED = 20.0
"""Seconds between two notes of who was heard of, and two counts of who is there."""

SWEEP = 60.0
"""Seconds between two looks for rooms whose time is over."""

KNOWN = 20_000
"""Outcomes that a process remembers."""


@dataclass(frozen=True)
class View:
    """A room as it was when it was read, with what its designs have come to."""

    room: Room
    outcomes: dict[str, Outcome | None]
    """Those that are settled, by name; None for one that was given up."""

    active: int
    """Phones that are there."""

    read: float = field(default_factory=time.monotonic)

    _told: dict[Any, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def mark(self) -> str:
        """Changes with what the presenter sees."""
        return f"{self.room.version}.{self.room.beat}.{self.active}"

    def phone_mark(self, phone: str) -> str:
        """Changes with what this phone sees."""
        mine = self.room.designs.get(phone, [])
        done = sum(name in self.outcomes for _, name in mine)
        return f"{self.room.version}.{self.room.votes.get(phone, '')}.{len(mine)}.{done}"

    def told(self, to: Any, say: Callable[[], str]) -> str:
        """What `say` says of it: asked once for all who are `to` be told the same."""
        if to not in self._told:
            self._told[to] = say()
        return self._told[to]

    def answers(self, phone: str) -> tuple[Any, ...]:
        """What this phone answered in the present activity."""
        return self.room.votes.get(phone), *self.room.designs.get(phone, ())

    @cached_property
    def counts(self) -> dict[str, int]:
        """Outcome -> designs that have it, in the order in which they came first."""
        return Counter(name for mine in self.room.designs.values() for _, name in mine)

    @cached_property
    def points(self) -> list[Point]:
        """Designs that have an outcome, equal ones as one."""
        counts = self.counts
        made = {name: design for mine in self.room.designs.values() for design, name in mine}
        return [
            Point(made[name], count, found)
            for name, count in counts.items()
            if (found := self.outcomes.get(name)) is not None
        ]

    @cached_property
    def waiting(self) -> list[str]:
        """Outcomes that are not settled."""
        return [name for name in self.counts if name not in self.outcomes]


@dataclass(eq=False)
class Watcher:
    """Who waits for news of a room: a phone, or the presenter (None)."""

    phone: str | None
    loop: asyncio.AbstractEventLoop
    event: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False
    """Whether nothing will come any more, as the server ends."""


class House:
    """All rooms of a store. Thread-safe; what is awaited belongs to the loop that awaits it."""

    def __init__(self, database: Database, jobs: Callable[[], Jobs]) -> None:
        self.views: dict[str, View] = {}
        """Code -> room, replaced whole when it has changed."""
        self._database, self._writer = database, Writer(database)
        self._outcomes: dict[str, Outcome | None] = {}
        self._watchers: dict[str, set[Watcher]] = {}
        self._heard: dict[tuple[str, str], float] = {}
        self._asked: list[Future[None]] = []
        self._lock, self._poke = threading.Lock(), threading.Event()
        self.closed = self._ended = False
        self._noted = self._swept = 0.0
        self.feeder = Feeder(database, jobs, self._waiting, self._poke.set)
        self._thread = threading.Thread(target=self._run, name="hall-look", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop looking; rooms stay in the store."""
        self.closed = True
        self._poke.set()
        self._thread.join()
        self.feeder.close()
        self._writer.close()
        self._database.close()

    def end_streams(self) -> None:
        """Wake all who wait, for the last time."""
        self._ended = True
        with self._lock:
            watchers = [one for room in self._watchers.values() for one in room]
        for one in watchers:
            one.ended = True
        _wake(watchers)

    # Writing

    def write(self, code: str, act: Callable[[Connection], T]) -> Future[T]:
        """Have something of a room written; this process sees it soon after the future is done."""
        future = self._writer.do(code, act)
        future.add_done_callback(lambda _: self._poke.set())
        return future

    def open(self, language: str) -> tuple[str, str] | None:
        """A new room: its code and secret; None where there are too many. Raises `Unavailable`."""
        made = self.write("", lambda connection: rooms.open_room(connection, language)).result()
        self.fresh().result()
        return made

    def heard(self, code: str, phone: str) -> None:
        """A phone is there."""
        with self._lock:
            self._heard[code, phone] = time.time()

    # Reading

    def read(self, ask: Callable[[Connection], T]) -> T:
        """Ask the store itself; raises `Unavailable`."""
        with self._database.read() as connection:
            return ask(connection)

    def fresh(self) -> "Future[None]":
        """Done after a look that begins from now on."""
        asked: Future[None] = Future()
        with self._lock:
            self._asked.append(asked)
        self._poke.set()
        return asked

    @contextmanager
    def watch(self, code: str, phone: str | None) -> Iterator[Watcher]:
        """Within the block the watcher's event is set by whatever changes for it."""
        watcher = Watcher(phone, asyncio.get_running_loop(), ended=self._ended)
        with self._lock:
            self._watchers.setdefault(code, set()).add(watcher)
        try:
            yield watcher
        finally:
            with self._lock:
                left = self._watchers[code]
                left.discard(watcher)
                if not left:
                    del self._watchers[code]

    def watching(self, code: str, phone: str | None) -> int:
        """How many watchers of a room are this phone, or the presenter."""
        with self._lock:
            return sum(one.phone == phone for one in self._watchers.get(code, ()))

    def _waiting(self) -> list[str]:
        return [code for code, view in list(self.views.items()) if view.waiting]

    # Looking

    def _run(self) -> None:
        """In a thread of its own, whatever happens."""
        while not self.closed:
            self._poke.wait(LOOK if self.views else IDLE)
            self._poke.clear()
            with self._lock:
                asked, self._asked = self._asked, []
            pause = IDLE
            try:
                self._look(bool(asked))
                pause = PAUSE
            except Unavailable as error:
                _log().warning("The store does not answer: %s", error)
            except Exception:
                _log().exception("Rooms could not be read; it goes on")
            for one in asked:
                if one.set_running_or_notify_cancel():
                    one.set_result(None)
            time.sleep(pause)

    def _look(self, asked: bool) -> None:
        """What was moved is read at once; mere answers are, if anybody `asked`, and else before long."""
        now = time.monotonic()
        if now - self._swept > SWEEP:
            self._swept = now
            self.write("", rooms.expire)
        if now - self._noted > NOTED:
            self._noted = now
            self._note()
        with self._database.read() as connection:
            marks = rooms.marks(connection)
            for code in self.views.keys() - marks.keys():
                self._tell(code, self.views.pop(code), None)
            for code, mark in marks.items():
                before = self.views.get(code)
                if before is None or _due(before, mark, now, asked):
                    self._read(connection, code, before)

    def _note(self) -> None:
        with self._lock:
            heard, self._heard = self._heard, {}
        if heard:
            self.write("", lambda connection: rooms.see(connection, heard))

    def _read(self, connection: Connection, code: str, before: View | None) -> None:
        room = rooms.read(connection, code)
        if room is None:
            return
        wanted = {name for mine in room.designs.values() for _, name in mine}
        if len(self._outcomes) > KNOWN:
            self._outcomes.clear()
        missing = wanted - self._outcomes.keys()
        if missing:
            self._outcomes |= outcomes.known(connection, missing)
        since = time.time() - PRESENT
        self.views[code] = view = View(
            room,
            {name: self._outcomes[name] for name in wanted & self._outcomes.keys()},
            sum(seen > since for seen in room.phones.values()),
        )
        if view.waiting:
            self.feeder.wake()
        self._tell(code, before, view)

    def _tell(self, code: str, before: View | None, now: View | None) -> None:
        with self._lock:
            watchers = list(self._watchers.get(code, ()))
        if before is not None and now is not None and before.room.version == now.room.version:
            watchers = [one for one in watchers if _changed(before, now, one.phone)]
        _wake(watchers)


def _due(before: View, mark: rooms.Mark, now: float, asked: bool) -> bool:
    if before.room.version != mark[0] or now - before.read > NOTED:
        return True
    return before.room.mark != mark and (asked or now - before.read > ANSWERS)


def _changed(before: View, now: View, phone: str | None) -> bool:
    if phone is None:
        return before.mark != now.mark
    return before.phone_mark(phone) != now.phone_mark(phone)


def _wake(watchers: Collection[Watcher]) -> None:
    """One message a loop, as each of them interrupts it."""

    def wake(mine: list[Watcher]) -> None:
        for one in mine:
            one.event.set()

    for loop in {one.loop for one in watchers}:
        loop.call_soon_threadsafe(wake, [one for one in watchers if one.loop is loop])


def _log() -> logging.Logger:
    return logging.getLogger(__name__)
