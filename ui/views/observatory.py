"""The Observatory of Explore: what its figure is told."""

import json
from typing import Any

import streamlit as st

from softlabel_core import Experiment, Result
from softlabel_core.atlas import lookup
from softlabel_core.atlas.light import axes, light, rows
from softlabel_core.biases import Bias
from softlabel_core.frameworks import Framework
from softlabel_core.losses import Loss
from softlabel_core.once import once
from softlabel_core.plugin import catalogue
from softlabel_core.service.job import Job
from softlabel_core.teaching.presets import PRESETS
from ui import answers, jobs, own, state, uploads
from ui.answers import Answer
from ui.charts.palette import SORTS, figure_colours
from ui.components import observatory
from ui.live import runs, sweeps
from ui.trails import asked, paths, pinned, planned, trail
from ui.views import deeds, measured
from ui.web import assets
from ui.words import i18n, tables
from ui.words import observatory as words
from ui.words.question import groups

RULES: dict[str, tuple[float, bool]] = {
    "total": (1.0, True),
    "worst_total": (1.0, True),
    "margin": (0.0, False),
    "mean_label_margin": (0.0, False),
}
"""Indicators with a line: where it is, and whether students are to learn below it."""

LANDMARKS = (
    "bad-teacher-good-student",
    "same-accuracy-opposite-fate",
    "same-accuracy-opposite-fate-twin",
    "accurate-teacher-bad-labels",
    "no-cliff",
    "random-control",
)
"""Starting points with a name in the figure; `-twin`: what is laid beside."""


def draw(chosen: Experiment, answer: Answer | None) -> None:
    """The figure for an experiment, and what is known of it."""
    observatory.show(data(chosen, answer), on_deed=deeds.done)


def data(chosen: Experiment, answer: Answer | None) -> dict[str, Any]:
    """What the figure shows of an experiment, as plain data; accuracies are in [0, 1].

    `trails`: path of a field -> values that were computed, with their rows of the light atlas. `sweep`: what
    is varied live, `pinned`: the trail that stays. `mine`: own runs and pins. `marks`: landmarks and their
    rows. `job`: key of the run under way, `ended`: how it ended.
    """
    language = state.language()
    trails = {path: stops for path in paths(chosen) if (stops := trail(chosen, path))}
    key = chosen.key()
    job, awaited = own.look(key), own.awaited(chosen, answer)
    return {
        "setting": setting(language),
        "runs-at": runs.address(state.visitor()),
        "measured-at": measured.address(chosen, language),
        "sentence": groups(
            chosen, language, {path: [one for one, _ in stops] for path, stops in trails.items()}
        ),
        "dataset": chosen.dataset.kind(),
        "now": measured.now(chosen, language, answer),
        "trails": trails,
        "sweep": _sweep(chosen),
        "pinned": _pinned(chosen),
        "mine": _mine(chosen, key),
        "marks": _marks(chosen.dataset.kind()),
        "problem": _problem(key, job),
        "key": key,
        "job": key if awaited else None,
        "ended": job.state if job and not awaited else None,
        "seconds": max(1, round(jobs.every().cost.seconds(chosen))),
        "axis": state.extra("x") or "total",
        "shown": (state.extra("show") or "").split("."),
        "auto": state.extra("auto") != "0",
        "controls": state.controls(),
        "presents": state.presenting(),
    }


@once(most=len(i18n.LANGUAGES))
def setting(language: str) -> str:
    """Where a browser finds what never changes with the choice: the light atlas, words and colours."""
    table = light()
    shown = {
        "atlas": {**table, "columns": {name: one for name, one in table["columns"].items() if name != "key"}},
        "words": words.texts(language),
        "titles": {
            "bias": {kind: tables.name(language, Bias, kind) for kind in catalogue(Bias)},
            "framework": {kind: tables.name(language, Framework, kind) for kind in catalogue(Framework)},
            "loss": {kind: tables.brief(language, Loss, kind) for kind in catalogue(Loss)},
            "fields": {
                f"{kind}.{name}": i18n.field_title(language, cls, name).lower()
                for kind, cls in catalogue(Bias).items()
                for name in cls.model_fields
            },
        },
        "sorts": {kind: cls.sort for kind, cls in catalogue(Bias).items()},
        "reads": {kind: cls.reads for kind, cls in catalogue(Loss).items()},
        "axes": [{"id": cls.key(), "rule": RULES.get(cls.key())} for cls in _ordered()],
        "colours": {
            **figure_colours(),
            **{f"sort-{sort}": [light, dark] for sort, (light, dark, _) in SORTS.items()},
        },
        "shapes": {sort: shape for sort, (_, _, shape) in SORTS.items()},
    }
    text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"{assets.offer({f'{language}.json': text})}/{language}.json"


