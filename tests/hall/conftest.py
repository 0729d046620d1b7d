"""A new store, a small run, and a room with phones."""

from collections.abc import Iterator

import pytest

from softlabel_core import Experiment, run
from softlabel_core.hall import rooms
from softlabel_core.store.database import Database, url


@pytest.fixture
def database(address) -> Iterator[Database]:
    """A new store."""
    found = Database(url(address))
    yield found
    found.close()


@pytest.fixture(scope="session")
def result():
    """A small run."""
    return run(
        Experiment.parse(
            {"dataset": "moons", "student": "linear", "replicates": 2, "training": {"epochs": 1}}
        )
    )


@pytest.fixture
def room(database) -> str:
    """The code of a room with three phones, `a`, `b` and `c`."""
    with database.write() as connection:
        code, _ = rooms.open_room(connection, "en")
        for phone in "abc":
            assert rooms.join(connection, code, phone) is None
    return code
