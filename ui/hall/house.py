"""The server's one house of rooms. It lives in this module, out of reach of a visitor's "clear cache"."""

from softlabel_core.hall.house import House
from softlabel_core.once import once
from softlabel_core.store.database import Database
from ui import jobs


@once()
def house() -> House:
    """All rooms; the first call begins to look after them."""
    return House(Database(), jobs.every)


def end_streams() -> None:
    """The server is told to end: nobody waits for news any longer."""
    if len(house):
        house().end_streams()


def close() -> None:
    """Stop looking after rooms, as the server ends; before the queue that trains for them does."""
    if len(house):
        house().close()
        house.clear()
