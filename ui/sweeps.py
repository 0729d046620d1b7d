"""Live sweeps: one field varied, its missing runs trained one after the other while somebody looks.

A sweep is its experiment, its field and its values; it holds no numbers. They are those of the queue's runs,
which it starts a few at a time as its figure asks how it stands. Who stops asking starts no more.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from softlabel_core import Experiment, Invalid, Result
from softlabel_core.atlas.light import axes
from softlabel_core.atlas.plan import FINE, along
from softlabel_core.experiment.spec import Sweep
from softlabel_core.service.queue import Busy
from ui import jobs
from ui.web import assets
from ui.words import i18n

FOLDER = "sweeps"

AHEAD = 3
"""Runs of one sweep that wait or train at a time, so that others come in between."""

KEPT = 200
"""Sweeps that a server remembers."""

_lock = threading.Lock()
_sweeps: OrderedDict[str, dict[Any, Experiment]] = OrderedDict()


def offer(experiment: Experiment, path: str, known: list[Any]) -> tuple[str, int] | None:
    """Id of the sweep of a field over the values that are not `known`, and how many; None if none are."""
    part, _, name = path.partition(".")
    plugin = getattr(experiment, part)
    values = [one for one in along(plugin, name, experiment.dataset.classes, FINE) if one not in known]
    if not values:
        return None
    found: dict[Any, Experiment] = {}
    for value in values:
        try:
            [found[value]] = Sweep.parse({"experiment": experiment, "vary": {path: [value]}}).experiments()
        except Invalid:
            continue
    words = json.dumps([path, [one.key() for one in found.values()]])
    key = hashlib.sha256(words.encode()).hexdigest()[:16]
    with _lock:
        _sweeps[key] = found
        _sweeps.move_to_end(key)
        while len(_sweeps) > KEPT:
            _sweeps.popitem(last=False)
    return (key, len(found)) if found else None


def address(key: str, visitor: str, language: str) -> str:
    """Where this visitor's browser asks how a sweep stands; with `&go=1` the next runs begin."""
    return f"{assets.address(FOLDER)}/{key}?visitor={visitor}&lang={language}"


def standing(key: str, visitor: str, language: str, *, go: bool) -> dict[str, Any] | None:
    """The points that are there, in the order of the field, and how many are to come; None if unknown."""
    with _lock:
        found = _sweeps.get(key)
    if found is None:
        return None
    every = jobs.every()
    points, under_way, failed, missing = [], 0, 0, []
    for value, experiment in found.items():
        job = every.look(experiment.key(), visitor if go else None)
        if job is not None and job.result is not None:
            points.append(point(value, job.result))
        elif job is not None and job.alive:
            under_way += 1
        elif job is not None and job.state == "failed":
            failed += 1
        else:
            missing.append(experiment)
    problem = ""
    for experiment in missing[: max(0, AHEAD - under_way)] if go else ():
        try:
            every.start(experiment, visitor)
        except Busy as busy:
            problem = i18n.problem_text(language, busy)
            break
    left = under_way + len(missing)
    return {"points": points, "left": left, "failed": failed, "problem": problem}


def stop(key: str, visitor: str) -> None:
    """This visitor wants no more of it."""
    with _lock:
        found = _sweeps.get(key, {})
    for experiment in found.values():
        jobs.every().stop(experiment.key(), visitor)


def point(value: Any, result: Result) -> dict[str, Any]:
    """A run as a point: its field's value, its indicators and its accuracy with the interval."""
    accuracy = result.student_accuracy
    indicators = {cls.key(): result.indicators[cls.key()] for cls in axes()}
    known = {name: one for name, one in indicators.items() if isinstance(one, float) and one == one}
    return {"value": value, "x": known, "accuracy": [accuracy.mean, accuracy.low, accuracy.high]}


def _answer(request: Request) -> Response:
    asked = request.query_params
    language = asked.get("lang", "")
    language = language if language in i18n.LANGUAGES else next(iter(i18n.LANGUAGES))
    visitor = asked.get("visitor", "")
    found = standing(request.path_params["key"], visitor, language, go=asked.get("go") == "1")
    return JSONResponse(found, headers={"Cache-Control": "no-store"})


def routes() -> list[BaseRoute]:
    """For `st.App`; before those of `assets`."""
    return [assets.route(f"{FOLDER}/{{key}}", _answer)]
