"""Live sweeps: one field varied, its missing runs trained one after the other while somebody looks.

A sweep is its experiment, its field and its values; it holds no numbers. They are those of the queue's runs,
which it starts a few at a time as its figure asks how it stands. Who stops asking starts no more.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from contextlib import suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from softlabel_core import Experiment, Invalid, Result
from softlabel_core.atlas.light import axes
from softlabel_core.atlas.plan import FINE, along
from softlabel_core.once import once
from softlabel_core.service.queue import Busy
from ui import jobs
from ui.answers import moved
from ui.web import assets
from ui.words import i18n

FOLDER = "sweeps"

AHEAD = 3
"""Runs of one sweep that wait or train at a time, so that others come in between."""

KEPT = 200
"""Sweeps that a server remembers."""

_lock = threading.Lock()
_sweeps: OrderedDict[str, "Runs"] = OrderedDict()
_going: dict[str, set[str]] = {}
"""Sweep -> visitors for whom it goes on. Only a page says so; a stranger's question starts nothing."""

Runs = list[tuple[str, Any, Experiment]]
"""Key, value and experiment of every run, in the order of the field."""


def offer(experiment: Experiment, path: str, known: list[Any]) -> tuple[str, int] | None:
    """Id of the sweep of a field over the values that are not `known`, and how many; None if none are."""
    part, _, name = path.partition(".")
    values = along(getattr(experiment, part), name, experiment.dataset.classes, FINE)
    missing = tuple(one for one in values if one not in known)
    if not missing:
        return None
    alike = moved(experiment, path, missing[0])  # whatever its own value is
    found = _runs(alike, path, missing)
    words = json.dumps([path, [one for one, _, _ in found]])
    key = hashlib.sha256(words.encode()).hexdigest()[:16]
    with _lock:
        _sweeps[key] = found
        _sweeps.move_to_end(key)
        while len(_sweeps) > KEPT:
            _going.pop(_sweeps.popitem(last=False)[0], None)
    return key, len(found)


@once(most=KEPT)
def _runs(experiment: Experiment, path: str, values: tuple[Any, ...]) -> Runs:
    found: Runs = []
    for value in values:
        with suppress(Invalid):
            chosen = moved(experiment, path, value)
            found.append((chosen.key(), value, chosen))
    return found


def begin(key: str, visitor: str) -> None:
    """Let it go on for a visitor."""
    with _lock:
        if key in _sweeps:
            _going.setdefault(key, set()).add(visitor)


def goes(key: str, visitor: str) -> bool:
    """Whether it goes on for a visitor."""
    return visitor in _going.get(key, ())


def address(key: str, visitor: str, language: str) -> str:
    """Where this visitor's browser asks how a sweep stands; while it goes on, asking begins the next runs."""
    return f"{assets.address(FOLDER)}/{key}?visitor={visitor}&lang={language}"


def standing(key: str, visitor: str, language: str) -> dict[str, Any] | None:
    """How a sweep stands; None if it is not known.

    `points` that are there (`point`), in the order of the field; how many are `left`, how many of them have
    `begun`, how many `failed`; a `problem`, the sentence with which the queue refused the next.
    """
    with _lock:
        found = _sweeps.get(key)
        if found is None:
            return None
        _sweeps.move_to_end(key)
    every, mine = jobs.every(), goes(key, visitor)
    points, begun, failed, missing = [], 0, 0, []
    for run, value, experiment in found:
        job = every.look(run, visitor if mine else None)
        if job is not None and job.result is not None:
            points.append(point(value, job.result))
        elif job is not None and job.alive:
            begun += 1
        elif job is not None and job.state == "failed":
            failed += 1
        else:
            missing.append(experiment)
    left, problem = begun + len(missing), ""
    for experiment in missing[: max(0, AHEAD - begun)] if mine else ():
        try:
            every.start(experiment, visitor)
            begun += 1
        except Busy as busy:
            problem = i18n.problem_text(language, busy)
            break
    return {"points": points, "left": left, "begun": begun, "failed": failed, "problem": problem}


def stop(key: str, visitor: str) -> None:
    """This visitor wants no more of it."""
    with _lock:
        found = _sweeps.get(key, [])
        _going.get(key, set()).discard(visitor)
    for run, _, _ in found:
        jobs.every().stop(run, visitor)


def point(value: Any, result: Result) -> dict[str, Any]:
    """A run as a point: its field's value, its indicators by id, its accuracy in [0, 1] with the interval."""
    accuracy = result.student_accuracy
    indicators = {cls.key(): result.indicators[cls.key()] for cls in axes()}
    known = {name: one for name, one in indicators.items() if isinstance(one, float) and one == one}
    return {"value": value, "x": known, "accuracy": [accuracy.mean, accuracy.low, accuracy.high]}


def _answer(request: Request) -> Response:
    asked = request.query_params
    language = asked.get("lang", "")
    language = language if language in i18n.LANGUAGES else next(iter(i18n.LANGUAGES))
    found = standing(request.path_params["key"], asked.get("visitor", ""), language)
    return JSONResponse(found, 404 if found is None else 200, headers={"Cache-Control": "no-store"})


def routes() -> list[BaseRoute]:
    """For `st.App`; before those of `assets`."""
    return [assets.route(f"{FOLDER}/{{key}}", _answer)]
