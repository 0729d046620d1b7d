"""The server's one set of jobs. It lives in this module, out of reach of a visitor's "clear cache"."""

import atexit
import functools
import os
import threading
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from softlabel_core.service.queue import SECONDS, Jobs
from softlabel_core.service.runner import EmbeddedRunner
from ui.web import files

MAX_SECONDS = "SOFTLABEL_MAX_SECONDS"
"""Environment variable: predicted seconds above which a run is refused."""

_lock = threading.Lock()


@functools.cache
def _jobs() -> Jobs:
    started = Jobs(EmbeddedRunner(), seconds=float(os.environ.get(MAX_SECONDS) or SECONDS))
    atexit.register(started.close)
    return started


def every() -> Jobs:
    """All jobs; the first call starts the worker."""
    with _lock:
        return _jobs()


FOLDER = "runs"
"""Where a figure asks how a run stands."""


def address(visitor: str) -> str:
    """Where this visitor's browser asks, `{key}` in place of the run's key."""
    return f"{files.address(FOLDER)}/{{key}}?visitor={visitor}"


def standing(key: str, visitor: str) -> dict[str, Any] | None:
    """State, progress in [0, 1], place in the queue, seconds, and accuracy after every epoch so far.

    None if there is no such run, or it is somebody's private work.
    """
    job = every().look(key, visitor)
    if job is None or job.experiment is None:
        return None
    rows = [row for row in job.partial if row["student"] == "shown"]
    return {
        "state": job.state,
        "progress": job.progress,
        "ahead": job.ahead,
        "seconds": job.seconds,
        "epochs": job.experiment.training.epochs,
        "rows": [[row["epoch"], row["mean"], row["low"], row["high"]] for row in rows],
    }


def _answer(request: Request) -> Response:
    found = standing(request.path_params["key"], request.query_params.get("visitor", ""))
    return JSONResponse(found or {"state": "unknown"}, headers={"Cache-Control": "no-store"})


def routes() -> list[BaseRoute]:
    """For `st.App`; before those of `files`."""
    return [files.route(f"{FOLDER}/{{key}}", _answer)]
