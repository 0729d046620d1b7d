"""A chart of points, lines and notes as HTML, where the script of plotly (4.7 MB) is not to be fetched.

What a chart shows is said once, by its figure; this draws lines, marks with intervals, areas, notes and both
axes of it. Lines are an image (Streamlit takes no SVG in HTML) that is stretched to its room, all else stands
at shares of it, so that text and marks keep their size on every screen. `ui/style.css` says how they look.
"""

import html
import math
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from softlabel_core.once import once
from ui.charts.figures import Chart

SIDE = 1000
"""Width and height that lines are drawn in, before they are stretched."""

TICKS = 8
"""Most numbers on the horizontal axis."""

Place = Callable[[Any, float], tuple[float, float]]
"""x and y of a figure -> shares of its width from the left, of its height from the top."""


@once(most=100)
def drawn(chart: Chart) -> str:
    """The chart, as wide as its room; texts of its figure are HTML already."""
    figure = chart.figure.to_dict()
    layout = figure["layout"]
    ticks, place = _axes(figure["data"], layout)
    lines, marks = [], []
    for shape in layout.get("shapes", []):
        (left, _), (right, _) = place(shape["x0"], 0), place(shape["x1"], 0)
        area = f'x="{SIDE * left:.1f}" y="0" width="{SIDE * (right - left):.1f}" height="{SIDE}"'
        lines.append(f'<rect {area} fill="{shape["fillcolor"]}" opacity="{shape["opacity"]}"/>')
    axis, faint = layout["yaxis"], layout["yaxis"]["gridcolor"]
    for value in axis["tickvals"]:
        _, y = place(ticks[0], value)
        lines.append(_line([(0, y), (1, y)], faint, 1))
        marks.append(f'<span class="tick-y" style="top:{y:.2%}">{100 * value:.0f}\u00a0%</span>')
    for value in ticks:
        x, _ = place(value, 0)
        said = value if isinstance(value, str) else f"{value:g}"
        marks.append(f'<span class="tick-x" style="left:{x:.2%}">{html.escape(said)}</span>')
    for trace in figure["data"]:
        _trace(trace, place, lines, marks)
    marks += [_note(note, place) for note in layout.get("annotations", [])]
    titles = (axis["title"]["text"], layout["xaxis"]["title"]["text"].replace("<br>", " "))
    head = f'viewBox="0 0 {SIDE} {SIDE}" preserveAspectRatio="none" xmlns="http://www.w3.org/2000/svg"'
    image = quote(f"<svg {head}>{''.join(lines)}</svg>", safe="<>=/: ")
    drawing = f'<img alt="" src="data:image/svg+xml,{html.escape(image)}">{"".join(marks)}'
    return (
        f'<div class="chart" role="img" aria-label="{html.escape(chart.alt)}" '
        f'style="height:{layout["height"]}px"><p>{titles[0]}</p><div class="field">{drawing}</div>'
        f'<p class="title-x">{titles[1]}</p></div>'
    )


def _axes(data: list[dict[str, Any]], layout: dict[str, Any]) -> tuple[list[Any], Place]:
    """Numbers or words of the horizontal axis, and where places of the figure are."""
    bottom, top = layout["yaxis"]["range"]
    if layout["xaxis"].get("type") == "category":
        words = list(dict.fromkeys(str(x) for trace in data for x in trace["x"]))
        return words, lambda x, y: ((words.index(str(x)) + 0.5) / len(words), (top - y) / (top - bottom))
    low, high = layout["xaxis"]["range"]
    return steps(low, high), lambda x, y: ((x - low) / (high - low), (top - y) / (top - bottom))


def steps(low: float, high: float) -> list[float]:
    """Round numbers from low to high, at most `TICKS`."""
    rough = (high - low) / TICKS
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def _trace(trace: dict[str, Any], place: Place, lines: list[str], marks: list[str]) -> None:
    places = [place(x, y) for x, y in zip(trace["x"], trace["y"], strict=True)]
    marker = trace["marker"]
    if "line" in trace:
        line = trace["line"]
        lines.append(_line(places, line["color"], line["width"], dotted=line.get("dash") == "dot"))
    if error := trace.get("error_y"):
        for x, y, up, down in zip(trace["x"], trace["y"], error["array"], error["arrayminus"], strict=True):
            lines.append(_line([place(x, y - down), place(x, y + up)], marker["color"], error["thickness"]))
    symbols = marker["symbol"]
    symbols = [symbols] * len(places) if isinstance(symbols, str) else symbols
    colour = marker.get("color") or marker["line"]["color"]
    for (x, y), symbol in zip(places, symbols, strict=True):
        style = f"left:{x:.2%};top:{y:.2%};--size:{marker['size']}px;color:{colour}"
        marks.append(f'<b class="mark {symbol}" style="{style}"></b>')
    for (x, y), text in zip(places, trace.get("text") or (), strict=False):
        side = trace["textposition"].replace(" ", "-")
        marks.append(f'<span class="{side}" style="left:{x:.2%};top:{y:.2%};color:{colour}">{text}</span>')


def _line(places: list[tuple[float, float]], colour: str, width: float, *, dotted: bool = False) -> str:
    points = " ".join(f"{SIDE * x:.1f},{SIDE * y:.1f}" for x, y in places)
    dash = f' stroke-dasharray="{width} {2 * width}"' if dotted else ""
    look = f'vector-effect="non-scaling-stroke" stroke="{colour}" stroke-width="{width}"{dash}'
    return f'<polyline points="{points}" fill="none" {look}/>'


def _note(note: dict[str, Any], place: Place) -> str:
    x, y = place(note["x"], note["y"])
    up = note.get("yshift", 0)
    style = f"left:{x:.2%};top:calc({y:.2%} - {up}px);color:{note['font']['color']}"
    return f'<span class="note" style="{style}">{note["text"]}</span>'
