"""What a server remembers beyond its own life: runs that it promised, results, why a run failed.

Whoever asks is answered when it is written down. One thread writes, all that came meanwhile in one
transaction, so that a crowd costs little more than a visitor, and a slow or lost store holds up nothing but
acknowledgements: while it cannot be reached the server goes on from memory, says so in its log, and writes
later.
"""

import hashlib
import json
import logging
import re
import secrets
import threading
import time
from collections import OrderedDict
from typing import Any

from softlabel_core.experiment.result import Result
from softlabel_core.experiment.spec import Experiment
from softlabel_core.phrase import Phrase
from softlabel_core.store import promises, results
from softlabel_core.store.database import Database, Unavailable
from softlabel_core.store.promises import Promise
from softlabel_core.store.results import Found, Saved

LEASE = 15.0
"""Seconds after which the runs of a server that is gone are taken over."""

BEAT = 3.0
"""Seconds between two renewals of what is held, and two looks for what is held no more."""

RETRY = 5.0
"""Seconds between two tries to reach a store that could not be reached."""

TIDY = 3600.0
"""Seconds between two rounds of forgetting."""

MOST = 1000
"""Things that wait to be written; beyond, the oldest are forgotten."""

KEY = re.compile(r"[0-9a-f]{16}")
"""A content hash, as `Experiment.key` writes it: nothing else is asked for."""

PATIENCE = 20.0
"""Seconds after which nobody waits for the store any longer."""


def promise(key: str, experiment: Experiment, seconds: float, visitor: str) -> Promise:
    """A new one; of the visitor only a hash is kept."""
    who = hashlib.sha256(visitor.encode()).hexdigest()[:16]
    return Promise(key, experiment.model_dump_json(), seconds, who, time.time())


class Note:
    """Something to write down: a promise as it stands, None where it has ended, and its result."""

    def __init__(self, promise: Promise | None, result: Result | None = None) -> None:
        self.promise, self.result = promise, result
        self.saved: Saved | None = None
        """Where the result is kept; None where it could not be, yet."""
        self._settled = threading.Event()

    @property
    def settled(self) -> bool:
        """Whether it is written, or cannot be for now."""
        return self._settled.is_set()

    def settle(self) -> None:
        """Nobody needs to wait for it."""
        self._settled.set()

    def wait(self) -> None:
        """Returns as soon as it is settled."""
        self._settled.wait(PATIENCE)


class Journal:
    """A journal that keeps nothing: for a queue that lives in memory alone."""

    def write(self, key: str, promise: Promise | None, result: Result | None = None) -> Note:
        """Write down how the run stands; an earlier note of this key is outdated."""
        note = Note(promise, result)
        note.settle()
        return note

    def find(self, key: str) -> Found | Phrase | None:
        """The result of the experiment with that key, or why its run failed if nobody asked again."""
        return None

    def shared(self, share: str) -> Found | None:
        """The result with that id."""
        return None

    def claimed(self) -> list[Promise]:
        """Promises of servers that are gone, each told once; they are this server's from now on."""
        return []

    def close(self) -> None:
        """What is promised is left to the next server."""


class StoredJournal(Journal):
    """A journal in a store."""

    def __init__(self, database: Database, *, lease: float = LEASE) -> None:
        self._database, self._lease = database, lease
        self._owner = secrets.token_hex(16)
        self._pending: OrderedDict[str, Note] = OrderedDict()
        self._held: set[str] = set()
        self._claimed: list[Promise] = []
        self._absent: dict[str, float] = {}
        self._lock, self._wake = threading.Lock(), threading.Event()
        self._down = self._closed = False
        self._beaten = self._tidied = -float("inf")
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

    def find(self, key: str) -> Found | Phrase | None:
        now = time.monotonic()
        if self._down or self._absent.get(key, 0.0) > now or not KEY.fullmatch(key):
            return None
        found = self._asked(results.answering, key) or self._problem(key)
        if found is None:  # pages ask again with every run of theirs
            with self._lock:
                if len(self._absent) > MOST:
                    self._absent.clear()
                self._absent[key] = now + BEAT
        return found

    def _problem(self, key: str) -> Phrase | None:
        row: Promise | None = self._asked(promises.look, key)
        return unpacked(row.problem) if row is not None and row.state == "failed" else None

    def shared(self, share: str) -> Found | None:
        found: Found | None = self._asked(results.shared, share)
        return found

    def claimed(self) -> list[Promise]:
        with self._lock:
            claimed, self._claimed = self._claimed, []
        return claimed

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
                self._wake.wait(BEAT)
        self._try()

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
        """Write a batch, and renew, claim and forget where it is time."""
        now, closing = time.monotonic(), self._closed
        beat, tidy = now - self._beaten >= BEAT, now - self._tidied >= TIDY
        if not batch and not closing and not (beat and (self._held or tidy or self._left())):
            return
        saved: dict[str, Saved] = {}
        with self._database.write() as connection:
            rows = sorted(batch.items())  # in one order, so that two servers never wait in a circle
            promised = [note.promise for _, note in rows if note.promise is not None]
            promises.hold(connection, promised, self._owner, self._lease)
            for key, note in rows:
                if note.promise is None:
                    promises.drop(connection, [key], None if note.result else self._owner)
                if note.result is not None:
                    saved[key] = results.save(connection, note.result)
            if beat:
                promises.renew(connection, self._owner, self._lease)
            claimed: list[Promise] = []
            if beat and not closing:
                claimed = promises.claim(connection, self._owner, self._held | batch.keys(), self._lease)
            if tidy:
                results.tidy(connection)
            if closing:
                promises.release(connection, self._owner)
        for key, note in batch.items():
            note.saved = saved.get(key)
            going = note.promise is not None and note.promise.state != "failed"
            self._held = self._held | {key} if going else self._held - {key}
        self._held |= {one.key for one in claimed}
        with self._lock:
            self._claimed += claimed
        self._beaten = now if beat else self._beaten
        self._tidied = now if tidy else self._tidied

    def _left(self) -> bool:
        """Whether there is anything to claim; only asks."""
        with self._database.read() as connection:
            return promises.left(connection, self._owner, self._held)


def _log() -> logging.Logger:
    return logging.getLogger(__name__)


def packed(phrase: str) -> str:
    """A phrase as JSON."""
    return json.dumps(_plain(phrase))


def _plain(part: Any) -> Any:
    if isinstance(part, Phrase):
        return {"template": part.template, "parts": {name: _plain(one) for name, one in part.parts.items()}}
    return part if isinstance(part, int | float) else str(part)


def unpacked(text: str) -> Phrase:
    """The phrase again."""
    phrase: Phrase = _said(json.loads(text))
    return phrase


def _said(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    template: str = part["template"]
    return Phrase(template, **{name: _said(one) for name, one in part["parts"].items()})
