"""The map: student accuracy over the (Delta, gamma) plane, cell by cell, and the entries that break the rule.

No streamlit here. Cells show what was computed and nothing between them.
"""

import re
from typing import Any

import numpy as np
import pandas as pd

from softlabel_core.atlas import lookup, plan
from softlabel_core.atlas.plan import AXES, least_ambiguity
from softlabel_core.atlas.rule_failures import CLOSE, REASONS, committed_exceptions
from softlabel_core.biases import Bias
from softlabel_core.datasets import Dataset
from softlabel_core.frameworks import Framework
from softlabel_core.losses import Loss
from softlabel_core.once import once
from softlabel_core.plugin import Plugin, catalogue
from ui.charts.figures import FONT, LARGE, Chart, Finished
from ui.charts.palette import CLEAR, SEQUENTIAL, palette
from ui.words.i18n import choice, field_title, say, title

X, Y = AXES

Place = tuple[float, float]
"""Delta and gamma as set."""

EDGED = (("white", 5), ("black", 2))
"""Colours and widths of a line that shows on light and dark."""


@once(most=128)
def drawn(
    number: int, current: Place | None, language: str, dark: bool, large: bool
) -> tuple[Chart, list[str]]:
    """Chart of a plane of the committed atlas, by its place in `planes()`; the keys of its rows."""
    of = plan.planes()[number]
    table = plan.grid(of)
    chart = plane(table, of.dataset.classes, current, language=language, dark=dark, large=large)
    return chart, list(table["key"])


def plane(
    table: pd.DataFrame,
    classes: int,
    current: Place | None,
    *,
    language: str,
    dark: bool = False,
    large: bool = False,
) -> Chart:
    """Heat map of accuracy over Delta and gamma; `current` is framed, on a cell or between.

    `table` is `plan.grid` of it. Transparent squares above the cells carry the keys of the
    entries as `customdata`: they are what a click selects.
    """
    colours, font = palette(dark), LARGE if large else FONT
    xs, ys = (np.unique(table[axis]) for axis in (X, Y))
    half = float(xs[1] - xs[0]) / 2 if len(xs) > 1 else 0.5
    traces = [
        _stripes(xs, ys, half, classes, colours.rival),
        _heat(table, xs, ys),
        *_line(),
        _numbers(table, font if large else 12),
        _squares(table, say(language, "map.hover")),
    ]
    notes = [_note(0.0, 1 + half, "Δ + γ = 1", colours.ink, xanchor="left", yshift=12)]
    if least_ambiguity(1.0, classes) > 0.5:  # two classes: there is room to say it
        paper = palette(dark).ground
        notes.append(_note(0.6, 0.0, say(language, "map.impossible"), colours.ink, bgcolor=paper))
    axis = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "tickformat": ".1f",
        "range": [-half, 1 + half],
    }
    layout = {
        "xaxis": {**axis, "tickvals": xs, "title": {"text": say(language, "map.x"), "standoff": 16}},
        "yaxis": {**axis, "tickvals": ys, "title": {"text": say(language, "map.y"), "standoff": 16}},
        "annotations": notes,
        "shapes": _frame(current, half) if current else [],
        "height": 720 if large else 520,
        "margin": {"l": 8, "r": 8, "t": 34, "b": 8},
        "showlegend": False,
        "hoverdistance": 40,
        "clickmode": "event+select",
        "dragmode": False,
        "font": {"size": font, "color": colours.ink, "family": "Source Sans, sans-serif"},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
    }
    # One plain dictionary: plotly checks it once, in a third of the time of adding part after part.
    figure = Finished({"data": traces, "layout": layout})
    return Chart(figure, _said(table, classes, language), _twin(table, language))


def _note(x: float, y: float, text: str, colour: str, **more: Any) -> dict[str, Any]:
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": {"color": colour}, **more}


def _heat(table: pd.DataFrame, xs: np.ndarray, ys: np.ndarray) -> dict[str, Any]:
    grid = table.pivot(index=Y, columns=X, values="accuracy").reindex(index=ys, columns=xs)
    look = {"colorscale": SEQUENTIAL, "zmin": 0, "zmax": 1, "showscale": False, "xgap": 1, "ygap": 1}
    return {"type": "heatmap", "x": xs, "y": ys, "z": grid.to_numpy(), "hoverinfo": "skip", **look}


def _line() -> list[dict[str, Any]]:
    """Delta + gamma = 1, dark with a light edge, so that it shows on every cell."""
    line = {"type": "scatter", "mode": "lines", "x": [0, 1], "y": [1, 0], "hoverinfo": "skip"}
    return [{**line, "line": {"color": colour, "width": width}} for colour, width in EDGED]


def _frame(place: Place, half: float) -> list[dict[str, Any]]:
    """A frame of the size of a cell around what is loaded."""
    x, y = place
    ends = {"x0": x - half, "x1": x + half, "y0": y - half, "y1": y + half}
    return [
        {"type": "rect", **ends, "line": {"color": colour, "width": width + 1}} for colour, width in EDGED
    ]


def _squares(table: pd.DataFrame, hover: str) -> dict[str, Any]:
    """What a click selects."""
    clear = {"marker": {"opacity": 0}}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": table[X],
        "y": table[Y],
        "marker": {"symbol": "square", "size": 34, "opacity": 0},
        "selected": clear,
        "unselected": clear,
        "customdata": table[["key", "accuracy", "total"]],
        "hovertemplate": hover + "<extra></extra>",
    }


