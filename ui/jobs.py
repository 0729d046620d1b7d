"""The server's one set of jobs. It lives in this module, out of reach of a visitor's "clear cache"."""

import atexit
import os

from softlabel_core.once import once
from softlabel_core.service.journal import StoredJournal
from softlabel_core.service.queue import SECONDS, Job, Jobs
from softlabel_core.service.runner import EmbeddedRunner
from softlabel_core.store.database import Database

MAX_SECONDS = "SOFTLABEL_MAX_SECONDS"
"""Environment variable: predicted seconds above which a run is refused."""

WORKERS = 2
"""Worker processes: one trains, one is kept for short work (`service.turns`)."""


@once()
def every() -> Jobs:
    """All jobs; the first call starts the workers, and goes on with what an earlier server had promised."""
    journal = StoredJournal(Database())
    return Jobs(
        EmbeddedRunner(WORKERS), seconds=float(os.environ.get(MAX_SECONDS) or SECONDS), journal=journal
    )


def seen(key: str, visitor: str) -> Job | None:
    """How a job stands; noted is only who waits for it."""
    job = every().look(key)
    return every().look(key, visitor) if job is not None and visitor in job.visitors else job


def close() -> None:
    """Stop them all, with their workers, as the server ends; nothing where none was started."""
    if len(every):
        every().close()
        every.clear()


atexit.register(close)
