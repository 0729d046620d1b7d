"""The server's one set of jobs. It lives in this module, out of reach of a visitor's "clear cache"."""

import atexit
import os

from softlabel_core.once import once
from softlabel_core.plugin import Invalid
from softlabel_core.service.queue import SECONDS, Job, Jobs
from softlabel_core.service.runner import EmbeddedRunner
from softlabel_core.service.stored import StoredJournal
from softlabel_core.store.database import Database

MAX_SECONDS = "SOFTLABEL_MAX_SECONDS"
"""Environment variable: predicted seconds above which a run is refused."""

TRAIN = "SOFTLABEL_TRAIN"
"""Environment variable: `here`, the default, or `elsewhere`: runs are left to `softlabel worker`."""

WORKERS = 2
"""Worker processes: one trains, one is kept for short work (`service.turns`)."""


@once()
def every() -> Jobs:
    """All jobs; the first call starts the workers, and goes on with what an earlier server had promised."""
    train = os.environ.get(TRAIN) or "here"
    if train not in ("here", "elsewhere"):
        raise Invalid("SOFTLABEL_TRAIN: allowed: here or elsewhere; got {got}.", got=train)
    journal = StoredJournal(Database(), takes="all" if train == "here" else "none")
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
