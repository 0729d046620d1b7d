"""What workers are given to be wrong about (`faults.py`), in a module that they import in no time."""

import os
import signal
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
