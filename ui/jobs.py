"""The server's one set of jobs. It lives in this module, out of reach of a visitor's "clear cache"."""

import atexit
import functools
import os
import threading

from softlabel_core.service.queue import SECONDS, Jobs
from softlabel_core.service.runner import EmbeddedRunner

MAX_SECONDS = "SOFTLABEL_MAX_SECONDS"
"""Environment variable: predicted seconds above which a run is refused."""

_lock = threading.Lock()


@functools.cache
def _jobs() -> Jobs:
    return Jobs(EmbeddedRunner(), seconds=float(os.environ.get(MAX_SECONDS) or SECONDS))


def every() -> Jobs:
    """All jobs; the first call starts the worker."""
    with _lock:
        return _jobs()


def close() -> None:
    """Stop them all, with their worker, as the server ends; nothing where none was started."""
    with _lock:
        if _jobs.cache_info().currsize:
            _jobs().close()
            _jobs.cache_clear()


atexit.register(close)
