"""What is made by hand on Explore: a drawing where that is the dataset, a matrix where that is the bias."""

from typing import Any

from softlabel_core import Experiment
from softlabel_core.biases.rival_matrix import MOST, RivalMatrix
from softlabel_core.datasets.drawn_points import CLASSES, POINTS, DrawnPoints
from softlabel_core.once import once
from ui import state
from ui.answers import Answer
from ui.charts.palette import DARK, LIGHT, marked
from ui.components import draw, matrix
from ui.views import deeds
from ui.words import i18n
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
        **setting(state.language(), matrix.NAME),
    }


@once(most=2 * len(i18n.LANGUAGES))
def setting(language: str, name: str) -> dict[str, Any]:
    """What never changes with the choice."""
    table, prefix = i18n.table(language), f"{name}."
    return {
        "words": {key.removeprefix(prefix): text for key, text in table.items() if key.startswith(prefix)},
        "colours": {"accent": (LIGHT.accent, DARK.accent), "mark": (LIGHT.mark, DARK.mark)},
    }
