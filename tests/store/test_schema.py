"""Tables of an earlier version become those of this one, whole or not at all, whoever comes first."""

import threading

import pytest
from sqlalchemy import inspect, text, update

from softlabel_core.store import database as store
from softlabel_core.store import results, schema
from softlabel_core.store.database import Database, Unavailable, url

STEP = "ALTER TABLE jobs ADD COLUMN place INTEGER NOT NULL DEFAULT 0"


@pytest.fixture
def earlier(address, result, monkeypatch):
    """A store with a result, and a code whose tables are a version later."""
    database = Database(url(address))
    with database.write() as connection:
        kept = results.save(connection, result)
    database.close()
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    return kept


def columns(connection):
    return {one["name"] for one in inspect(connection).get_columns("jobs")}


def test_an_earlier_version_is_brought_to_this_one(earlier, address, result, monkeypatch):
    monkeypatch.setattr(schema, "STEPS", {**schema.STEPS, schema.VERSION - 1: (STEP,)})
    for _ in range(2):
        database = Database(url(address))
        assert results.shared(database, earlier.share).result == result
        with database.read() as connection:
            assert schema.version(connection) == schema.VERSION
            assert "place" in columns(connection)
        database.close()


def test_a_step_that_fails_changes_nothing(earlier, address, result, monkeypatch):
    monkeypatch.setattr(schema, "STEPS", {**schema.STEPS, schema.VERSION - 1: (STEP, "ALTER TABLE none")})
    database = Database(url(address))
    with pytest.raises(Unavailable):
        results.shared(database, earlier.share)
    monkeypatch.setattr(schema, "VERSION", schema.VERSION - 1)
    assert results.shared(database, earlier.share).result == result
    with database.read() as connection:
        assert "place" not in columns(connection)
    database.close()


def drawn(connection):
    """Tables as the database has them: columns with their types, keys and indexes."""
    looked = inspect(connection)
    return {
        table: (
            {(one["name"], repr(one["type"]), one["nullable"]) for one in looked.get_columns(table)},
            tuple(looked.get_pk_constraint(table)["constrained_columns"]),
            {(one["name"], *one["column_names"]) for one in looked.get_indexes(table)},
        )
        for table in looked.get_table_names()
    }


def test_the_tables_of_version_2_become_those_that_are_made_now(address):
    fresh = Database(url(address))
    with fresh.write() as connection:
        now = drawn(connection)
        for table in ("rooms", "phones", "votes", "designs", "outcomes"):
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(update(schema.about).values(value=2))
    fresh.close()
    for _ in range(2):
        database = Database(url(address))
        with database.read() as connection:
            assert schema.version(connection) == schema.VERSION
            assert drawn(connection) == now
        database.close()


def test_a_later_version_is_left_alone(earlier, address, monkeypatch):
    monkeypatch.setattr(schema, "VERSION", schema.VERSION - 2)
    database = Database(url(address))
    with pytest.raises(
        schema.Newer, match=r"store: allowed: version \d+ of its tables or earlier; got \d+\."
    ):
        results.counts(database)
    database.close()


def test_many_come_first_at_once(address, result):
    databases, found = [Database(url(address)) for _ in range(8)], []

    def come(database):
        with database.write() as connection:
            found.append(results.save(connection, result))

    threads = [threading.Thread(target=come, args=(one,)) for one in databases]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert all(results.shared(databases[0], one.share) for one in found)
    assert len(found) == 8
    for one in databases:
        one.close()


def test_a_file_that_is_said_to_be_locked_at_once_is_waited_for(tmp_path, monkeypatch):
    """As after a writer was killed, while another mends the file: `busy_timeout` has no patience then."""
    impatient = ("busy_timeout = 0", *store.PRAGMAS[1:])
    monkeypatch.setattr(store, "PRAGMAS", impatient)
    where = url(f"sqlite:///{tmp_path / 'store.sqlite'}")
    one, other = Database(where), Database(where)
    with other.write():  # both have made and read the tables
        pass
    with one.write():
        pass
    written, tried = threading.Event(), threading.Event()

    def write():
        tried.set()
        with other.write():
            written.set()

    with one.write():
        thread = threading.Thread(target=write)
        thread.start()
        tried.wait()
        assert not written.wait(0.2)
    thread.join()
    assert written.is_set()
