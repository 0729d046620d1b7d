"""A store in each kind of database."""

from collections.abc import Iterator

import pytest

from softlabel_core import Experiment, run
from softlabel_core.store.database import Database, url
from tests.databases import Cluster, cluster


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL."""
    with cluster() as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path) -> str:
    """Where a new store can be."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/state/softlabel.sqlite"
    return request.getfixturevalue("postgres").database()


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
