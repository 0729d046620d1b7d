"""One thread that writes for everybody: all that came meanwhile in one transaction.

So three hundred votes in a few seconds are a few commits. Who wrote is answered after the commit.
"""

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection

from softlabel_core.store.database import Database

T = TypeVar("T")

GROUP = 200
"""Writes of one transaction at most."""


@dataclass(frozen=True)
class _Write:
    room: str
    act: Callable[[Connection], Any]
    future: Future[Any]


class Writer:
    """The thread, and what waits for it. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="hall-writer", daemon=True)
        self._thread.start()

    def do(self, room: str, act: Callable[[Connection], T]) -> Future[T]:
        """Have `act` write something of a room; the future has what it returns, or raises `Unavailable`."""
        future: Future[T] = Future()
        self._waiting.put(_Write(room, act, future))
        return future

    def close(self) -> None:
        """Write what waits, and end."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            group = [first]
            while len(group) < GROUP and not self._waiting.empty():
                one = self._waiting.get()
                if one is None:
                    self._waiting.put(None)
                    break
                group.append(one)
            group.sort(key=lambda one: one.room)  # two processes take rooms in one order
            self._write([one for one in group if one.future.set_running_or_notify_cancel()])

    def _write(self, group: list[_Write]) -> None:
        """One that fails takes none of its neighbours with it."""
        if not group:
            return
        try:
            with self._database.write() as connection:
                done = [one.act(connection) for one in group]
        except Exception as error:
            if len(group) > 1:
                for one in group:
                    self._write([one])
                return
            logging.getLogger(__name__).warning("Nothing was written for a hall: %s", error)
            group[0].future.set_exception(error)
        else:
            for one, value in zip(group, done, strict=True):
                one.future.set_result(value)
