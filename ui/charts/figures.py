"""What every chart is made of: a figure with its alt text and table, one style, intervals, marked levels."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypedDict

import pandas as pd
import plotly.graph_objects as go

from softlabel_core.experiment.result import Estimate
from ui.charts.palette import CLEAR, Palette

FONT = 14
LARGE = 24
"""Figure text in pixels, on a desk and on a projector."""


class Finished(go.Figure):
    """A figure that nobody changes any more: its plain form, sent with every answer, is made once."""

    def to_dict(self) -> dict[str, Any]:
        """Traces and layout as plain values; not to be changed either."""
        return self._plain

    @cached_property
    def _plain(self) -> dict[str, Any]:
        return super().to_dict()


@dataclass(frozen=True, eq=False)
class Chart:
    """A figure, what it says in words, and its numbers."""

    figure: go.Figure
    alt: str
    table: pd.DataFrame


class Look(TypedDict):
    """How a visitor sees charts."""

    dark: bool
    language: str


def style(colours: Palette, height: int) -> dict[str, Any]:
    """The one layout of all figures: no frame, no legend, faint horizontal lines."""
    grid = {"gridcolor": colours.faint, "zeroline": False, "automargin": True, "title": {"standoff": 8}}
    return {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 16, "b": 8},
        "showlegend": False,
        "font": {"size": FONT, "color": colours.ink, "family": "Source Sans, sans-serif"},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "hoverlabel": {"font": {"size": FONT}},
        "dragmode": False,
        "xaxis": {**grid, "showgrid": False},
        "yaxis": grid,
    }


def styled(figure: go.Figure, colours: Palette, height: int) -> go.Figure:
    """A figure of several small charts in the one style."""
    figure.update_layout(style(colours, height))
    return figure


class Drawing:
    """A chart while it is drawn: plain dictionaries, which plotly checks once, at the end.

    Added part after part, each would cost plotly milliseconds (docs/decisions.md).
    """

    def __init__(self, colours: Palette, height: int) -> None:
        self.colours = colours
        self.data: list[dict[str, Any]] = []
        self.layout = {**style(colours, height), "shapes": [], "annotations": []}

    def trace(self, kind: str, **parts: Any) -> None:
        """A series of plotly's kind."""
        self.data.append({"type": kind, **parts})

    def scatter(self, **parts: Any) -> None:
        """Points, lines or both."""
        self.trace("scatter", **parts)

    def axis(self, name: str, title: str = "", **parts: Any) -> None:
        """Settings of `x` or `y`."""
        axis = self.layout[f"{name}axis"]
        self.layout[f"{name}axis"] = {**axis, **parts, "title": {**axis["title"], "text": title}}

    def note(self, x: Any, y: Any, text: str, colour: str = "", **parts: Any) -> None:
        """Words at a place."""
        font = {"color": colour or self.colours.ink}
        place = {"x": x, "y": y, "text": text, "showarrow": False, "font": font}
        self.layout["annotations"].append({**place, **parts})

    def shape(self, kind: str, **parts: Any) -> None:
        """A line or an area without numbers of its own."""
        self.layout["shapes"].append({"type": kind, **parts})

    def level(self, y: float, text: str, colour: str, dash: str) -> None:
        """A horizontal line with its name at the right end."""
        line = {"color": colour, "width": 2, "dash": dash}
        self.shape("line", x0=0, x1=1, xref="paper", y0=y, y1=y, line=line)
        self.note(1, y, text, colour, xref="paper", xanchor="right", yshift=11)

    def line_of_the_rule(self, top: float, at: float = 1, said: str = "Δ + γ = 1") -> None:
        """The line of a rule on its horizontal axis: by default of an axis of Δ + γ."""
        line = {"color": self.colours.ink, "width": 1.5, "dash": "dash"}
        self.shape("line", x0=at, x1=at, y0=0, y1=1, yref="paper", line=line)
        self.note(at, top, said, xanchor="left", xshift=6)

    def accuracy(self, title: str, top: float = 1.08) -> None:
        """The vertical axis of shares from 0 to 1, the same in every chart."""
        ticks = [0, 0.25, 0.5, 0.75, 1]
        said = [f"{100 * one:.0f}\u00a0%" for one in ticks]
        self.axis("y", title, range=[-0.04, top], tickvals=ticks, ticktext=said)

    @property
    def figure(self) -> go.Figure:
        """What plotly makes of it."""
        return Finished({"data": self.data, "layout": self.layout})


def enlarged(figure: go.Figure, height: int) -> go.Figure:
    """The figure for a projector, a copy: text, marks and lines grow together."""
    figure = go.Figure(figure)
    figure.update_layout(height=height, font={"size": LARGE}, hoverlabel={"font": {"size": LARGE}})
    for note in figure.layout.annotations:
        note.font.size = LARGE
        note.yshift = 1.5 * (note.yshift or 0)
    figure.update_xaxes(tickfont={"size": LARGE})
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


def intervals(found: Sequence[Estimate]) -> dict[str, Any]:
    """`error` of estimates; no line where there is no interval."""
    low = [one.mean if one.low is None else one.low for one in found]
    high = [one.mean if one.high is None else one.high for one in found]
    return error(low, [one.mean for one in found], high)


def letters(text: str) -> str:
    """Text that a visitor or a file gave, so that plotly shows it letter by letter and not as HTML."""
    return html.escape(text, quote=False)
