"""A journal in a store.

Whoever asks is answered when it is written down. One thread writes, all that came meanwhile in one
transaction, so that a crowd costs little more than a visitor, and a slow or lost store holds up nothing but
acknowledgements: while it cannot be reached the server goes on from memory, says so in its log, and writes
later.
"""

import logging
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import Connection

from softlabel_core.experiment.result import Result
from softlabel_core.phrase import Phrase
from softlabel_core.service.journal import PATIENCE, Journal, News, Note, Report, unpacked
from softlabel_core.store import elsewhere, promises, results
from softlabel_core.store.database import Database, Unavailable
from softlabel_core.store.elsewhere import Standing
from softlabel_core.store.promises import Promise
from softlabel_core.store.results import Found, Saved

LEASE = 15.0
"""Seconds after which the runs of a server that is gone are taken over."""

BEAT = 3.0
"""Seconds between two renewals of what is held, and two looks for what is held no more."""

QUICK = 0.5
"""Seconds between them while another process is waited for, or waits."""

WANTED = 5.0
"""Seconds for which a run of another process is wanted, unless it is said again."""

RETRY = 5.0
"""Seconds between two tries to reach a store that could not be reached."""

TIDY = 3600.0
"""Seconds between two rounds of forgetting."""

MOST = 1000
"""Things that wait to be written; beyond, the oldest are forgotten."""

KEY = re.compile(r"[0-9a-f]{16}")
"""A content hash, as `Experiment.key` writes it: nothing else is asked for."""


Takes = Literal["all", "room", "none"]
"""What a server takes over of others: all that nobody holds any more, as much as it has room for, or none."""


