"""The numbers of a choice as far as they are known: for the page, and for a figure before it has answered."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from softlabel_core import Experiment, Result
from softlabel_core.atlas import lookup
from softlabel_core.atlas.light import axes, rows
from softlabel_core.experiment import link
from softlabel_core.experiment.change import changed_at, value_at
from softlabel_core.experiment.preview import Preview
from softlabel_core.experiment.result import Estimate
from ui import answers
from ui.answers import Answer
from ui.web import assets
from ui.web.turns import scripts
from ui.words import observatory as words
from ui.words.i18n import LANGUAGES

FOLDER = "measured"
"""Where the figure asks."""


EXAMPLES = 6
"""Examples with their labels that stand below the figure."""


def now(chosen: Experiment, language: str, answer: Answer | None) -> dict[str, Any]:
    """Its numbers as far as they are known: trained, precomputed, or measured before any training.

    `accuracy`: mean, low and high, None if it was not trained; `truth`, of students taught with the true
    labels, here or of the nearest that was computed; `x`: indicators by id; `row` of the light atlas.
    """
    result = answer.result if answer else None
    entry = lookup.find(chosen) if answer and not answer.live else None
    shown: Result | Preview | None = result or answers.before_training(chosen)
    near = None if result else answers.nearest(chosen)
    reference = result or (near.result if near else None)
    drawn = shown
    if result and not result.instances:  # the atlas keeps numbers; labels of one replicate are soon drawn
        drawn = answers.before_training(result.experiment.replace(replicates=1))
    return {
        "accuracy": ends(result.student_accuracy) if result else None,
        "truth": reference.ground_truth_accuracy.mean if reference else None,
        "guess": 1 / chosen.dataset.classes,
        "x": known(shown.indicators) if shown else {},
        "row": rows().get(entry.key) if entry else None,
        "numbers": words.numbers(language, chosen, result, shown, near),
        "verdict": words.verdict(language, chosen, result, shown),
        "examples": drawn.instances[:EXAMPLES] if drawn else [],
        "names": drawn.class_names if drawn else [],
        "image": chosen.dataset.image_shape,
        "sets": chosen.framework.shows == "sets",
    }


def known(indicators: Mapping[str, Any]) -> dict[str, float]:
    """The indicators that are axes, where they are numbers."""
    found = {cls.key(): indicators[cls.key()] for cls in axes()}
    return {name: value for name, value in found.items() if isinstance(value, float) and value == value}


def ends(estimate: Estimate) -> list[float | None]:
    """Mean, low and high, in [0, 1]."""
    return [estimate.mean, estimate.low, estimate.high]


def address(chosen: Experiment, language: str) -> str:
    """Where a browser asks what `chosen` would be with another value, `&path=bias.rate&value=0.4`."""
    return f"{assets.address(FOLDER)}?{urlencode(link.query(chosen) | {'lang': language})}"


def _answer(request: Request) -> Response:
    asked = dict(request.query_params)
    language = asked.get("lang")
    try:
        path, value = asked["path"], json.loads(asked["value"])
    except (KeyError, ValueError, RecursionError):
        return Response("path and value (JSON) are missing", status_code=400, media_type="text/plain")
    if not link.NAME.fullmatch(path):
        return Response("no such field", status_code=400, media_type="text/plain")
    if language not in LANGUAGES:
        return Response("no such language", status_code=400, media_type="text/plain")
    return JSONResponse(_found(asked, path, value, language), headers={"Cache-Control": "no-store"})


def _found(asked: dict[str, str], path: str, value: object, language: str) -> object:
    """As `now`; None where there is no such choice."""
    changed = changed_at(link.parse(asked)[0], path, value)
    if value_at(changed, path) != value:
        return None
    with scripts.taken():
        return now(changed, language, answers.precomputed(changed))


def routes() -> list[BaseRoute]:
    """For `st.App`; before those of `assets`."""
    return [assets.route(FOLDER, _answer)]
