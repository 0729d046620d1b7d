"""Training films for a browser: those that come with the package, and those that the queue makes."""

import gzip
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from softlabel_core import Experiment
from softlabel_core.atlas import films
from softlabel_core.once import once
from softlabel_core.service.films import filming, name
from softlabel_core.teaching.films import kept
from ui import jobs
from ui.web import assets

FOLDER = "films"

PACKED = 64
"""Films that a server keeps packed."""

DIGITS = 6
"""Digits that no number of rows has."""

HOUR = {"Cache-Control": "public, max-age=3600", "Vary": "Accept-Encoding"}


@once()
def stored() -> dict[str, str]:
    """Name -> JSON of the films that come with the package."""
    found = {name(one): films.find(one) for one in kept()}
    return {key: text for key, text in found.items() if text is not None}


def begin(experiment: Experiment, visitor: str) -> None:
    """Have it made, unless it is there or under way; raises `Busy`."""
    every = jobs.every()
    if name(experiment) not in stored():
        every.share(name(experiment), filming(experiment, every.cost), visitor)


def stop(experiment: Experiment, visitor: str) -> None:
    """This visitor wants it no more."""
    jobs.every().stop(name(experiment), visitor)


def address(experiment: Experiment, visitor: str) -> str:
    """Where this visitor's browser asks how it stands, with `from` for the rows that it has; `/film` after
    the path is the film."""
    return f"{assets.address(FOLDER)}/{name(experiment)}?visitor={visitor}"


def standing(key: str, visitor: str, after: int = 0) -> dict[str, Any]:
    """`state`, as of a job or `unknown`; while it is made, `progress` in [0, 1], how many are `ahead`, and
    the `rows` that it has sent (`shoot`), without the first `after`."""
    if key in stored():
        return {"state": "done"}
    job = jobs.seen(key, visitor)
    if job is None or not job.shared:
        return {"state": "unknown"}
    rows = job.sent[max(0, after) :]
    return {"state": job.state, "progress": job.progress, "ahead": job.ahead, "rows": rows}


def _standing(request: Request) -> Response:
    asked = request.query_params
    after = asked.get("from", "")
    rows = int(after) if after.isdecimal() and len(after) < DIGITS else 0
    found = standing(request.path_params["key"], asked.get("visitor", ""), rows)
    return JSONResponse(found, headers={"Cache-Control": "no-store"})


@once(most=PACKED)
def _packed(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


def text(key: str) -> str | None:
    """JSON of the film with that name, if it is there; nobody's private work is."""
    found = stored().get(key)
    if found is None and (job := jobs.every().look(key)) is not None and job.shared and job.answer:
        found = job.answer["film"]
    return found


def _film(request: Request) -> Response:
    found = text(request.path_params["key"])
    if found is None:
        return Response("not found", status_code=404, media_type="text/plain")
    return assets.answer(request, found, lambda: _packed(found), "application/json", HOUR)


def routes() -> list[BaseRoute]:
    """For `st.App`; before those of `assets`."""
    found = [(f"{FOLDER}/{{key}}", _standing), (f"{FOLDER}/{{key}}/film", _film)]
    return [assets.route(path, answer) for path, answer in found]