def _ordered() -> list[Any]:
    first = ["total", "unreliability", "worst_unreliability", "ambiguity", "margin", "mean_label_margin"]
    place = {name: number for number, name in enumerate([*first, "label_accuracy"])}
    return sorted(axes(), key=lambda cls: place.get(cls.key(), len(place)))


def _problem(key: str, job: Job | None) -> str:
    """Why the run that was asked for last is refused, or why it failed."""
    whose, refused = st.session_state.get(deeds.REFUSED, ("", ""))
    said = refused if whose == key else ""
    said = said or (job.problem if job is not None and job.state == "failed" else "")
    return i18n.problem_text(state.language(), said)


def _sweep(chosen: Experiment) -> dict[str, Any] | None:
    """The live sweep that was asked for here or by the link: where to ask, and whether it goes on."""
    varied = asked(chosen, state.extra("vary"))
    sweep = planned(chosen, varied[:1]) if varied else None
    if sweep is None:
        return None
    key, count = sweeps.offer(sweep)
    if not count:
        return {"path": varied[0], "at": None, "count": 0, "goes": False}
    visitor = state.visitor()
    at = sweeps.address(key, visitor, state.language())
    return {"path": varied[0], "key": key, "at": at, "count": count, "goes": sweeps.goes(key, visitor)}


def _pinned(chosen: Experiment) -> dict[str, Any] | None:
    """The trail that stays, by its name: where to ask for its points; whether it is of this dataset (`here`).

    `same`: the path along which it is the trail of this choice too; `joined`: whether a line joins its
    points.
    """
    found = pinned(state.extra("trail") or "")
    sweep = planned(found[0], (found[1],)) if found else None
    if found is None or sweep is None:
        return None
    (experiment, path), visitor, language = found, state.visitor(), state.language()
    key, _ = sweeps.offer(sweep)
    return {
        "at": sweeps.address(key, visitor, language),
        "goes": sweeps.goes(key, visitor),
        "here": experiment.dataset == chosen.dataset,
        "same": path if path in paths(chosen) and planned(chosen, (path,)) == sweep else None,
        "joined": all(isinstance(value, float) for value in sweep.vary[path]),
        "said": words.pinned(language, experiment, path),
    }


def _mine(chosen: Experiment, key: str) -> list[dict[str, Any]]:
    """Own runs and pins on the same dataset, but for the present one; students of the visitor's own file."""
    found: dict[str, tuple[str, Result]] = {one.key: ("", one) for one in own.results()}
    for side, laid in state.pins().items():
        answer = answers.precomputed(laid)
        result = found[laid.key()][1] if laid.key() in found else answer.result if answer else None
        if result is not None:
            found[laid.key()] = (state.t(f"observatory.{side}"), result)
    runs = [
        (letter, one.indicators, one.student_accuracy)
        for whose, (letter, one) in found.items()
        if whose != key and one.experiment.dataset == chosen.dataset
    ]
    runs += [
        (
            state.t("labels.own-students", loss=tables.brief(state.language(), Loss, one.loss)),
            one.indicators,
            one.student,
        )
        for one in uploads.students()
    ]
    return [
        {"letter": letter, "x": measured.known(indicators), "accuracy": measured.ends(accuracy)}
        for letter, indicators, accuracy in runs
    ]


@once()
def _landmarks() -> dict[str, tuple[str, int]]:
    """Name -> dataset and row."""
    found = {}
    for name in LANDMARKS:
        preset = PRESETS[name.removesuffix("-twin")]
        experiment = preset.twin if name.endswith("-twin") else preset.experiment
        entry = lookup.find(experiment) if experiment else None
        if entry is not None and entry.key in rows():
            found[name] = (entry.experiment.dataset.kind(), rows()[entry.key])
    return found


def _marks(dataset: str) -> list[tuple[str, int]]:
    return [
        (state.t(f"observatory.marks.{name}"), row)
        for name, (whose, row) in _landmarks().items()
        if whose == dataset
    ]
