"""Results -> plotly figures, each with a text for those who cannot see it and a table twin.

No streamlit here: `scatter([result], result.key, dark=False).figure.show()` works in a notebook.
"""

import textwrap
from typing import Any

import pandas as pd

from softlabel_core import Result
from ui.charts import places
from ui.charts.figures import FONT, Chart, Drawing, error
from ui.charts.palette import palette
from ui.words.i18n import say
from ui.words.sentences import percent
from ui.words.tables import label, runs_table

ROOM = 0.06
"""Beyond the first and the last value, of the width."""

BOTTOM, TOP, MARK = -0.04, 1.12, 8
"""Accuracies at the ends of the axis; half of a mark, in pixels."""

__all__ = ["FONT", "Chart", "along", "live", "scatter"]


def scatter(
    results: list[Result],
    current: str,
    *,
    dark: bool,
    behind: pd.DataFrame | None = None,
    language: str = "en",
) -> Chart:
    """Δ + γ against student accuracy; the run with key `current` is highlighted, others are hollow.

    `behind`: a table with `total`, `accuracy`, `bias` and `framework` a row, drawn faintly (`atlas.entries`).
    """
    colours = palette(dark)
    drawing = Drawing(colours, 400)
    if behind is not None and len(behind):
        put_behind(drawing, behind, language)
    earlier = [result for result in results if result.key != current]
    latest = [result for result in results if result.key == current]
    this = say(language, "charts.this-run")
    for group, name, marker in (
        (earlier, "", {"symbol": "circle-open", "size": 11, "color": colours.rival, "line": {"width": 2}}),
        (latest, this, {"symbol": "diamond", "size": 16, "color": colours.student}),
    ):
        if group:
            drawing.scatter(
                x=[r.indicators["total"] for r in group],
                y=[r.student_accuracy.mean for r in group],
                error_x=_error_x(group),
                error_y=_error_y(group),
                mode="markers+text",
                text=[name for _ in group],
                textposition=[_beside(r) for r in group],
                textfont={"color": colours.student},
                marker=marker,
                name=name or say(language, "charts.earlier-runs"),
                customdata=[label(r, language) for r in group],
                hovertemplate=say(language, "charts.hover-run"),
            )
    drawing.line_of_the_rule(1.16)
    for result in latest:
        truth, guessing = say(language, "charts.truth"), say(language, "charts.guessing")
        drawing.level(result.ground_truth_accuracy.mean, truth, colours.truth, "dot")
        drawing.level(1 / len(result.class_names), guessing, colours.rival, "dash")
    drawing.axis("x", say(language, "charts.x-total"), range=[-0.05, 2.05], dtick=0.5)
    drawing.accuracy(say(language, "charts.y-student"), 1.2)
    said = "; ".join(
        f"{label(r, language)}: Δ + γ {r.indicators['total']:.2f}, {percent(r.student_accuracy.mean)}"
        for r in results
    )
    alt = say(language, "charts.alt-scatter", runs=said, count=0 if behind is None else len(behind))
    return Chart(drawing.figure, alt, runs_table(results, language))


def _beside(result: Result) -> str:
    """Where a name struck through by neither interval, nor by a line of the chart, has room at a point."""
    total = result.indicators["total"]
    right = total < 0.6 or 1 <= total < 1.5
    return f"{'top' if result.student_accuracy.mean < 0.3 else 'bottom'} {'right' if right else 'left'}"


def put_behind(drawing: Drawing, table: pd.DataFrame, language: str) -> None:
    """What was computed beforehand, faintly."""
    drawing.scatter(
        x=table["total"],
        y=table["accuracy"],
        mode="markers",
        marker={"symbol": "circle", "size": 5, "color": drawing.colours.rival, "opacity": 0.2},
        name=say(language, "charts.precomputed"),
        customdata=table["bias"] + " · " + table["framework"] + " · " + table["loss"],
        hovertemplate=say(language, "charts.hover-run"),
    )


