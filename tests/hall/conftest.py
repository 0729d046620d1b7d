"""A room with phones."""

import pytest

from softlabel_core.hall import rooms


@pytest.fixture
def room(database) -> str:
    """The code of a room with three phones, `a`, `b` and `c`."""
    with database.write() as connection:
        code, _ = rooms.open_room(connection, "en")
        for phone in "abc":
            assert rooms.join(connection, code, phone) is None
    return code
