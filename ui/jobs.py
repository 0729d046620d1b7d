"""The server's one set of jobs. It lives in this module, out of reach of a visitor's "clear cache"."""

import atexit
import functools
import threading

from softlabel_core.jobs import Jobs
from softlabel_core.runner import EmbeddedRunner

_lock = threading.Lock()


@functools.cache
def _jobs() -> Jobs:
    started = Jobs(EmbeddedRunner())
    atexit.register(started.close)
    return started


def every() -> Jobs:
    """All jobs; the first call starts the worker."""
    with _lock:
        return _jobs()