def along(
    points: list[tuple[Any, Result]], now: Any, *, name: str, dark: bool, language: str = "en"
) -> Chart:
    """Accuracy of students and of their labels along one field; the dot at `now` is large.

    `points`: the field's values in order with their results, numbers or texts; `name`: the field's. Hollow
    marks and the shading stand where Δ + γ is not below 1.
    """
    colours = palette(dark)
    x, results = [value for value, _ in points], [result for _, result in points]
    over = [result.indicators["total"] >= 1 for result in results]
    taught = [r.student_accuracy.mean for r in results]
    labels = [r.indicators["label_accuracy"] for r in results]
    names = (say(language, "charts.students-right"), say(language, "charts.labels-right"))
    drawing = Drawing(colours, 420)
    _shade(drawing, x, over)
    drawing.scatter(
        x=x,
        y=labels,
        mode="lines+markers",
        line={"color": colours.rival, "width": 2, "dash": "dot"},
        marker={"symbol": "x-thin", "size": 8, "line": {"width": 2, "color": colours.rival}},
        name=names[1],
        hovertemplate=f"{names[1]} %{{y:.1%}}<extra></extra>",
    )
    drawing.scatter(
        x=x,
        y=taught,
        error_y=_error_y(results),
        mode="lines+markers",
        line={"color": colours.student, "width": 3},
        marker={
            "symbol": ["circle-open" if one else "circle" for one in over],
            "size": 10,
            "color": colours.student,
            "line": {"width": 2, "color": colours.student},
        },
        name=names[0],
        hovertemplate=f"{names[0]} %{{y:.1%}}<extra></extra>",
    )
    if now in x:
        _here(drawing, now, taught[x.index(now)], _number_side(taught, x.index(now)))
    _name_lines(drawing, x, (results, labels), names, now)
    wrapped = "<br>".join(textwrap.wrap(name, 36 if name.isascii() else 16))  # a phone is narrow
    if any(isinstance(one, str) for one in x):
        drawing.axis("x", wrapped, type="category")
    else:  # left to plotly, large marks on a small screen ask for most of the axis
        room = ROOM * ((x[-1] - x[0]) or 1.0)
        drawing.axis("x", wrapped, range=[x[0] - room, x[-1] + room])
    drawing.accuracy(say(language, "charts.y-right"), TOP)
    said = ", ".join(f"{value}: {percent(y)}" for value, y in zip(x, taught, strict=True))
    alt = say(language, "charts.alt-along", name=name, now=now, runs=said)
    table = runs_table(results[::-1], language).drop(columns=say(language, "charts.run"))
    table.insert(0, name, [str(value) for value in x])
    return Chart(drawing.figure, alt, table)


def _here(drawing: Drawing, now: Any, y: float, side: str) -> None:
    """The large dot with its number."""
    colours = drawing.colours
    drawing.scatter(
        x=[now],
        y=[y],
        mode="markers+text",
        text=[f"<b>{percent(y)}</b>"],
        textposition=side,
        textfont={"color": colours.student, "size": 18},
        marker={"symbol": "diamond", "size": 20, "color": colours.student},
        name="now",
        hoverinfo="skip",
    )


def _shade(drawing: Drawing, x: list[Any], over: list[bool]) -> None:
    """Shade from the first measured value where Δ + γ is not below 1, if it stays so to the end."""
    first = next((i for i, one in enumerate(over) if one), None)
    if first is None or not all(over[first:]) or any(isinstance(value, str) for value in x):
        return
    width = (x[-1] - x[0]) or 1.0
    ends = {"x0": x[first], "x1": x[-1] + 0.04 * width, "y0": 0, "y1": 1, "yref": "paper"}
    fill = {"fillcolor": drawing.colours.faint, "opacity": 0.45, "line": {"width": 0}, "layer": "below"}
    drawing.shape("rect", **ends, **fill)
    drawing.note((x[first] + x[-1]) / 2 if first < len(x) - 1 else x[-1], 1.07, "Δ + γ ≥ 1")


