"""The map: student accuracy over the (Delta, gamma) plane, cell by cell, and the entries that break the rule.

No streamlit here. Cells show what was computed and nothing between them.
"""

import re
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from softlabel_core.atlas_plan import AXES, least_ambiguity
from softlabel_core.biases import Bias
from softlabel_core.datasets import Dataset
from softlabel_core.frameworks import Framework
from softlabel_core.losses import Loss
from softlabel_core.plugin import Plugin, catalogue
from ui.charts import FONT, Chart
from ui.i18n import field_title, say, title
from ui.palette import SEQUENTIAL, palette

X, Y = AXES

LARGE = 22
"""Letters on a projector."""


def plane(
    table: pd.DataFrame,
    classes: int,
    current: str | None,
    *,
    language: str,
    dark: bool = False,
    large: bool = False,
) -> Chart:
    """Heat map of accuracy over Delta and gamma; the entry with key `current` is framed.

    `table` is `atlas_plan.grid` of it. Transparent squares above the cells carry the keys of the
    entries as `customdata`: they are what a click selects.
    """
    colours, font = palette(dark), LARGE if large else FONT
    xs, ys = (np.unique(table[axis]) for axis in (X, Y))
    grid = table.pivot(index=Y, columns=X, values="accuracy").reindex(index=ys, columns=xs).to_numpy()
    figure = go.Figure()
    _hatch(figure, xs, ys, classes, colours.rival)
    figure.add_heatmap(
        x=xs,
        y=ys,
        z=100 * grid,
        zmin=0,
        zmax=100,
        colorscale=SEQUENTIAL,
        showscale=False,
        xgap=1,
        ygap=1,
        hoverinfo="skip",
    )
    for colour, width in (("#ffffff", 5), ("#000000", 2)):
        figure.add_scatter(
            x=[0, 1], y=[1, 0], mode="lines", line={"color": colour, "width": width}, hoverinfo="skip"
        )
    step = float(xs[1] - xs[0])
    for here in table[table["key"] == current].to_dict("records"):
        for colour, width in (("#ffffff", 6), ("#000000", 3)):
            figure.add_shape(
                type="rect",
                x0=here[X] - step / 2,
                x1=here[X] + step / 2,
                y0=here[Y] - step / 2,
                y1=here[Y] + step / 2,
                line={"color": colour, "width": width},
                name=current,
            )
    _numbers(figure, table, font if large else 12)
    clear = {"marker": {"opacity": 0}}
    figure.add_scatter(
        x=table[X],
        y=table[Y],
        mode="markers",
        marker={"symbol": "square", "size": 34, "opacity": 0},
        selected=clear,
        unselected=clear,
        customdata=table[["key", "accuracy", "total"]],
        hovertemplate=say(language, "map.hover") + "<extra></extra>",
    )
    ends = [-step / 2, 1 + step / 2]
    figure.update_xaxes(title=say(language, "map.x"), range=ends, tickvals=xs)
    figure.update_yaxes(title=say(language, "map.y"), range=ends, tickvals=ys)
    quiet = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "tickformat": ".1f",
    }
    figure.update_xaxes(**quiet)
    figure.update_yaxes(**quiet)
    _name(figure, 0.0, 1 + step / 2, "Δ + γ = 1", "left", 12, colours.ink)
    if least_ambiguity(1.0, classes) > 0.5:  # two classes: there is room to say it
        _name(figure, 0.6, 0.0, say(language, "map.impossible"), "center", 0, colours.ink)
        figure.layout.annotations[-1].bgcolor = "rgba(20,20,20,0.9)" if dark else "rgba(255,255,255,0.9)"
    figure.update_layout(
        height=760 if large else 520,
        margin={"l": 8, "r": 8, "t": 34, "b": 8},
        showlegend=False,
        hoverdistance=40,
        clickmode="event+select",
        dragmode=False,
        font={"size": font, "color": colours.ink, "family": "Source Sans, sans-serif"},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )
    return Chart(figure, _said(table, classes, language), _twin(table, language))


def _name(figure: go.Figure, x: float, y: float, text: str, anchor: str, shift: int, colour: str) -> None:
    figure.add_annotation(
        x=x, y=y, text=text, showarrow=False, xanchor=anchor, yshift=shift, font={"color": colour}
    )


def _hatch(figure: go.Figure, xs: np.ndarray, ys: np.ndarray, classes: int, colour: str) -> None:
    """Stripes over the cells where no sets can be."""
    half = float(xs[1] - xs[0]) / 2
    across: list[float | None] = []
    up: list[float | None] = []
    for x in xs.tolist():
        for y in ys[ys < least_ambiguity(x, classes) - 1e-9].tolist():
            across += [x - half, x + half, x + half, x - half, x - half, None]
            up += [y - half, y - half, y + half, y + half, y - half, None]
    figure.add_scatter(
        x=across,
        y=up,
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor="rgba(0,0,0,0)",
        fillpattern={"shape": "/", "fgcolor": colour, "size": 8, "solidity": 0.25},
        hoverinfo="skip",
    )


def _numbers(figure: go.Figure, table: pd.DataFrame, size: int) -> None:
    """Accuracies in the cells, beside the line where it crosses them, dark on light and light on dark."""
    crossed = np.isclose(table[X] + table[Y], 1)
    figure.add_scatter(
        x=table[X],
        y=table[Y],
        mode="text",
        text=[f"{100 * value:.0f}" for value in table["accuracy"]],
        textposition=["top right" if on else "middle center" for on in crossed],
        textfont={"size": size, "color": ["#000000" if v > 0.5 else "#ffffff" for v in table["accuracy"]]},
        hoverinfo="skip",
    )


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
        if isinstance(bias[name], int | float) and not isinstance(bias[name], bool)
    )
    return " · ".join((_short(language, cls), *numbers))


def taught(framework: dict[str, Any], language: str) -> str:
    """A framework with its loss and set size, in words."""
    cls, loss = catalogue(Framework)[framework["kind"]], catalogue(Loss)[framework["loss"]["kind"]]
    size = f" · k = {framework['k']}" if "k" in framework and loss.reads == "sets" else ""
    return f"{_short(language, cls)} · {_short(language, loss)}{size}"


def _short(language: str, cls: type[Plugin]) -> str:
    """The name of a plug-in up to its explanation."""
    return re.split("[:：]", title(language, cls))[0]
