"""A worker for the pages that are run without a browser, and a server of halls."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette

from softlabel_core.hall import house as looking
from softlabel_core.hall import rules
from tests.hall.acts import Hand
from tests.ui.halls import Room
from tests.ui.hands import Bar
from ui import jobs, state
from ui.components import bar as component
from ui.hall import house as houses
from ui.hall import phones, presenter, wire


@pytest.fixture(scope="session")
def worker() -> Iterator[None]:
    """The pages' worker, the same for all modules."""
    yield
    jobs.close()


@pytest.fixture
def bar(monkeypatch) -> Bar:
    """The bar of the pages that are run."""
    hands = Bar()
    monkeypatch.setattr(component, "show", hands.show)
    monkeypatch.setattr(state, "arrive", hands.arrive)
    return hands


@pytest.fixture
def hall(address, monkeypatch) -> Iterator[Starlette]:
    """The routes of a server with a store of its own, and a queue in which nothing is trained."""
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.setattr(jobs, "every", Hand)
    monkeypatch.setattr(wire, "_guesses", rules.Bucket(1000, 1000))
    monkeypatch.setattr(looking, "PAUSE", 0.0)  # every state is asked after a look
    houses.house.clear()
    yield Starlette(routes=[*presenter.routes(), *phones.routes()])
    houses.close()


@pytest.fixture
def room(hall) -> Room:
    """A room with its presenter."""
    return Room(hall)