def _stripes(xs: np.ndarray, ys: np.ndarray, half: float, classes: int, colour: str) -> dict[str, Any]:
    """Stripes over the cells where no sets can be."""
    across: list[float | None] = []
    up: list[float | None] = []
    for x in xs.tolist():
        for y in ys[ys < least_ambiguity(x, classes) - 1e-9].tolist():
            across += [x - half, x + half, x + half, x - half, x - half, None]
            up += [y - half, y - half, y + half, y + half, y - half, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": across,
        "y": up,
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": CLEAR,
        "fillpattern": {"shape": "/", "fgcolor": colour, "size": 8, "solidity": 0.25},
        "hoverinfo": "skip",
    }


def _numbers(table: pd.DataFrame, size: int) -> dict[str, Any]:
    """Accuracies in the cells, beside the line where it crosses them, dark on light and light on dark."""
    crossed = np.isclose(table[X] + table[Y], 1)
    return {
        "type": "scatter",
        "mode": "text",
        "x": table[X],
        "y": table[Y],
        "text": [f"{100 * value:.0f}" for value in table["accuracy"]],
        "textposition": ["top right" if on else "middle center" for on in crossed],
        "textfont": {"size": size, "color": ["black" if v > 0.5 else "white" for v in table["accuracy"]]},
        "hoverinfo": "skip",
    }


def _said(table: pd.DataFrame, classes: int, language: str) -> str:
    """What the map shows, in words."""
    inside = table[X] + table[Y] < 1 - 1e-9
    below, above = table[inside]["accuracy"], table[~inside]["accuracy"]
    return say(
        language,
        "map.alt",
        cells=len(table),
        below=below.median(),
        least=below.min(),
        most=below.max(),
        above=above.median(),
        high=above.max(),
        edge=least_ambiguity(1.0, classes),
    )


def _twin(table: pd.DataFrame, language: str) -> pd.DataFrame:
    """The cells as rows, in the order of `table`."""
    columns = {
        X: "set-delta",
        Y: "set-gamma",
        "accuracy": "accuracy",
        "low": "low",
        "high": "high",
        "unreliability": "delta",
        "ambiguity": "gamma",
        "total": "total",
        "ground_truth": "truth",
    }
    names = {column: say(language, f"map.column.{key}") for column, key in columns.items()}
    return table[list(columns)].round(3).rename(columns=names)


@once()
def exceptions_by_reason() -> dict[str, int]:
    """Reason -> how many exceptions the committed atlas has for it; what is no exception comes last."""
    counts = committed_exceptions()["why"].value_counts()
    return {why: int(counts[why]) for why in sorted(REASONS, key=CLOSE.__eq__) if why in counts}


@once(most=32)
def exceptions_drawn(why: str, language: str) -> tuple[pd.DataFrame, list[str], int]:
    """The committed exceptions for one reason: a table, its keys, how many failed below the line."""
    rows = committed_exceptions()
    rows = rows[rows["why"] == why].sort_values("accuracy", ignore_index=True)
    keys = list(rows["key"])
    shown = exceptions_table(rows, [lookup.config(key) for key in keys], language)
    return shown, keys, int(rows["expected"].sum())


def exceptions_table(rows: pd.DataFrame, configs: list[dict[str, Any]], language: str) -> pd.DataFrame:
    """Entries that break the rule, one a row, in the order of `rows`; `configs` say what each was set to."""
    columns = {
        "accuracy": "accuracy",
        "low": "low",
        "high": "high",
        "total": "total",
        "unreliability": "delta",
        "ambiguity": "gamma",
    }
    names = {column: say(language, f"map.column.{key}") for column, key in columns.items()}
    words = {
        "bias": [settings(config, language) for config in configs],
        "taught": [taught(config["framework"], language) for config in configs],
        "dataset": [_short(language, catalogue(Dataset)[config["dataset"]["kind"]]) for config in configs],
    }
    numbers = rows[list(columns)].reset_index(drop=True).round(3).rename(columns=names)
    return numbers.assign(**{say(language, f"map.column.{name}"): column for name, column in words.items()})


def settings(config: dict[str, Any], language: str) -> str:
    """The bias type of a configuration with its numbers, in words."""
    bias = config["bias"]
    cls = catalogue(Bias)[bias["kind"]]
    numbers = (
        f"{field_title(language, cls, name)} {bias[name]:g}"
        for name in cls.model_fields
        if isinstance(bias.get(name), int | float) and not isinstance(bias[name], bool)
    )
    return " · ".join((_short(language, cls), *numbers))


def taught(framework: dict[str, Any], language: str) -> str:
    """A framework with its loss and set size, in words."""
    cls, loss = catalogue(Framework)[framework["kind"]], catalogue(Loss)[framework["loss"]["kind"]]
    size = f" · k = {choice(language, framework['k'])}" if "k" in framework and loss.reads == "sets" else ""
    return f"{_short(language, cls)} · {_short(language, loss)}{size}"


def _short(language: str, cls: type[Plugin]) -> str:
    """The name of a plug-in up to its explanation."""
    return re.split("[:：]", title(language, cls))[0]
