"""What `softlabel store` does."""

import argparse
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import text

from softlabel_core.plugin import Invalid
from softlabel_core.store import results, schema
from softlabel_core.store.database import Database, Unavailable


def act(options: argparse.Namespace) -> int:
    """Do what `options` say with the store that is there; returns the exit status, raises `Invalid`."""
    database = Database()
    if database.is_file and not database.file.is_file():
        raise Invalid("store: there is none yet at {file}.", file=database.file)
    try:
        return ACTS[options.act_on_store](database, options)
    except Unavailable as error:
        raise Invalid("store: it cannot be reached ({why}).", why=error) from None
    except schema.Newer as error:
        raise Invalid(error.phrase) from None
    finally:
        database.close()


def _info(database: Database, _: argparse.Namespace) -> int:
    found = results.counts(database)
    with database.read() as connection:
        version = schema.version(connection)
    where = database.file if database.is_file else database.url.render_as_string(hide_password=True)
    print(f"{where}, tables of version {version}")
    print(f"{found['results']} results, {found['bytes'] / 2**20:.1f} MiB, {found['bad']} of them damaged")
    if found["results"]:
        oldest, latest = (_day(found[one]) for one in ("oldest", "latest"))
        print(f"computed from {oldest} to {latest}")
    states = ("waiting", "running", "failed")
    print("runs: " + ", ".join(f"{found['jobs'].get(one, 0)} {one}" for one in states))
    return 0


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


def _backup(database: Database, options: argparse.Namespace) -> int:
    if not database.is_file:
        raise Invalid("backup: allowed: a store in a file; this one is in PostgreSQL: use pg_dump.")
    target = Path(options.file)
    if target.exists():
        raise Invalid("file: allowed: a file that is not there yet; got {file}.", file=target)
    part = target.with_name(f".{target.name}.part")
    try:
        with closing(sqlite3.connect(database.file)) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
        os.replace(part, target)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise Invalid(
            "file: allowed: a file that can be written; got {file} ({why}).", file=target, why=error
        ) from None
    print(f"{target}, {target.stat().st_size / 2**20:.1f} MiB")
    return 0


def _check(database: Database, _: argparse.Namespace) -> int:
    bad = [*results.check(database)]
    for share, made in bad:
        print(f"damaged, and set apart: {share}, computed on {_day(made)}")
    whole = _whole(database)
    print(f"{len(bad)} of {results.counts(database)['results']} results damaged; the tables: {whole}.")
    return int(bool(bad) or whole != "ok")


def _whole(database: Database) -> str:
    """`ok`, or what SQLite finds wrong with its file; PostgreSQL looks after its own."""
    if not database.is_file:
        return "ok"
    with database.read() as connection:
        return str(connection.execute(text("PRAGMA quick_check(1)")).scalar_one())


def _vacuum(database: Database, _: argparse.Namespace) -> int:
    with database.write() as connection:
        gone = results.tidy(connection)
    if database.is_file:
        with closing(sqlite3.connect(database.file)) as file:
            file.execute("VACUUM")
    print(f"{gone} results forgotten, {results.counts(database)['results']} kept")
    return 0


ACTS = {"info": _info, "backup": _backup, "check": _check, "vacuum": _vacuum}
