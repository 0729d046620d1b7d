"""What workers are given to be wrong about (`faults.py`), in a module that they import in no time."""

import os
import signal
import time
from typing import Any

from softlabel_core.service.runner import Channel


def die(file: str, channel: Channel) -> dict[str, Any]:
    """The end of its worker, noted in a file by a dot."""
    with open(file, "a") as notes:
        notes.write(".")
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def spin(channel: Channel) -> dict[str, Any]:
    """Does not listen, and never ends."""
    while True:
        pass


def nap(channel: Channel) -> dict[str, Any]:
    """Ends at once."""
    return {}


def stay(channel: Channel) -> dict[str, Any]:
    """Keeps its worker for a moment, so that another one takes the next."""
    time.sleep(0.2)
    return {}


def tell(channel: Channel) -> dict[str, Any]:
    """Tells who does it, and does not end by itself."""
    channel.row(os.getpid())
    time.sleep(3600)
    return {}
