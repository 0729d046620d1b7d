"""One process of a store at a time: a lock that ends with whoever holds it, however that ends."""

import fcntl
import os
from contextlib import suppress

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from softlabel_core.store.database import Database, reached

KEY = int.from_bytes(b"dispatch")
"""The lock's number in PostgreSQL, which a database has for itself."""

FILE = "dispatcher.lock"
"""Beside the file of SQLite."""


class Lock:
    """PostgreSQL: an advisory lock of a connection that is kept open. SQLite: a locked file beside it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._file: int | None = None

    def held(self) -> bool:
        """Whether this process holds it, taken now if it is free; raises `Unavailable`."""
        with reached():
            return self._locked() if self._database.is_file else self._session()

    def release(self) -> None:
        """Let others have it."""
        if self._file is not None:
            os.close(self._file)
        if self._connection is not None:
            with suppress(SQLAlchemyError):  # PostgreSQL may be gone, and the lock with it
                self._connection.close()
        self._file = self._connection = None

    def _session(self) -> bool:
        if self._connection is not None:
            try:
                self._connection.execute(select(1))
                return True
            except SQLAlchemyError:  # lost with its connection: the next one to ask has it
                self.release()
        connection = self._database.session()
        if connection.execute(select(func.pg_try_advisory_lock(KEY))).scalar():
            self._connection = connection
        else:
            connection.close()
        return self._connection is not None

    def _locked(self) -> bool:
        if self._file is None:
            path = self._database.file.with_name(FILE)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:  # another process holds it
                os.close(file)
            else:
                self._file = file
        return self._file is not None
