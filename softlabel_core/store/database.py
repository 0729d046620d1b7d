"""Where the store is: a file of SQLite in a folder of this machine, or PostgreSQL for several machines.

`SOFTLABEL_STATE` names the folder, `DATABASE_URL` a PostgreSQL instead. Whatever keeps the store from being
reached (no folder, a full disk, no network) is `Unavailable`; what comes after may work again.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from softlabel_core.plugin import Invalid
from softlabel_core.store import schema

STATE = "SOFTLABEL_STATE"
"""Environment variable: the folder of the store."""

ADDRESS = "DATABASE_URL"
"""Environment variable: a PostgreSQL database, `postgresql://user:password@host/name`."""

FILE = "softlabel.sqlite"

BUSY = 10_000
"""Milliseconds that a writer of SQLite waits for another."""

PATIENCE = 5
"""Seconds within which a PostgreSQL must answer; one that does not is not there."""

PRAGMAS = (
    f"busy_timeout = {BUSY}",
    "journal_mode = WAL",
    "synchronous = FULL",
    f"journal_size_limit = {2**26}",
)

READING = "reading"


class Unavailable(Exception):
    """The store cannot be reached now. The message is for the log: it may name folders and hosts."""


def folder() -> Path:
    """The folder of the store on this machine."""
    return Path(os.environ.get(STATE) or "~/.local/state/softlabel").expanduser()


def url(address: str | None = None) -> URL:
    """Where the store is: as `address` or the environment says, else a file in `folder`; raises `Invalid`."""
    said = address or os.environ.get(ADDRESS)
    if not said:
        return URL.create("sqlite", database=str(folder() / FILE))
    try:
        found = make_url(said)
    except (SQLAlchemyError, ValueError):
        found = None
    kind = "" if found is None else found.get_backend_name()
    if found is None or kind not in ("postgres", "postgresql", "sqlite") or not found.database:
        raise Invalid("DATABASE_URL: allowed: postgresql://user:password@host/name; got another address.")
    return found if kind == "sqlite" else found.set(drivername="postgresql+psycopg")


class Database:
    """Connections to one store. Thread-safe; its tables are made, or brought up to date, when first used."""

    def __init__(self, where: URL | None = None) -> None:
        self.url = where or url()
        self._lock = threading.Lock()
        self._engine: Engine | None = None

    @property
    def is_file(self) -> bool:
        """Whether it is a file of SQLite."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path:
        """The file of SQLite."""
        return Path(self.url.database or "")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: all within is kept, or nothing is. Raises `Unavailable`, `schema.Newer`."""
        with reached(), self._opened().begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to ask, which sees the store as it was when it began and waits for no writer."""
        with reached(), self._opened().connect() as connection:
            yield connection.execution_options(**{READING: True})

    def session(self) -> Connection:
        """A connection to PostgreSQL of one's own, open until it is closed, without a transaction.

        Its server notices within 20 s that the machine behind it has gone. Raises `Unavailable`.
        """
        with reached():
            connection = self._opened().connect().execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()
            for what, number in (("idle", 5), ("interval", 5), ("count", 3)):
                connection.exec_driver_sql(f"SET tcp_keepalives_{what} = {number}")
            return connection

    def close(self) -> None:
        """Give all connections back; whoever uses it again opens it anew."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
            self._engine = None

    def _opened(self) -> Engine:
        with self._lock:
            if self._engine is None:
                engine = self._file() if self.is_file else self._server()
                try:
                    with engine.begin() as connection:
                        schema.prepare(connection)
                except BaseException:
                    engine.dispose()
                    raise
                self._engine = engine
            return self._engine

    def _file(self) -> Engine:
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        engine = create_engine(self.url, hide_parameters=True, connect_args={"timeout": BUSY / 1000})
        event.listen(engine, "connect", _prepared)
        event.listen(engine, "begin", _begun)
        return engine

    def _server(self) -> Engine:
        if not _has_psycopg():
            raise Invalid("DATABASE_URL: PostgreSQL needs `pip install -r requirements-postgres.txt`.")
        limits = f"-c statement_timeout={1000 * PATIENCE} -c lock_timeout={1000 * PATIENCE}"
        bounds = {"connect_timeout": PATIENCE, "tcp_user_timeout": 1000 * PATIENCE, "options": limits}
        return create_engine(
            self.url, hide_parameters=True, pool_pre_ping=True, pool_timeout=PATIENCE, connect_args=bounds
        )


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that can say what is done where the row is there (`on_conflict_do_update`)."""
    return (sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert)(table)


def _has_psycopg() -> bool:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return False
    return True


@contextmanager
def reached() -> Iterator[None]:
    """What keeps the store from being reached is `Unavailable`."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise Unavailable(f"{type(error).__name__}: {getattr(error, 'orig', None) or error}") from error


def _prepared(connection: Any, _: Any) -> None:
    """A commit is on the disk when it returns; readers wait for no writer."""
    connection.isolation_level = None  # transactions begin as `_begun` says

    def prepare() -> None:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()

    _patiently(prepare)


def _begun(connection: Connection) -> None:
    """Whoever will write holds the file from the start: two that read first could not both go on."""
    reading = connection.get_execution_options().get(READING)
    _patiently(lambda: connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE"))


def _patiently(act: Callable[[], object]) -> None:
    """Again until the file is free, as long as `busy_timeout`.

    Where a writer was killed whoever comes first mends the file, and the others are told at once that it is
    locked, without the patience of `busy_timeout`.
    """
    deadline = time.monotonic() + BUSY / 1000
    while True:
        try:
            act()
            return
        except (sqlite3.OperationalError, OperationalError) as error:
            told = error.orig if isinstance(error, OperationalError) else error
            busy = getattr(told, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
        time.sleep(0.02)