class StoredJournal(Journal):
    """A journal in a store."""

    def __init__(self, database: Database, *, lease: float = LEASE, takes: Takes = "all") -> None:
        """Whoever takes `none` offers what is promised here to others."""
        self._database, self._lease, self._takes = database, lease, takes
        self._owner = secrets.token_hex(16)
        self._pending: OrderedDict[str, Note] = OrderedDict()
        self._held: set[str] = set()
        self._report, self._news = Report(), News()
        self._absent: dict[str, float] = {}
        self._lock, self._wake = threading.Lock(), threading.Event()
        self._down = self._closed = self._more = False
        self._beaten = self._tidied = self._wanted = -float("inf")
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def write(self, key: str, promise: Promise | None, result: Result | None = None) -> Note:
        note = Note(promise, result)
        with self._lock:
            before = self._pending.pop(key, None)
            if before is not None:
                note.result = note.result or before.result
                before.settle()
            self._pending[key] = note
            while len(self._pending) > MOST:
                self._pending.popitem(last=False)[1].settle()
            self._absent.pop(key, None)
            if self._down or self._closed:
                note.settle()
        self._wake.set()
        return note

    def find(self, key: str) -> Found | Phrase | Standing | None:
        now = time.monotonic()
        if self._down or self._absent.get(key, 0.0) > now or not KEY.fullmatch(key):
            return None
        found = self._asked(results.answering, key) or self._promised(key)
        if found is None:  # pages ask again with every run of theirs
            with self._lock:
                if len(self._absent) > MOST:
                    self._absent.clear()
                self._absent[key] = now + BEAT
        return found

    def _promised(self, key: str) -> Phrase | Standing | None:
        stands: Standing | None = self._asked(_standing, key)
        if stands is not None and stands.promise.state == "failed":
            return unpacked(stands.promise.problem)
        return stands

    def shared(self, share: str) -> Found | None:
        found: Found | None = self._asked(results.shared, share)
        return found

    def exchange(self, report: Report) -> News:
        with self._lock:
            news, self._news = self._news, News()
            if news.claimed:  # they take the room
                report = replace(report, room=None)
            before, self._report = self._report, report
        if report.room is not None and self._more:  # where there was one there may be another
            self._more, self._beaten = False, -float("inf")
            self._wake.set()
        if report.follows - before.follows:
            self._wanted = -float("inf")
            self._wake.set()
        return news

    def close(self) -> None:
        self._closed = True
        self._wake.set()
        self._thread.join(PATIENCE)
        self._database.close()

    def _asked(self, question: Any, key: str) -> Any:
        try:
            return question(self._database, key)
        except Exception as error:
            _log().warning("The store does not answer: %s", error)
            return None

    def _run(self) -> None:
        """In a thread of its own, whatever happens."""
        while not self._closed:
            self._wake.clear()
            self._try()
            if self._down:
                self._pause(RETRY)
            else:
                self._wake.wait(self._pace())
        self._try()

    def _pace(self) -> float:
        """Seconds between two beats: few while another process waits for this one, or it for another."""
        with self._lock:
            report = self._report
        quick = report.follows or report.progress or self._takes == "room"
        return min(QUICK, BEAT) if quick else BEAT

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._closed and time.monotonic() < until:
            time.sleep(0.1)

    def _try(self) -> None:
        with self._lock:
            batch = dict(self._pending)
        try:
            self._store(batch)
        except Exception as error:
            if not self._down:
                why = str(error) if isinstance(error, Unavailable) else repr(error)
                _log().warning("The store cannot be used; what is new is kept in memory for now: %s", why)
            self._down = True
        else:
            if self._down:
                _log().warning("The store can be used again; %d waiting things are written", len(batch))
            self._down = False
            with self._lock:
                for key, note in batch.items():
                    if self._pending.get(key) is note:
                        del self._pending[key]
        with self._lock:
            for note in [*batch.values(), *(self._pending.values() if self._down else ())]:
                note.settle()

    def _store(self, batch: dict[str, Note]) -> None:
        """Write a batch, and renew, take over, tell, look and forget where it is time."""
        now, closing = time.monotonic(), self._closed
        with self._lock:
            report = self._report
        beat, tidy = now - self._beaten >= self._pace(), now - self._tidied >= TIDY
        if not batch and not closing and not (beat and (self._held or tidy or self._due(report))):
            return
        news = News()
        with self._database.write() as connection:
            saved, away = self._written(connection, batch)
            if beat:
                self._renewed(connection, batch, news)
                elsewhere.tell(connection, report.progress, self._owner)
                self._want(connection, report, now)
            if beat and not closing:
                news.claimed = self._taken(connection, self._held | batch.keys(), report)
            if tidy:
                results.tidy(connection)
            if closing:
                promises.release(connection, self._owner)
        for key, note in batch.items():
            note.saved, note.elsewhere = saved.get(key), key in away
            going = note.promise is not None and note.promise.state != "failed" and key not in away
            self._held = self._held | {key} if going else self._held - {key}
        self._held = (self._held | {one.key for one in news.claimed}) - news.lost
        if beat and report.follows:
            self._look(report.follows - batch.keys(), news)
        self._tell(news)
        self._beaten = now if beat else self._beaten
        self._tidied = now if tidy else self._tidied

    def _written(self, connection: Connection, batch: dict[str, Note]) -> tuple[dict[str, Saved], set[str]]:
        """Write what is new; where results are kept, and which promises another process keeps."""
        saved: dict[str, Saved] = {}
        rows = sorted(batch.items())  # in one order, so that two servers never wait in a circle
        promised = [note.promise for _, note in rows if note.promise is not None]
        offered = [one for one in promised if self.offers and one.state == "waiting"]
        promises.hold(connection, offered, None, self._lease)
        promises.hold(connection, [one for one in promised if one not in offered], self._owner, self._lease)
        for key, note in rows:
            if note.result is not None:
                saved[key] = results.save(connection, note.result)
            if note.promise is None and note.result is not None:
                promises.drop(connection, [key])
            elif note.promise is None:
                promises.drop(connection, [key], self._owner)
                elsewhere.give_up(connection, [key], self._owner)
        away = {one.key for one in offered}
        if promised:
            away |= elsewhere.held_by_others(connection, [one.key for one in promised], self._owner)
        return saved, away

    @property
    def offers(self) -> bool:
        return self._takes == "none"

    def _renewed(self, connection: Connection, batch: Collection[str], news: News) -> None:
        now = time.time()
        for key, until in promises.renew(connection, self._owner, self._lease).items():
            news.wanted[key] = False if until < 0 else None if until < now else True
        news.lost = self._held - news.wanted.keys() - set(batch)

    def _want(self, connection: Connection, report: Report, now: float) -> None:
        """Say again what is wanted of others, well before it would be forgotten."""
        if report.wants and now - self._wanted >= WANTED / 4:
            elsewhere.want(connection, report.wants, self._owner, WANTED)
            self._wanted = now

    def _due(self, report: Report) -> bool:
        """Whether there is anything of others to look after; only asks."""
        if report.follows or self.offers:
            return bool(report.follows)
        if self._takes == "room" and report.room is None:
            return False
        with self._database.read() as connection:
            return promises.left(connection, self._owner, self._held, report.room)

    def _taken(self, connection: Connection, held: Collection[str], report: Report) -> list[Promise]:
        if self.offers or (self._takes == "room" and report.room is None):
            return []
        most, longest = (1, report.room) if self._takes == "room" else (None, None)
        found = promises.claim(connection, self._owner, held, self._lease, most, longest)
        if not found and report.room is not None:
            found = promises.spare(connection, self._owner, self._lease, report.room, 1)
        return found

    def _look(self, follows: Collection[str], news: News) -> None:
        """How runs of others stand, and the results of those that have ended."""
        with self._lock:
            follows = [key for key in follows if key not in self._pending]
        with self._database.read() as connection:
            stands = elsewhere.look(connection, follows)
        for key in follows:
            news.stands[key] = stands.get(key) or results.answering(self._database, key)

    def _tell(self, news: News) -> None:
        if news == News():
            return
        with self._lock:
            self._news.claimed += news.claimed
            if news.claimed:
                self._more, self._report = True, replace(self._report, room=None)
            self._news.lost |= news.lost
            self._news.wanted.update(news.wanted)
            self._news.stands.update(news.stands)
        if news.claimed or news.lost or news.stands:
            self.heard()


def _standing(database: Database, key: str) -> Standing | None:
    with database.read() as connection:
        return elsewhere.look(connection, [key]).get(key)


def _log() -> logging.Logger:
    return logging.getLogger(__name__)
