"""The numbers of a choice before the page has answered it: labels drawn and measured, nothing trained."""

import json
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from softlabel_core import Experiment
from softlabel_core.experiment import link
from softlabel_core.experiment.change import changed_at, value_at
from ui import answers
from ui.web import assets
from ui.web.turns import scripts
from ui.words.i18n import LANGUAGES

FOLDER = "measured"
"""Where the figure asks."""


def address(chosen: Experiment, language: str) -> str:
    """Where a browser asks what `chosen` would be with another value, `&path=bias.rate&value=0.4`."""
    return f"{assets.address(FOLDER)}?{urlencode(link.query(chosen) | {'lang': language})}"


def _answer(request: Request) -> Response:
    asked = dict(request.query_params)
    language = asked.get("lang")
    try:
        path, value = asked["path"], json.loads(asked["value"])
    except (KeyError, ValueError):
        return Response("path and value (JSON) are missing", status_code=400, media_type="text/plain")
    if language not in LANGUAGES:
        return Response("no such language", status_code=400, media_type="text/plain")
    return JSONResponse(_found(asked, path, value, language), headers={"Cache-Control": "no-store"})


def _found(asked: dict[str, str], path: str, value: object, language: str) -> object:
    """As `observatory.now`; None where there is no such choice."""
    from ui.views import observatory

    changed = changed_at(link.parse(asked)[0], path, value)
    if value_at(changed, path) != value:
        return None
    with scripts.taken():
        return observatory.now(changed, language, answers.precomputed(changed))


def routes() -> list[BaseRoute]:
    """For `st.App`; before those of `assets`."""
    return [assets.route(FOLDER, _answer)]
