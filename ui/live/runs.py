"""How a live run stands, for a figure that asks while it is under way."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from ui import jobs
from ui.web import assets

FOLDER = "runs"
"""Where the figure asks."""


def address(visitor: str) -> str:
    """Where this visitor's browser asks, `{key}` in place of the run's key."""
    return f"{assets.address(FOLDER)}/{{key}}?visitor={visitor}"


def standing(key: str, visitor: str) -> dict[str, Any] | None:
    """How a run stands; None if there is no such run, or it is somebody's private work.

    `state`; `progress` in [0, 1]; `ahead`, how many come before it; `wait`, seconds until it
    begins as far as can be told; `seconds`, predicted for the whole run;
    `rows`, mean accuracy in [0, 1] after each epoch so far. Whoever does not wait for it is not noted.
    """
    job = jobs.seen(key, visitor)
    if job is None or job.experiment is None:
        return None
    rows = [row for row in job.partial if row["student"] == "shown"]
    return {
        "state": job.state,
        "progress": job.progress,
        "ahead": job.ahead,
        "wait": round(job.wait_seconds),
        "seconds": job.seconds,
        "rows": [[row["epoch"], row["mean"]] for row in rows],
    }


def _answer(request: Request) -> Response:
    found = standing(request.path_params["key"], request.query_params.get("visitor", ""))
    return JSONResponse(found or {"state": "unknown"}, headers={"Cache-Control": "no-store"})


def routes() -> list[BaseRoute]:
    """For `st.App`; before those of `assets`."""
    return [assets.route(f"{FOLDER}/{{key}}", _answer)]
