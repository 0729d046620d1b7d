"""A new store, and something to put into it."""

from collections.abc import Iterator

import pytest

from softlabel_core import Experiment, run
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
