"""What a server's workers owe it; and a killed one leaves a folder, which goes when the next one starts."""

import fcntl
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from softlabel_core.plugin import Invalid

PREFIX = "softlabel-"

MARK = "server"
"""File in a server's folder that is locked for as long as the server lives."""

BEAT = 0.5
"""Seconds between two looks of a worker at its server."""

NICE = 10
"""By how much a worker's priority is below that of its server. Of a core that both want it keeps a tenth."""

PRIORITY = "SOFTLABEL_PRIORITY"
"""Setting: `low` is that; `idle`: a worker computes where nobody else wants the core (Linux)."""


def priority() -> str:
    """How far workers give way, as it is set; raises `Invalid`."""
    said = os.environ.get(PRIORITY, "low")
    if said not in ("low", "idle"):
        raise Invalid("SOFTLABEL_PRIORITY: allowed: low or idle; got {got}.", got=said)
    return said


def serve(server: int) -> None:
    """In a worker: give way to its server, and end as soon as that has ended.

    On Linux the fork server sees to that, whatever the worker is doing; elsewhere a thread of its own looks.
    """
    os.nice(NICE)
    if priority() == "idle" and sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    if sys.platform != "linux":
        threading.Thread(target=_watch, args=(server,), name="server", daemon=True).start()


def _watch(server: int) -> None:
    while os.getppid() == server:
        time.sleep(BEAT)
    os.kill(os.getpid(), signal.SIGKILL)


class Folder:
    """A folder for temporary files of this process; what earlier ones left behind is removed."""

    def __init__(self) -> None:
        _sweep()
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._mark: int | None = os.open(self.path / f"{MARK}.new", os.O_CREAT | os.O_WRONLY)
        fcntl.flock(self._mark, fcntl.LOCK_EX)
        os.rename(self.path / f"{MARK}.new", self.path / MARK)  # never seen without its lock

    def remove(self) -> None:
        """Remove it and all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._mark is not None:
            os.close(self._mark)
        self._mark = None


def _sweep() -> None:
    """Remove the folders of servers of this user that no longer live; the system lets go of their locks."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # of another user, or gone meanwhile
            about = folder.lstat()
            mark = os.open(folder / MARK, os.O_WRONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if about.st_uid == os.getuid():
                    shutil.rmtree(folder)
            finally:
                os.close(mark)
