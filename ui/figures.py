"""What every chart is made of: a figure with its alt text and table, one style, intervals, marked levels."""

import html
from dataclasses import dataclass
from typing import Any, TypedDict

import pandas as pd
import plotly.graph_objects as go

from ui.palette import Palette

FONT = 14
LARGE = 24
"""Figure text in pixels, on a desk and on a projector."""


@dataclass(frozen=True)
class Chart:
    """A figure, what it says in words, and its numbers."""

    figure: go.Figure
    alt: str
    table: pd.DataFrame


class Look(TypedDict):
    """How a visitor sees charts."""

    dark: bool
    language: str


def styled(figure: go.Figure, colours: Palette, height: int) -> go.Figure:
    """The one style of all figures: no frame, no legend, faint horizontal lines."""
    grid = {"gridcolor": colours.faint, "zeroline": False, "automargin": True, "title": {"standoff": 8}}
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 16, "b": 8},
        showlegend=False,
        font={"size": FONT, "color": colours.ink, "family": "Source Sans, sans-serif"},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hoverlabel={"font": {"size": FONT}},
        dragmode=False,
        xaxis={**grid, "showgrid": False},
        yaxis=grid,
    )
    return figure


def enlarged(figure: go.Figure, height: int) -> go.Figure:
    """The figure for a projector: text, marks and lines grow together."""
    figure.update_layout(height=height, font={"size": LARGE}, hoverlabel={"font": {"size": LARGE}})
    for note in figure.layout.annotations:
        note.font.size = LARGE
        note.yshift = 1.5 * (note.yshift or 0)
    figure.for_each_trace(_grow)
    return figure


def _grow(trace: Any) -> None:
    if trace.type == "scatter":
        trace.textfont.size = LARGE
        if isinstance(trace.marker.size, int | float):
            trace.marker.size = 1.6 * trace.marker.size
        if trace.line.width:
            trace.line.width = 1.6 * trace.line.width


def error(low: list[float], value: list[float], high: list[float]) -> dict[str, Any]:
    """Interval lines from their ends, as plotly wants them."""
    return {
        "array": [h - v for h, v in zip(high, value, strict=True)],
        "arrayminus": [v - w for w, v in zip(low, value, strict=True)],
        "symmetric": False,
        "thickness": 1.2,
        "width": 4,
    }


def letters(text: str) -> str:
    """Text that a visitor or a file gave, so that plotly shows it letter by letter and not as HTML."""
    return html.escape(text, quote=False)


Mark = tuple[dict[str, Any], dict[str, Any]]
"""A line with its name, as plotly's shape and annotation."""


def level(y: float, text: str, colour: str, dash: str) -> Mark:
    """A horizontal line with its name at the right end."""
    line = {"color": colour, "width": 2, "dash": dash}
    shape = {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": y, "y1": y, "line": line}
    place = {"x": 1, "xref": "paper", "xanchor": "right", "y": y, "yshift": 11}
    return shape, {**place, "text": text, "showarrow": False, "font": {"color": colour}}


def line_of_the_rule(colours: Palette, top: float) -> Mark:
    """The line Δ + γ = 1 of a horizontal axis of Δ + γ."""
    line = {"color": colours.ink, "width": 1.5, "dash": "dash"}
    shape = {"type": "line", "x0": 1, "x1": 1, "y0": 0, "y1": 1, "yref": "paper", "line": line}
    place = {"x": 1, "xanchor": "left", "xshift": 6, "y": top}
    return shape, {**place, "text": "Δ + γ = 1", "showarrow": False, "font": {"color": colours.ink}}


def mark(figure: go.Figure, *marks: Mark) -> None:
    """Draw them all at once: one by one each costs milliseconds, `add_vline` three."""
    figure.update_layout(shapes=[one[0] for one in marks], annotations=[one[1] for one in marks])


def accuracy_axis(figure: go.Figure, title: str, top: float = 1.08) -> None:
    """The vertical axis of shares from 0 to 1, the same in every chart."""
    figure.update_yaxes(title=title, range=[-0.04, top], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1])