def _name_lines(
    drawing: Drawing, x: list[Any], lines: tuple[list[Result], list[float]], names: tuple[str, str], now: Any
) -> None:
    """Names near the two lines, where they cover nothing: asked of a phone, where there is the least room."""
    students, labels = lines
    words = any(isinstance(value, str) for value in x)
    room = 0.5 if words else ROOM * ((x[-1] - x[0]) or 1.0)
    low, high = (-room, len(x) - 1 + room) if words else (x[0] - room, x[-1] + room)
    across = [places.WIDE * (one - low) / (high - low) for one in (range(len(x)) if words else x)]

    def up(share: float) -> float:
        return places.HIGH * (share - BOTTOM) / (TOP - BOTTOM)

    taught = [one.student_accuracy.mean for one in students]
    drawn = [[(a, up(y)) for a, y in zip(across, some, strict=True)] for some in (taught, labels)]
    boxes = [places.around(*point, MARK, MARK) for line in drawn for point in line]
    for said in drawing.layout["annotations"]:
        a = places.WIDE * (said["x"] - low) / (high - low)
        boxes.append(places.around(a, up(said["y"]), places.half_width(said["text"])))
    for a, one in zip(across, students, strict=True):
        least, _, most = _interval(one)
        boxes.append((a - MARK, a + MARK, up(least), up(most)))
    if now in x:
        here = drawn[0][x.index(now)]
        side = _number_side(taught, x.index(now))
        shift = (30.0 if "right" in side else -30.0, 17.0 if "top" in side else -17.0)
        boxes += [
            places.around(*here, 12, 12),
            places.around(here[0] + 1.3 * shift[0], here[1] + 1.2 * shift[1], 33, 12),
        ]
    for place, (name, colour) in enumerate(
        zip(names, (drawing.colours.student, drawing.colours.rival), strict=True)
    ):
        at = across if words else ()
        a, y = places.beside(name, drawn[place], drawn[:place] + drawn[place + 1 :], boxes, at)
        boxes.append(places.around(a, y, places.half_width(name)))
        where = x[across.index(a)] if words else low + (high - low) * a / places.WIDE
        drawing.note(where, BOTTOM + (TOP - BOTTOM) * y / places.HIGH, name, colour)


def _number_side(shares: list[float], at: int) -> str:
    """Where the number of a point stands so that the line does not run through it."""
    if at == len(shares) - 1:
        falls = at > 0 and shares[at] < shares[at - 1]
        return "bottom left" if falls and shares[at] > 0.2 else "top left"
    return "bottom right" if shares[at + 1] > shares[at] + 0.02 and shares[at] > 0.2 else "top right"


def live(rows: list[dict[str, Any]], epochs: int, *, dark: bool, language: str = "en") -> Chart:
    """Accuracy so far of a run under way: one row an epoch and student, with the range over replicates."""
    colours = palette(dark)
    table = pd.DataFrame(rows, columns=["epoch", "student", "mean", "low", "high"])
    drawing, half = Drawing(colours, 320), epochs / 2
    looks = (("truth", colours.truth, "dot"), ("shown", colours.student, "solid"))
    for student, colour, dash in looks:
        part = table[table["student"] == student]
        if len(part):
            name = say(language, f"charts.{'truth' if student == 'truth' else 'shown'}")
            drawing.scatter(
                x=part["epoch"],
                y=part["mean"],
                error_y=error(list(part["low"]), list(part["mean"]), list(part["high"])),
                mode="lines+markers",
                line={"color": colour, "width": 3, "dash": dash},
                name=name,
            )
            last = part.iloc[-1]
            side = "left" if last["epoch"] < half else "right"
            end, shift = ("high", 14) if student == "truth" else ("low", -16)  # beyond its range
            drawing.note(last["epoch"], last[end], name, colour, xanchor=side, yshift=shift)
    drawing.axis("x", say(language, "charts.epoch"), range=[0.5, epochs + 0.5])
    drawing.accuracy(say(language, "charts.y-test"))
    shown = table[table["student"] == "shown"]
    now = shown.iloc[-1] if len(shown) else None
    alt = say(
        language,
        "charts.alt-live",
        epoch=0 if now is None else int(now["epoch"]),
        epochs=epochs,
        accuracy=percent(0.0 if now is None else float(now["mean"])),
    )
    return Chart(drawing.figure, alt, table.round(4))


def _error_x(results: list[Result]) -> dict[str, Any]:
    values = [r.indicators["total"] for r in results]
    ends = [r.indicators["intervals"].get("total", [v, v]) for r, v in zip(results, values, strict=True)]
    return error([e[0] for e in ends], values, [e[1] for e in ends])


def _error_y(results: list[Result]) -> dict[str, Any]:
    low, mean, high = zip(*map(_interval, results), strict=True)
    return error(list(low), list(mean), list(high))


def _interval(result: Result) -> tuple[float, float, float]:
    """Low end, mean and high end of the students' accuracy; the mean where there is no interval."""
    found = result.student_accuracy
    low, high = (found.mean if end is None else end for end in (found.low, found.high))
    return low, found.mean, high
