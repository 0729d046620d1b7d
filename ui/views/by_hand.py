"""What is made by hand: on Explore a drawing where that is the dataset, a matrix where that is the bias; on
Learn a matrix.
"""

import contextlib
from typing import Any

import streamlit as st

from softlabel_core import Experiment
from softlabel_core.biases.rival_matrix import MOST, RivalMatrix
from softlabel_core.datasets.drawn_points import CLASSES, POINTS, DrawnPoints
from softlabel_core.once import once
from softlabel_core.teaching.by_hand import alike
from softlabel_core.teaching.steps import LessonStep
from ui import panels, state
from ui.answers import Answer
from ui.charts.palette import figure_colours, marked
from ui.components import draw, matrix
from ui.views import deeds
from ui.words import glossary, i18n
from ui.words import lessons as says
from ui.words.sentences import percent


def show(chosen: Experiment, answer: Answer | None) -> None:
    """What of the experiment can be made by hand; nothing where it is chosen from menus."""
    if not state.controls():
        return
    if isinstance(chosen.dataset, DrawnPoints):
        draw.show(drawing(chosen.dataset, answer), on_points=_set("dataset.points"))
    if isinstance(chosen.bias, RivalMatrix):
        matrix.show(rivals(chosen.bias, chosen.dataset.class_names), on_matrix=_set("bias.matrix"))


def _set(path: str) -> Any:
    return lambda text: deeds.done("set", [path, text])


def drawing(dataset: DrawnPoints, answer: Answer | None) -> dict[str, Any]:
    """What the figure of points is told; `regions`: what the first student of these points names where."""
    result = answer.result if answer else None
    return {
        "points": dataset.points,
        "classes": marked(CLASSES[1]),
        "fewest": CLASSES[0],
        "most": POINTS,
        "regions": result.boundary if result else None,
        "share": percent(result.student_accuracy.mean) if result else "",
        **setting(state.language(), draw.NAME),
    }


def rivals(bias: RivalMatrix, names: list[str]) -> dict[str, Any]:
    """What the figure of a matrix is told; of more classes than it may have rows, its own rows."""
    repeated = len(names) > MOST
    shown = names[: bias.size] if repeated else names
    return {
        "rows": bias.percents(len(shown)).tolist(),
        "names": shown,
        "repeated": repeated,
        "save": panels.saving(),
        **setting(state.language(), matrix.NAME),
    }


MATRIX = "learn/matrix"
"""Where the session keeps the matrix of the lesson."""


def in_lesson(step: LessonStep) -> None:
    """A matrix to edit that begins as the labels of a step, and both degrees of what it is now."""
    names = step.experiment.dataset.class_names
    right = 1 - float(step.experiment.bias.model_dump()["rate"])
    bias = RivalMatrix(matrix=st.session_state.setdefault(MATRIX, alike(right, len(names))))
    data = rivals(bias, names)
    matrix.show(
        {**data, "words": {**data["words"], "undo": ""}}, on_matrix=_kept
    )  # it is no choice of the page
    if not state.presenting():  # there the figure's own two numbers say it; a small screen holds no more
        panels.explained(glossary.explained(state.language(), says.rivals(state.language(), bias, names)))
        panels.open_elsewhere("explore", state.t("learn.matrix-train"), _with(step, bias))


def _with(step: LessonStep, bias: RivalMatrix) -> Experiment:
    return Experiment.parse({**step.experiment.model_dump(), "bias": bias.model_dump()})


def _kept(text: str) -> None:
    with contextlib.suppress(ValueError):  # of a hostile browser
        st.session_state[MATRIX] = RivalMatrix(matrix=text).matrix


@once(most=2 * len(i18n.LANGUAGES))
def setting(language: str, name: str) -> dict[str, Any]:
    """What never changes with the choice."""
    table, prefix = i18n.table(language), f"{name}."
    return {
        "words": {key.removeprefix(prefix): text for key, text in table.items() if key.startswith(prefix)},
        "colours": figure_colours(),
    }
