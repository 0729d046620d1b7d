"""Live sweeps: fields varied, the missing runs trained one after the other while somebody looks.

A sweep is the core's `Sweep`, the same as the command line's; it holds no numbers. They are those of the
atlas and of the queue's runs, which it starts a few at a time as its figure asks how it stands. Who stops
asking starts no more.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from softlabel_core import Experiment, Result, Sweep
from softlabel_core.atlas import lookup
from softlabel_core.atlas.light import ACCURACIES, axes, light, rows
from softlabel_core.once import once
from softlabel_core.service.queue import Busy
from ui import jobs
from ui.web import assets
from ui.words import i18n

FOLDER = "sweeps"

AHEAD = 3
"""Runs of one sweep that wait or train at a time, so that others come in between."""

KEPT = 200
"""Sweeps that a server remembers."""

Values = tuple[Any, ...]
"""Of the varied fields, in their order."""


@dataclass(frozen=True)
class Run:
    """One point of a sweep."""

    values: Values
    experiment: Experiment
    key: str
    row: int | None
    """Of the light atlas, where it was computed beforehand."""


_lock = threading.Lock()
_sweeps: OrderedDict[str, tuple[Run, ...]] = OrderedDict()
_going: dict[str, set[str]] = {}
"""Sweep -> visitors for whom it goes on. Only a page says so; a stranger's question starts nothing."""


def offer(sweep: Sweep) -> tuple[str, int]:
    """Id of a sweep, and how many of its runs the atlas lacks. What is not possible is left out."""
    vary = tuple((path, tuple(values)) for path, values in sweep.vary.items())
    found = _runs(sweep.experiment, vary)
    words = json.dumps([list(sweep.vary), [one.key for one in found]])
    key = hashlib.sha256(words.encode()).hexdigest()[:16]
    with _lock:
        _sweeps[key] = found
        _sweeps.move_to_end(key)
        while len(_sweeps) > KEPT:
            _going.pop(_sweeps.popitem(last=False)[0], None)
    return key, sum(one.row is None for one in found)


@once(most=KEPT)
def _runs(experiment: Experiment, vary: tuple[tuple[str, Values], ...]) -> tuple[Run, ...]:
    paths = [path for path, _ in vary]
    table = lookup.among(experiment, *paths)
    there = {tuple(values): key for *values, key in table[[*paths, "key"]].itertuples(index=False)}
    sweep = Sweep(experiment=experiment, vary={path: list(values) for path, values in vary})
    return tuple(
        Run(values, one, one.key(), rows().get(there.get(values, "")))
        for values, one in sweep.points(skip=True)
    )


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

    `points` that are there (`point`, `known`), in the order of the fields; how many are `left`, how many of
    them have `begun`, how many `failed`; a `problem`, the sentence with which the queue refused the next.
    """
    with _lock:
        found = _sweeps.get(key)
        if found is None:
            return None
        _sweeps.move_to_end(key)
    every, mine = jobs.every(), goes(key, visitor)
    points, begun, failed, missing = [], 0, 0, []
    for run in found:
        if run.row is not None:
            points.append(known(run.values, run.row))
            continue
        job = every.look(run.key, visitor if mine else None)
        if job is not None and job.result is not None:
            points.append(point(run.values, job.result))
        elif job is not None and job.alive:
            begun += 1
        elif job is not None and job.state == "failed":
            failed += 1
        else:
            missing.append(run.experiment)
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
        found = _sweeps.get(key, ())
        _going.get(key, set()).discard(visitor)
    for run in found:
        if run.row is None:
            jobs.every().stop(run.key, visitor)


def runs(key: str) -> list[tuple[Values, Experiment]]:
    """Its points as far as they are possible, whether they are there or not."""
    return [(run.values, run.experiment) for run in _sweeps.get(key, ())]


def results(key: str) -> list[tuple[Values, str, Result]]:
    """Every point that is there, to take along: its values, whether `precomputed` or `live`, its result."""
    found: list[tuple[Values, str, Result]] = []
    for run in _sweeps.get(key, ()):
        if run.row is not None:
            entry = lookup.entry(light()["columns"]["key"][run.row])
            if entry is not None:
                found.append((run.values, "precomputed", entry.result))
        elif (job := jobs.every().look(run.key)) is not None and job.result is not None:
            found.append((run.values, "live", job.result))
    return found


def known(values: Values, row: int) -> dict[str, Any]:
    """A point that was computed beforehand: its values, its row of the light atlas, its accuracy."""
    columns = light()["columns"]
    return {"values": values, "row": row, "accuracy": [columns[name][row] for name in ACCURACIES]}


def point(values: Values, result: Result) -> dict[str, Any]:
    """A run as a point: its values, its indicators by id, its accuracy in [0, 1] with the interval."""
    accuracy = result.student_accuracy
    indicators = {cls.key(): result.indicators[cls.key()] for cls in axes()}
    shown = {name: one for name, one in indicators.items() if isinstance(one, float) and one == one}
    return {"values": values, "x": shown, "accuracy": [accuracy.mean, accuracy.low, accuracy.high]}


def _answer(request: Request) -> Response:
    asked = request.query_params
    language = asked.get("lang", "")
    language = language if language in i18n.LANGUAGES else next(iter(i18n.LANGUAGES))
    found = standing(request.path_params["key"], asked.get("visitor", ""), language)
    return JSONResponse(found, 404 if found is None else 200, headers={"Cache-Control": "no-store"})


def routes() -> list[BaseRoute]:
    """For `st.App`; before those of `assets`."""
    return [assets.route(f"{FOLDER}/{{key}}", _answer)]
